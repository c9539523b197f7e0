"""Lays out and paints one result: citation first, then a few lines, then why it was found."""

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
from legaldesk.ui import theme
from legaldesk.ui.excerpt import excerpt

MOST_LINES = 5
MOST_REASON_LINES = 2
PAD, GUTTER = 12, 36
BAR_WIDTH, BAR_HEIGHT = 56, 6


class Card:
    """One hit laid out for a width. Positions are relative to the card's top left."""

    def __init__(self, hit: Hit, width: float, show_matter: bool) -> None:
        self.hit, self.width, self.show_matter = hit, width, show_matter
        self._bold = theme.font(theme.BASE, bold=True)
        self._base = theme.font(theme.BASE)
        self._small = theme.font(theme.SMALL)
        self._left = theme.px(GUTTER)
        self._inner = max(80.0, self.width - self._left - 2 * PAD)
        self._line = QFontMetricsF(self._base).height()
        self._small_line = QFontMetricsF(self._small).height()
        self._where = self._where_line()
        self._body = self._lay_out_body()
        self._body_top = PAD + self._line + 2
        if self._where:
            self._body_top += self._small_line + 2
        self._body_top += 4
        self._foot_top = self._body_top + self._body.boundingRect().height() + 6
        self._bar_width = self._measure_bar()
        self._reason = self._lay_out_reason()
        self.height = self._foot_top + self._reason.boundingRect().height() + PAD

    # ------------------------------------------------------------ layout

    def _where_line(self) -> str:
        section = " › ".join(self.hit.section)
        matters = ", ".join(self.hit.matters) if self.show_matter else ""
        return "  ·  ".join(part for part in (matters, section) if part)

    def _lay_out_body(self) -> QTextLayout:
        average = QFontMetricsF(self._base).averageCharWidth()
        room = max(120, int(self._inner / average * (MOST_LINES - 0.4)))
        shown = excerpt(self.hit.body, self.hit.emphasis, room)
        layout = QTextLayout(shown.text, self._base)
        layout.setFormats([_weight(start, end) for start, end in shown.parts])
        return _break_lines(layout, self._inner, MOST_LINES, 1.18)

    def _lay_out_reason(self) -> QTextLayout:
        layout = QTextLayout(self.hit.reason or " ", self._small)
        return _break_lines(layout, self._inner - self._bar_width - 16, MOST_REASON_LINES, 1.1)

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
        self._body.draw(painter, QPointF(self._left + PAD, self._body_top))
        self._paint_foot(painter, colours)
        painter.restore()

    def _paint_head(self, painter: QPainter, colours: theme.Colours) -> None:
        left = self._left + PAD
        pages = citation.pages(self.hit)
        pages_width = QFontMetricsF(self._base).horizontalAdvance(pages) + 12
        _text(
            painter,
            self._base,
            colours.secondary,
            str(self.hit.rank),
            QRectF(PAD, PAD, self._left - 8, self._line),
        )
        _text(
            painter,
            self._bold,
            colours.text,
            self.hit.document,
            QRectF(left, PAD, self._inner - pages_width, self._line),
            Qt.TextElideMode.ElideMiddle,
        )
        _text(
            painter,
            self._base,
            colours.text,
            pages,
            QRectF(left, PAD, self._inner, self._line),
            right=True,
        )
        if self._where:
            area = QRectF(left, PAD + self._line + 2, self._inner, self._small_line)
            _text(
                painter,
                self._small,
                colours.secondary,
                self._where,
                area,
                Qt.TextElideMode.ElideMiddle,
            )

    def _paint_foot(self, painter: QPainter, colours: theme.Colours) -> None:
        painter.setPen(QColor(colours.secondary))
        self._reason.draw(painter, QPointF(self._left + PAD, self._foot_top))
        if self._bar_width:
            self._paint_bar(painter, colours)

    def _paint_bar(self, painter: QPainter, colours: theme.Colours) -> None:
        """How much was meaning and how much words, each part with its word beside it."""
        before, after = self._ends()
        right = self._left + PAD + self._inner
        line = QRectF(right - self._bar_width, self._foot_top, self._bar_width, self._small_line)
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


def _weight(start: int, end: int) -> QTextLayout.FormatRange:
    part = QTextLayout.FormatRange()
    part.start, part.length = start, end - start
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
    shown = QFontMetricsF(font).elidedText(text, elide, area.width())
    painter.drawText(area, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
