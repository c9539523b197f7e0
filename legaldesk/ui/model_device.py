"""Where the arithmetic is done: the choice, the free memory, and a card that cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from legaldesk.core.models import DeviceReport
from legaldesk.ui.choice_box import ChoiceBox
from legaldesk.ui.document_text import plain
from legaldesk.ui.model_words import TITLES, command_in, device_line
from legaldesk.ui.pieces import button, hairline, label
from legaldesk.ui.sign_line import SignLine

if TYPE_CHECKING:
    from legaldesk.ui.model_shop import ModelShop

ABOUT = "Where passages are prepared and questions are read. A graphics card is many times faster."


class ModelDevice(QWidget):
    """A choice of what there is; what cannot be used is said with the command that mends it."""

    def __init__(self, shop: ModelShop) -> None:
        super().__init__()
        self._shop = shop
        self._report: DeviceReport | None = None
        self.choice = ChoiceBox("Compute on")
        self.choice.activated.connect(self._choose)
        self.now = label("", "secondary", wrap=True)
        self.note = SignLine()
        self.note.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.copy = button("Copy the command", self._copy, icon="copy")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(label("Computes on", "heading"))
        column.addWidget(hairline())
        column.addWidget(label(ABOUT, "secondary", wrap=True))
        column.addWidget(self.choice, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.now)
        column.addWidget(self.note)
        column.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)

    def show_report(self, report: DeviceReport) -> None:
        """Show what there is and what was chosen; an open list is left alone."""
        before, self._report = self._report, report
        if before != report and not self.choice.view().isVisible():
            self._fill(report)
        chosen = next((each for each in report.devices if each.name == report.chosen), None)
        self.now.setText(f"Now: {device_line(chosen)}" if chosen is not None else "")
        self.now.setVisible(chosen is not None and report.wanted == "auto")
        self.note.say("warning", "careful", report.note)
        self.copy.setVisible(bool(command_in(report.note)))

    def _fill(self, report: DeviceReport) -> None:
        self.choice.clear()
        self.choice.addItem(TITLES["auto"], "auto")
        for device in report.devices:
            kind = device.name.partition(":")[0]
            if self.choice.findData(kind) < 0:
                self.choice.addItem(plain(device_line(device)), kind)
        if self.choice.findData(report.wanted) < 0:
            gone = TITLES.get(report.wanted, report.wanted)
            self.choice.addItem(f"{plain(gone)} (not there now)", report.wanted)
        self.choice.setCurrentIndex(self.choice.findData(report.wanted))

    def _choose(self) -> None:
        wanted = str(self.choice.currentData())
        if self._report is not None and wanted != self._report.wanted:
            self._shop.set_device(wanted)

    def _copy(self) -> None:
        if self._report is not None:
            QGuiApplication.clipboard().setText(command_in(self._report.note))
            self.copy.setText("Copied")
