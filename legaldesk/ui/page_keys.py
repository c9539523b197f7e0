"""How bar and keys steer the pages. The keys act only while the focus is in the page view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from legaldesk.ui import keys
from legaldesk.ui.page_canvas import Fit, PageCanvas
from legaldesk.ui.page_column import ACTUAL_SIZE, STEP
from legaldesk.ui.page_toolbar import PageToolbar


def steer(bar: PageToolbar, canvas: PageCanvas, view: QWidget) -> None:
    """Let the bar and the keys of a view move, enlarge and turn its pages."""
    larger, smaller = partial(canvas.zoom_by, STEP), partial(canvas.zoom_by, 1 / STEP)
    actual, turn = partial(canvas.set_zoom, ACTUAL_SIZE), partial(canvas.rotate_pages, 90)
    bar.pageAsked.connect(canvas.go_to)
    bar.zoomAsked.connect(canvas.zoom_by)
    bar.actualSizeAsked.connect(actual)
    bar.fitWidthAsked.connect(partial(canvas.set_fit, Fit.WIDTH))
    bar.fitPageAsked.connect(partial(canvas.set_fit, Fit.PAGE))
    bar.rotateAsked.connect(turn)
    canvas.zoomChanged.connect(
        lambda: bar.show_zoom(canvas.zoom, canvas.fit is Fit.WIDTH, canvas.fit is Fit.PAGE)
    )
    enlarging = dict.fromkeys(keys.LARGER, larger)
    others = {keys.SMALLER: smaller, keys.ACTUAL_SIZE: actual, keys.TURN: turn}
    bind(view, enlarging | others)


def bind(widget: QWidget, acts: Mapping[str, Callable[[], object]]) -> None:
    """Let keys act for a widget and its children, and nowhere else."""
    for key, act in acts.items():
        shortcut = QShortcut(QKeySequence(key), widget)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(_without_arguments(act))


def _without_arguments(act: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        act()

    return run
