"""The top of the window: the one question box, where it is asked, and what is going on."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from legaldesk.core.documents import Matter
from legaldesk.core.hits import ALL_MATTERS, Hit, Scope
from legaldesk.ui import theme
from legaldesk.ui.document_text import caption, plain, tip
from legaldesk.ui.flow import Flow
from legaldesk.ui.model_pill import ModelPill
from legaldesk.ui.pieces import button, set_role, tool
from legaldesk.ui.tasks_pill import TasksPill

WIDEST = 420
"""How wide a name may get in a menu, at 100%."""

HINT = 'Ask a question, or put "exact words" in quotation marks'
HELP = (
    '"quoted words" must stand in every passage, -word in none. matter:, doc:, page:3-9 and '
    "date:2021 narrow the question; date: is the day on which a document was added here, also "
    "date:2019-2021 or date:2021-03."
)


class QuestionBar(QWidget):
    """Emits what the user asks and where; Down and Up walk the results from the box.

    ``matterMenuWanted`` carries the current Matter and a place on the screen.
    """

    asked = Signal(str)
    stepped = Signal(int)
    matterChosen = Signal(str)
    newMatterWanted = Signal()
    scopeChanged = Signal()
    menuWanted = Signal(object)
    matterMenuWanted = Signal(object, object)

    def __init__(self, tasks: TasksPill) -> None:
        super().__init__()
        self._document: tuple[str, str] = ("", "")
        self._shown_hit: tuple[str, str] = ("", "")
        self._matter = ALL_MATTERS
        self._matters: tuple[Matter, ...] = ()
        self.model_pill = ModelPill()
        self.box = self._make_box()
        self._make_scope_buttons()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 8)
        layout.setSpacing(8)
        layout.addLayout(self._first_row())
        layout.addLayout(self._second_row(tasks))

    @property
    def scope(self) -> Scope:
        """Where a question is asked now."""
        return Scope(self._matter, self._document[0])

    def focus_box(self) -> None:
        """Put the cursor into the question box, all of its text selected."""
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    def show_matters(self, matters: tuple[Matter, ...], current: str, crosses: bool) -> None:
        """Show where questions go; the choice of all matters stands out."""
        if current != self._matter:
            self._document = self._shown_hit = ("", "")
        self._matter, self._matters = current, matters
        none_yet = current == ALL_MATTERS and not crosses
        name = "No matter yet" if none_yet else current or "All matters"
        self.matter_button.setText(caption(self._short(name, self.matter_button)))
        self.matter_button.setAccessibleName(f"Matter: {plain(name)}")
        self.matter_button.setToolTip(
            tip("Questions search every matter that is not locked out")
            if crosses
            else tip(name, "Questions and new files stay inside this matter")
        )
        set_role(self.matter_button, "crossing" if crosses else "chip")
        if crosses:
            theme.dress(self.matter_button, "all-matters", "careful")
        else:
            theme.dress(self.matter_button, "matter")
        self._say_document()

    def offer_document(self, hit: Hit) -> None:
        """The document of the current result, which the question may be narrowed to."""
        self._shown_hit = (hit.document_id, hit.document)

    def forget_offer(self) -> None:
        """No result is shown any more, so that none of their documents is named."""
        self._shown_hit = ("", "")

    def follow(self, name: str, new_name: str) -> None:
        """The matter has another name; what was chosen in it stays."""
        if self._matter == name:
            self._matter = new_name

    def widen(self) -> str:
        """Ask in all of the matter again; the name of the document that was asked alone."""
        name = self._document[1]
        self.narrow("", "")
        return name

    # ------------------------------------------------------------ building

    def _make_box(self) -> QLineEdit:
        box = QLineEdit()
        box.setPlaceholderText(HINT)
        box.setToolTip(HELP)
        box.setAccessibleName("Question")
        box.setClearButtonEnabled(True)
        box.setMaxLength(4000)
        box.setAcceptDrops(False)  # files are dropped on the window
        box.setProperty("role", "question")
        box.returnPressed.connect(lambda: self.asked.emit(box.text()))
        box.installEventFilter(self)
        for clear in box.findChildren(QToolButton):
            clear.setAccessibleName("Clear the question")
        return box

    def _make_scope_buttons(self) -> None:
        self.matter_button = button("", self._show_matters_menu, "chip", "matter")
        self.document_button = button("Any document", self._show_document_menu, "chip", "document")

    def _first_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.box, 1)
        ask = button("Ask", lambda: self.asked.emit(self.box.text()), "primary")
        row.addWidget(ask)
        settings = tool("settings", "Appearance and import settings")
        settings.clicked.connect(lambda: self.menuWanted.emit(settings))
        row.addWidget(settings)
        return row

    def _second_row(self, tasks: TasksPill) -> Flow:
        row = Flow(last=2)
        row.addWidget(self.matter_button)
        row.addWidget(self.document_button)
        row.addWidget(tasks)
        row.addWidget(self.model_pill)
        return row

    # ------------------------------------------------------------ menus

    def _show_matters_menu(self) -> None:
        self.matters_menu().popup(
            self.matter_button.mapToGlobal(self.matter_button.rect().bottomLeft())
        )

    def matters_menu(self) -> QMenu:
        """Every matter, what can be done to the current one, a new one, and all, apart."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for matter in self._matters:
            icon = theme.icon("lock" if matter.locked_out_of_all else "matter")
            choose = partial(self.matterChosen.emit, matter.name)
            shown = self._short(matter.name, menu, WIDEST)
            action = menu.addAction(icon, caption(shown), choose)
            if matter.name == self._matter:
                action.setFont(theme.font(bold=True))
        menu.addSeparator()
        if current := next((each for each in self._matters if each.name == self._matter), None):
            text = "Rename, lock or remove this matter…"
            menu.addAction(theme.icon("edit"), text, lambda: self._want_matter_menu(current))
        menu.addAction(theme.icon("plus"), "New matter…", self.newMatterWanted.emit)
        if self._matters:
            menu.addSeparator()
            icon = theme.icon("all-matters", "careful")
            menu.addAction(icon, "All matters", lambda: self.matterChosen.emit(ALL_MATTERS))
        return menu

    def _want_matter_menu(self, matter: Matter) -> None:
        corner = self.matter_button.rect().bottomLeft()
        self.matterMenuWanted.emit(matter, self.matter_button.mapToGlobal(corner))

    def _show_document_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Any document", lambda: self.narrow("", ""))
        document_id, name = self._shown_hit
        if document_id:
            text = caption(self._short(f"Only {name}", menu, WIDEST))
            menu.addAction(text, lambda: self.narrow(document_id, name))
        menu.popup(self.document_button.mapToGlobal(self.document_button.rect().bottomLeft()))

    def narrow(self, document_id: str, name: str) -> None:
        """Ask in one document only; "" asks in all of the matter."""
        self._document = (document_id, name)
        self._say_document()
        self.scopeChanged.emit()

    def _say_document(self) -> None:
        name = self._document[1] or "Any document"
        set_role(self.document_button, "narrowed" if self._document[0] else "chip")
        self.document_button.setText(caption(self._short(name, self.document_button)))
        self.document_button.setAccessibleName(f"Document: {plain(name)}")
        hint = "Narrow the question to one document"
        self.document_button.setToolTip(tip(name, hint) if self._document[0] else hint)

    @staticmethod
    def _short(name: str, shown_on: QWidget, widest: int = 220) -> str:
        """A name as far as a chip has room for it."""
        metrics = shown_on.fontMetrics()
        return metrics.elidedText(plain(name), Qt.TextElideMode.ElideMiddle, theme.px(widest))

    # ------------------------------------------------------------ keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down and Up in the question box go to the results."""
        if watched is self.box and event.type() is QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            steps = {Qt.Key.Key_Down.value: 1, Qt.Key.Key_Up.value: -1}
            if int(event.key()) in steps:
                self.stepped.emit(steps[int(event.key())])
                return True
            if event.text() == "/" and self.box.selectedText() == self.box.text():
                return True  # the key that leads here, pressed once more
        return super().eventFilter(watched, event)
