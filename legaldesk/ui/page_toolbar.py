"""The bar above the pages: which page, how large, which way up."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from legaldesk.ui import theme
from legaldesk.ui.document_label import PlainLabel
from legaldesk.ui.page_column import ACTUAL_SIZE, STEP
from legaldesk.ui.pieces import tool

_NUMBER = re.compile(r"\s*(\d+)\s*(?:/.*)?$")


class PageToolbar(QWidget):
    """Shows where the view is and asks it to go elsewhere."""

    pageAsked = Signal(int)
    zoomAsked = Signal(float)
    actualSizeAsked = Signal()
    fitWidthAsked = Signal()
    fitPageAsked = Signal()
    rotateAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = 0
        self._labels: tuple[str | None, ...] = ()
        self.page_box = QLineEdit()
        self.page_box.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.page_box.setAccessibleName("Page")
        self.page_box.setToolTip("Type a page number, or a printed one such as iv, and Enter")
        self.page_box.returnPressed.connect(self._go_to_typed)
        self.page_box.installEventFilter(self)
        self.printed = PlainLabel("secondary")
        self.printed.setWordWrap(False)
        self._make_buttons()
        self._arrange()
        self.show_page(0, ())

    def _make_buttons(self) -> None:
        self.previous = _button("chevron-up", "Previous page", "Ctrl+Page Up")
        self.next = _button("chevron-down", "Next page", "Ctrl+Page Down")
        self.smaller = _button("zoom-out", "Zoom out", "Ctrl+-")
        self.larger = _button("zoom-in", "Zoom in", "Ctrl++")
        self.percent = QToolButton()
        self.percent.setToolTip("Actual size (Ctrl+0)")
        self.fit_width = _button("fit-width", "Fit the width", checkable=True)
        self.fit_page = _button("fit-page", "Fit the whole page", checkable=True)
        self.rotate = _button("rotate", "Rotate clockwise", "R")
        self.previous.clicked.connect(lambda: self.pageAsked.emit(self._page - 1))
        self.next.clicked.connect(lambda: self.pageAsked.emit(self._page + 1))
        self.smaller.clicked.connect(lambda: self.zoomAsked.emit(1 / STEP))
        self.larger.clicked.connect(lambda: self.zoomAsked.emit(STEP))
        self.percent.clicked.connect(self.actualSizeAsked)
        self.fit_width.clicked.connect(self.fitWidthAsked)
        self.fit_page.clicked.connect(self.fitPageAsked)
        self.rotate.clicked.connect(self.rotateAsked)

    @property
    def _by_need(self) -> tuple[QWidget, ...]:
        """What is shown, what is needed most first."""
        return (self.page_box, self.previous, self.next, self.larger, self.smaller, self.fit_width,
                self.printed, self.percent, self.rotate, self.fit_page)  # fmt: skip

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        for widget in (self.previous, self.page_box, self.next):
            row.addWidget(widget)
        row.addSpacing(4)
        row.addWidget(self.printed)
        row.addStretch(1)
        for widget in (self.smaller, self.percent, self.larger):
            row.addWidget(widget)
        row.addSpacing(8)
        for widget in (self.fit_width, self.fit_page, self.rotate):
            row.addWidget(widget)
        self.refresh_theme()

    def refresh_theme(self) -> None:
        """Take widths from the text size in use."""
        metrics = QFontMetrics(theme.font())
        self.page_box.setFixedWidth(metrics.horizontalAdvance("0000 / 0000") + 20)
        self.percent.setMinimumWidth(metrics.horizontalAdvance("0000%") + 12)

        self._make_room()

    def minimumSizeHint(self) -> QSize:
        """Narrow: what does not fit is left out."""
        return QSize(self.page_box.width(), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no room for; the keys do the same."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Decide from the widgets' sizes alone, then show and hide only what changes."""
        room = self.width() - 40
        for widget in self._by_need:
            wide = widget.sizeHint().width() + 4 if widget is not self.page_box else widget.width()
            fits = room >= wide and (widget is not self.printed or bool(self.printed.text()))
            room -= wide if fits else 0
            if widget.isHidden() == fits:
                widget.setVisible(fits)

    def show_page(self, page: int, labels: Sequence[str | None]) -> None:
        """Say which page of how many it is, and its printed number where that differs."""
        self._page, self._labels = page, tuple(labels)
        last = len(self._labels)
        self._write_page()
        label = self._labels[page - 1] if 1 <= page <= last else None
        self.printed.setText(f"printed {label}" if label and label != str(page) else "")
        self._make_room()
        self.previous.setEnabled(page > 1)
        self.next.setEnabled(page < last)
        for widget in (self.page_box, self.smaller, self.larger, self.percent):
            widget.setEnabled(last > 0)
        for widget in (self.fit_width, self.fit_page, self.rotate):
            widget.setEnabled(last > 0)

    def show_zoom(self, zoom: float, fits_width: bool, fits_page: bool) -> None:
        """Say how large it is; 100% is the printed size."""
        self.percent.setText(f"{round(100 * zoom / ACTUAL_SIZE)}%")
        self.percent.setAccessibleName(f"Zoom {self.percent.text()}; press for actual size")
        self.fit_width.setChecked(fits_width)
        self.fit_page.setChecked(fits_page)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Select all on entering the page box; leaving it or Esc restores what it said."""
        if watched is self.page_box:
            if event.type() == QEvent.Type.FocusIn:
                self.page_box.selectAll()
            elif event.type() == QEvent.Type.FocusOut:
                self._write_page()
        return super().eventFilter(watched, event)

    def _write_page(self) -> None:
        last = len(self._labels)
        self.page_box.setText(f"{self._page} / {last}" if last else "")

    def _go_to_typed(self) -> None:
        page = self._typed_page(self.page_box.text())
        self._write_page()
        self.page_box.selectAll()
        if page:
            self.pageAsked.emit(page)

    def _typed_page(self, text: str) -> int:
        """The page meant: by number, else by printed label; 0 where it is neither."""
        number = _NUMBER.match(text)
        if number:
            return max(1, min(int(number[1][:9]), len(self._labels)))
        label = text.strip().casefold()
        printed = [(each or "").casefold() for each in self._labels]
        return printed.index(label) + 1 if label and label in printed else 0


def _button(icon: str, name: str, keys: str = "", checkable: bool = False) -> QToolButton:
    made = tool(icon, name)
    made.setToolTip(f"{name} ({keys})" if keys else name)
    made.setCheckable(checkable)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
