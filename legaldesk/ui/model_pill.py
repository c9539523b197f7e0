"""The corner that says what the model can do now, by sign and word."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton

from legaldesk.core.errors import LegalDeskError
from legaldesk.core.hits import EngineState
from legaldesk.ui import theme
from legaldesk.ui.document_text import caption, tip
from legaldesk.ui.wording import count, model_line

STOPPED = "The engine is not running: exact words only"


class ModelPill(QPushButton):
    """Shows the engine's state; a click tells more and leads to the models."""

    modelsWanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAutoDefault(False)
        self.setProperty("role", "chip")
        self._state: EngineState | None = None
        self._more: list[str] = []
        self.show_state(None)
        self.clicked.connect(self._tell_more)

    def show_state(self, state: EngineState | None) -> None:
        """Show what was heard last."""
        self._state = state
        self._say(model_line(state))
        self._explain(self._details())
        theme.dress(self, *self._sign())

    def show_stopped(self, error: LegalDeskError) -> None:
        """The engine does not answer, and why."""
        self._state = None
        self._say(STOPPED)
        self._explain([error.message])
        theme.dress(self, "error", "wrong")

    def _explain(self, lines: list[str]) -> None:
        self._more = lines
        self.setToolTip(tip(*lines))

    def _say(self, line: str) -> None:
        self.setText(line)
        self.setAccessibleName(f"Model: {line}")

    def _sign(self) -> tuple[str, str]:
        if self._state is None or self._state.model == "loading":
            return "refresh", "secondary"
        if self._state.model == "failed":
            return "error", "wrong"
        if self._state.model == "absent":
            return "warning", "careful"
        return ("refresh", "secondary") if self._state.pending else ("check", "right")

    def _details(self) -> list[str]:
        state = self._state
        if state is None:
            return ["The engine is starting."]
        lines = [f"Model: {state.model_name or 'none'}"]
        if state.device:
            lines.append(f"Runs on: {state.device.upper()}")
        done = max(0, state.total - state.pending)
        lines.append(f"Found by meaning: {done:,} of {count(state.total, 'passage')}")
        if state.pending:
            lines.append("The others are found by their words meanwhile.")
        if state.note:
            lines.append(state.note)
        return lines

    def _tell_more(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for line in self._more:
            menu.addAction(caption(line))
        menu.addSeparator()
        menu.addAction(theme.icon("models"), "Show models", self.modelsWanted.emit)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))
