"""The last lines of a result's card: three buttons for its verdict, and what was said."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from legaldesk.core.labels import Standing, Verdict
from legaldesk.ui import theme, verdict_words
from legaldesk.ui.document_text import plain

GAP, INSET, ROUND = 6.0, 7.0, 4.0


class Deed(Enum):
    """What else can be clicked on a card."""

    UNDO = auto()
    SETTLE = auto()
    SAME = auto()


Target = Verdict | Deed

UNDO, SETTLE = "Undo", "Settle…"


class VerdictRow:
    """Laid out for a width; positions are relative to its own top left."""

    def __init__(self, standing: Standing, width: float) -> None:
        self.standing, self._width = standing, width
        self._small, self._bold = theme.font(theme.SMALL), theme.font(theme.SMALL, bold=True)
        self._high = QFontMetricsF(self._small).height() + 6
        self.targets: dict[Target, QRectF] = {}
        self._note = QRectF()
        self._clash = QRectF()
        self._x = self._y = 0.0
        for verdict in verdict_words.LOOKS:
            self.targets[verdict] = self._place(self._chip_width(verdict))
        self._add_note()
        if standing.contradicted:
            self._add_clash()
        self.height = self._y + self._high

    # ------------------------------------------------------------ layout

    def _place(self, width: float) -> QRectF:
        """The next place in the line, or the first of the next line."""
        width = min(width, self._width)
        if self._x and self._x + width > self._width:
            self._break()
        area = QRectF(self._x, self._y, width, self._high)
        self._x = area.right() + GAP
        return area

    def _break(self) -> None:
        self._x, self._y = 0.0, self._y + self._high + 3

    def _chip_width(self, verdict: Verdict) -> float:
        """The same whether it is chosen or not, so that nothing moves."""
        look = verdict_words.LOOKS[verdict]
        words = QFontMetricsF(self._bold).horizontalAdvance(look.name)
        return INSET + self._key_width() + 5 + words + INSET

    def _key_width(self) -> float:
        return max(float(theme.px(12)), QFontMetricsF(self._bold).horizontalAdvance("0"))

    def _add_note(self) -> None:
        """Undo for one's own word, else who said it."""
        measure = QFontMetricsF(self._small).horizontalAdvance
        if self.standing.mine:
            self._x += GAP
            self.targets[Deed.UNDO] = self._place(measure(UNDO) + 2)
        elif self._by():
            self._note = self._place(min(measure(self._by()) + 2, self._width))

    def _by(self) -> str:
        who = plain(self.standing.labeller)
        return f"by {who}" if self.standing.verdict is not None and not self.standing.mine else ""

    def _add_clash(self) -> None:
        measure = QFontMetricsF(self._small).horizontalAdvance
        if self._x:
            self._break()
        sign = theme.px(14) + 4
        self._clash = self._place(sign + measure(verdict_words.DISAGREEMENT) + 2)
        self.targets[Deed.SETTLE] = self._place(measure(SETTLE) + 2)

    def at(self, point: QPointF) -> Target | None:
        """What lies at a point."""
        return next((what for what, area in self.targets.items() if area.contains(point)), None)

    # ------------------------------------------------------------ painting

    def paint(self, painter: QPainter, top_left: QPointF) -> None:
        """Draw the row with its top left corner at a point."""
        painter.save()
        painter.translate(top_left)
        for what, area in self.targets.items():
            if isinstance(what, Verdict):
                self._paint_chip(painter, what, area)
            else:
                self._paint_link(painter, UNDO if what is Deed.UNDO else SETTLE, area)
        colours = theme.colours()
        painter.setFont(self._small)
        painter.setPen(QColor(colours.secondary))
        _words(painter, self._by(), self._note)
        if self.standing.contradicted:
            side = theme.px(14)
            top = self._clash.top() + (self._high - side) / 2
            theme.draw_icon(painter, "warning", QRectF(0, top, side, side), "careful")
            painter.setPen(QColor(colours.careful))
            _words(painter, verdict_words.DISAGREEMENT, self._clash.adjusted(side + 4, 0, 0, 0))
        painter.restore()

    def _paint_chip(self, painter: QPainter, verdict: Verdict, area: QRectF) -> None:
        """Key and word; a chosen one has its sign in the key's place, a thick frame, bold words."""
        colours, look = theme.colours(), verdict_words.LOOKS[verdict]
        chosen = self.standing.verdict is verdict
        shade = QColor(getattr(colours, look.role) if chosen else colours.field_line)
        thick = 2.0 if chosen else 1.0
        inside = area.adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2)
        painter.setPen(QPen(shade, thick))
        painter.setBrush(QColor(colours.window))
        painter.drawRoundedRect(inside, ROUND, ROUND)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        key = QRectF(area.left() + INSET, area.top(), self._key_width(), area.height())
        if chosen:
            side = self._key_width()
            sign = QRectF(key.left(), area.center().y() - side / 2, side, side)
            theme.draw_icon(painter, look.icon, sign, look.role)
        else:
            painter.setFont(self._bold)
            painter.setPen(QColor(colours.secondary))
            painter.drawText(key, int(Qt.AlignmentFlag.AlignCenter), look.key)
        painter.setFont(self._bold if chosen else self._small)
        painter.setPen(QColor(colours.text))
        _words(painter, look.name, area.adjusted(INSET + key.width() + 5, 0, 0, 0))

    def _paint_link(self, painter: QPainter, text: str, area: QRectF) -> None:
        font = theme.font(theme.SMALL)
        font.setUnderline(True)
        painter.setFont(font)
        painter.setPen(QColor(theme.colours().accent))
        _words(painter, text, area)


def _words(painter: QPainter, text: str, area: QRectF) -> None:
    if text:
        shown = QFontMetricsF(painter.font()).elidedText(
            text, Qt.TextElideMode.ElideRight, area.width()
        )
        painter.drawText(
            area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown
        )
