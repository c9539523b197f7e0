"""Say how well questions with known answers are answered, in the published cards' figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from legaldesk.core.errors import WrongUse
from legaldesk.core.evaluation import Asked, GoldQuestion, GoldSet, Mode, Table, TableRow
from legaldesk.core.hits import Scope
from legaldesk.core.metrics import Qrels, answer_units, with_equals
from legaldesk.core.models import Prompts
from legaldesk.core.pace import counted
from legaldesk.core.progress import Report, silent
from legaldesk.engine.bm25_reference import Bm25
from legaldesk.engine.evaluation_set import read_gold_set
from legaldesk.engine.generations import DEVICE
from legaldesk.engine.gold_library import gold_library, groups_within, searched
from legaldesk.engine.lineage import lineage
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.model_folder import bundled_model, read_model_folder
from legaldesk.engine.ranking_table import table_row
from legaldesk.engine.reranker import Reranker
from legaldesk.engine.reranker_folder import read_reranker_folder
from legaldesk.engine.significance import Units
from legaldesk.tasks import importing, lessons
from legaldesk.tasks.dispatch import task
from legaldesk.tasks.measuring import measure


@task
def model_folder(
    desk: LocalDesk, name: str = "", report: Report = silent
) -> tuple[str, Prompts | None]:
    """The folder of a model of this library by its name, of the one in use for "".

    With it go the prompts that the one in use is given, None for its own. Raises WrongUse
    when there is none such and ModelProblem when it cannot be used.
    """
    if name:
        return str(desk.shelf.path(name)), None
    return str(desk.meaning.folder.path), desk.meaning.folder.prompts


@task
def evaluate_labels(
    desk: LocalDesk,
    matter: str,
    modes: tuple[Mode, ...],
    dimensions: tuple[int, ...] = (),
    reranker: str = "",
    report: Report = silent,
) -> Table:
    """The table of the library's own labels, by the live model; ``matter`` "" is all.

    Grade 2 is a right answer; 1 counts in nDCG alone. Questions without a right answer are
    left out, and so are those that the model was made from. ``reranker`` is a cross-encoder's
    folder for Mode.RERANKED. Raises WrongUse when no question is left, for that mode without a
    folder and where another model becomes live meanwhile, and ModelProblem for an unsafe one.
    """
    meaning = desk.meaning
    live = meaning.generation
    found = lessons.qrels(desk, matter, lineage(desk, meaning))
    asked = found.answered("measure with")
    ours = [mode for mode in modes if mode != Mode.BM25]
    if any(mode.uses_model for mode in ours):
        importing.await_meaning(desk, report=report)
    units = answer_units({each.id: each.grades for each in asked})
    widths = checked(dimensions, live.dimension)
    model = _reranker(desk, ours, Path(reranker) if reranker else None)
    inside = Scope(matter)
    documents, passages = len(desk.reader.documents(inside)), len(desk.reader.passage_ids(inside))
    rows = measure(
        desk, live, asked, found.searched, ours, widths, units, report, lessons.PARTLY, model
    )
    sizes = len(asked), len(set(units.values())), documents, passages
    return Table(matter or "labels", live.name, *sizes, tuple(rows), found.note)


def evaluate_folder(
    folder: Path,
    modes: Sequence[Mode],
    model: Path | None = None,
    dimensions: Sequence[int] = (),
    report: Report = silent,
    prompts: Prompts | None = None,
    reranker: Path | None = None,
) -> Table:
    """The table of a folder with corpus.jsonl, queries.jsonl and qrels.tsv.

    Its texts are cut, encoded, indexed and searched in a temporary place as imported
    documents are. ``model`` is a folder, None the bundled one, ``prompts`` None are its own;
    ``dimensions`` () is its full width, ``reranker`` a cross-encoder's folder for
    Mode.RERANKED. Needs no library. Raises WrongUse for a folder that is not as it should be, a
    dimension that the model does not have and that mode without its folder, ModelProblem and
    NoRoom.
    """
    gold = read_gold_set(folder)
    return evaluate_set(gold, modes, model, dimensions, report, prompts, reranker)


def evaluate_set(
    gold: GoldSet,
    modes: Sequence[Mode],
    model: Path | None = None,
    dimensions: Sequence[int] = (),
    report: Report = silent,
    prompts: Prompts | None = None,
    reranker: Path | None = None,
) -> Table:
    """The same for a set that has been read.

    A document counts as its best passage. Documents of the same text are equally right.
    Intervals are drawn over questions that share no right answer.
    """
    qrels = right_answers(gold)
    units = answer_units({question.id: question.grades for question in gold.questions})
    ours = [mode for mode in modes if mode != Mode.BM25]
    widths = checked(dimensions, read_model_folder(model or bundled_model()).dimension)
    with_meaning = any(mode.uses_model for mode in ours)
    with gold_library(gold, model, with_meaning, report, prompts) as (desk, scopes):
        found = searched(desk)
        questions = [asked_of(question, scopes, qrels) for question in gold.questions]
        again = _reranker(desk, ours, reranker)
        rows = (
            measure(
                desk,
                desk.meaning.generation,
                questions,
                found,
                ours,
                widths,
                units,
                report,
                reranker=again,
            )
            if ours
            else []
        )
        name = desk.meaning.folder.name
    if Mode.BM25 in modes:
        rows.append(bm25_row(gold, qrels, units, report))
    sizes = len(gold.questions), len(set(units.values())), len(gold.documents), len(found.names)
    return Table(gold.name, name, *sizes, tuple(rows))


def _reranker(desk: LocalDesk, modes: Sequence[Mode], folder: Path | None) -> Reranker | None:
    """The cross-encoder, loaded where a mode takes it. Raises WrongUse when it was not named."""
    if Mode.RERANKED not in modes:
        return None
    if folder is None:
        raise WrongUse("Name the folder of a cross-encoder to measure “reranked” with.")
    wanted = desk.reader.setting(DEVICE) or "auto"
    return Reranker(read_reranker_folder(folder), wanted, desk.generations.turns)


def asked_of(question: GoldQuestion, scopes: Mapping[str, Scope], qrels: Qrels) -> Asked:
    """A gold question as it is put to its library."""
    scope, grades = scopes[question.within], qrels[question.id]
    return Asked(question.id, question.text, scope, grades, question.spans)


def right_answers(gold: GoldSet) -> Qrels:
    """The grades of every question, documents of the same text graded alike."""
    groups = groups_within(gold)
    texts = {document.id: document.text for document in gold.documents if document.text.strip()}
    qrels = with_equals({question.id: question.grades for question in gold.questions}, texts)
    return {
        question.id: {
            name: grade
            for name, grade in qrels[question.id].items()
            if name in question.grades or name in groups[question.within]
        }
        for question in gold.questions
    }


def checked(dimensions: Iterable[int], width: int) -> list[int]:
    """The dimensions, widest first; the full width for none. Raises WrongUse."""
    wanted = sorted(set(dimensions), reverse=True) or [width]
    for dimension in wanted:
        if not 1 <= dimension <= width:
            raise WrongUse(f"This model has dimensions 1 to {width}, not {dimension}.")
    return wanted


def bm25_row(gold: GoldSet, qrels: Qrels, units: Units, report: Report) -> TableRow:
    """The row of the plain BM25 over whole documents."""
    groups = groups_within(gold)
    rankings: dict[str, list[str]] = {}
    with closing(Bm25(gold.documents)) as index:
        for question in counted(gold.questions, "bm25", "questions", report):
            within = groups[question.within] if question.within else None
            rankings[question.id] = index.rank(question.text, within)
    return table_row(Mode.BM25, 0, rankings, qrels, units)
