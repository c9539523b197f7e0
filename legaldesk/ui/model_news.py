"""What is told of models outside their view: a mark, a message, and who takes what is dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from legaldesk.ui.views import MODELS, Views
from legaldesk.ui.wording import count

if TYPE_CHECKING:
    from legaldesk.ui.banner import Banner
    from legaldesk.ui.model_actors import ModelActors
    from legaldesk.ui.model_shop import Fetch
    from legaldesk.ui.model_wishes import ModelWishes
    from legaldesk.ui.sidebar import Sidebar


class ModelNews(QObject):
    """Tells in the sidebar and the banner; ``show`` leads to the view."""

    def __init__(
        self,
        models: ModelActors,
        sidebar: Sidebar,
        banner: Banner,
        views: Views,
        show: Callable[[], object],
    ) -> None:
        super().__init__(views)
        self._models, self._sidebar, self._banner = models, sidebar, banner
        self._views, self._show = views, show
        models.book.changed.connect(self._mark)
        models.shop.fetchFailed.connect(self._say)

    def taker(self) -> ModelWishes | None:
        """Who takes dropped models: somebody only while the models are shown."""
        return self._models.wishes if self._views.currentIndex() == MODELS else None

    def _mark(self) -> None:
        """The sidebar tells that documents are not covered by the model."""
        overview = self._models.book.overview
        found = sum(gap.documents for gap in overview.gaps) if overview is not None else 0
        worry = f"{count(found, 'document')} in languages that the model does not cover"
        self._sidebar.mark_view(MODELS, worry if found else "")

    def _say(self, fetch: Fetch) -> None:
        """A model that did not arrive is said here only where its own row is not seen."""
        if self.taker() is None and fetch.error is not None:
            text = f"{fetch.title} was not installed. {fetch.error.message}"
            self._banner.say(text, ("Show models", self._show))
