"""The side of the documents view: one document's facts, problems and outline, and what to do."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from legaldesk.core.documents import Document, DocumentDetails, FileState, OutlineEntry, TextSource
from legaldesk.ui import theme
from legaldesk.ui.document_actions import DocumentActions
from legaldesk.ui.document_columns import state_icon
from legaldesk.ui.document_label import PlainLabel
from legaldesk.ui.document_problems import page_problems
from legaldesk.ui.document_text import (
    STATES,
    breakable,
    day,
    language_name,
    meaning_words,
    plain,
    sentence,
    tip,
)
from legaldesk.ui.pieces import ElidedLink
from legaldesk.ui.wording import count, size

_PAGE = Qt.ItemDataRole.UserRole
SHOWN_PROBLEMS = 6
WIDEST = 280
EXPANDED, FEW = 40, 4
"""Entries up to which an outline is shown unfolded; top entries up to which they are."""


class DocumentSide(QScrollArea):
    """What is known of one document. ``pageAsked`` names the document and a page."""

    pageAsked = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document: Document | None = None
        self._entries: tuple[OutlineEntry, ...] = ()
        self.name, self.title = PlainLabel("heading"), PlainLabel("secondary")
        self.state = StateLine()
        self.buttons = DocumentActions()
        self.buttons.openAsked.connect(lambda: self._ask(1))
        self._facts = QGridLayout()
        self._problems = QVBoxLayout()
        self._outline_title = PlainLabel("section", "Outline")
        self.outline = QTreeWidget()
        self._dress_outline()
        self._arrange()

    def _dress_outline(self) -> None:
        self.outline.setAccessibleName("Outline")
        self.outline.setHeaderHidden(True)
        self.outline.setUniformRowHeights(True)
        self.outline.setStyleSheet("QTreeView::item { padding: 3px 0; }")
        self.outline.setColumnCount(2)
        self.outline.setMinimumHeight(theme.px(140))
        self.outline.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.outline.header().setStretchLastSection(False)
        self.outline.header().setSectionResizeMode(0, self.outline.header().ResizeMode.Stretch)
        self.outline.header().setSectionResizeMode(
            1, self.outline.header().ResizeMode.ResizeToContents
        )
        self.outline.itemClicked.connect(lambda item: self._ask(item.data(0, _PAGE)))
        self.outline.itemActivated.connect(lambda item: self._ask(item.data(0, _PAGE)))

    def _arrange(self) -> None:
        self._facts.setHorizontalSpacing(12)
        self._facts.setVerticalSpacing(4)
        self._facts.setColumnStretch(1, 1)
        self._problems.setSpacing(0)
        inside = _Inside()
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 16, 16, 8)
        column.setSpacing(8)
        column.addWidget(self.name)
        column.addWidget(self.title)
        column.addWidget(self.state)
        column.addLayout(self._problems)
        column.addWidget(self.buttons)
        column.addSpacing(8)
        column.addLayout(self._facts)
        column.addSpacing(8)
        column.addWidget(self._outline_title)
        column.addWidget(self.outline, 1)
        column.addStretch()
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Details of the document")

    def minimumSizeHint(self) -> QSize:
        """Wide enough for its buttons and words: it does not scroll sideways."""
        least = super().minimumSizeHint()
        if (inside := self.widget()) is not None:
            wanted = inside.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
            least.setWidth(min(wanted, theme.px(WIDEST)))
        return least

    # ------------------------------------------------------------ what is shown

    def show_document(self, document: Document) -> None:
        """Show what the list already knows; the rest comes with ``show_details``."""
        same = self._document is not None and self._document.id == document.id
        self._document = document
        self.name.setText(breakable(document.name))
        self.title.setText(document.title)
        self.title.setVisible(bool(document.title) and document.title != document.name)
        self.state.say(document.state, sentence(document.reason))
        self.state.setVisible(document.state is not FileState.IMPORTED)
        self._show_facts(document)
        if not same:
            self._show_problems(())
            self._show_outline(())

    def show_details(self, details: DocumentDetails) -> None:
        """Add outline and problems, if they are of the document that is shown."""
        if self._document is None or details.document.id != self._document.id:
            return
        lines = page_problems(details.problems)
        self._show_problems(lines)
        if lines:
            self.state.say(details.document.state, "")
        if details.outline != self._entries:  # else it would lose the reader's place in it
            self._show_outline(details.outline)

    def _show_facts(self, document: Document) -> None:
        _empty(self._facts)
        kept = "Where it was" if document.referenced else "As a copy in the library"
        facts = {
            "Pages": f"{document.pages:,}",
            "Matters": ", ".join(document.matters),
            "Language": language_name(document.language),
            "Passages": f"{document.passages:,}",
            "Meaning": meaning_words(document),
            "Added": day(document.added),
            "Size": size(document.size),
            "Kept": kept,
            "From": document.path,
        }
        if document.text_source is not TextSource.PDFIUM:
            facts["Text"] = "From the second reader; passages cannot be highlighted"
        for row, (name, value) in enumerate((n, v) for n, v in facts.items() if v):
            title = PlainLabel("secondary", name)
            title.setWordWrap(False)
            said = PlainLabel("", breakable(value) if name == "From" else value)
            if name != "From":  # its breaks would be copied too
                said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._facts.addWidget(title, row, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(said, row, 1)

    def _show_problems(self, lines: list[tuple[int, str]] | tuple[()]) -> None:
        _empty(self._problems)
        for page, line in lines[:SHOWN_PROBLEMS]:
            link = ElidedLink(line, partial(self._ask, page))
            self._problems.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        if len(lines) > SHOWN_PROBLEMS:
            more = count(len(lines) - SHOWN_PROBLEMS, "more problem")
            self._problems.addWidget(PlainLabel("secondary", f"and {more}"))

    def _show_outline(self, entries: tuple[OutlineEntry, ...]) -> None:
        self._entries = entries
        self.outline.clear()
        self.outline.setVisible(bool(entries))
        self._outline_title.setVisible(bool(entries))
        open_levels: list[QTreeWidgetItem] = []
        top: list[QTreeWidgetItem] = []
        for entry in entries:
            item = QTreeWidgetItem([plain(entry.title), str(entry.page)])
            item.setToolTip(0, tip(entry.title))
            item.setData(0, _PAGE, entry.page)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            del open_levels[entry.level :]
            if open_levels:
                open_levels[-1].addChild(item)
            else:
                top.append(item)
            open_levels.append(item)
        self.outline.addTopLevelItems(top)
        if len(entries) <= EXPANDED:
            self.outline.expandAll()
        elif len(top) <= FEW:
            self.outline.expandToDepth(0)

    def _ask(self, page: int) -> None:
        if self._document is not None:
            self.pageAsked.emit(self._document.id, page)


class _Inside(QWidget):
    """Asks for the height that it needs, not for more room for the outline, which scrolls."""

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.minimumHeightForWidth(width) if layout else 0


class StateLine(QWidget):
    """A state's icon with its word, and the reason below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self.word, self.reason = QLabel(), PlainLabel(), PlainLabel("secondary")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._icon)
        row.addWidget(self.word, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.reason)

    def say(self, state: FileState, reason: str) -> None:
        """Show a state and its plain reason."""
        name, role = state_icon(state)
        side = theme.px(16)
        self._icon.setPixmap(theme.icon(name, role).pixmap(side, side))
        self.word.setText(STATES[state])
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))


def _empty(layout: QGridLayout | QVBoxLayout) -> None:
    """Take every widget out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
