"""What the window remembers between starts, in an ini file inside the library."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from legaldesk.ui.theme import Look

FILE = "window.ini"


class Settings:
    """Typed access to the ini file. Nothing about questions or documents is kept in it."""

    def __init__(self, library: Path | str) -> None:
        self.library = Path(library)
        self._store = QSettings(str(self.library / FILE), QSettings.Format.IniFormat)

    @property
    def look(self) -> Look:
        """Colour scheme and text size."""
        scale = str(self._store.value("look/scale", "100"))
        return Look(
            scheme=str(self._store.value("look/scheme", "system")),
            scale=int(scale) if scale.isdecimal() else 100,
        )

    @look.setter
    def look(self, look: Look) -> None:
        self._store.setValue("look/scheme", look.scheme)
        self._store.setValue("look/scale", look.scale)

    @property
    def matter(self) -> str:
        """The matter that was current; never "all", which is chosen anew each time."""
        return str(self._store.value("matter", ""))

    @matter.setter
    def matter(self, name: str) -> None:
        self._store.setValue("matter", name)

    @property
    def keep_copies(self) -> bool:
        """Whether imported files are copied into the library, or read where they are."""
        return str(self._store.value("import/keep_copies", "true")) == "true"

    @keep_copies.setter
    def keep_copies(self, keep: bool) -> None:
        self._store.setValue("import/keep_copies", "true" if keep else "false")

    def layout(self, name: str) -> QByteArray:
        """A geometry or splitter state as Qt saved it; empty at the first start."""
        value = self._store.value(f"layout/{name}")
        return value if isinstance(value, QByteArray) else QByteArray()

    def keep_layout(self, name: str, state: QByteArray) -> None:
        """Remember a geometry or splitter state."""
        self._store.setValue(f"layout/{name}", state)

    def save(self) -> None:
        """Write it to disk now."""
        self._store.sync()
