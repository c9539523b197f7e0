"""Write labels and the questions of the past. Part of the one Store of a library.

Every public method is one transaction. Nothing is overwritten: a changed mind is a new row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from legaldesk.core.errors import WrongUse
from legaldesk.core.hits import Scope
from legaldesk.core.label_places import Place
from legaldesk.core.labels import Label, LabelState, Verdict, key_of_question
from legaldesk.engine import label_rows as rows
from legaldesk.engine.store_rows import open_matter

MOST_REMEMBERED = 500
"""Questions of the past that are kept for review; the oldest go first."""

Writing = Callable[[], AbstractContextManager[sqlite3.Connection]]


class LabelStore:
    """Labels, on the store's writing connection."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing

    def add(self, label: Label) -> Label:
        """Store a label on a document; what it replaces is history.

        The same said again changes nothing. Returns the label as stored. Raises WrongUse
        when its document is gone or not in its matter; "" lets the document choose.
        """
        with self._writing() as sql:
            label = replace(label, matter=rows.matter_for(sql, label.document, label.matter))
            before = rows.own_before(sql, label)
            if all(known.verdict is label.verdict for known in before):
                for known in before:
                    if known.spans == label.spans:
                        return known
            number = rows.insert(sql, label)
            rows.supersede(sql, (known.id for known in before), number)
            return rows.one(sql, number)

    def add_all(self, labels: Sequence[Label], matter: str) -> str:
        """Store labels under a matter, made if it is new; returns its name as it is spelt.

        The caller knows that the labellers have not spoken of these texts before.
        """
        with self._writing() as sql:
            name = open_matter(sql, matter)
            for label in labels:
                rows.insert(sql, replace(label, matter=name))
            return name

    def undo(self, number: int, who: str) -> tuple[Label, ...]:
        """Take a label back; what its labeller had said before counts again and is returned.

        Raises WrongUse when it is gone, or no longer counts.
        """
        with self._writing() as sql:
            label = rows.one(sql, number)
            if label.state is not LabelState.CURRENT:
                raise WrongUse("That label has been replaced or taken back already.")
            before = sql.execute("SELECT id FROM labels WHERE superseded_by = ?", (number,))
            numbers = [row[0] for row in before]
            rows.bring_back(sql, number)
            rows.end(sql, [number], LabelState.UNDONE, who)
            return tuple(rows.one(sql, old) for old in numbers)

    def restore(self, number: int, who: str) -> Label:
        """Let a label count again that was taken back; what it had replaced is history again.

        Returns it. Raises WrongUse when it is gone, was not taken back, or its labeller has
        said something newer of the same place.
        """
        with self._writing() as sql:
            label = rows.one(sql, number)
            if label.state is LabelState.CURRENT:
                raise WrongUse("That label counts already.")
            if label.state is not LabelState.UNDONE:
                raise WrongUse("That label was overruled or replaced. Label the passage anew.")
            others = [known.id for known in rows.own_before(sql, label)]
            if any(known > number for known in others):
                raise WrongUse(
                    f"{label.labeller} has labelled this passage again since then. "
                    "Take the newer label back first, then put this one back."
                )
            rows.let_count(sql, number, who)
            rows.supersede(sql, others, number)
            return rows.one(sql, number)

    def resolve(self, numbers: Sequence[int], verdict: Verdict, who: str) -> None:
        """Of labels that contradict each other keep those of one verdict, and overrule the rest.

        Raises WrongUse when none has that verdict, one no longer counts, or a wall is between.
        """
        with self._writing() as sql:
            labels = [rows.one(sql, number) for number in numbers]
            if any(label.state is not LabelState.CURRENT for label in labels):
                raise WrongUse("These labels have changed meanwhile. Look at them again.")
            if all(label.verdict is not verdict for label in labels):
                raise WrongUse(f"Nobody has said “{verdict}” here. Label the passage instead.")
            if rows.a_wall_between(sql, labels):
                raise WrongUse(
                    "What was said in a matter that is locked out of “All matters” is settled"
                    " there alone."
                )
            others = [label.id for label in labels if label.verdict is not verdict]
            rows.end(sql, others, LabelState.OVERRULED, who)

    def let_train(self, matter: str, allowed: bool) -> None:
        """Say whether a matter's labels may be trained on."""
        with self._writing() as sql:
            changed = sql.execute(
                "UPDATE matters SET may_train = ? WHERE name = ?", (allowed, matter)
            )
            if not changed.rowcount:
                raise WrongUse(f"There is no matter named “{matter}”.")

    def remember(
        self,
        question: str,
        scope: Scope,
        model: tuple[str, str],
        shown: Sequence[tuple[int, Place]],
    ) -> None:
        """Keep a question with its ranked results for review; ``model`` is name and identity.

        ``scope`` holds the matter's name and the document's id as they are stored.
        """
        with self._writing() as sql:
            rows.remember(sql, question, key_of_question(question), scope, model, shown)
            sql.execute(
                "DELETE FROM asked WHERE id <= (SELECT id FROM asked ORDER BY id DESC"
                f" LIMIT 1 OFFSET {MOST_REMEMBERED})"
            )

    def forget(self, matter: str | None, number: int | None = None) -> int:
        """Forget the past questions of a matter, None of all; or one. Returns how many."""
        with self._writing() as sql:
            if number is not None:
                return sql.execute("DELETE FROM asked WHERE id = ?", (number,)).rowcount
            if matter is None:
                return sql.execute("DELETE FROM asked").rowcount
            return sql.execute(
                "DELETE FROM asked WHERE matter = (SELECT id FROM matters WHERE name = ?)",
                (matter,),
            ).rowcount
