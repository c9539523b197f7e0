"""Size and place of the window and its parts, from one start to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMainWindow

if TYPE_CHECKING:
    from legaldesk.ui.search_view import SearchView
    from legaldesk.ui.settings import Settings

FIRST, LEAST = (1240, 800), (860, 560)


def restore(window: QMainWindow, search: SearchView, settings: Settings) -> None:
    """As it was left; at the first start as FIRST says."""
    window.resize(*FIRST)
    window.setMinimumSize(*LEAST)
    geometry = settings.layout("window")
    if not geometry.isEmpty():
        window.restoreGeometry(geometry)
    search.remember_split(settings.layout("search"))


def keep(window: QMainWindow, search: SearchView, settings: Settings) -> None:
    """Write down how it is left."""
    settings.keep_layout("window", window.saveGeometry())
    settings.keep_layout("search", search.split())
    settings.save()
