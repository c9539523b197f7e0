"""A layout that breaks a row of widgets into more rows where the window is narrow."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class Flow(QLayout):
    """Widgets from left to right, as many to a row as fit.

    ``last`` of them stand at the right of their row. Follows the reading direction.
    """

    def __init__(self, gap: int = 8, last: int = 0) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._last = last
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(gap)

    # ------------------------------------------------------------ what Qt asks for

    def addItem(self, item: QLayoutItem) -> None:
        """Take an item at the end."""
        self._items.append(item)

    def count(self) -> int:
        """How many items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item, or None past the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take the item out, or None past the end."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """It wants no more than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Narrower is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of all rows at a width."""
        return sum(self._height(row) for row in self._rows(width)) + self.spacing() * max(
            0, len(self._rows(width)) - 1
        )

    def sizeHint(self) -> QSize:
        """All in one row."""
        shown = self._shown()
        width = sum(item.sizeHint().width() for item in shown)
        return QSize(width + self.spacing() * max(0, len(shown) - 1), self._height(shown))

    def minimumSize(self) -> QSize:
        """The widest item."""
        sizes = [item.minimumSize() for item in self._shown()]
        return QSize(
            max((size.width() for size in sizes), default=0),
            max((size.height() for size in sizes), default=0),
        )

    def setGeometry(self, rect: QRect) -> None:
        """Place every item."""
        super().setGeometry(rect)
        top = rect.top()
        for row in self._rows(rect.width()):
            self._place(row, rect, top)
            top += self._height(row) + self.spacing()

    # ------------------------------------------------------------ rows

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _rows(self, width: int) -> list[list[QLayoutItem]]:
        rows: list[list[QLayoutItem]] = []
        used = 0
        for item in self._shown():
            need = item.sizeHint().width()
            if rows and used + self.spacing() + need <= width:
                rows[-1].append(item)
                used += self.spacing() + need
            else:
                rows.append([item])
                used = need
        return rows

    @staticmethod
    def _height(row: list[QLayoutItem]) -> int:
        return max((item.sizeHint().height() for item in row), default=0)

    def _place(self, row: list[QLayoutItem], rect: QRect, top: int) -> None:
        at_end = self._items[len(self._items) - self._last :] if self._last else []
        widths = [min(item.sizeHint().width(), rect.width()) for item in row]
        free = rect.width() - sum(widths) - self.spacing() * (len(row) - 1)
        left = rect.left()
        height = self._height(row)
        for item, width in zip(row, widths, strict=True):
            if free > 0 and item in at_end:
                left, free = left + free, 0
            item.setGeometry(self._mirrored(QRect(left, top, width, height), rect))
            left += width + self.spacing()

    def _mirrored(self, area: QRect, rect: QRect) -> QRect:
        parent = self.parentWidget()
        if isinstance(parent, QWidget) and parent.isRightToLeft():
            area.moveRight(rect.right() - (area.left() - rect.left()))
        return area
