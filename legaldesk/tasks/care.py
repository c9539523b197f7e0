"""Look after the library: what the engine is doing, and whether everything holds."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from legaldesk.core.confinement import Confinement
from legaldesk.core.documents import Document, Finding
from legaldesk.core.encryption import Encryption
from legaldesk.core.errors import LibraryDamaged, ProcessDied
from legaldesk.core.hits import EngineState
from legaldesk.core.progress import Progress, Report, silent
from legaldesk.engine.backup_copy import MISCOUNTED
from legaldesk.engine.disk_encryption import disk_encryption as encryption_of
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.passage_check import check_passages
from legaldesk.tasks.care_of_meaning import check_meaning
from legaldesk.tasks.dispatch import task


@task
def engine_state(desk: LocalDesk, report: Report = silent) -> EngineState:
    """The model's state, and how many passages and files still wait.

    Raises LibraryDamaged once that has turned out.
    """
    desk.generations.start()  # somebody watches, and so may ask soon
    desk.backups.start()
    if desk.backups.damage is not None:
        raise desk.backups.damage
    total, pending = desk.reader.passages(), desk.reader.pending()
    state = desk.meaning.state(pending, total, desk.files_left())
    return replace(
        state,
        process=os.getpid(),
        edition=desk.reader.edition(),
        backup_problem=desk.backups.problem,
    )


@task
def confinement(desk: LocalDesk, report: Report = silent) -> Confinement:
    """How closely the processes that read PDFs are confined. Raises ProcessDied."""
    return desk.parsers.confinement()


@task
def disk_encryption(desk: LocalDesk, report: Report = silent) -> Encryption:
    """Whether the disk that the library lies on is encrypted, where that can be told."""
    return encryption_of(desk.library)


@task
def verify(desk: LocalDesk, repair: bool = False, report: Report = silent) -> tuple[Finding, ...]:
    """Check database, words, counts, passages, vectors, stored files and parser, in this order.

    With ``repair`` what can be rebuilt is rebuilt; what cannot says what to do.
    """
    checks: tuple[Callable[[LocalDesk, bool, Report], Finding], ...] = (
        _check_database,
        _check_words,
        _check_counts,
        _check_passages,
        _check_cuts,
        check_meaning,
        _check_files,
        _check_parser,
    )
    findings = []
    for number, check in enumerate(checks):
        report(
            Progress("checking", number, len(checks), message=check.__name__.removeprefix("_")[6:])
        )
        findings.append(check(desk, repair, report))
    return tuple(findings)


def _check_database(desk: LocalDesk, repair: bool, report: Report) -> Finding:
    problems = [row[0] for row in desk.reader.rows("PRAGMA integrity_check(20)")]
    orphans = desk.reader.rows("PRAGMA foreign_key_check")
    ok = problems == ["ok"] and not orphans
    detail = "sound" if ok else f"damaged ({len(problems) + len(orphans)} problems): restore it"
    return Finding("database", ok, detail)


def _check_words(desk: LocalDesk, repair: bool, report: Report) -> Finding:
    """Only FTS5's check with rank 1 compares the word index with the passages' text."""
    try:
        desk.store.check_words()
    except LibraryDamaged:
        if not repair:
            return Finding("words", False, "the word index differs from the passages: --repair")
        desk.store.rebuild_words()
        return Finding("words", True, "the word index was rebuilt", repaired=True)
    return Finding("words", True, f"{desk.reader.passages()} passages")


def _check_counts(desk: LocalDesk, repair: bool, report: Report) -> Finding:
    """The numbers of passages that are kept with the database, which a backup compares too."""
    wrong = desk.reader.count(MISCOUNTED)
    if not wrong:
        return Finding("counts", True, "as many passages as are noted")
    if not repair:
        return Finding("counts", False, "other numbers of passages than are noted: --repair")
    desk.store.recount()
    return Finding("counts", True, "the passages were counted anew", repaired=True)


def _check_passages(desk: LocalDesk, repair: bool, report: Report) -> Finding:
    """Every passage lies on pages that are there, under its own id, and says what they say."""
    bad = total = 0
    names: list[str] = []
    documents = desk.reader.rows("SELECT id, sha256, language, name FROM documents ORDER BY id")
    for number, document in enumerate(documents):
        report(Progress("checking", number, len(documents), "documents", message="passages"))
        found, wrong = check_passages(desk.reader, document)
        total, bad = total + found, bad + wrong
        names += [document["name"]] if wrong else []
    detail = f"{total} passages lie exactly on their pages"
    if bad:
        named = ", ".join(names[:5])
        detail = (
            f"{bad} of {total} passages do not lie on their pages, or say something else:"
            f" remove these files and import them again, or put a backup back: {named}"
        )
    return Finding("passages", not bad, detail)


_ENDS = {
    "enumeration": "an enumeration",
    "semicolon": "a semicolon",
    "comma": "a comma",
    "word": "a word",
}


def _check_cuts(desk: LocalDesk, repair: bool, report: Report) -> Finding:
    """How many passages end inside a sentence, because it alone exceeds the model's limit."""
    rows = desk.reader.rows("SELECT cut, count(*) FROM passages WHERE cut <> '' GROUP BY cut")
    over = desk.reader.count(_OVER)
    cuts = ", ".join(f"{row[1]} at {_ENDS[row[0]]}" for row in rows) or "none"
    return Finding("cuts", not over, f"inside a sentence: {cuts}; over the model's limit: {over}")


_OVER = """SELECT count(*) FROM passages p JOIN segmentations s ON s.id = p.segmentation
WHERE p.tokens > s.token_limit"""


def _check_files(desk: LocalDesk, repair: bool, report: Report) -> Finding:
    """Every document's original is there with the bytes that were imported."""
    bad = []
    documents = desk.reader.all_documents()
    for number, document in enumerate(documents):
        report(Progress("checking", number, len(documents), "files", message="files"))
        if not desk.originals.sound(document) and _is_there(desk, document):
            bad.append(document.name)
    if bad:
        names = ", ".join(bad[:5])
        return Finding("files", False, f"missing or changed: {names}. Import them again.")
    return Finding("files", True, f"{len(documents)} originals are as they were imported")


def _is_there(desk: LocalDesk, document: Document) -> bool:
    """Whether it was not removed while we looked."""
    known = "SELECT count(*) FROM documents WHERE sha256 = ?"
    return bool(desk.reader.count(known, document.id))


def _check_parser(desk: LocalDesk, repair: bool, report: Report) -> Finding:
    """A process that reads PDFs can be started; how closely it is confined is told, not judged."""
    try:
        level = desk.parsers.confinement()
    except ProcessDied as error:
        return Finding("parser", False, f"PDFs cannot be read: {error.message}")
    return Finding("parser", True, f"PDFs are read in processes of their own ({level})")
