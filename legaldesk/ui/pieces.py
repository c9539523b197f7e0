"""Small widgets that several parts of the window are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from legaldesk.ui import theme
from legaldesk.ui.document_label import PlainLabel
from legaldesk.ui.document_text import caption, plain, tip

MOST_COUNTED = 1_000_000_000
"""A progress bar counts in 32 bits."""


def label(text: str = "", role: str = "", wrap: bool = False) -> PlainLabel:
    """A label in one of the style sheet's roles; what it shows is never markup."""
    made = PlainLabel(role, text)
    made.setWordWrap(wrap)
    return made


def button(
    text: str, on_click: Callable[[], object], role: str = "", icon: str = ""
) -> QPushButton:
    """A push button; ``role`` is "primary", "danger", "link" or "quiet"."""
    made = QPushButton(caption(text))
    made.setAutoDefault(False)
    made.clicked.connect(lambda: on_click())
    if role:
        made.setProperty("role", role)
    if icon:
        theme.dress(made, icon, "on_accent" if role == "primary" else "secondary")
    if role == "link":
        made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def tool(icon: str, name: str, on_click: Callable[[], object] | None = None) -> QToolButton:
    """A button of one icon; its name is its tool tip and what a screen reader says."""
    made = QToolButton()
    made.setToolTip(name)
    made.setAccessibleName(name)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    theme.dress(made, icon)
    if on_click is not None:
        made.clicked.connect(lambda: on_click())
    return made


def hairline(vertical: bool = False) -> QFrame:
    """A line of one pixel between two areas."""
    made = QFrame()
    made.setProperty("role", "line")
    if vertical:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made


def in_a_column(*widgets: QWidget, grows: QWidget) -> QWidget:
    """Widgets below one another without gaps; one of them takes the room that is left."""
    return _side_by_side(QBoxLayout.Direction.TopToBottom, widgets, grows)


def in_a_row(*widgets: QWidget, grows: QWidget) -> QWidget:
    """Widgets beside one another without gaps; one of them takes the room that is left."""
    return _side_by_side(QBoxLayout.Direction.LeftToRight, widgets, grows)


def _side_by_side(way: QBoxLayout.Direction, widgets: Sequence[QWidget], grows: QWidget) -> QWidget:
    whole = QWidget()
    layout = QBoxLayout(way, whole)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        layout.addWidget(widget, int(widget is grows))
    return whole


def set_role(widget: QWidget, role: str) -> None:
    """Change a widget's role and dress it accordingly."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def fill_bar(bar: QProgressBar, done: int, total: int) -> None:
    """Move a bar along; of more than it can count, as with gigabytes, in thousandths."""
    if total > MOST_COUNTED:
        done, total = 1000 * done // total, 1000
    bar.setMaximum(total)
    bar.setValue(min(done, total))


class ElidedLink(QPushButton):
    """A link that ends in … where it does not fit; tool tip and name have all of it."""

    def __init__(self, text: str, on_click: Callable[[], object]) -> None:
        super().__init__(caption(text))
        self._whole = text
        self.setAutoDefault(False)
        self.setProperty("role", "link")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(plain(text))
        self.clicked.connect(lambda: on_click())

    def minimumSizeHint(self) -> QSize:
        """It may get as narrow as a word."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), theme.px(80)), hint.height())

    def sizeHint(self) -> QSize:
        """Room for all of it."""
        hint = super().sizeHint()
        cut = self.fontMetrics().horizontalAdvance(plain(self._whole))
        cut -= self.fontMetrics().horizontalAdvance(self.text().replace("&&", "&"))
        return QSize(hint.width() + max(0, cut) + 2, hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the text again."""
        super().resizeEvent(event)
        whole, room = plain(self._whole), self.width() - 12
        shown = self.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, room)
        if caption(shown) != self.text():
            self.setText(caption(shown))
        self.setToolTip("" if shown == whole else tip(whole))


class ElidedLabel(QLabel):
    """One line of plain text that ends in … where it does not fit; the tool tip has all of it."""

    def __init__(self, role: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._whole = ""
        if role:
            self.setProperty("role", role)

    def say(self, text: str) -> None:
        """Show a text."""
        self._whole = plain(text)
        self.setAccessibleName(self._whole)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the text again."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(
            self._whole, Qt.TextElideMode.ElideMiddle, self.width()
        )
        self.setText(shown)
        self.setToolTip(tip(self._whole) if shown != self._whole else "")
