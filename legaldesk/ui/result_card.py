"""Lays out and paints one result: citation, a few lines, why it was found, what was said of it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)

from legaldesk.core import citation
from legaldesk.core.hits import Hit
from legaldesk.core.labels import Standing
from legaldesk.ui import theme
from legaldesk.ui.document_text import plain
from legaldesk.ui.excerpt import excerpt
from legaldesk.ui.text_units import characters, units
from legaldesk.ui.verdict_row import Deed, Target, VerdictRow
from legaldesk.ui.wording import beside_line, same_line

MOST_LINES = 5
MOST_REASON_LINES = 2
PAD, GUTTER, NARROW = 12, 30, 270
BAR_WIDTH, BAR_HEIGHT = 56, 6


class Card:
    """One hit laid out for a width. Positions are relative to the card's top left."""

    def __init__(self, hit: Hit, width: float, show_matter: bool) -> None:
        self.hit, self.width = hit, width
        self._bold = theme.font(theme.BASE, bold=True)
        self._base = theme.font(theme.BASE)
        self._small = theme.font(theme.SMALL)
        self._line = QFontMetricsF(self._base).height()
        self._small_line = QFontMetricsF(self._small).height()
        self._left = PAD + theme.px(GUTTER)
        self._inner = max(80.0, width - self._left - PAD)
        self._narrow = self._inner < theme.px(NARROW)
        self._pages = citation.pages(hit)
        self._pages_width = QFontMetricsF(self._base).horizontalAdvance(self._pages) + 12
        self._pages_below = self._narrow or self._pages_width > self._inner / 2
        self._where = _where_line(hit, show_matter)
        self._body = self._lay_out_body()
        self._same, self._beside = same_line(hit), beside_line(hit)
        self._bar_width = self._measure_bar()
        beside = 0.0 if self._narrow or not self._bar_width else self._bar_width + 16
        self._reason = _lay_out_reason(hit.reason, self._small, self._inner - beside)
        self._verdicts = VerdictRow(Standing(), self._inner)
        self._stack()

    # ------------------------------------------------------------ layout

    def _stack(self) -> None:
        """Put the parts below one another; a narrow card gives pages and bar their own lines."""
        self._pages_top = PAD + (self._line + 1 if self._pages_below else 0)
        self._where_top = self._pages_top + self._line + 1
        self._body_top = self._where_top + (self._small_line + 1 if self._where else 0) + 4
        self._same_top = self._body_top + self._body.boundingRect().height() + 6
        self._reason_top = self._same_top + (
            self._small_line + 4 if self._same or self._beside else 0
        )
        below = self._reason_top + self._reason.boundingRect().height()
        self._bar_top = below + 2 if self._narrow else self._reason_top
        extra = self._small_line + 2 if self._narrow and self._bar_width else 0
        self._verdicts_top = below + extra + 8
        self.height = self._verdicts_top + self._verdicts.height + PAD

    def show_standing(self, standing: Standing) -> None:
        """Say what was said of the hit."""
        if standing != self._verdicts.standing:
            self._verdicts = VerdictRow(standing, self._inner)
            self._stack()

    def target(self, point: QPointF) -> Target | None:
        """Which of the card's own buttons lies at a point."""
        if self._same and self._same_area().contains(point):
            return Deed.SAME
        return self._verdicts.at(point - QPointF(self._left, self._verdicts_top))

    def _same_area(self) -> QRectF:
        wide = QFontMetricsF(self._small).horizontalAdvance(self._same) + 2
        return QRectF(self._left, self._same_top, min(wide, self._inner), self._small_line)

    def _lay_out_body(self) -> QTextLayout:
        """As much of the passage as fits into five lines, and never a line too many.

        Where it does not fill them, what is read with it is shown too.
        """
        average = QFontMetricsF(self._base).averageCharWidth()
        room = max(60, int(self._inner / average * MOST_LINES))
        read = self.hit if len(self.hit.body) >= room else self.hit.whole
        body = plain(read.body)  # as long as it was, so that the emphasis stays in place
        while True:
            shown = excerpt(body, read.emphasis, room)
            layout = QTextLayout(shown.text, self._base)
            layout.setFormats([_weight(shown.text, *part) for part in shown.parts])
            _break_lines(layout, self._inner, MOST_LINES, 1.18)
            last = layout.lineAt(layout.lineCount() - 1)
            if last.textStart() + last.textLength() >= units(shown.text) or room < 40:
                return layout
            room = room * 9 // 10

    def _measure_bar(self) -> float:
        """The two-part bar with the words at its ends; 0 where the hit has no shares."""
        if self.hit.meaning + self.hit.words <= 0:
            return 0.0
        return BAR_WIDTH + sum(self._ends())

    def _ends(self) -> tuple[float, float]:
        """The room for "meaning" before the bar and "words" after it."""
        measure = QFontMetricsF(self._small).horizontalAdvance
        before = measure("meaning") + 6 if self.hit.meaning > 0 else 0.0
        after = measure("words") + 6 if self.hit.words > 0 else 0.0
        return before, after

    # ------------------------------------------------------------ painting

    def paint(self, painter: QPainter, top_left: QPointF, selected: bool, focused: bool) -> None:
        """Draw the card with its top left corner at a point."""
        colours = theme.colours()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(top_left)
        if selected:
            painter.fillRect(QRectF(0, 0, self.width, self.height), QColor(colours.selected))
            painter.fillRect(QRectF(0, 0, 3, self.height), QColor(colours.accent))
        if focused:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRect(QRectF(1, 1, self.width - 2, self.height - 2))
        painter.fillRect(QRectF(0, self.height - 1, self.width, 1), QColor(colours.line))
        self._paint_head(painter, colours)
        painter.setPen(QColor(colours.text))
        self._body.draw(painter, QPointF(self._left, self._body_top))
        self._paint_foot(painter, colours)
        painter.restore()

    def _paint_head(self, painter: QPainter, colours: theme.Colours) -> None:
        rank = QRectF(PAD, PAD, self._left - PAD - 4, self._line)
        _text(painter, self._base, colours.secondary, str(self.hit.rank), rank)
        name_width = self._inner - (0 if self._pages_below else self._pages_width)
        name = QRectF(self._left, PAD, name_width, self._line)
        middle = Qt.TextElideMode.ElideMiddle
        _text(painter, self._bold, colours.text, self.hit.document, name, middle)
        pages = QRectF(self._left, self._pages_top, self._inner, self._line)
        _text(painter, self._base, colours.text, self._pages, pages, right=not self._pages_below)
        where = QRectF(self._left, self._where_top, self._inner, self._small_line)
        _text(painter, self._small, colours.secondary, self._where, where, middle)

    def _paint_foot(self, painter: QPainter, colours: theme.Colours) -> None:
        _text(painter, self._small, colours.accent, self._same, self._same_area())
        row = QRectF(self._left, self._same_top, self._inner, self._small_line)
        _text(painter, self._small, colours.secondary, self._beside, row)
        painter.setPen(QColor(colours.secondary))
        self._reason.draw(painter, QPointF(self._left, self._reason_top))
        if self._bar_width:
            self._paint_bar(painter, colours)
        self._verdicts.paint(painter, QPointF(self._left, self._verdicts_top))

    def _paint_bar(self, painter: QPainter, colours: theme.Colours) -> None:
        """How much was meaning and how much words, each part with its word beside it."""
        before, after = self._ends()
        left = self._left + (0 if self._narrow else self._inner - self._bar_width)
        line = QRectF(left, self._bar_top, self._bar_width, self._small_line)
        if before:
            _text(painter, self._small, colours.secondary, "meaning", line)
        if after:
            _text(painter, self._small, colours.secondary, "words", line, right=True)
        top = round(line.center().y() - BAR_HEIGHT / 2) + 0.5
        whole = QRectF(line.left() + before, top, BAR_WIDTH, BAR_HEIGHT)
        painter.fillRect(whole, QColor(colours.handle))
        share = self.hit.meaning / (self.hit.meaning + self.hit.words)
        full = QRectF(whole.left(), whole.top(), round(whole.width() * share), whole.height())
        painter.fillRect(full, QColor(colours.accent))


