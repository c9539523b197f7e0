"""Views that nobody has needed yet are made when the window is at rest."""

from __future__ import annotations

from types import SimpleNamespace

import shiboken6

from legaldesk.ui import views
from legaldesk.ui.task_board import Task, TaskBoard
from legaldesk.ui.view import View
from legaldesk.ui.views import Place, Views
from legaldesk.workers.job import Job


def test_no_view_is_made_ahead_while_something_goes_on(qtbot, monkeypatch):
    places = tuple(Place(name, "search", lambda *_: View()) for name in ("One", "Two"))
    monkeypatch.setattr(views, "PLACES", places)
    monkeypatch.setattr(views, "AHEAD_MS", 5)
    board, watcher = TaskBoard(), SimpleNamespace(state=SimpleNamespace(pending=3))
    shown = Views(None, None, SimpleNamespace(board=board, watcher=watcher))
    importing = Task("Import", Job(lambda report: None))
    board.add(importing)

    shown.make_ahead()
    qtbot.wait(60)
    assert not [*shown.made()]

    board.drop(importing)
    qtbot.wait(60)
    assert not [*shown.made()]  # passages wait for their meaning

    watcher.state = None
    qtbot.waitUntil(lambda: len([*shown.made()]) == 2)
    shiboken6.delete(shown)  # it would go on with the real places
