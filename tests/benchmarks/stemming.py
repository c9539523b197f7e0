"""Words looked for by their first five letters, by their Snowball stem, or as they stand.

    python3 packaging/dev.py bench stemming SETS [NAME ...]

SETS is the folder that holds the sets, of which all are measured unless some are named. Their
documents are cut as LegalDesk cuts them. "exact" looks for the words of a question alone,
"letters" for the first letters of long words too, as LegalDesk does, and "snowball" for their
stems too, in a column of stemmed text beside the exact one. Each passage is stemmed in its own
language and each question in the set's, which is more than a search could know. Figures are
nDCG@10 of the words alone, the differences are paired with their 95% interval. Snowball has no
Vietnamese. It is no part of LegalDesk: pip install snowballstemmer
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from _options import options_of

from legaldesk.core.evaluation import GoldSet
from legaldesk.core.metrics import NDCG, Qrels, answer_units, score_all
from legaldesk.core.query import STEM, WORD, any_of, quote, terms
from legaldesk.engine.evaluation_set import read_gold_set
from legaldesk.engine.gold_library import gold_library
from legaldesk.engine.significance import compare
from legaldesk.tasks.evaluating import right_answers
from legaldesk.tasks.measuring import plain

SNOWBALL = {
    "ca": "catalan", "de": "german", "en": "english", "es": "spanish", "fr": "french",
}  # fmt: skip
DEEP = 300
PASSAGES = (
    "SELECT p.id, p.title, p.section, p.body, p.language, d.path FROM passages p"
    " JOIN documents d ON d.id = p.document"
)

Stem = Callable[[str], str]
Match = Callable[[str], str]


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("names", nargs="*")
    asked = parser.parse_args()
    import snowballstemmer  # noqa: F401 - before minutes of cutting

    names = asked.names or sorted(path.name for path in asked.sets.iterdir() if path.is_dir())
    print(f"{'set':<20}{'exact':>7}{'letters':>9}{'snowball':>10}  letters - snowball")
    for name in names:
        measure(read_gold_set(asked.sets / name))


def measure(gold: GoldSet) -> None:
    """Print the row of one set."""
    with gold_library(gold, None, False, lambda progress: None) as (desk, _):
        rows = [tuple(row) for row in desk.reader.rows(PASSAGES)]
    language = Counter(row[4] for row in rows).most_common(1)[0][0]
    index = made_index(rows)
    names = {row[0]: row[5] for row in rows}
    stem = stemmer(language)

    def snowball(question: str) -> str:
        exact = [quote(term) for term in terms(question)]
        stems = dict.fromkeys(stem(term) for term in terms(question))
        return " OR ".join([*exact, *(f"stems : {quote(each)}" for each in stems)])

    def exact(question: str) -> str:
        return " OR ".join(quote(term) for term in terms(question))

    qrels = right_answers(gold)
    kinds: dict[str, Match] = {"exact": exact, "letters": any_of, "snowball": snowball}
    found = {name: figures(gold, index, names, qrels, match) for name, match in kinds.items()}
    units = answer_units({question.id: question.grades for question in gold.questions})
    means = [sum(each.values()) / len(each) for each in found.values()]
    change = compare(found["snowball"], found["letters"], units)
    print(
        f"{gold.name:<20}{means[0]:>7.3f}{means[1]:>9.3f}{means[2]:>10.3f}"
        f"  {change.after - change.before:+.3f} ({change.low:+.3f} to {change.high:+.3f})",
        flush=True,
    )


def stemmer(language: str) -> Stem:
    """A language's Snowball stemmer; for one that has none every word is its own stem."""
    if language not in SNOWBALL:
        return lambda word: word
    import snowballstemmer

    made = snowballstemmer.stemmer(SNOWBALL[language])
    known: dict[str, str] = {}

    def stem(word: str) -> str:
        if word not in known:
            known[word] = made.stemWord(word)
        return known[word]

    return stem


def made_index(rows: Iterable[tuple[Any, ...]]) -> sqlite3.Connection:
    """A word index such as a library's, with the stemmed text of each passage beside it."""
    index = sqlite3.connect(":memory:")
    index.execute(
        "CREATE VIRTUAL TABLE words USING fts5 (title, section, body, stems,"
        f" tokenize = 'unicode61 remove_diacritics 2', prefix = '{STEM}')"
    )
    stems: dict[str, Stem] = {}
    for number, title, section, body, language, _ in rows:
        stem = stems.setdefault(language, stemmer(language))
        text = f"{section} {body}"
        stemmed = " ".join(stem(word.lower()) for word in re.findall(WORD, text))
        index.execute(
            "INSERT INTO words (rowid, title, section, body, stems) VALUES (?, ?, ?, ?, ?)",
            (number, title, section, body, stemmed),
        )
    return index


def figures(
    gold: GoldSet, index: sqlite3.Connection, names: dict[int, str], qrels: Qrels, match: Match
) -> dict[str, float]:
    """nDCG@10 of each question; a document counts as its best passage."""
    rankings: dict[str, list[str]] = {}
    for question in gold.questions:
        asked = match(plain(question.text))
        if "stems :" not in asked:
            asked = f"{{title section body}} : ({asked})"
        rows = index.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words) LIMIT ?",
            (asked, DEEP),
        )
        found = dict.fromkeys(names[row[0]] for row in rows)
        within = question.within
        rankings[question.id] = [
            name for name in found if not within or name == within or name.startswith(f"{within}#")
        ]
    return {name: each[NDCG] for name, each in score_all(rankings, qrels).items()}


if __name__ == "__main__":
    main()
