"""The menu of what the user may set: colours, text size, and whether files are copied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from legaldesk.ui import theme
from legaldesk.ui.settings import Settings

_SCHEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}


def settings_menu(
    parent: QWidget, settings: Settings, relook: Callable[[theme.Look], object]
) -> QMenu:
    """A fresh menu; ``relook`` is given the look that was chosen."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    look = settings.look
    _heading(menu, "Colours")
    _choices(menu, _SCHEMES, look.scheme, lambda scheme: relook(replace(look, scheme=scheme)))
    _heading(menu, "Text size")
    sizes = {scale: f"{scale}%" for scale in theme.SCALES}
    _choices(menu, sizes, look.scale, lambda scale: relook(replace(look, scale=scale)))
    _heading(menu, "New files")
    copies = {True: "Keep a copy in the library", False: "Read them where they are"}
    _choices(menu, copies, settings.keep_copies, lambda keep: _keep(settings, keep))
    return menu


def _heading(menu: QMenu, text: str) -> None:
    """A line that names what follows; Qt's own sections have no text under a style sheet."""
    if not menu.isEmpty():
        menu.addSeparator()
    menu.addAction(text).setEnabled(False)


def _keep(settings: Settings, keep: bool) -> None:
    settings.keep_copies = keep


def _choices(menu: QMenu, names: dict, current: object, choose: Callable) -> None:
    """One group of choices of which exactly one holds."""
    group = QActionGroup(menu)
    for value, name in names.items():
        action = menu.addAction(name)
        action.setCheckable(True)
        action.setChecked(value == current)
        action.triggered.connect(lambda _=False, value=value: choose(value))
        group.addAction(action)
