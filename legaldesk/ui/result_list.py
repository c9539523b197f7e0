"""The list of results: a model of hits, and a view that walks them by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from legaldesk.core import citation
from legaldesk.core.hits import Hit
from legaldesk.core.labels import Standing, Verdict
from legaldesk.ui import theme, verdict_words
from legaldesk.ui.document_text import caption, plain
from legaldesk.ui.result_card import Card
from legaldesk.ui.verdict_row import Deed, Target
from legaldesk.ui.wording import beside_line, same_line

_AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()

STANDING = Qt.ItemDataRole.UserRole + 1
"""The role of what was said of a hit: a Standing."""


class ResultModel(QAbstractListModel):
    """The hits of the answer that is shown."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hits: tuple[Hit, ...] = ()
        self._standings: dict[str, Standing] = {}

    def show(self, hits: tuple[Hit, ...]) -> None:
        """Show other hits."""
        self.beginResetModel()
        self.hits = hits
        self.endResetModel()

    def show_standings(self, standings: Mapping[str, Standing]) -> None:
        """Show what was said of the hits, by their passages."""
        before, self._standings = self._standings, dict(standings)
        for row, hit in enumerate(self.hits):
            if before.get(hit.passage_id) != standings.get(hit.passage_id):
                self.dataChanged.emit(self.index(row, 0), self.index(row, 0))

    def rowCount(self, parent: _AnyIndex = _NO_PARENT) -> int:
        """How many hits."""
        return 0 if parent.isValid() else len(self.hits)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The hit as text, as a screen reader says it, or the Hit itself (UserRole)."""
        hit = self.hits[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return hit
        standing = self._standings.get(hit.passage_id, Standing())
        if role == STANDING:
            return standing
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            more = same_line(hit) or beside_line(hit)
            told = f"{hit.rank}. {citation.where(hit)}. {hit.whole.body} {more} {hit.reason}"
            return plain(f"{told} {verdict_words.said(standing)}".rstrip())
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

    def card(self, index: _AnyIndex, width: float) -> Card:
        """The hit laid out for a width."""
        hit = index.data(Qt.ItemDataRole.UserRole)
        key = (hit, width, theme.look().scale, self.show_matter)
        if key not in self._cards:
            self._cards[key] = Card(hit, width, self.show_matter)
        self._cards[key].show_standing(index.data(STANDING))
        return self._cards[key]

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        """As wide as the list, as high as the card."""
        view = self.parent()
        assert isinstance(view, ResultList)
        width = view.viewport().width()
        return QSize(width, round(self.card(index, width).height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        """Draw one card."""
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        view = self.parent()
        focused = selected and isinstance(view, ResultList) and view.hasFocus()
        corner = QPointF(option.rect.topLeft())
        self.card(index, option.rect.width()).paint(painter, corner, selected, focused)


class ResultList(QListView):
    """Results; the current one is ``hitChosen``, Enter on it is ``pageWanted``.

    ``markWanted`` names a hit, a verdict, and whether a key gave it; ``undoWanted`` takes the
    last mark back, ``takeBackWanted`` that on a hit, ``settleWanted`` a disagreement on it.
    """

    hitChosen = Signal(object)
    pageWanted = Signal()
    markWanted = Signal(object, object, bool)
    undoWanted = Signal()
    takeBackWanted = Signal(object)
    settleWanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Results")
        self._pressed: tuple[int, Target] | None = None
        self.setMouseTracking(True)
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
        self.clicked.connect(self._show_again)
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

    def show_standings(self, standings: Mapping[str, Standing]) -> None:
        """Show what was said of the hits; cards grow where there is more to say."""
        model = self.model()
        assert isinstance(model, ResultModel)
        heights = self._heights()
        model.show_standings(standings)
        if self._heights() != heights:
            self.scheduleDelayedItemsLayout()

    def _heights(self) -> list[float]:
        width = self.viewport().width()
        indexes = (self.model().index(row, 0) for row in range(len(self.hits)))
        return [self._delegate.card(index, width).height for index in indexes]

    def choose(self, row: int) -> None:
        """Make a hit current and bring it into sight."""
        self.setCurrentIndex(self.model().index(row, 0))

    def step(self, by: int) -> None:
        """Go to the next (+1) or previous (-1) hit, around the ends."""
        if self.hits:
            row = self.currentIndex().row()
            start = row if row >= 0 else (-1 if by > 0 else 0)
            self.choose((start + by) % len(self.hits))
            if self.currentIndex().row() == row:  # the only one, which tells nothing by itself
                self._tell(self.currentIndex())

    def refresh_theme(self) -> None:
        """Lay the cards out anew after the look changed."""
        self._delegate.forget()
        self.scheduleDelayedItemsLayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the page, a verdict's key gives it."""
        plainly = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.hit:
            self.pageWanted.emit()
        elif plainly and event.text() in verdict_words.BY_KEY:
            if self.hit and not event.isAutoRepeat():
                self.markWanted.emit(self.hit, verdict_words.BY_KEY[event.text()], True)
        elif plainly and event.key() == Qt.Key.Key_Right and self.hit and self.hit.same:
            self.show_same(self.hit)
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undoWanted.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Note which of a card's buttons was pressed."""
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = self._target(event.position().toPoint()) if left else None
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do what the button says that was pressed and released."""
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed is not None and pressed == self._target(event.position().toPoint()):
            self._act(*pressed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On a card's button it is one more click; elsewhere it goes to the page."""
        if self._target(event.position().toPoint()) is not None:
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be clicked."""
        over = self._target(event.position().toPoint()) is not None
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)
        super().mouseMoveEvent(event)

    def _target(self, point: QPoint) -> tuple[int, Target] | None:
        """The row and the button of its card at a point of the view."""
        index = self.indexAt(point)
        if not index.isValid():
            return None
        area = self.visualRect(index)
        found = self._delegate.card(index, area.width()).target(QPointF(point - area.topLeft()))
        return None if found is None else (index.row(), found)

    def _act(self, row: int, target: Target) -> None:
        hit = self.hits[row]
        if isinstance(target, Verdict):
            self.markWanted.emit(hit, target, False)
            return
        wishes: dict[Deed, Callable[[Hit], None]] = {
            Deed.SAME: self.show_same,
            Deed.UNDO: self.takeBackWanted.emit,
            Deed.SETTLE: self.settleWanted.emit,
        }
        wishes[target](hit)

    def show_same(self, hit: Hit) -> None:
        """Offer the other places of the same clause; the chosen one's page is shown."""
        if not hit.same:
            return
        menu = QMenu(self)
        menu.setAccessibleName(same_line(hit))
        for other in hit.same:
            named = caption(plain(citation.where(other)))
            menu.addAction(named, self._goes_to(other))
        menu.aboutToHide.connect(menu.deleteLater)
        area = self.visualRect(self.currentIndex())
        menu.popup(self.viewport().mapToGlobal(area.bottomLeft()))

    def _goes_to(self, place: Hit) -> Callable[[], None]:
        return lambda: self.hitChosen.emit(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cards are as wide as the list."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._delegate.forget()
            self.doItemsLayout()
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def _show_again(self, clicked: QModelIndex) -> None:
        """A click on a card brings its page back; one on its buttons leaves the page alone."""
        if self._pressed is None:
            self._tell(clicked)

    def _tell(self, current: QModelIndex) -> None:
        if current.isValid():
            self.hitChosen.emit(current.data(Qt.ItemDataRole.UserRole))
