"""The documents view: what is in the matter, what needs attention, and the chosen one's side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QIcon, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from legaldesk.core.documents import Document, FileState
from legaldesk.ui import theme
from legaldesk.ui.document_actions import ManyDocuments
from legaldesk.ui.document_chip import AttentionChip
from legaldesk.ui.document_columns import documents_model, problems_model
from legaldesk.ui.document_details import DocumentSide
from legaldesk.ui.document_empty import EmptyPlace
from legaldesk.ui.document_help import ProblemSide
from legaldesk.ui.document_label import PlainLabel
from legaldesk.ui.document_lists import DocumentLists
from legaldesk.ui.document_problems import Action, Problem, problems, show_in_folder
from legaldesk.ui.document_table import RowTable
from legaldesk.ui.document_text import STATES
from legaldesk.ui.page_latest import Latest
from legaldesk.ui.pieces import hairline, set_role
from legaldesk.ui.view import View
from legaldesk.ui.wording import count, matter_name

if TYPE_CHECKING:
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests


class DocumentsView(View):
    """Lists a matter's documents and problems. It asks others to import, remove and unlock.

    ``addToMatterRequested`` and ``takeOutRequested`` carry a tuple of Document, the second a
    matter too; ``removeRequested`` carries a tuple of document ids; ``passwordRequested`` the path
    of a file that was not imported and the matter that it was dropped on, ``retryRequested`` a
    tuple of such paths and their matter; ``addRequested`` asks for files.
    """

    addToMatterRequested = Signal(object)
    takeOutRequested = Signal(object, str)
    removeRequested = Signal(object)
    passwordRequested = Signal(str, str)
    retryRequested = Signal(object, str)
    addRequested = Signal()

    def __init__(self, requests: Requests, lane: Lane, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._requests = requests
        self._lists, self._detailing = DocumentLists(requests, lane, self), Latest(lane)
        self._shown: Document | None = None
        self._focus_wanted = False
        self.table = RowTable(documents_model(), "Documents")
        self.problem_table = RowTable(problems_model(), "Files that need attention")
        self.side, self.problem_side = DocumentSide(), ProblemSide()
        self.empty = EmptyPlace()
        self.field, self.chip = QLineEdit(), AttentionChip()
        self._heading, self._sum = PlainLabel("title", "Documents"), PlainLabel("secondary")
        self.many = ManyDocuments()
        self._dress()
        self._arrange()
        self._connect()
        self._show_right_place()

    # ------------------------------------------------------------ what others ask for

    def set_matter(self, name: str) -> None:
        """Show another matter's documents."""
        self._lists.set_matter(name)

    def refresh(self) -> None:
        """Read the lists again; filter, order and selection stay."""
        self._lists.refresh()

    def show_problems(self, state: str = "") -> None:
        """Show what needs attention, or of it the files that ended in one state."""
        wanted = FileState(state) if state else None
        self.chip.setChecked(wanted is None or not wanted.good)
        self.field.setText(STATES[wanted] if wanted and not wanted.good else "")

    def take_focus(self) -> None:
        """Let the keys act on the list that is shown, or that is on its way."""
        place = self._places.currentWidget()
        self._focus_wanted = not self._lists.loaded
        (place if isinstance(place, RowTable) else self.field).setFocus()

    def refresh_theme(self) -> None:
        """Take colours and sizes from the theme again."""
        for table in (self.table, self.problem_table):
            table.refresh_theme()
        self.empty.refresh_theme()
        self._clear.setIcon(theme.icon("close"))
        self.chip.refresh_theme()
        self._shown = None
        self._on_chosen()

    def showEvent(self, event: QShowEvent) -> None:
        """Read what was put off while nobody saw it."""
        super().showEvent(event)
        self._lists.set_seen(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Read nothing until it is seen again."""
        super().hideEvent(event)
        self._lists.set_seen(False)

    @property
    def settled(self) -> bool:
        """Whether the lists and the chosen document's details have arrived."""
        return self._lists.loaded and not self._lists.waiting and not self._detailing.waiting

    # ------------------------------------------------------------ what arrived

    def _on_documents(self) -> None:
        self.table.rows.set_rows(self._lists.documents)

    def _fill(self) -> None:
        """Bring everything that depends on both lists up to date."""
        documents = self._lists.documents
        found = problems(documents, self._lists.outcomes)
        self.problem_table.rows.set_rows(found)
        self.chip.show_count(len(found), more_to_come=self._lists.waiting)
        self._say_sum()
        self._show_right_place()

    def _say_sum(self) -> None:
        """How much there is, or why it cannot be said."""
        lists = self._lists
        pages = sum(document.pages for document in lists.documents)
        parts = [matter_name(lists.matter), count(len(lists.documents), "document")]
        said = ", ".join([*parts, count(pages, "page")]) if lists.loaded else ""
        set_role(self._sum, "wrong" if lists.trouble else "secondary")
        self._sum.setText(lists.trouble or said)

    def _show_right_place(self) -> None:
        """The table that was chosen, or what stands there while it has no rows."""
        wanted = self.problem_table if self.chip.isChecked() else self.table
        if wanted.rows.rowCount():
            self._places.setCurrentWidget(wanted)
        else:
            self._places.setCurrentWidget(self.empty)
            if not self._lists.loaded:
                self.empty.wait(bool(self._lists.trouble))
            elif wanted.rows.total:
                self.empty.nothing_matches(self.field.text())
            else:
                self.empty.teach(self._lists.matter or "the matter you choose")
        if self._focus_wanted and self._lists.loaded:
            self._focus_wanted = False
            if self.window().focusWidget() is self.field:  # nobody has gone elsewhere meanwhile
                self.take_focus()
        self._on_chosen()

    # ------------------------------------------------------------ the chosen rows

    def _on_chosen(self) -> None:
        """Show the side that belongs to the selection."""
        place = self._places.currentWidget()
        chosen = place.chosen() if isinstance(place, RowTable) else []
        self._sides.setVisible(bool(chosen))
        if not chosen:
            self._shown = None
            self._detailing.drop()
        elif place is self.problem_table:
            self.problem_side.show_problems(chosen)
            self._sides.setCurrentWidget(self.problem_side)
        elif len(chosen) == 1:
            self._show_one(chosen[0])
        else:
            self.many.show_documents(chosen)
            self.many.buttons.offer(chosen, self._lists.matter)
            self._sides.setCurrentWidget(self.many)

    def _show_one(self, document: Document) -> None:
        self._sides.setCurrentWidget(self.side)
        self.side.buttons.offer([document], self._lists.matter)
        if document == self._shown:
            return
        self._shown = document
        self.side.show_document(document)
        job = self._requests.document_details(document.id)
        self._detailing.ask(job, self.side.show_details, lambda error: None)

    def _remove(self) -> None:
        chosen = self.table.chosen()
        if chosen:
            self.removeRequested.emit(tuple(document.id for document in chosen))

    def _show_menu(self, place: QPoint) -> None:
        """The actions of the side as a menu at a place of the table."""
        if chosen := self.table.chosen():
            buttons = self.many.buttons if len(chosen) > 1 else self.side.buttons
            row = self.table.visualRect(self.table.currentIndex())
            if not self.table.selectionModel().isSelected(self.table.indexAt(place)):
                place = row.bottomLeft() + QPoint(row.height(), 0)  # asked for by key
            buttons.menu().popup(self.table.viewport().mapToGlobal(place))

    def _act(self, action: Action, chosen: list[Problem] | None = None) -> None:
        """Do what helps, to every chosen problem that it can be done to."""
        chosen = chosen or self.problem_table.chosen()
        if action is Action.RETRY:
            for matter in dict.fromkeys(each.matter for each in chosen):
                files = tuple(each.file for each in chosen if each.matter == matter)
                self.retryRequested.emit(files, matter)
        for problem in chosen:
            if action is Action.PASSWORD:
                self.passwordRequested.emit(problem.file, problem.matter)
            elif action is Action.SHOW_FILE:
                show_in_folder(problem.file)
            elif action is Action.OPEN and problem.document_id:
                self.openDocument.emit(problem.document_id, problem.page)
            elif action is Action.DISMISS:
                self._lists.forget_file(problem.file, problem.matter)

    # ------------------------------------------------------------ putting it together

    def _dress(self) -> None:
        self.field.setPlaceholderText("Filter by name, matter, state or language")
        self.field.setAccessibleName("Filter the list")
        self._clear = self.field.addAction(QIcon(), QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setToolTip("Show all")
        self._clear.setVisible(False)
        self._clear.setIcon(theme.icon("close"))

    def _arrange(self) -> None:
        self._places, self._sides = QStackedWidget(), QStackedWidget()
        self._places.setContentsMargins(8, 0, 0, 0)
        for place in (self.empty, self.table, self.problem_table):
            self._places.addWidget(place)
        for side in (self.side, self.problem_side, self.many):
            self._sides.addWidget(side)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._places)
        split.addWidget(self._sides)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        split.setSizes([theme.px(720), theme.px(320)])
        top = QHBoxLayout()
        top.setContentsMargins(16, 12, 16, 12)
        top.setSpacing(12)
        top.addWidget(self.field, 1)
        top.addWidget(self.chip)
        heads = QVBoxLayout()
        heads.setContentsMargins(16, 16, 16, 0)
        heads.setSpacing(4)
        heads.addWidget(self._heading)
        heads.addWidget(self._sum)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(heads)
        column.addLayout(top)
        column.addWidget(hairline())
        column.addWidget(split, 1)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._filter)
        self._lists.documentsRead.connect(self._on_documents)
        self._lists.changed.connect(self._fill)
        self._clear.triggered.connect(self.field.clear)
        self.chip.toggled.connect(self._show_right_place)
        self.empty.addAsked.connect(self.addRequested)
        self.empty.clearAsked.connect(self.field.clear)
        for table in (self.table, self.problem_table):
            table.selectionMoved.connect(self._on_chosen)
        self.table.rowOpened.connect(lambda document: self.openDocument.emit(document.id, 1))
        self.table.deletePressed.connect(self._remove)
        self.problem_table.rowOpened.connect(
            lambda problem: self._act(problem.actions[0], [problem])
        )
        self.side.pageAsked.connect(self.openDocument)
        self.problem_side.actionAsked.connect(self._act)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        for buttons in (self.side.buttons, self.many.buttons):
            buttons.removeAsked.connect(self._remove)
            buttons.addAsked.connect(
                lambda: self.addToMatterRequested.emit(tuple(self.table.chosen()))
            )
            buttons.takeOutAsked.connect(
                lambda matter: self.takeOutRequested.emit(tuple(self.table.chosen()), matter)
            )

    def _filter(self, text: str) -> None:
        for table in (self.table, self.problem_table):
            table.rows.set_filter(text)
        self._clear.setVisible(bool(text))
        self._show_right_place()
