"""What the window remembers between starts, in an ini file inside the library."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from legaldesk.ui.theme import Look

FILE = "window.ini"

_NAME, _SALT, _DIGEST = "matter", "current/salt", "current/digest"


class Settings:
    """Typed access to the ini file. Nothing about questions or documents is kept in it.

    Nor is a matter's name, which is a client's and would outlive the matter: only a digest with
    salt is, by which one of ``matters``, the names that there are, is known again.
    """

    def __init__(self, library: Path | str, matters: Iterable[str] = ()) -> None:
        self.library = Path(library)
        self._store = QSettings(str(self.library / FILE), QSettings.Format.IniFormat)
        digest = str(self._store.value(_DIGEST, ""))
        known = (name for name in matters if self._digest(name) == digest)
        self._matter = next(known, "") if digest else ""
        if self._store.contains(_NAME):  # from an earlier version
            self.matter = str(self._store.value(_NAME, ""))
            self._store.remove(_NAME)
            self.save()

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
        return self._matter

    @matter.setter
    def matter(self, name: str) -> None:
        self._matter = name
        self._store.setValue(_SALT, secrets.token_hex(16))
        self._store.setValue(_DIGEST, self._digest(name))

    def _digest(self, name: str) -> str:
        salt = str(self._store.value(_SALT, ""))
        return hashlib.sha256(f"{salt} {name}".encode()).hexdigest()

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
