"""The side of the window: the views, the matters, and where files are added."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSpacerItem,
    QVBoxLayout,
    QWidget,
)

from legaldesk.core.documents import Matter
from legaldesk.ui import keys, theme
from legaldesk.ui.document_text import tip
from legaldesk.ui.matter_list import MatterList
from legaldesk.ui.pieces import button, label, tool

WIDTH, RAIL = 212, 52
NARROW = 800
"""In a window narrower than this only signs are left of the views."""


def _grow(much: bool) -> QSizePolicy.Policy:
    return QSizePolicy.Policy.Expanding if much else QSizePolicy.Policy.Fixed


class Sidebar(QWidget):
    """Shows views, given as name and icon, and matters; every wish is a signal."""

    viewChosen = Signal(int)
    matterChosen = Signal(str)
    newMatterWanted = Signal()
    renameWanted = Signal(str)
    lockWanted = Signal(str, bool)
    removeWanted = Signal(str)
    filesWanted = Signal()
    folderWanted = Signal()

    def __init__(self, views: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._views = QButtonGroup(self)
        self._looks: list[tuple[str, str]] = []
        self._named: list[tuple[QPushButton, str]] = []
        self.matters = MatterList()
        self.matters.chosen.connect(self.matterChosen)
        self.matters.customContextMenuRequested.connect(self._show_menu_at)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(8, 12, 8, 8)
        self._layout.setSpacing(4)
        self._name = label("LegalDesk", "heading")
        self._name.setContentsMargins(8, 0, 0, 0)
        self._layout.addWidget(self._name)
        self._layout.addSpacing(8)
        for number, (name, icon) in enumerate(views):
            self._layout.addWidget(self._view_button(number, name, icon))
        self._layout.addSpacing(12)
        self._head = self._matters_head()
        self._layout.addWidget(self._head)
        self._layout.addWidget(self.matters, 1)
        self._spring = QSpacerItem(0, 0, vData=_grow(False))
        self._layout.addItem(self._spring)
        self._add = self._adding()
        self._layout.addLayout(self._add)

    def fit(self, window_width: int) -> None:
        """Take the width that the text size asks for; only signs where that is too much."""
        signs_only = window_width < theme.px(NARROW)
        self.setFixedWidth(theme.px(RAIL if signs_only else WIDTH))
        for widget in (self._name, self._head, self.matters):
            widget.setVisible(not signs_only)
        self._spring.changeSize(0, 0, vData=_grow(signs_only))
        way = QBoxLayout.Direction
        self._add.setDirection(way.TopToBottom if signs_only else way.LeftToRight)
        for made, name in self._named:
            made.setText("" if signs_only else name)
        self._layout.invalidate()

    def show_view(self, number: int) -> None:
        """Mark the view that is shown."""
        self._views.button(number).setChecked(True)

    def mark_view(self, number: int, worry: str = "") -> None:
        """Say by sign and word that a view has something to worry about, or that it has not."""
        made, (name, icon) = self._views.button(number), self._looks[number]
        theme.dress(made, *(("warning", "careful") if worry else (icon, "secondary")))
        made.setToolTip(tip(f"{name} ({keys.view(number)})", worry))
        made.setAccessibleName(f"{name}: {worry}" if worry else name)

    def show_matters(self, matters: tuple[Matter, ...], current: str, crosses: bool) -> None:
        """Show the matters, the current one marked."""
        self.matters.show_matters(matters, current, crosses)
        self._more.setEnabled(self.matters.current_matter() is not None)

    def _view_button(self, number: int, name: str, icon: str) -> QWidget:
        made = button(name, lambda: self.viewChosen.emit(number), "view", icon)
        made.setCheckable(True)
        self._named.append((made, name))
        self._views.addButton(made, number)
        self._looks.append((name, icon))
        self.mark_view(number)
        return made

    def _matters_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(8, 0, 0, 0)
        row.addWidget(label("MATTERS", "section"), 1)
        self._more = tool("more", "Rename, lock or remove this matter", self._show_menu)
        row.addWidget(self._more)
        row.addWidget(tool("plus", "New matter (Ctrl+N)", self.newMatterWanted.emit))
        return head

    def _adding(self) -> QBoxLayout:
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        row.setSpacing(4)
        files = button("Add files…", self.filesWanted.emit, icon="import")
        files.setToolTip("Add PDF files to the current matter (Ctrl+O)")
        folder = tool("folder", "Add a folder (Ctrl+Shift+O)", self.folderWanted.emit)
        self._named.append((files, "Add files…"))
        row.addWidget(files, 1)
        row.addWidget(folder)
        return row

    # ------------------------------------------------------------ one matter's menu

    def _show_menu(self) -> None:
        matter = self.matters.current_matter()
        if matter is not None:
            corner = self._more.mapToGlobal(QPoint(0, self._more.height()))
            self.menu_for(matter).popup(corner)

    def _show_menu_at(self, point: QPoint) -> None:
        matter = self.matters.matter_at(point)
        if matter is not None:
            self.menu_for(matter).popup(self.matters.viewport().mapToGlobal(point))

    def menu_for(self, matter: Matter) -> QMenu:
        """What can be done to a matter."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        name, locked = matter.name, matter.locked_out_of_all
        menu.addAction(theme.icon("edit"), "Rename…", lambda: self.renameWanted.emit(name))
        text = "Let searches over all matters see it" if locked else "Lock out of “All matters”"
        sign = theme.icon("unlock" if locked else "lock")
        menu.addAction(sign, text, lambda: self.lockWanted.emit(name, not locked))
        menu.addSeparator()
        menu.addAction(theme.icon("trash"), "Remove…", lambda: self.removeWanted.emit(name))
        return menu
