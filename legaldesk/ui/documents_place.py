"""The documents view as part of the window: its wishes go to those who can grant them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from legaldesk.core.documents import FileOutcome, FileState
from legaldesk.ui.documents_view import DocumentsView

if TYPE_CHECKING:
    from legaldesk.ui.actors import Actors
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests


def documents_place(requests: Requests, lanes: Lanes, actors: Actors) -> DocumentsView:
    """The view on the current matter; files are tried again in the matter they were meant for."""
    view = DocumentsView(requests, lanes.library)

    def unlock(file: str, matter: str) -> None:
        actors.adding.add_locked(FileOutcome(file, FileState.LOCKED, matter=matter))

    view.addToMatterRequested.connect(actors.filing.ask_matter)
    view.takeOutRequested.connect(actors.filing.take_out)
    view.removeRequested.connect(actors.erasing.remove_documents)
    view.passwordRequested.connect(unlock)
    view.retryRequested.connect(actors.adding.add)
    view.addRequested.connect(actors.adding.choose_files)
    actors.book.currentChanged.connect(view.set_matter)
    view.set_matter(actors.book.current)
    return view
