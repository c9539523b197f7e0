"""The cross-encoder in the Models view: which one orders answers once more, if any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from legaldesk.core.models import RerankerInfo
from legaldesk.core.reranking import BEST
from legaldesk.ui.model_pieces import ModelRow
from legaldesk.ui.model_words import DOT
from legaldesk.ui.pieces import button, hairline, label
from legaldesk.ui.wording import size

if TYPE_CHECKING:
    from legaldesk.ui.model_shop import ModelShop
    from legaldesk.ui.model_wishes import ModelWishes

NONE = "None in use"
ABOUT = (
    f"A cross-encoder reads your question together with each of the {BEST} best passages, to put "
    "them in a better order. Answers come as fast as before; the other order follows in about the "
    f"time in which a model of its size prepares {BEST} passages, and it takes that model's memory."
)


class ModelReranker(QWidget):
    """One row: what is in use, or that nothing is, with Choose folder… and Turn off."""

    def __init__(self, shop: ModelShop, wishes: ModelWishes) -> None:
        super().__init__()
        self.row = ModelRow()
        self.choose = button("Choose folder…", wishes.choose_reranker)
        self.choose.setAccessibleName("Choose the folder of a cross-encoder…")
        self.off = button("Turn off", shop.turn_off_reranker)
        self.off.setAccessibleName("Turn off the cross-encoder")
        self.row.offer(self.off, self.choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(label("A second look at the best passages", "heading"))
        column.addSpacing(8)
        column.addWidget(hairline())
        column.addWidget(self.row)

    def show_reranker(self, info: RerankerInfo | None) -> None:
        """Show which one is in use, and what is wrong with it."""
        self.off.setVisible(info is not None)
        if info is None:
            self.row.describe(NONE, "", ABOUT)
            self.row.state.say()
            return
        facts = [info.folder]
        if not info.problem:
            facts += [size(info.size), f"reads {info.token_limit:,} tokens"]
        self.row.describe(info.name, DOT.join(facts), ABOUT)
        if info.problem:
            self.row.state.say("error", "wrong", info.problem)
        else:
            self.row.state.say("check", "right", "In use")
