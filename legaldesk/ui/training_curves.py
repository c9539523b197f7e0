"""The place of the curves: loads what draws them beside the window, and keeps words for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from legaldesk.core.progress import Report
from legaldesk.core.runs import RunNews
from legaldesk.ui import theme
from legaldesk.ui.choice_box import ChoiceBox
from legaldesk.ui.pieces import label
from legaldesk.ui.training_figures import (
    best_line,
    figure_meaning,
    figure_name,
    loss_curve,
    measures,
    metric_curves,
)
from legaldesk.ui.training_words import size_name
from legaldesk.workers.job import Job

if TYPE_CHECKING:
    from legaldesk.ui.training_plot import Plot
    from legaldesk.workers.lane import Lane

NARROW = 600
LOSS = "How far off (loss), lower is better"
FIGURE = "How right, higher is better"
NO_PLOTS = "The curves cannot be drawn on this computer."


class TrainingCurves(QWidget):
    """Shows a run's news; the plots are made one after the other, when they are first needed."""

    def __init__(self, lane: Lane) -> None:
        super().__init__()
        self._lane = lane
        self._asked = False
        self._news: RunNews | None = None
        self._full = 0
        self.loss: Plot | None = None
        self.figure: Plot | None = None
        self.measure = ChoiceBox("Figure of the curves")
        self.measure.currentIndexChanged.connect(lambda _: self._draw())
        self.best = label("", "secondary", wrap=True)
        self.missing = label("", "small", wrap=True)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(24)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._row)
        for part in (self.missing, self.best):
            column.addWidget(part)
        self.missing.hide()

    def warm_up(self) -> None:
        """Import what draws, in a lane: at once it would hold the window for most of a second."""
        if self._asked:
            return
        self._asked = True

        def load(_report: Report) -> object:
            from legaldesk.ui import training_plot

            return training_plot

        job = Job(load, "load_plots")
        job.succeeded.connect(self._make_loss)
        job.failed.connect(lambda _: self._say_missing())
        self._lane.submit(job)

    def show_news(self, news: RunNews, full: int = 0) -> None:
        """Draw what a run told so far; ``full`` is its model's width, 0 for the widest curve."""
        self.warm_up()
        if news is self._news:
            return
        self._news, self._full = news, full
        told = measures(news)
        if [self.measure.itemData(row) for row in range(self.measure.count())] != list(told):
            chosen = self.measure.currentData()
            self.measure.blockSignals(True)
            self.measure.clear()
            for name in told:
                self.measure.addItem(figure_name(name), name)
            self.measure.setCurrentIndex(max(0, self.measure.findData(chosen)))
            self.measure.blockSignals(False)
        self._draw()

    def _make_loss(self, plots: Any) -> None:
        self.loss = plots.Plot(LOSS, markers=False)
        self._row.addWidget(self.loss, 1)
        QTimer.singleShot(0, self, lambda: self._make_figure(plots))

    def _make_figure(self, plots: Any) -> None:
        self.figure = plots.Plot(FIGURE, markers=True)
        self.figure.head.addWidget(self.measure)
        self._row.addWidget(self.figure, 1)
        self._draw()

    def _say_missing(self) -> None:
        self.missing.setText(NO_PLOTS)
        self.missing.show()

    def _draw(self) -> None:
        news, metric = self._news, str(self.measure.currentData() or "")
        if news is None:
            return
        self.measure.setToolTip(figure_meaning(metric))
        self.measure.setVisible(bool(metric))
        self.best.setText(best_line(news, metric))
        self.best.setVisible(bool(self.best.text()))
        steps = news.steps[-1].steps if news.steps else 1
        if self.loss is not None:
            self.loss.show_curves({"Loss": loss_curve(news)}, steps)
        if self.figure is not None:
            curves = metric_curves(news, metric)
            widest = max((self._full, *curves))
            named = {size_name(width, widest): curve for width, curve in curves.items()}
            self.figure.show_curves(named, steps)

    def refresh_theme(self) -> None:
        """Follow colours and text size."""
        for plot in (self.loss, self.figure):
            if plot is not None:
                plot.refresh_theme()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Plots beside or below one another."""
        super().resizeEvent(event)
        way = QBoxLayout.Direction
        narrow = self.width() < theme.px(NARROW)
        self._row.setDirection(way.TopToBottom if narrow else way.LeftToRight)
