"""The window: puts its parts together and passes their wishes on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow

from legaldesk.core.documents import FileState
from legaldesk.core.hits import ALL_MATTERS, Answer, EngineState, Hit
from legaldesk.ui import keys, theme, window_layout
from legaldesk.ui.actors import Actors
from legaldesk.ui.banner import Banner
from legaldesk.ui.complaints import Complaints
from legaldesk.ui.document_text import plain
from legaldesk.ui.documents_view import DocumentsView
from legaldesk.ui.dropping import Dropping
from legaldesk.ui.elsewhere import Elsewhere
from legaldesk.ui.import_panel import ImportPanel
from legaldesk.ui.main_menu import MainMenu
from legaldesk.ui.model_news import ModelNews
from legaldesk.ui.pieces import hairline, in_a_column, in_a_row
from legaldesk.ui.question_bar import QuestionBar
from legaldesk.ui.search_view import SearchView
from legaldesk.ui.settings import Settings
from legaldesk.ui.sidebar import Sidebar
from legaldesk.ui.tasks_pill import TasksPill
from legaldesk.ui.views import DOCUMENTS, MODELS, PLACES, SEARCH, Views

if TYPE_CHECKING:
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests

WARM_UP_MS = 300
REFRESH_MS = 800
"""Lists follow an import at most this often."""


class MainWindow(QMainWindow):
    """Shows one library. It reads nothing before it is shown."""

    def __init__(self, requests: Requests, lanes: Lanes, settings: Settings) -> None:
        super().__init__()
        self._requests = requests
        self._lanes = lanes
        self._settings = settings
        self.setWindowTitle("LegalDesk")
        self.actors = Actors(self, requests, lanes, settings)
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._make_parts()
        self._connect_actors()
        self._connect_parts()
        self._bind_keys()
        window_layout.restore(self, self.search, settings)

    # ------------------------------------------------------------ putting together

    def _make_parts(self) -> None:
        self.sidebar = Sidebar([(place.name, place.icon) for place in PLACES])
        self.tasks = TasksPill(self.actors.board)
        self.bar = QuestionBar(self.tasks)
        self.banner = Banner()
        self.views = Views(self._requests, self._lanes, self.actors)
        self.welcome = self.search.welcome
        self.panel = ImportPanel(self.actors.importer)
        parts = (self.bar, self.banner, hairline(), self.views, self.panel)
        column = in_a_column(*parts, grows=self.views)
        self.setCentralWidget(in_a_row(self.sidebar, hairline(vertical=True), column, grows=column))
        self.menu = MainMenu(
            self, self._requests, self._lanes, self._settings, self.actors.checking, self.relook
        )
        actors, to_models = self.actors, partial(self._go_to_view, MODELS)
        self.bar.model_pill.modelsWanted.connect(to_models)
        news = ModelNews(actors.models, self.sidebar, self.banner, self.views, to_models)
        self.overlay = Dropping(self, actors.adding, actors.book, news.taker).overlay
        self.sidebar.show_view(SEARCH)
        self._show_matters()

    def _connect_actors(self) -> None:
        actors = self.actors
        actors.book.followed.connect(self.bar.follow)
        actors.book.changed.connect(self._show_matters)
        actors.book.currentChanged.connect(self._go_to_matter)
        actors.book.walled.connect(self._start_over)
        actors.asker.answered.connect(self._show_answer)
        self._elsewhere = Elsewhere(actors.watcher, actors.asker, actors.importer, self)
        self._elsewhere.taken.connect(self._start_over)
        self._elsewhere.changed.connect(self._refresh_soon)
        self._elsewhere.grown.connect(actors.asker.renew)
        actors.asker.documentGone.connect(self._widen)
        actors.asker.failed.connect(lambda _: actors.watcher.look())  # others may have changed it
        actors.watcher.changed.connect(self._show_engine)
        actors.watcher.failed.connect(self.bar.model_pill.show_stopped)
        actors.watcher.meaningCompleted.connect(actors.asker.renew)
        actors.importer.started.connect(self._refresh_soon)
        actors.importer.fileFinished.connect(self._refresh_soon)
        actors.importer.finished.connect(self._look_again)
        actors.erasing.erased.connect(self._start_over)
        actors.filing.takenOut.connect(self._start_over)
        actors.filing.added.connect(self._look_again)
        actors.checking.checked.connect(actors.watcher.look)
        actors.models.book.switched.connect(self._look_again)
        self._refresh.timeout.connect(self.refresh)
        self._complaints = Complaints(actors, self.banner)

    def _connect_parts(self) -> None:
        side, bar, actors = self.sidebar, self.bar, self.actors
        side.viewChosen.connect(self.show_view)
        side.renameWanted.connect(actors.ask_new_name)
        side.lockWanted.connect(actors.book.lock)
        side.removeWanted.connect(actors.erasing.remove_matter)
        side.filesWanted.connect(actors.adding.choose_files)
        side.folderWanted.connect(actors.adding.choose_folder)
        for part in (side, bar):
            part.matterChosen.connect(actors.book.choose)
            part.newMatterWanted.connect(actors.ask_new_matter)
        bar.asked.connect(self.ask)
        bar.box.textEdited.connect(self.search.expect_page, Qt.ConnectionType.SingleShotConnection)
        bar.stepped.connect(self._step)
        bar.scopeChanged.connect(lambda: actors.asker.move(bar.scope))
        bar.menuWanted.connect(self.menu.open)
        bar.matterMenuWanted.connect(lambda matter, place: side.menu_for(matter).popup(place))
        self.menu.backupsWanted.connect(actors.backups.open)
        self.welcome.questionWanted.connect(self.ask)
        self.views.openDocument.connect(self._open_document)
        self.views.openHit.connect(self._open_hit)
        self.search.hitShown.connect(bar.offer_document)
        self.search.narrowWanted.connect(bar.narrow)
        self.search.questionWanted.connect(bar.focus_box)
        self.panel.groupWanted.connect(self._show_group)
        self.panel.passwordWanted.connect(actors.adding.add_locked)

    def _bind_keys(self) -> None:
        acts: dict[str, Callable[[], object]] = {
            **dict.fromkeys(keys.QUESTION, self.bar.focus_box),
            **self.actors.keys(),
            keys.NEXT_HIT: partial(self._step, 1),
            keys.PREVIOUS_HIT: partial(self._step, -1),
            keys.BACK: self._escape,
            keys.HELP: self.menu.show_keys,
        }
        for number in range(len(PLACES)):
            acts[keys.view(number)] = partial(self._go_to_view, number)
        keys.bind(self, acts)

    # ------------------------------------------------------------ asking

    def ask(self, question: str) -> None:
        """Ask in the current scope and show the results."""
        self.bar.box.setText(question)
        if question.strip():
            self.show_view(SEARCH)
            self.actors.asker.ask(question, self.bar.scope)

    def _show_answer(self, answer: Answer, renewed: bool) -> None:
        in_box = self.bar.box.hasFocus()
        if not answer.hits:
            self.bar.forget_offer()
        self.search.show_answer(answer, self.actors.asker.scope, renewed)
        if in_box and not renewed and self.bar.box.text().strip() == self.actors.asker.question:
            self.search.focus_results()

    def _widen(self) -> None:
        """The document that the question was narrowed to is gone."""
        name = self.bar.widen()
        self._complaints.say_until_asked(
            f"“{plain(name)}” is gone from here. The question was asked in all other documents."
        )

    def _step(self, by: int) -> None:
        """The next hit; from the question the focus goes along, so that Ctrl+C copies the hit."""
        if self.search.results.hits:
            self.show_view(SEARCH)
            self.search.step(by)
            if not self.search.isAncestorOf(self.focusWidget()):
                self.search.focus_results()

    def _escape(self) -> None:
        """Close what is in the way; never stop a task."""
        if self.banner.isVisible():
            self.banner.hide()
        elif self.views.currentIndex() == SEARCH:
            self.search.escape()
        else:
            self.bar.focus_box()

    # ------------------------------------------------------------ the engine

    def _show_engine(self, state: EngineState | None) -> None:
        self.bar.model_pill.show_state(state)
        self.actors.asker.set_ready(state is not None and state.model == "ready")
        if state is not None and state.queued:
            self.actors.importer.resume()

    # ------------------------------------------------------------ matters

    def _show_matters(self) -> None:
        book = self.actors.book
        self.sidebar.show_matters(book.matters, book.current, book.crosses_walls)
        self.bar.show_matters(book.matters, book.current, book.crosses_walls)
        self.welcome.show_matter(book.find(book.current), book.crosses_walls, book.read)

    def _go_to_matter(self, name: str) -> None:
        if name != ALL_MATTERS:
            self._settings.matter = name
        self._show_matters()
        if self.actors.asker.question:
            self.actors.asker.move(self.bar.scope)
        else:
            self.search.show_welcome()

    # ------------------------------------------------------------ views

    @property
    def search(self) -> SearchView:
        """The view of questions and passages."""
        view = self.views.view(SEARCH)
        assert isinstance(view, SearchView)
        return view

    @property
    def documents(self) -> DocumentsView:
        """The view of the documents, made when it is first needed."""
        view = self.views.view(DOCUMENTS)
        assert isinstance(view, DocumentsView)
        return view

    def show_view(self, number: int) -> None:
        """Show a view by its number in PLACES."""
        self.views.show_view(number)
        self.sidebar.show_view(number)

    def _go_to_view(self, number: int) -> None:
        """Show a view and let the keys act in it."""
        self.show_view(number)
        self.views.view(number).take_focus()

    def come_to_front(self) -> None:
        """Show the window above others: somebody started a second one."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def refresh(self) -> None:
        """Read the lists again."""
        self.actors.book.refresh()
        self.views.refresh()

    def _refresh_soon(self, *_: object) -> None:
        if not self._refresh.isActive():
            self._refresh.start()

    def _look_again(self) -> None:
        self.actors.look_again()
        self.views.refresh()

    def _start_over(self) -> None:
        """Nothing stays on the screen of what was erased, taken out or locked out."""
        for view in self.views.made():
            view.start_over()
        self.bar.forget_offer()
        self._elsewhere.start_over()
        self.actors.asker.start_over()
        self.actors.training.book.start_over()
        self._look_again()

    def _show_group(self, state: FileState) -> None:
        """The files of an import that ended so, in the current matter or where there are some."""
        outcomes = self.actors.importer.outcomes
        self.actors.book.go_to_one({each.matter for each in outcomes if each.state is state})
        self.show_view(DOCUMENTS)
        self.documents.show_problems(state.value)

    def _open_document(self, document_id: str, page: int) -> None:
        self.show_view(SEARCH)
        self.search.show_page(document_id, page)

    def _open_hit(self, hit: Hit) -> None:
        self.show_view(SEARCH)
        self.search.show_hit(hit)

    def relook(self, look: theme.Look) -> None:
        """Change colours or text size, now and for the next start."""
        self._settings.look = look
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, look)
        self.sidebar.fit(self.width())
        self._show_matters()
        for view in self.views.made():
            view.refresh_theme()

    # ------------------------------------------------------------ Qt's events

    def showEvent(self, event: QShowEvent) -> None:
        """The first reads start once the window is there."""
        super().showEvent(event)
        if not self.actors.book.read:
            QTimer.singleShot(0, self.actors.watcher.look)
            QTimer.singleShot(0, self.actors.book.refresh)
            QTimer.singleShot(WARM_UP_MS, self._warm_up)
            self.bar.focus_box()

    def _warm_up(self) -> None:
        """Make what the first answer would else have to wait for."""
        self.search.warm_up()
        job = self._requests.example_questions()
        job.succeeded.connect(lambda found: self.welcome.offer_examples(*found))
        self._lanes.library.submit(job)
        QTimer.singleShot(WARM_UP_MS, self, lambda: self.documents)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember how it looked."""
        window_layout.keep(self, self.search, self._settings)
        super().closeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window has a narrow sidebar."""
        super().resizeEvent(event)
        self.sidebar.fit(self.width())
