"""The side of the problems: what is wrong with the chosen files, and buttons that help."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from legaldesk.ui.document_details import StateLine
from legaldesk.ui.document_label import PlainLabel
from legaldesk.ui.document_problems import ACTIONS, Action, Problem
from legaldesk.ui.document_text import breakable
from legaldesk.ui.pieces import button, set_role
from legaldesk.ui.wording import count

TOGETHER = (Action.RETRY, Action.DISMISS)
"""What can be done to several files at once."""


class ProblemSide(QWidget):
    """Names the chosen problems and offers what helps; ``actionAsked`` carries an Action."""

    actionAsked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self.state = PlainLabel("heading"), StateLine()
        self.where = PlainLabel("secondary")
        self.buttons = {
            action: button(text, partial(self.actionAsked.emit, action))
            for action, text in ACTIONS.items()
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 8)
        column.setSpacing(8)
        for widget in (self.name, self.state, self.where):
            column.addWidget(widget)
        column.addSpacing(8)
        for action in self.buttons.values():
            column.addWidget(action)
        column.addStretch(1)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show one problem in full, or what several have in common."""
        one = problems[0]
        several = len(problems) > 1
        common = [
            action
            for action in one.actions
            if not several
            or (action in TOGETHER and all(action in each.actions for each in problems))
        ]
        self.name.setText(count(len(problems), "file") + " chosen" if several else one.name)
        self.state.say(one.state, one.reason)
        self.state.setVisible(not several)
        self.where.setText(breakable(one.file))
        self.where.setVisible(not several and bool(one.file))
        for action, push in self.buttons.items():
            push.setVisible(action in common)
            set_role(push, "primary" if common and action is common[0] else "")
