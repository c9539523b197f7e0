"""What stands where a list has no rows: what this place is, and the one thing to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from legaldesk.ui import theme
from legaldesk.ui.document_label import PlainLabel
from legaldesk.ui.pieces import button


class EmptyPlace(QWidget):
    """Teaches, or says that nothing matches, or waits."""

    addAsked = Signal()
    clearAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QLabel()
        self.heading = PlainLabel("heading")
        self.text = PlainLabel("secondary")
        self.add = button("Add files…", self.addAsked.emit, "primary")
        self.clear = button("Show all", self.clearAsked.emit)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        column.addStretch(2)
        for line in (self._icon, self.heading, self.text):
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(line, 100)
            row.addStretch(1)
            column.addLayout(row)
        for push in (self.add, self.clear):
            column.addWidget(push, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.refresh_theme()
        self.wait()

    def refresh_theme(self) -> None:
        """Take icon and width from the theme again."""
        side = theme.px(48)
        self._icon.setPixmap(theme.icon("documents", "secondary").pixmap(side, side))
        for line in (self.heading, self.text):
            line.setMaximumWidth(theme.px(400))

    def wait(self, in_vain: bool = False) -> None:
        """The list is on its way, or does not come."""
        text = "The list could not be read." if in_vain else "Reading the list…"
        self._say("", text, add=False, clear=False)

    def teach(self, matter: str) -> None:
        """There is nothing here yet."""
        self._say(
            "No documents here yet",
            f"Drop PDFs or whole folders anywhere on this window, and they are read into "
            f"{matter}. Their words can be searched at once, their meaning a little later. "
            "Nothing leaves this computer.",
            add=True,
            clear=False,
        )

    def nothing_matches(self, text: str) -> None:
        """The filter leaves nothing."""
        self._say("Nothing matches", f"No row has “{text.strip()}” in it.", add=False, clear=True)

    def _say(self, heading: str, text: str, add: bool, clear: bool) -> None:
        self.heading.setText(heading)
        self.text.setText(text)
        self._icon.setVisible(bool(heading))
        self.heading.setVisible(bool(heading))
        self.add.setVisible(add)
        self.clear.setVisible(clear)
