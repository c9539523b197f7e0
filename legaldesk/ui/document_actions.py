"""What can be done to chosen documents, as buttons and as a menu."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget

from legaldesk.core.documents import Document
from legaldesk.core.hits import ALL_MATTERS
from legaldesk.ui import theme
from legaldesk.ui.document_label import PlainLabel
from legaldesk.ui.document_text import caption, plain, tip
from legaldesk.ui.flow import Flow
from legaldesk.ui.pieces import button
from legaldesk.ui.wording import count

ON_BUTTON, IN_MENU = 110, 420
"""How wide a matter's name may get, at 100%."""

STAYS = (
    "They stay in their other matters. Labels go with them, or are deleted where each of those "
    "would show or teach more than this one."
)


class DocumentActions(QWidget):
    """Opens, files and removes the documents that were offered last."""

    openAsked = Signal()
    addAsked = Signal()
    takeOutAsked = Signal(str)
    removeAsked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._leavable: tuple[str, ...] = ()
        self._several = False
        self.open = button("Open", self.openAsked.emit, "primary")
        self.add = button("Add to matter…", self.addAsked.emit)
        self.take_out = button("", self._take_out)
        self.remove = button("Remove…", self.removeAsked.emit)
        row = Flow()
        for push in (self.open, self.add, self.take_out, self.remove):
            row.addWidget(push)
        self.setLayout(row)

    def offer(self, documents: Sequence[Document], matter: str) -> None:
        """Offer what can be done to documents in a matter's list, or in that of all matters."""
        self._several = len(documents) != 1
        self._leavable = leavable(documents, matter)
        self.open.setVisible(not self._several)
        name = self._leavable[0] if len(self._leavable) == 1 else ""
        text = f"Take out of {name}" if name else "Take out of…"
        shown = _short(name, self.take_out, ON_BUTTON)
        self.take_out.setText(caption(f"Take out of {shown}" if name else text))
        self.take_out.setAccessibleName(plain(text))
        self.take_out.setToolTip(tip(text, STAYS if name else ""))
        self.take_out.setVisible(bool(self._leavable))

    def menu(self) -> QMenu:
        """The same as a menu, each matter with an entry of its own."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if not self._several:
            menu.addAction(theme.icon("document"), "Open\tEnter", self.openAsked.emit)
        menu.addAction(theme.icon("matter"), "Add to matter…", self.addAsked.emit)
        self._add_matters(menu, theme.icon("minus"))
        menu.addSeparator()
        menu.addAction(theme.icon("trash"), "Remove…\tDel", self.removeAsked.emit)
        return menu

    def _take_out(self) -> None:
        if len(self._leavable) == 1:
            self.takeOutAsked.emit(self._leavable[0])
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._add_matters(menu, theme.icon("matter"))
        menu.popup(self.take_out.mapToGlobal(QPoint(0, self.take_out.height())))

    def _add_matters(self, menu: QMenu, icon: QIcon) -> None:
        for name in self._leavable:
            text = caption(f"Take out of {_short(name, menu, IN_MENU)}")
            menu.addAction(icon, text, partial(self.takeOutAsked.emit, name))


class ManyDocuments(QWidget):
    """The side while several documents are chosen: how many, and what can be done to all."""

    def __init__(self) -> None:
        super().__init__()
        self.sum = PlainLabel("heading")
        self.buttons = DocumentActions()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 8)
        column.addWidget(self.sum)
        column.addWidget(self.buttons)
        column.addStretch(1)

    def show_documents(self, documents: Sequence[Document]) -> None:
        """Say how many they are."""
        pages = count(sum(document.pages for document in documents), "page")
        self.sum.setText(f"{count(len(documents), 'document')} chosen, {pages}")


def leavable(documents: Sequence[Document], matter: str) -> tuple[str, ...]:
    """The matters that documents in a matter's list may be taken out of."""
    if matter != ALL_MATTERS:
        return (matter,)
    return tuple(sorted({name for document in documents for name in document.matters}))


def _short(name: str, shown_on: QPushButton | QMenu, widest: int) -> str:
    metrics = shown_on.fontMetrics()
    return metrics.elidedText(plain(name), Qt.TextElideMode.ElideMiddle, theme.px(widest))
