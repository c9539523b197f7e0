"""Whether a passage's vector should know its document's title: in one document, and over many.

    python3 packaging/dev.py bench titles SETS [--contracts N] [--questions N]

SETS is the folder that holds cuad_en, of which the first N contracts are cut as LegalDesk cuts
them. Every passage is encoded twice: with its headings, as LegalDesk does, and with the document's
title above them. Each question is asked within its contract, and over all contracts with the
contract named in front ("In the Affiliate Agreement of Cybergy Holdings Inc: ..."). Printed for
meaning alone and for both halves: without regard to the documents that the question names, with
these moved up, and with these asked on their own as well for what is left of the question without
their names, as a search does it. The figures are the share of gold characters among the first 2,000
that are read (spans of 40 characters or more), and over all contracts the share of the eight best
passages that are of another contract. The words' index has the title in a column of its own in
every row.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from _options import options_of

import legaldesk.core.query as language
from legaldesk.core.evaluation import GoldQuestion, GoldSet, Searched
from legaldesk.core.fusion import DEPTH, NOWHERE, Scored, fuse
from legaldesk.core.hits import Scope
from legaldesk.core.metrics import character_recall
from legaldesk.core.passages import embedded_text
from legaldesk.engine import passage_facts
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.evaluation_set import read_gold_set
from legaldesk.engine.gold_library import gold_library, searched
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.model_folder import bundled_model, read_model_folder
from legaldesk.engine.significance import compare
from legaldesk.tasks.naming import asked_within, naming

BUDGET, BEST, SEED = 2_000, 8, 42
PASSAGES = (
    "SELECT p.id, p.title, p.path, p.body, d.path AS document FROM passages p"
    " JOIN documents d ON d.id = p.document ORDER BY p.id"
)
VIEWS = ("headings", "title and headings")


@dataclass(frozen=True)
class Corpus:
    """The passages of a desk with their vectors (n, D), one matrix for each view."""

    desk: LocalDesk
    found: Searched
    ids: np.ndarray
    vectors: dict[str, np.ndarray]

    def by_words(self, question: str, scope: Scope) -> list[Scored]:
        """The best passages by words."""
        common = self.desk.reader.common(language.terms(question))
        return self.desk.reader.by_words(language.any_of(question, common), scope, DEPTH)

    def by_meaning(
        self, view: str, question: np.ndarray, within: Collection[int] | None
    ) -> list[Scored]:
        """The best passages by one view's vectors, among some of them or all."""
        cosines = self.vectors[view] @ question
        allowed = np.arange(len(cosines))
        if within is not None:
            allowed = np.flatnonzero(np.isin(self.ids, list(within)))
        best = allowed[np.argsort(-cosines[allowed], kind="stable")][:DEPTH]
        return [(int(self.ids[at]), float(cosines[at])) for at in best]


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--contracts", type=int, default=20)
    parser.add_argument("--questions", type=int, default=300)
    asked = parser.parse_args()
    gold = read_gold_set(asked.sets / "cuad_en")
    documents = tuple(
        replace(document, title=called(document.title))
        for document in gold.documents[: asked.contracts]
    )
    names = {document.id: document.title for document in documents}
    questions = [each for each in gold.questions if each.within in names and each.spans]
    random.Random(SEED).shuffle(questions)
    questions = questions[: asked.questions]
    with gold_library(
        GoldSet(gold.name, documents, tuple(questions)), None, False, lambda progress: None
    ) as (desk, scopes):
        encoder = Encoder(read_model_folder(bundled_model()), "cpu")
        corpus = encoded(desk, encoder, names)
        print(
            f"{len(documents)} contracts, {len(corpus.ids):,} passages, {len(questions)} questions"
        )
        report("within the contract", list(within(corpus, encoder, questions, scopes)), questions)
        named = [
            replace(each, text=f"In the {names[each.within]}: {each.text}") for each in questions
        ]
        report("over all, contract named", list(over_all(corpus, encoder, named)), questions)


def called(title: str) -> str:
    """What a user would call a contract, from its file's name."""
    parts = re.split(r"_+", title)
    company = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", parts[0])
    return f"{parts[-1].strip()} of {company}"


