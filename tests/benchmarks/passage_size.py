"""How long passages should be: each way of searching with passages of at most so many tokens.

    python3 packaging/dev.py bench passage_size SETS [NAME ...] [--tokens N ...] [--documents N]

SETS is the folder that holds the sets, of which all are asked unless some are named; of each the
first N documents are taken, with the questions that they answer. The bundled model is given each
token limit in turn, so that the same documents are cut, encoded, indexed and fused by it as the app
would. Printed are nDCG@10 with a document as its best passage and, where questions have gold spans,
the share of their characters among the first 2,000 that are read; the last column compares both
halves together with the longest passages, paired, by the second figure where there is one.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from _options import options_of

from legaldesk.core.evaluation import GoldSet, Mode, Table, TableRow
from legaldesk.core.metrics import CHARACTER_RECALL, NDCG, answer_units
from legaldesk.engine.evaluation_set import read_gold_set
from legaldesk.engine.model_folder import bundled_model
from legaldesk.engine.significance import compare
from legaldesk.tasks.evaluating import evaluate_set

MODES = (Mode.LEXICAL, Mode.DENSE, Mode.FUSED)
RECALL = CHARACTER_RECALL[2_000]
LIMIT_FILE = "sentence_bert_config.json"


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--tokens", type=int, nargs="+", default=[64, 128, 256])
    parser.add_argument("--documents", type=int, default=400)
    asked = parser.parse_args()
    names = asked.names or sorted(path.name for path in asked.sets.iterdir() if path.is_dir())
    limits = sorted(asked.tokens, reverse=True)
    print(f"{'set':<20}{'tokens':>7}{'passages':>10}  words / meaning / both")
    for name in names:
        gold = first_of(read_gold_set(asked.sets / name), asked.documents)
        longest: Table | None = None
        for limit in limits:
            with limited_model(limit) as model:
                table = evaluate_set(gold, MODES, model)
            longest = longest or table
            show(gold, table, limit, longest)


def first_of(gold: GoldSet, count: int) -> GoldSet:
    """The first documents of a set with the questions that they answer."""
    documents = gold.documents[:count]
    there = {document.id for document in documents}
    questions = tuple(each for each in gold.questions if there >= each.grades.keys())
    return GoldSet(gold.name, documents, questions)


@contextmanager
def limited_model(tokens: int) -> Iterator[Path]:
    """A copy of the bundled model that reads so many tokens."""
    with tempfile.TemporaryDirectory(prefix="legaldesk-") as folder:
        copy = Path(folder) / "model"
        shutil.copytree(bundled_model(), copy)
        settings = json.loads((copy / LIMIT_FILE).read_text(encoding="utf-8"))
        (copy / LIMIT_FILE).write_text(json.dumps({**settings, "max_seq_length": tokens}))
        yield copy


def show(gold: GoldSet, table: Table, limit: int, longest: Table) -> None:
    """One line for a set and a limit."""
    parts = [
        f"{name} " + " / ".join(f"{row.figures[name].value:.3f}" for row in ordered(table))
        for name in (NDCG, RECALL)
        if all(name in row.figures for row in table.rows)
    ]
    fused, before = (ordered(each)[-1] for each in (table, longest))
    name = RECALL if RECALL in fused.figures else NDCG
    units = answer_units({question.id: question.grades for question in gold.questions})
    change = compare(scores(before, name), scores(fused, name), units)
    if table is not longest:
        parts.append(f"both {change.difference:+.3f} ({change.low:+.3f} to {change.high:+.3f})")
    print(f"{gold.name:<20}{limit:>7}{table.passages:>10,}  {', '.join(parts)}", flush=True)


def ordered(table: Table) -> Sequence[TableRow]:
    """The rows by words, by meaning and by both."""
    return sorted(table.rows, key=lambda row: MODES.index(row.mode))


def scores(row: TableRow, name: str) -> dict[str, float]:
    """One figure of every question that has it."""
    return {question: found[name] for question, found in row.scores.items() if name in found}


if __name__ == "__main__":
    main()
