"""The rows of the Models view: one installed, one on offer, one on its way, one kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from legaldesk.core.models import CatalogueEntry, GenerationInfo, InstalledModel, ModelsOverview
from legaldesk.ui.document_text import day, plain
from legaldesk.ui.model_advanced import ModelAdvanced
from legaldesk.ui.model_facts import (
    Plan,
    building,
    entry_of,
    installed,
    kept,
    languages,
    removable,
)
from legaldesk.ui.model_pieces import Fold, ModelRow, ProgressPart
from legaldesk.ui.model_words import DOT, facts_line, kept_line, offer_line
from legaldesk.ui.pieces import button
from legaldesk.ui.wording import progress_line

if TYPE_CHECKING:
    from legaldesk.ui.model_shop import Fetch, ModelShop
    from legaldesk.ui.model_wishes import ModelWishes


class InstalledRow(ModelRow):
    """A model on this computer: Use, Remove and its details."""

    def __init__(self, wishes: ModelWishes) -> None:
        super().__init__()
        self._wishes = wishes
        self._model: InstalledModel | None = None
        self.use, self.remove = button("Use…", self._use), button("Remove…", self._remove)
        self.advanced = ModelAdvanced()
        self.advanced.useWanted.connect(wishes.use)
        self.fold = Fold("Advanced", self.advanced)
        self.offer(self.fold, self.remove, self.use)
        self.below.addWidget(self.advanced)

    def show_model(
        self, model: InstalledModel, overview: ModelsOverview, used: GenerationInfo | None
    ) -> None:
        """Show a model, and how it is used where it is."""
        self._model = model
        entry = entry_of(overview, model)
        facts = facts_line(languages(overview, model), model.size, model.licence)
        self.describe(model.name, facts, entry.good_for if entry is not None else "")
        made = building(overview)
        prepared = made is not None and made.model == model.name
        self.use.setVisible(used is None)
        ready = any(Plan(model).is_ready(each) for each in kept(overview))
        self.use.setText("Use" if ready else "Use…")
        self.use.setEnabled(not model.problem and not prepared)
        self.remove.setVisible(removable(overview, model))
        if model.problem:
            self.state.say("error", "wrong", model.problem)
        else:
            self.state.say("refresh", "", "Is being prepared" if prepared else "")
        self.advanced.show_model(model, used or (made if prepared else None))
        for push, deed in ((self.use, "Use"), (self.remove, "Remove")):
            push.setAccessibleName(plain(f"{deed} {model.name}"))
        self.fold.say_about(f"details of {model.name}")

    def _use(self) -> None:
        if self._model is not None:
            self._wishes.use(Plan(self._model))

    def _remove(self) -> None:
        if self._model is not None:
            self._wishes.remove(self._model)


class FetchRow(ModelRow):
    """A model that can be had, is on its way, or was cut short on it."""

    def __init__(self, shop: ModelShop, wishes: ModelWishes) -> None:
        super().__init__()
        self._shop, self._wishes = shop, wishes
        self._entry: CatalogueEntry | None = None
        self._fetch: Fetch | None = None
        self.install = button("Install…", self._install)
        self.go_on = button("Go on", self._go_on)
        self.token = button("Another token…", lambda: self._install(again=True))
        self.forget = button("Dismiss", self._forget)
        self.offer(self.token, self.forget, self.go_on, self.install)
        self.progress = ProgressPart("Installing", "Cancel", self._cancel)
        self.below.addWidget(self.progress)

    def show_entry(
        self, entry: CatalogueEntry, overview: ModelsOverview, fetch: Fetch | None
    ) -> None:
        """Show a model of the catalogue."""
        self._entry = entry
        self.describe(entry.name, offer_line(overview, entry), entry.good_for)
        self.show_fetch(fetch, entry.name)

    def show_fetch(self, fetch: Fetch | None, name: str) -> None:
        """Show how far the model is; one that is in no catalogue has only its name."""
        self._fetch = fetch
        if self._entry is None:
            self.describe(name, "", "")
        cut = fetch is not None and fetch.job is None
        failed = cut and fetch is not None and fetch.error is not None
        self.install.setVisible(fetch is None and self._entry is not None)
        self.go_on.setVisible(cut)
        self.forget.setVisible(cut)
        self.token.setVisible(failed and self._entry is not None and self._entry.gated)
        for push in (self.install, self.go_on, self.token, self.forget, self.progress.stop):
            push.setAccessibleName(plain(f"{push.text().rstrip('…')}: {name}"))
        self.advance()
        self._say_cut()

    def advance(self) -> None:
        """Move the bar along."""
        fetch = self._fetch
        if fetch is None or fetch.job is None:
            self.progress.hide()
            return
        line = progress_line(fetch.progress) if fetch.progress is not None else "Waiting to start"
        self.progress.show_progress(fetch.progress, line)

    def _say_cut(self) -> None:
        fetch = self._fetch
        if fetch is None or fetch.job is not None:
            self.state.say()
        elif fetch.error is not None:
            self.state.say("error", "wrong", fetch.error.message)
        else:
            far = progress_line(fetch.progress).partition(",")[0] if fetch.progress else ""
            text = f"Stopped after {far}. " if far else "Stopped. "
            self.state.say("info", "", text + "What has arrived is kept.")

    def _install(self, again: bool = False) -> None:
        if self._entry is not None:
            self._wishes.install(self._entry, again)

    def _go_on(self) -> None:
        if self._fetch is not None:
            self._shop.add(self._fetch.source, self._fetch.title)

    def _forget(self) -> None:
        if self._fetch is not None:
            self._shop.forget(self._fetch.source)

    def _cancel(self) -> None:
        if self._fetch is not None:
            self._shop.cancel(self._fetch.source)


class KeptRow(ModelRow):
    """What was in use or half prepared before: return to it, or delete it."""

    def __init__(self, shop: ModelShop, wishes: ModelWishes) -> None:
        super().__init__()
        self._shop, self._wishes = shop, wishes
        self._kept: GenerationInfo | None = None
        self.delete = button("Delete…", self._delete)
        self.back = button("", self._return)
        self.offer(self.delete, self.back)

    def show_kept(self, generation: GenerationInfo, overview: ModelsOverview) -> None:
        """Show what is kept and what can be done with it."""
        self._kept = generation
        when = f"{DOT}made {day(generation.created)}" if generation.created else ""
        width = generation.used_dimension
        cut = f"{DOT}{width:,} dimensions" if width != generation.dimension else ""
        self.describe(generation.model, kept_line(generation) + when + cut, "")
        if generation.problem:
            self.state.say("error", "wrong", generation.problem)
        else:
            self.state.say()
        words = "Go back" if generation.previous else "Use" if generation.complete else "Go on"
        self.back.setText(words)
        self.back.setVisible(installed(overview, generation.model) is not None)
        for push, deed in ((self.back, f"{words}: "), (self.delete, "Delete what is kept for ")):
            push.setAccessibleName(plain(deed + generation.model))

    def _return(self) -> None:
        if self._kept is not None and self._kept.previous:
            self._shop.go_back()
        elif self._kept is not None:
            self._wishes.use_again(self._kept)

    def _delete(self) -> None:
        if self._kept is not None:
            self._wishes.prune(self._kept)