def encoded(desk: LocalDesk, encoder: Encoder, names: dict[str, str]) -> Corpus:
    """All passages with both views' vectors."""
    rows = list(desk.reader.rows(PASSAGES))
    plain = [embedded_text(json.loads(row["path"]), row["body"]) for row in rows]
    titled = [f"{names[row['document']]}\n{text}" for row, text in zip(rows, plain, strict=True)]
    vectors = {
        view: encoder.encode_passages(texts)
        for view, texts in zip(VIEWS, (plain, titled), strict=True)
    }
    ids = np.array([row["id"] for row in rows])
    return Corpus(desk, searched(desk), ids, vectors)


Row = dict[str, tuple[float, float]]
"""Character recall and share of wrong documents by column."""


def within(
    corpus: Corpus, encoder: Encoder, questions: Sequence[GoldQuestion], scopes: Mapping[str, Scope]
) -> Iterator[Row]:
    """Each question asked within its contract."""
    for question in questions:
        yield ranked(corpus, encoder, question, scopes[question.within])


def over_all(corpus: Corpus, encoder: Encoder, questions: Sequence[GoldQuestion]) -> Iterator[Row]:
    """Each question asked over all contracts."""
    for question in questions:
        yield ranked(corpus, encoder, question, Scope())


def ranked(corpus: Corpus, encoder: Encoder, question: GoldQuestion, scope: Scope) -> Row:
    """One question's figures by words, by each view, and by each view with the words."""
    words = corpus.by_words(question.text, scope)
    vector = encoder.encode_query(question.text)
    allowed = corpus.desk.reader.passage_ids(scope) if scope != Scope() else None
    rankings = {"words": [passage for passage, _ in words]}
    for view in VIEWS:
        meaning = corpus.by_meaning(view, vector, allowed)
        rankings[view] = [passage for passage, _ in meaning]
        near = [passage for passage, _ in (*words, *meaning)]
        facts = passage_facts.around(corpus.desk.reader, near)
        named = naming(corpus.desk.reader, question.text, scope, facts)

        def nearest(text: str, passages: list[int], view: str = view) -> list[Scored]:
            return corpus.by_meaning(view, encoder.encode_query(text), passages)

        inside = asked_within(corpus.desk.reader, named, nearest)
        up, both = named.shares_of(near, NOWHERE), named.shares_of(near, inside)
        for done, fused in (
            ("", fuse(words, meaning, {})),
            (", moved up", fuse(words, meaning, {}, (), up)),
            (", asked within", fuse(words, meaning, {}, (), both, inside)),
        ):
            rankings[f"both, {view}{done}"] = [each.passage for each in fused]
    return {name: figures(corpus, question, ranking) for name, ranking in rankings.items()}


def figures(corpus: Corpus, question: GoldQuestion, ranking: list[int]) -> tuple[float, float]:
    read = (part for passage in ranking for part in corpus.found.ranges[passage])
    best = ranking[:BEST]
    wrong = sum(corpus.found.names[passage] != question.within for passage in best)
    return character_recall(read, question.spans, BUDGET), wrong / max(1, len(best))


def report(title: str, rows: list[Row], questions: Sequence[GoldQuestion]) -> None:
    """The means, and the paired difference that the title makes."""
    print(f"\n{title:<36}{'gold read':>10}{'wrong documents':>17}")
    for name in rows[0]:
        read, wrong = (float(np.mean([row[name][at] for row in rows])) for at in (0, 1))
        print(f"{name:<36}{read:>10.3f}{wrong:>17.1%}")
    units = {question.id: question.within for question in questions}
    plain, titled = VIEWS
    pairs = (
        (plain, titled),
        (f"both, {plain}, moved up", f"both, {titled}, moved up"),
        (f"both, {plain}, moved up", f"both, {plain}, asked within"),
        (f"both, {titled}, moved up", f"both, {plain}, asked within"),
    )
    for before, after in pairs:
        scores = [
            {question.id: row[name][0] for question, row in zip(questions, rows, strict=True)}
            for name in (before, after)
        ]
        print(f"{before} > {after}: {compare(scores[0], scores[1], units)}")


if __name__ == "__main__":
    main()
