"""What is asked before a model is fetched, used or deleted; the shop then does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from legaldesk.core.models import CatalogueEntry, GenerationInfo, InstalledModel
from legaldesk.ui.dialogs import ask
from legaldesk.ui.document_text import file_name
from legaldesk.ui.model_facts import Plan, installed, kept
from legaldesk.ui.model_questions import HubNameQuestion, InstallQuestion, SureQuestion
from legaldesk.ui.model_words import remove_text, use_text
from legaldesk.ui.wording import size

if TYPE_CHECKING:
    from legaldesk.ui.model_book import ModelBook
    from legaldesk.ui.model_shop import ModelShop


class ModelWishes(QObject):
    """Each method is a wish of the Models view; nothing happens before the first overview."""

    def __init__(self, window: QWidget, book: ModelBook, shop: ModelShop) -> None:
        super().__init__(window)
        self._window = window
        self._book = book
        self._shop = shop

    # ------------------------------------------------------------ getting one

    def install(self, entry: CatalogueEntry, again: bool = False) -> None:
        """Fetch a model of the catalogue; ``again`` asks for another token."""
        if self._book.overview is not None:
            question = InstallQuestion(self._window, entry, self._book.overview, again)
            ask(question, lambda: self._shop.add(entry.repo, entry.name, question.token))

    def install_by_name(self) -> None:
        """Fetch any model of the hub."""
        if self._book.overview is not None:
            question = HubNameQuestion(self._window, self._book.overview)
            ask(question, lambda: self._shop.add(question.name, question.name, question.token))

    def choose_folder(self) -> None:
        """Add a model that lies in a folder."""
        self._dialog("Add a model from its folder", QFileDialog.FileMode.Directory).open()

    def choose_reranker(self) -> None:
        """Use the cross-encoder that lies in a folder, where it lies."""
        title = "Choose the folder of a cross-encoder"
        self._dialog(title, QFileDialog.FileMode.Directory, self._use_reranker).open()

    def _use_reranker(self, paths: Sequence[str]) -> None:
        for path in paths[:1]:
            self._shop.use_reranker(path)

    def choose_zip(self) -> None:
        """Add a model that lies in a zip file."""
        dialog = self._dialog("Add a model from a zip file", QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["Zip files (*.zip *.ZIP)", "All files (*)"])
        dialog.open()

    def add_paths(self, paths: Sequence[str]) -> None:
        """Add models from folders and zip files."""
        for path in paths:
            self._shop.add(path, file_name(path).removesuffix(".zip"))

    def _dialog(
        self,
        title: str,
        mode: QFileDialog.FileMode,
        take: Callable[[Sequence[str]], None] | None = None,
    ) -> QFileDialog:
        """A file dialog whose choice goes to ``take``; to be added where that is None."""
        dialog = QFileDialog(self._window, title)
        dialog.setFileMode(mode)
        dialog.filesSelected.connect(
            lambda names: (take or self.add_paths)(list(map(QDir.toNativeSeparators, names)))
        )
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    # ------------------------------------------------------------ using one

    def use(self, plan: Plan) -> None:
        """Put a model to use; asks only where something has to be prepared."""
        overview = self._book.overview
        if overview is None:
            return
        if any(plan.is_ready(each) for each in kept(overview)):
            self._use(plan)
            return
        pace = self._book.pace_of(plan.model.name)
        text = use_text(overview, plan, pace)
        question = SureQuestion(self._window, f"Use {plan.model.name}?", text, "Use it")
        ask(question, lambda: self._use(plan))

    def use_again(self, generation: GenerationInfo) -> None:
        """Return to what was prepared earlier, or go on with it, at once."""
        self._shop.use(generation.model, generation.prompts, generation.used_dimension)

    def _use(self, plan: Plan) -> None:
        self._shop.use(plan.model.name, plan.prompts, plan.dimension)

    # ------------------------------------------------------------ deleting

    def remove(self, model: InstalledModel) -> None:
        """Delete a model from this computer."""
        if self._book.overview is not None:
            text = remove_text(self._book.overview, model)
            title = f"Remove {model.name}?"
            question = SureQuestion(self._window, title, text, "Remove", danger=True)
            ask(question, lambda: self._shop.remove(model.name))

    def prune(self, generation: GenerationInfo) -> None:
        """Delete what was prepared for a model earlier."""
        overview = self._book.overview
        name = generation.model
        text = f"This frees {size(generation.bytes)}. "
        if overview is not None and installed(overview, name) is not None:
            text += f"{name} itself stays; your passages would have to be prepared for it anew."
        title = f"Delete what was prepared for {name}?"
        question = SureQuestion(self._window, title, text, "Delete", danger=True)
        ask(question, lambda: self._shop.prune(generation.id))
