"""The list of results: a model of hits, and a view that walks them by keyboard."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from legaldesk.core import citation
from legaldesk.core.hits import Hit
from legaldesk.ui import theme
from legaldesk.ui.result_card import Card

_AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class ResultModel(QAbstractListModel):
    """The hits of the answer that is shown."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hits: tuple[Hit, ...] = ()

    def show(self, hits: tuple[Hit, ...]) -> None:
        """Show other hits."""
        self.beginResetModel()
        self.hits = hits
        self.endResetModel()

    def rowCount(self, parent: _AnyIndex = _NO_PARENT) -> int:
        """How many hits."""
        return 0 if parent.isValid() else len(self.hits)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The hit as text, as a screen reader says it, or the Hit itself (UserRole)."""
        hit = self.hits[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return hit
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{hit.rank}. {citation.where(hit)}. {hit.body} {hit.reason}"
        return None


class ResultDelegate(QStyledItemDelegate):
    """Paints cards and remembers their layout until width or look change."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.show_matter = False
        self._cards: dict[tuple[object, ...], Card] = {}

    def forget(self) -> None:
        """Lay everything out anew."""
        self._cards.clear()

    def card(self, hit: Hit, width: float) -> Card:
        """The hit laid out for a width."""
        look = theme.look()
        key = (hit, width, look.scale, self.show_matter)
        if key not in self._cards:
            self._cards[key] = Card(hit, width, self.show_matter)
        return self._cards[key]

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        """As wide as the list, as high as the card."""
        view = self.parent()
        assert isinstance(view, ResultList)
        width = view.viewport().width()
        return QSize(width, round(self.card(index.data(Qt.ItemDataRole.UserRole), width).height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        """Draw one card."""
        hit = index.data(Qt.ItemDataRole.UserRole)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        view = self.parent()
        focused = selected and isinstance(view, ResultList) and view.hasFocus()
        corner = QPointF(option.rect.topLeft())
        self.card(hit, option.rect.width()).paint(painter, corner, selected, focused)


class ResultList(QListView):
    """Results; the current one is ``hitChosen``, Enter on it is ``pageWanted``."""

    hitChosen = Signal(object)
    pageWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Results")
        self.setModel(ResultModel(self))
        self._delegate = ResultDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        bar = self.verticalScrollBar()
        bar.setSingleStep(24)
        bar.rangeChanged.connect(lambda low, high: bar.setEnabled(high > low))
        self.selectionModel().currentChanged.connect(self._tell)
        self.clicked.connect(self._tell)
        self.doubleClicked.connect(lambda _: self.pageWanted.emit())

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The hits shown."""
        model = self.model()
        assert isinstance(model, ResultModel)
        return model.hits

    @property
    def hit(self) -> Hit | None:
        """The current hit."""
        index = self.currentIndex()
        return index.data(Qt.ItemDataRole.UserRole) if index.isValid() else None

    def show_hits(self, hits: tuple[Hit, ...], show_matter: bool) -> None:
        """Show an answer's hits, none of them current."""
        self._delegate.forget()
        self._delegate.show_matter = show_matter
        model = self.model()
        assert isinstance(model, ResultModel)
        model.show(hits)

    def choose(self, row: int) -> None:
        """Make a hit current and bring it into sight."""
        self.setCurrentIndex(self.model().index(row, 0))

    def step(self, by: int) -> None:
        """Go to the next (+1) or previous (-1) hit, around the ends."""
        if self.hits:
            row = self.currentIndex().row()
            start = row if row >= 0 else (-1 if by > 0 else 0)
            self.choose((start + by) % len(self.hits))

    def refresh_theme(self) -> None:
        """Lay the cards out anew after the look changed."""
        self._delegate.forget()
        self.scheduleDelayedItemsLayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the page."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.hit:
            self.pageWanted.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cards are as wide as the list."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._delegate.forget()
            self.doItemsLayout()
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def _tell(self, current: QModelIndex) -> None:
        if current.isValid():
            self.hitChosen.emit(current.data(Qt.ItemDataRole.UserRole))
