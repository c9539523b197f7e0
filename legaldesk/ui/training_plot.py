"""Curves drawn by pyqtgraph. Importing this takes most of a second: only training_curves does."""

from __future__ import annotations

from collections.abc import Mapping

import pyqtgraph as pg
from pyqtgraph.graphicsItems.ScatterPlotItem import drawSymbol
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from legaldesk.ui import theme
from legaldesk.ui.flow import Flow
from legaldesk.ui.pieces import label
from legaldesk.ui.training_figures import Curve

HIGH = 200
_LINE = Qt.PenStyle
LOOKS = (
    ("accent", _LINE.SolidLine, "o"),
    ("careful", _LINE.DashLine, "s"),
    ("right", _LINE.DotLine, "t1"),
    ("wrong", _LINE.DashDotLine, "d"),
    ("secondary", _LINE.DashDotDotLine, "x"),
    ("text", _LINE.SolidLine, "t"),
    ("accent", _LINE.DotLine, "star"),
)
"""Colour of the theme, line and marker of each curve, so that colour alone tells nothing."""


class Canvas(pg.PlotWidget):
    """A plot that neither zooms nor takes the wheel from the page."""

    def __init__(self) -> None:
        super().__init__()
        self.setMenuEnabled(False)
        self.setMouseEnabled(False, False)
        self.hideButtons()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAntialiasing(True)
        self.setLimits(yMin=0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave it to the page."""
        event.ignore()


class Key(QWidget):
    """A piece of a curve and its name."""

    def __init__(self, name: str, look: int) -> None:
        super().__init__()
        self._name, self._look = name, look
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Room for both."""
        words = self.fontMetrics().horizontalAdvance(self._name)
        return QSize(theme.px(36) + 6 + words + 8, theme.px(18))

    def changeEvent(self, event: QEvent) -> None:
        """Grow with the text."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line with its marker in the middle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide, middle = theme.px(36), self.height() / 2
        painter.setPen(pen(self._look))
        painter.drawLine(0, round(middle), wide, round(middle))
        painter.save()
        painter.translate(wide / 2, middle)
        edge, fill = pg.mkPen(colour(self._look), width=1.5), pg.mkBrush(theme.colours().window)
        drawSymbol(painter, LOOKS[self._look % len(LOOKS)][2], theme.px(8), edge, fill)
        painter.restore()
        painter.setPen(QColor(theme.colours().text))
        room = self.rect().adjusted(wide + 6, 0, 0, 0)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), self._name)


def colour(look: int) -> QColor:
    """A curve's colour in the theme in use."""
    return QColor(getattr(theme.colours(), LOOKS[look % len(LOOKS)][0]))


def pen(look: int) -> object:
    """A curve's line."""
    return pg.mkPen(colour(look), width=2, style=LOOKS[look % len(LOOKS)][1])


class Plot(QWidget):
    """Curves over the steps, under a heading, with a legend below where there are several."""

    def __init__(self, heading: str, markers: bool) -> None:
        super().__init__()
        self._markers = markers
        self.heading = label(heading, "strong", wrap=True)
        self.canvas = Canvas()
        self.canvas.setAccessibleName(heading)
        self.curves: dict[str, object] = {}
        if markers:  # figures are shares
            self.canvas.setLimits(yMin=-0.02, yMax=1.02)
        self.keys: list[Key] = []
        self._legend = Flow(gap=12)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        self.head.addWidget(self.heading, 1)
        column.addLayout(self.head)
        column.addWidget(self.canvas)
        column.addLayout(self._legend)
        column.addStretch(1)
        self.refresh_theme()

    def show_curves(self, curves: Mapping[str, Curve], steps_in_all: int) -> None:
        """Draw these, the first in the first look; those that are there only move."""
        self.canvas.setXRange(0, max(1, steps_in_all), padding=0.03)
        if list(curves) != list(self.curves):
            self._make(list(curves))
        for name, (steps, values) in curves.items():
            self.curves[name].setData(steps, values)  # type: ignore[attr-defined]
            if not self._markers:  # a line of one point would not be seen
                mark = "o" if len(steps) == 1 else None
                self.curves[name].setSymbol(mark)  # type: ignore[attr-defined]

    def _make(self, names: list[str]) -> None:
        self.canvas.clear()
        self.curves.clear()
        for key in self.keys:
            self._legend.removeWidget(key)
            key.deleteLater()
        self.keys = [Key(name, look) for look, name in enumerate(names)] if self._markers else []
        for key in self.keys:
            self._legend.addWidget(key)
        for look, name in enumerate(names):
            marks = {"symbol": LOOKS[look % len(LOOKS)][2]} if self._markers else {}
            self.curves[name] = self.canvas.plot([], [], antialias=True, **marks)
            self._dress(look, name)

    def _dress(self, look: int, name: str) -> None:
        curve = self.curves[name]
        curve.setPen(pen(look))  # type: ignore[attr-defined]
        curve.setSymbolSize(theme.px(8))  # type: ignore[attr-defined]
        curve.setSymbolPen(pg.mkPen(colour(look), width=1.5))  # type: ignore[attr-defined]
        curve.setSymbolBrush(pg.mkBrush(theme.colours().window))  # type: ignore[attr-defined]

    def refresh_theme(self) -> None:
        """Follow colours and text size."""
        colours = theme.colours()
        self.canvas.setBackground(colours.window)
        self.canvas.setFixedHeight(theme.px(HIGH))
        self.heading.setMinimumHeight(theme.px(18) + 10)
        self.canvas.showGrid(x=False, y=True, alpha=0.15)
        for side in ("left", "bottom"):
            axis = self.canvas.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setPen(pg.mkPen(colours.field_line))
            axis.setTextPen(pg.mkPen(colours.secondary))
            axis.setStyle(tickFont=theme.font(theme.SMALL), tickLength=-4, maxTickLevel=0)
        self.canvas.getAxis("left").setWidth(theme.px(44))
        self.canvas.getAxis("bottom").setHeight(theme.px(24))
        for look, name in enumerate(self.curves):
            self._dress(look, name)
        for key in self.keys:
            key.updateGeometry()
