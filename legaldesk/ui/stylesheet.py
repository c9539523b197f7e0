"""The style sheet: only what a palette cannot say. Lengths grow with the text size."""

from __future__ import annotations

from collections.abc import Callable
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from legaldesk.ui.theme import Colours

_SHEET = Template("""
QToolTip { background: $panel; color: $text; border: 1px solid $line; padding: 4px 6px; }
QLabel { background: transparent; }
QLabel[role="small"] { font-size: ${small}px; color: $secondary; }
QLabel[role="secondary"] { color: $secondary; }
QLabel[role="heading"] { font-size: ${large}px; font-weight: 600; }
QLabel[role="title"] { font-size: ${huge}px; font-weight: 600; }
QLabel[role="section"] { font-size: ${small}px; font-weight: 600; color: $secondary; }
QLabel[role="careful"] { color: $careful; }
QLabel[role="careful-small"] { font-size: ${small}px; color: $careful; font-weight: 600; }
QLabel[role="accent-small"] { font-size: ${small}px; color: $accent; font-weight: 600; }
QLabel[role="wrong"] { color: $wrong; }
QLabel[role="right"] { color: $right; }

QLabel[role="strong"] { font-weight: 600; }

QFrame[role="line"] { background: $line; border: none; }
QWidget[role="panel"] { background: $panel; }

QPushButton {
    background: $window; color: $text; border: 1px solid $field_line; border-radius: 5px;
    padding: ${pad_y}px ${pad_x}px; min-height: ${row}px;
}
QPushButton, QToolButton { outline: none; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $selected; }
QPushButton:disabled { color: $secondary; border-color: $line; }
QPushButton:focus { border: 2px solid $accent; padding: ${pad_y_focus}px ${pad_x_focus}px; }
QPushButton[role="primary"] {
    background: $accent; color: $on_accent; border-color: $accent; font-weight: 600;
}
QPushButton[role="primary"]:focus { border: 2px solid $text; }
QPushButton[role="primary"]:disabled { background: $line; color: $secondary; border-color: $line; }
QPushButton[role="danger"] { color: $wrong; border-color: $wrong; }

QPushButton[role="link"], QPushButton[role="quiet"] {
    background: transparent; border: 2px solid transparent; border-radius: 5px;
    padding: ${pad_y_focus}px 4px; text-align: left;
}
QPushButton[role="link"] { color: $accent; text-decoration: underline; }
QPushButton[role="quiet"]:hover { background: $hover; }
QPushButton[role="link"]:focus, QPushButton[role="quiet"]:focus { border-color: $accent; }

QPushButton[role="chip"], QPushButton[role="narrowed"], QPushButton[role="crossing"] {
    background: transparent; border: 1px solid $line; padding: 2px 10px; min-height: ${row}px;
}
QPushButton[role="chip"]:hover { background: $hover; }
QPushButton[role="narrowed"] { background: $selected; border-color: $accent; }
QPushButton[role="crossing"] {
    background: $careful_wash; color: $careful; border-color: $careful; font-weight: 600;
}
QPushButton[role="chip"]:focus, QPushButton[role="narrowed"]:focus,
QPushButton[role="crossing"]:focus { border: 2px solid $accent; padding: 1px 9px; }
QPushButton[role="view"] {
    background: transparent; border: 2px solid transparent; border-radius: 5px;
    padding: 4px 6px; text-align: left; min-height: ${row}px;
}
QPushButton[role="view"]:hover { background: $hover; }
QPushButton[role="view"]:checked { background: $selected; font-weight: 600; }
QPushButton[role="view"]:focus { border-color: $accent; }

QToolButton {
    background: transparent; color: $text; border: 2px solid transparent; border-radius: 5px;
    padding: 3px;
}
QToolButton:hover { background: $hover; }
QToolButton:checked { background: $selected; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $secondary; }
QToolButton::menu-indicator { image: none; width: 0; }

QLineEdit {
    placeholder-text-color: $secondary;
    background: $window; color: $text; border: 1px solid $field_line; border-radius: 5px;
    padding: ${pad_y}px 8px; min-height: ${row}px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:focus { border: 2px solid $accent; padding: ${pad_y_focus}px 7px; }

QLineEdit[role="question"] {
    font-size: ${large}px; padding: 4px 10px; border-radius: 6px; min-height: ${question}px;
}
QLineEdit[role="question"]:focus { padding: 3px 9px; }

QFrame[role="banner"] { background: $wrong_wash; border: none; border-top: 1px solid $wrong; }
QFrame[role="popup"] { background: $window; border: 1px solid $field_line; }
QAbstractItemView[role="panel"] { background: $panel; }

QMenu {
    background: $window; border: 1px solid $line; padding: 4px; menu-scrollable: 1;
}
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: $selected; color: $text; }
QMenu::item:disabled { color: $secondary; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }

QListView, QTreeView, QTableView, QScrollArea, QGraphicsView { border: none; }
QAbstractItemView { outline: none; }
QHeaderView::section {
    background: $panel; color: $secondary; border: none; border-bottom: 1px solid $line;
    padding: 5px 8px; font-weight: 600;
}
QSplitter::handle { background: $line; }
QSplitter::handle:hover, QSplitter::handle:focus { background: $accent; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }

QProgressBar {
    background: $line; border: none; border-radius: 3px; min-height: 6px; max-height: 6px;
}
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $handle; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:disabled { background: transparent; }
QScrollBar::handle:hover { background: $secondary; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")


def stylesheet(colours: Colours, px: Callable[[int], int]) -> str:
    """The sheet in these colours; ``px`` scales a length with the text size."""
    shades = {name: getattr(colours, name) for name in colours.__slots__}
    lengths = {
        "small": px(11),
        "large": px(16),
        "huge": px(20),
        "row": px(18),
        "question": px(24),
        "pad_y": 4,
        "pad_x": 12,
        "pad_y_focus": 3,
        "pad_x_focus": 11,
    }
    return _SHEET.substitute(shades, **lengths)
