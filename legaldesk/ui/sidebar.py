"""The side of the window: the views, the matters, and where files are added."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from legaldesk.core.documents import Matter
from legaldesk.core.hits import ALL_MATTERS
from legaldesk.ui import theme
from legaldesk.ui.matter_list import MatterList
from legaldesk.ui.pieces import button, label, tool

WIDTH = 212


class Sidebar(QWidget):
    """Shows views and matters; every wish is a signal."""

    viewChosen = Signal(int)
    matterChosen = Signal(str)
    newMatterWanted = Signal()
    renameWanted = Signal(str)
    lockWanted = Signal(str, bool)
    removeWanted = Signal(str)
    filesWanted = Signal()
    folderWanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._views = QButtonGroup(self)
        self.matters = MatterList()
        self.matters.chosen.connect(self.matterChosen)
        self.matters.customContextMenuRequested.connect(self._show_menu_at)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(8, 12, 8, 8)
        self._layout.setSpacing(4)
        name = label("LegalDesk", "heading")
        name.setContentsMargins(8, 0, 0, 0)
        self._layout.addWidget(name)
        self._layout.addSpacing(8)
        for number, (name, icon) in enumerate((("Search", "search"), ("Documents", "documents"))):
            self._layout.addWidget(self._view_button(number, name, icon))
        self._layout.addSpacing(12)
        self._layout.addLayout(self._matters_head())
        self._layout.addWidget(self.matters, 1)
        self._layout.addLayout(self._adding())
        self.fit()

    def fit(self) -> None:
        """Take the width that the text size asks for."""
        self.setFixedWidth(theme.px(WIDTH))

    def show_view(self, number: int) -> None:
        """Mark the view that is shown."""
        self._views.button(number).setChecked(True)

    def show_matters(self, matters: tuple[Matter, ...], current: str, crosses: bool) -> None:
        """Show the matters, the current one marked."""
        self.matters.show_matters(matters, current, crosses)

    def _view_button(self, number: int, name: str, icon: str) -> QWidget:
        made = button(name, lambda: self.viewChosen.emit(number), "view", icon)
        made.setCheckable(True)
        made.setToolTip(f"{name} (Ctrl+{number + 1})")
        self._views.addButton(made, number)
        return made

    def _matters_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 0, 0)
        row.addWidget(label("MATTERS", "section"), 1)
        self._more = tool("more", "Rename, lock or remove this matter", self._show_menu)
        row.addWidget(self._more)
        row.addWidget(tool("plus", "New matter (Ctrl+N)", self.newMatterWanted.emit))
        return row

    def _adding(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        files = button("Add files…", self.filesWanted.emit, icon="import")
        files.setToolTip("Add PDF files to the current matter (Ctrl+O)")
        folder = tool("folder", "Add a folder (Ctrl+Shift+O)", self.folderWanted.emit)
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
        menu.addAction("Rename…", lambda: self.renameWanted.emit(name))
        text = "Let searches over all matters see it" if locked else "Lock out of “All matters”"
        menu.addAction(text, lambda: self.lockWanted.emit(name, not locked))
        menu.addSeparator()
        menu.addAction("Remove…", lambda: self.removeWanted.emit(name))
        return menu

    def mark_all(self, crosses: bool) -> None:
        """The menu needs one matter."""
        self._more.setEnabled(not crosses and self.matters.current_matter() is not None)

    @staticmethod
    def is_all(name: str) -> bool:
        """Whether a choice means all matters."""
        return name == ALL_MATTERS
