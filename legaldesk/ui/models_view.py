"""The models view: what is in use, what is here, what can be had, and what it runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from legaldesk.core.models import InstalledModel, ModelsOverview
from legaldesk.ui import theme
from legaldesk.ui.flow import Flow
from legaldesk.ui.focus_order import order_focus
from legaldesk.ui.model_device import ModelDevice
from legaldesk.ui.model_facts import kept, live, on_offer
from legaldesk.ui.model_now import ModelNow
from legaldesk.ui.model_pieces import Section
from legaldesk.ui.model_reranker import ModelReranker
from legaldesk.ui.model_rows import FetchRow, InstalledRow, KeptRow
from legaldesk.ui.pieces import button, label, set_role
from legaldesk.ui.view import View

if TYPE_CHECKING:
    from legaldesk.ui.model_book import ModelBook
    from legaldesk.ui.model_shop import Fetch, ModelShop
    from legaldesk.ui.model_wishes import ModelWishes

WIDEST = 860
ABOUT = (
    "A model understands what a text means, so that a question finds passages that say it in other "
    "words. It works on this computer; your documents never leave it."
)
WAITING = "Looking at the models…"
TOKEN = "A token for the hub is kept in this computer's keyring."


class ModelsView(View):
    """Shows the book's overview; wishes and shop do what is asked for."""

    def __init__(self, book: ModelBook, shop: ModelShop, wishes: ModelWishes) -> None:
        super().__init__()
        self._book, self._shop, self._wishes = book, shop, wishes
        self._focus_wanted, self._arrived = False, ""
        self.waiting = label(WAITING, "secondary", wrap=True)
        self.retry = button("Try again", book.look)
        self.now = ModelNow(book, shop, wishes)
        self.folder = button("Add from a folder…", wishes.choose_folder, "link")
        self.zip = button("Add a zip file…", wishes.choose_zip, "link")
        self.by_name = button("Install another by name…", wishes.install_by_name, "link")
        self.here = Section[InstalledRow]("Also on this computer", self.folder, self.zip)
        self.here.none.setText("No other model yet.")
        self.offers = Section[FetchRow]("Can be installed", self.by_name)
        self.kept = Section[KeptRow]("Prepared earlier")
        self.reranker = ModelReranker(shop, wishes)
        self.device = ModelDevice(shop)
        self.token = self._token_part()
        self._arrange()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow_focus)
        book.changed.connect(self._show)
        shop.changed.connect(self._show)
        shop.moved.connect(self._advance)
        shop.installed.connect(self._welcome)

    # ------------------------------------------------------------ putting it together

    def _token_part(self) -> QWidget:
        made = QWidget()
        line = Flow()
        made.setLayout(line)
        made.setContentsMargins(0, 8, 0, 0)
        line.addWidget(label(TOKEN, "secondary"))
        line.addWidget(button("Forget it", self._shop.forget_token, "link"))
        return made

    def _arrange(self) -> None:
        before, after = (self.now, self.here, self.offers), (self.kept, self.reranker, self.device)
        self._parts = (*before, self.token, *after)
        self._page = QWidget()
        column = QVBoxLayout(self._page)
        column.setContentsMargins(16, 16, 16, 24)
        column.setSpacing(4)
        column.addWidget(label("Models", "title"))
        column.addWidget(label(ABOUT, "secondary", wrap=True))
        column.addWidget(self.waiting)
        column.addWidget(self.retry, 0, Qt.AlignmentFlag.AlignLeft)
        for part in self._parts:
            if part is not self.token:
                column.addSpacing(24)
            column.addWidget(part)
            part.hide()
        column.addStretch(1)
        self.retry.hide()
        self._make_scroll()
        self.refresh_theme()

    def _make_scroll(self) -> None:
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._page, 100)
        row.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidget(whole)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setAccessibleName("Models")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)

    # ------------------------------------------------------------ what others ask for

    def take_focus(self) -> None:
        """The keys go to the first thing that can be done."""
        first = self._first_button()
        self._focus_wanted = first is None
        (first or self).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def refresh(self) -> None:
        """Read the overview again, if anybody sees it."""
        if self.isVisible():
            self._book.look()

    def refresh_theme(self) -> None:
        """Keep lines as long as they are good to read."""
        self._page.setMaximumWidth(theme.px(WIDEST))

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks."""
        super().showEvent(event)
        self._book.set_seen(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._book.set_seen(False)

    # ------------------------------------------------------------ what arrived

    def _show(self) -> None:
        overview = self._book.overview
        set_role(self.waiting, "wrong" if self._book.trouble else "secondary")
        self.waiting.setText(self._book.trouble or WAITING)
        self.waiting.setVisible(overview is None or bool(self._book.trouble))
        self.retry.setVisible(bool(self._book.trouble))
        if overview is None:
            return
        self._paint_when_laid_out()
        self.now.show_overview(overview)
        self._show_here(overview)
        self._show_offers(overview)
        self._show_kept(overview)
        self.reranker.show_reranker(overview.reranker)
        self.device.show_report(overview.device)
        for part in (self.now, self.here, self.reranker, self.device):
            part.show()
        self.token.setVisible(overview.token)
        order_focus(self._page)
        if self._focus_wanted:
            self.take_focus()
        self._go_to_arrived()

    def _paint_when_laid_out(self) -> None:
        """The first overview is not seen before every row has its place."""
        if not self.device.isVisible() and self.isVisible():
            self.area.setUpdatesEnabled(False)
            QTimer.singleShot(0, self, lambda: self.area.setUpdatesEnabled(True))

    def _show_here(self, overview: ModelsOverview) -> None:
        now = live(overview)
        others = {each.name: each for each in overview.installed}
        if now is not None:
            others.pop(now.model, None)
        self.here.show_rows(tuple(others), lambda: InstalledRow(self._wishes))
        for name, model in others.items():
            self.here.rows[name].show_model(model, overview, None)

    def _show_offers(self, overview: ModelsOverview) -> None:
        """The catalogue, then what else is on its way."""
        entries = {entry.repo: entry for entry in on_offer(overview)}
        others = [each.source for each in self._shop.fetches if each.source not in entries]
        self.offers.show_rows((*others, *entries), lambda: FetchRow(self._shop, self._wishes))
        for repo, entry in entries.items():
            self.offers.rows[repo].show_entry(entry, overview, self._shop.fetch_of(repo))
        for source in others:
            if (fetch := self._shop.fetch_of(source)) is not None:
                self.offers.rows[source].show_fetch(fetch, fetch.title)
        self.offers.show()

    def _show_kept(self, overview: ModelsOverview) -> None:
        found = kept(overview)
        self.kept.show_rows(
            tuple(each.id for each in found), lambda: KeptRow(self._shop, self._wishes)
        )
        for each in found:
            self.kept.rows[each.id].show_kept(each, overview)
        self.kept.setVisible(bool(found))

    def _advance(self, fetch: Fetch) -> None:
        if (row := self.offers.rows.get(fetch.source)) is not None:
            row.advance()

    def _welcome(self, model: InstalledModel) -> None:
        """Go to what has just arrived, if the keys were on its way here."""
        self._arrived = model.name if self.isAncestorOf(self.focusWidget()) else ""

    def _go_to_arrived(self) -> None:
        row = self.here.rows.get(self._arrived)
        if row is not None and row.use.isVisible():
            self._arrived = ""
            row.use.setFocus(Qt.FocusReason.OtherFocusReason)
            self.area.ensureWidgetVisible(row)

    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """What the keys have come to is in sight; a click moves nothing under the mouse."""
        clicked = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if now is not None and not clicked and self._page.isAncestorOf(now):
            self.area.ensureWidgetVisible(now)

    def _first_button(self) -> QPushButton | None:
        pushes = self._page.findChildren(QPushButton)
        return next((each for each in pushes if each.isVisible() and each.isEnabled()), None)
