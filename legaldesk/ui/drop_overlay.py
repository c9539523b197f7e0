"""Covers the window while files hover over it and names the matter that will receive them."""

from __future__ import annotations

from PySide6.QtCore import QDir, QMimeData, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from legaldesk.ui import theme
from legaldesk.ui.document_text import plain


def dropped_paths(mime: QMimeData) -> tuple[str, ...]:
    """The local files and folders among what is dragged, each once."""
    local = (url.toLocalFile() for url in mime.urls() if url.isLocalFile())
    return tuple(dict.fromkeys(QDir.toNativeSeparators(path) for path in local if path))


class DropOverlay(QWidget):
    """Painted over everything; drops fall through to the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.text = ""
        self._note = ""
        self.hide()

    def offer(self, text: str, note: str) -> None:
        """Cover the window and say where the files will go."""
        self.text, self._note = text, note
        self.setAccessibleName(text)
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A veil, a dashed frame and the words."""
        colours = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(colours.window)
        veil.setAlphaF(0.92)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(QColor(colours.accent), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(16, 16, -16, -16), 12, 12)
        middle = QRectF(self.rect()).center()
        side = theme.px(64)
        sign = QRectF(middle.x() - side / 2, middle.y() - side - theme.px(24), side, side)
        theme.draw_icon(painter, "import", sign, "accent")
        self._write(painter, self.text, middle.y(), theme.font(theme.HUGE, bold=True), colours.text)
        below = middle.y() + theme.px(36)
        self._write(painter, self._note, below, theme.font(theme.BASE), colours.secondary)

    def _write(self, painter: QPainter, text: str, top: float, font: QFont, colour: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = painter.fontMetrics().elidedText(
            plain(text), Qt.TextElideMode.ElideMiddle, self.width() - 96
        )
        area = QRectF(48, top, self.width() - 96, theme.px(32))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), shown)