def _where_line(hit: Hit, show_matter: bool) -> str:
    matters = ", ".join(hit.matters) if show_matter else ""
    return "  ·  ".join(part for part in (matters, " › ".join(hit.section)) if part)


def _lay_out_reason(reason: str, font: QFont, width: float) -> QTextLayout:
    """The reason, of which as many words are shown as fit into its lines."""
    shown = plain(reason) or " "
    while True:
        layout = _break_lines(QTextLayout(shown, font), width, MOST_REASON_LINES, 1.1)
        last = layout.lineAt(layout.lineCount() - 1)
        room = characters(shown, last.textStart() + last.textLength())
        if room >= len(shown):
            return layout
        shown = shown[:room].rstrip().rpartition(" ")[0].rstrip(",") + "…"


def _break_lines(layout: QTextLayout, width: float, most: int, leading: float) -> QTextLayout:
    """Break a text into lines of a width, at most so many."""
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    top = 0.0
    for _ in range(most):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        line.setPosition(QPointF(0, top))
        top += round(line.height() * leading)
    layout.endLayout()
    return layout


def _weight(text: str, start: int, end: int) -> QTextLayout.FormatRange:
    part = QTextLayout.FormatRange()
    part.start, part.length = units(text[:start]), units(text[start:end])
    look = QTextCharFormat()
    look.setFontWeight(QFont.Weight.Bold)
    part.format = look
    return part


def _text(
    painter: QPainter,
    font: QFont,
    colour: str,
    text: str,
    area: QRectF,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    right: bool = False,
) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    shown = QFontMetricsF(font).elidedText(plain(text), elide, area.width())
    painter.drawText(area, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
