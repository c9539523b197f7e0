"""What the steps of the Training view are made of: numbered headings, cards, a split bar."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from legaldesk.ui import theme
from legaldesk.ui.pieces import label


class Number(QWidget):
    """The number of a step in a ring; filled while the step is at hand."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number, self._at_hand = number, False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def mark(self, at_hand: bool) -> None:
        """Whether its step is at hand."""
        self._at_hand = at_hand
        self.update()

    def sizeHint(self) -> QSize:
        """A little higher than its text."""
        return QSize(theme.px(24), theme.px(24))

    def changeEvent(self, event: QEvent) -> None:
        """Grow with the text."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ring or a disc with the number."""
        colours = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = theme.px(22)
        area = QRectF(1, (self.height() - side) / 2, side, side)
        painter.setPen(QPen(QColor(colours.accent if self._at_hand else colours.field_line), 1.5))
        if self._at_hand:
            painter.setBrush(QColor(colours.accent))
        painter.drawEllipse(area)
        painter.setPen(QColor(colours.on_accent if self._at_hand else colours.secondary))
        painter.setFont(theme.font(theme.BASE, bold=True))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(self._number))


class Step(QWidget):
    """A step of the story: number, heading, a line that sums it up, and its content."""

    def __init__(self, number: int, heading: str) -> None:
        super().__init__()
        self.setAccessibleName(f"Step {number}: {heading}")
        self._number = Number(number)
        self.heading, self.line = label(heading, "heading"), label("", "secondary", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._number)
        head.addWidget(self.heading, 1)
        self.content = QVBoxLayout()
        self.content.setContentsMargins(0, 0, 0, 0)
        self.content.setSpacing(8)
        self.content.addWidget(self.line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(self.content)

    def mark(self, at_hand: bool) -> None:
        """Whether this is the step at hand."""
        self._number.mark(at_hand)

    def say(self, line: str) -> None:
        """Sum it up in a line."""
        self.line.setText(line)
        self.line.setVisible(bool(line))


class Card(QAbstractButton):
    """One choice among several: a title, a tag, and sentences. Framed, and marked by a ring."""

    def __init__(self, title: str, tag: str, *sentences: str) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(". ".join(part for part in (title, tag, *sentences) if part))
        self.setText(title)
        column = QVBoxLayout(self)
        column.setSpacing(4)
        self.parts = [label(title, "strong", wrap=True)]
        if tag:
            self.parts.append(label(tag, "accent-small", wrap=True))
        self.parts += [
            label(text, "" if place == 0 else "secondary", wrap=True)
            for place, text in enumerate(sentences)
            if text
        ]
        for part in self.parts:
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(part)
        column.addStretch(1)
        self._make_room()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def changeEvent(self, event: QEvent) -> None:
        """Keep the words beside the ring."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._make_room()

    def _make_room(self) -> None:
        if (layout := self.layout()) is not None:
            room = 20 + theme.px(20)
            left, right = (12, room) if self.isRightToLeft() else (room, 12)
            layout.setContentsMargins(left, 12, right, 12)

    def sizeHint(self) -> QSize:
        """What its layout asks for."""
        layout = self.layout()
        return layout.sizeHint() if layout is not None else QSize(200, 100)

    def hasHeightForWidth(self) -> bool:
        """Narrower is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of its sentences at a width."""
        layout = self.layout()
        return layout.heightForWidth(width) if layout is not None else 100

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame, and a ring that is filled when chosen."""
        colours = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen, focus = self.isChecked(), self.hasFocus()
        thick = 2 if chosen or focus else 1
        line = colours.text if focus else colours.accent if chosen else colours.field_line
        frame = QRectF(self.rect()).adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2)
        painter.setPen(QPen(QColor(line), thick))
        shade = colours.selected if chosen else colours.window
        painter.setBrush(QColor(colours.hover if self.underMouse() and not chosen else shade))
        painter.drawRoundedRect(frame, 6, 6)
        side = theme.px(14)
        at = self.width() - 14 - side if self.isRightToLeft() else 14
        ring = QRectF(at, 12 + theme.px(2), side, side)
        painter.setPen(QPen(QColor(colours.accent if chosen else colours.field_line), 1.5))
        painter.setBrush(QColor(colours.window))
        painter.drawEllipse(ring)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent))
            inset = theme.px(4)
            painter.drawEllipse(ring.adjusted(inset, inset, -inset, -inset))


class SplitBar(QWidget):
    """How something is divided: parts of one bar, told apart by gaps and shades; words go beside.

    A screen reader reads the line that stands with it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._shares: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_shares(self, shares: Sequence[float]) -> None:
        """Show these parts of the whole."""
        self._shares = tuple(shares)
        self.setVisible(sum(shares) > 0)
        self.update()

    def sizeHint(self) -> QSize:
        """A thin bar."""
        return QSize(120, theme.px(8))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The parts from the side where reading starts."""
        colours = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isRightToLeft():
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        shades = (colours.accent, colours.field_line, colours.right)
        whole, left = sum(self._shares) or 1.0, 0.0
        room = self.width() - 3.0 * (len(self._shares) - 1)
        for share, shade in zip(self._shares, shades, strict=False):
            width = max(3.0, room * share / whole)
            painter.setBrush(QColor(shade))
            painter.drawRoundedRect(QRectF(left, 0, width, self.height()), 3, 3)
            left += width + 3
