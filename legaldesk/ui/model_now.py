"""The head of the Models view: what is in use, what it misses, and what is being prepared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from legaldesk.core.models import GenerationInfo, ModelsOverview
from legaldesk.ui.document_text import caption
from legaldesk.ui.model_facts import Cover, Plan, building, cover, installed, live, previous
from legaldesk.ui.model_pieces import ProgressPart
from legaldesk.ui.model_rows import InstalledRow
from legaldesk.ui.model_words import building_line, gaps_line, live_line
from legaldesk.ui.pieces import button, hairline, label
from legaldesk.ui.sign_line import SignLine

if TYPE_CHECKING:
    from legaldesk.ui.model_book import ModelBook
    from legaldesk.ui.model_shop import ModelShop
    from legaldesk.ui.model_wishes import ModelWishes

NO_MODEL = "No model is in use. Questions find exact words only."


class ModelNow(QWidget):
    """One row for the model in use, with the way back; a warning; a bar."""

    def __init__(self, book: ModelBook, shop: ModelShop, wishes: ModelWishes) -> None:
        super().__init__()
        self._book, self._shop, self._wishes = book, shop, wishes
        self._cover: Cover | None = None
        self._made: GenerationInfo | None = None
        self.none = label(NO_MODEL, "secondary", wrap=True)
        self.row = InstalledRow(wishes)
        self.back = button("Go back", shop.go_back)
        self.row.offer(self.back)
        self.gaps, self.help = SignLine(), button("", self._help, "primary")
        self.coming = label("", "secondary", wrap=True)
        self.making = label("", "strong", wrap=True)
        self.meanwhile = label("", "secondary", wrap=True)
        self.progress = ProgressPart("Preparation of the passages", "Stop", shop.stop_switch)
        self.stuck = SignLine()
        self.again = button("Try again", self._try_again)
        self._arrange()

    def _arrange(self) -> None:
        self._warning, self._preparing = QWidget(), QWidget()
        for box, parts in (
            (self._warning, (self.gaps, self.coming, self.help)),
            (self._preparing, (self.making, self.progress, self.stuck, self.again, self.meanwhile)),
        ):
            inner = QVBoxLayout(box)
            inner.setContentsMargins(0, 12, 0, 12)
            inner.setSpacing(8)
            for each in parts:
                inner.addWidget(each)
            for push in (self.help, self.again):
                inner.setAlignment(push, Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(label("In use", "heading"))
        column.addSpacing(8)
        whole: tuple[QWidget, ...] = (self.none, self.row, self._warning, self._preparing)
        for part in (hairline(), *whole):
            column.addWidget(part)

    def show_overview(self, overview: ModelsOverview) -> None:
        """Show how things stand."""
        now = live(overview)
        model = installed(overview, now.model) if now is not None else None
        self.none.setVisible(now is None)
        self.row.setVisible(now is not None)
        if now is not None and model is not None:
            self.row.show_model(model, overview, now)
        elif now is not None:
            self.row.describe(now.model, "It is not on this computer any more.", "")
        if now is not None:
            self._say_state(now, model.problem if model is not None else "")
        back = previous(overview)
        self.back.setVisible(back is not None)
        if back is not None:
            self.back.setText(caption(f"Go back to {back.model}"))
            self.back.setToolTip("At once: its passages are kept")
        self._show_gaps(overview, now)
        self._show_building(overview, now)

    def _say_state(self, now: GenerationInfo, trouble: str) -> None:
        if trouble or now.problem:
            self.row.state.say("error", "wrong", trouble or now.problem)
        else:
            sign = ("check", "right") if now.complete else ("refresh", "")
            self.row.state.say(*sign, live_line(now))

    def _show_gaps(self, overview: ModelsOverview, now: GenerationInfo | None) -> None:
        self._warning.setVisible(bool(overview.gaps) and now is not None)
        if now is None or not overview.gaps:
            return
        self.gaps.say("warning", "careful", gaps_line(overview.gaps, now.model))
        self._cover = found = cover(overview)
        coming = self._coming(found, overview) if found is not None else ""
        self.coming.setText(coming)
        self.coming.setVisible(bool(coming))
        self.help.setVisible(found is not None and not coming)
        if found is not None:
            deed = "Use" if found.model is not None else "Install"
            what = "them" if not found.misses else "most of them"
            self.help.setText(caption(f"{deed} {found.name}, which covers {what}…"))

    def _coming(self, found: Cover, overview: ModelsOverview) -> str:
        """That the model which helps is on its way already, or ""."""
        made = building(overview)
        fetch = self._shop.fetch_of(found.entry.repo) if found.entry is not None else None
        if made is not None and made.model == found.name:
            return f"{found.name}, which covers them, is being prepared."
        if fetch is not None and fetch.job is not None:
            return f"{found.name}, which covers them, is being installed."
        return ""

    def _show_building(self, overview: ModelsOverview, now: GenerationInfo | None) -> None:
        self._made = made = building(overview)
        self._preparing.setVisible(made is not None)
        if made is None:
            return
        self.making.setText(f"Preparing your passages for {made.model}")
        progress = self._book.progress
        left = progress.seconds_left if progress is not None else None
        self.progress.show_progress(progress, building_line(made, left))
        self.stuck.say("error", "wrong", made.problem)
        self.again.setVisible(bool(made.problem))
        old = f"Search goes on with {now.model} until then. " if now is not None else ""
        self.meanwhile.setText(old + "LegalDesk switches by itself when all are ready.")

    def _help(self) -> None:
        if self._cover is None:
            return
        if self._cover.model is not None:
            self._wishes.use(Plan(self._cover.model))
        elif self._cover.entry is not None:
            self._wishes.install(self._cover.entry)

    def _try_again(self) -> None:
        if self._made is not None:
            self._wishes.use_again(self._made)
