"""Whether everything that was read can be found by meaning, and how that is mended."""

from __future__ import annotations

from legaldesk.core.documents import Finding
from legaldesk.core.errors import ModelProblem
from legaldesk.core.progress import Report
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.meaning import Meaning
from legaldesk.engine.vector_check import Faulty, faulty_vectors


def check_meaning(desk: LocalDesk, repair: bool, report: Report) -> Finding:
    """Every passage has a sound vector or waits for one, and the index holds what is stored."""
    live = desk.meaning.generation
    faulty = [each for each in faulty_vectors(desk.reader, report) if not _may_be_empty(desk, each)]
    forgotten = desk.reader.count(_FORGOTTEN, live.id, live.cut)
    wrong = len(faulty) + forgotten
    if wrong and repair:
        _let_wait(desk, faulty)
    try:  # only now: a model that cannot be used is no reason to count nothing
        desk.with_meaning(Meaning.wait_until_ready)
    except ModelProblem as error:
        return Finding("meaning", False, _told(error.message, faulty, forgotten, repair))
    if wrong and repair:
        if faulty:
            desk.generations.removed()
        return Finding("meaning", True, f"{wrong} passages wait for their vectors now", True)
    stored, indexed = _at_one_moment(desk)
    if indexed != stored and repair:
        desk.meaning.rebuild()
        return Finding("meaning", True, f"the index of {stored} vectors was rebuilt", True)
    detail = f"{stored} vectors, {indexed} in the index, {desk.reader.pending()} still to come"
    ok = indexed == stored and not wrong
    return Finding("meaning", ok, _told(detail, faulty, forgotten, repair))


def _may_be_empty(desk: LocalDesk, each: Faulty) -> bool:
    """Whether the model itself gives no direction to a text of which it knows no token."""
    if not each.empty:
        return False
    made = next((g for g in desk.reader.generations() if g.id == each.generation), None)
    folder = None if made is None else desk.generations.folder(made)
    return folder is None or isinstance(folder, ModelProblem) or folder.static


def _let_wait(desk: LocalDesk, faulty: list[Faulty]) -> None:
    """Have the missing vectors made, and the faulty ones made anew."""
    desk.store.await_vectors(desk.meaning.generation.id)
    if faulty:
        desk.store.forget_vectors([each.id for each in faulty])
        desk.generations.load_anew()  # opening the index may have failed for them
    desk.generations.more()


def _told(detail: str, faulty: list[Faulty], forgotten: int, repair: bool) -> str:
    """The detail, and what else is wrong where it is not being mended."""
    counts = [f"{len(faulty)} vectors are damaged"] if faulty else []
    counts += [f"{forgotten} passages without one"] if forgotten else []
    told = f"{detail.removesuffix('.')}; {', '.join(counts)}: --repair"
    return detail if repair or not counts else told


def _at_one_moment(desk: LocalDesk) -> tuple[int, int]:
    """How many vectors are stored and how many indexed, with no change in between."""
    while True:
        before = desk.reader.count(_LAST_CHANGE)
        meaning = desk.meaning
        stored = desk.reader.count(
            "SELECT count(*) FROM vectors WHERE generation = ?", meaning.generation.id
        )
        indexed = meaning.indexed()
        if desk.reader.count(_LAST_CHANGE) == before:
            return stored, indexed


_LAST_CHANGE = "SELECT max(seq) FROM changes"

_FORGOTTEN = """SELECT count(*) FROM passages p WHERE segmentation = ?2
AND NOT EXISTS (SELECT 1 FROM vectors WHERE passage = p.id AND generation = ?1)
AND NOT EXISTS (SELECT 1 FROM waiting WHERE passage = p.id AND generation = ?1)"""
