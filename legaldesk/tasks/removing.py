"""Remove documents and matters so that nothing of them is left on the disk."""

from __future__ import annotations

from contextlib import suppress

from legaldesk.core.documents import Dependents, Document
from legaldesk.core.errors import Cancelled, LegalDeskError, WrongUse
from legaldesk.core.hits import Scope
from legaldesk.core.progress import Progress, Report, silent
from legaldesk.engine import label_reader
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.reading_desk import ReadingDesk
from legaldesk.engine.recovered import waiting_alone_for
from legaldesk.engine.runs import Runs
from legaldesk.engine.training_pool import stored_passages
from legaldesk.tasks.dispatch import reading, task


@reading
def dependents(
    desk: ReadingDesk, documents: tuple[str, ...], matter: str = "", report: Report = silent
) -> Dependents:
    """What goes with these documents, or with a matter, when it is removed.

    A matter's documents that are in another matter too are kept there.
    """
    erased, kept = _affected(desk, documents, matter)
    names = tuple(document.name for document in erased)
    names += waiting_alone_for(desk.library, desk.reader, matter) if matter else ()
    name = f"the matter “{matter}”" if matter else ", ".join(f"“{name}”" for name in names)
    ids = {document.id for document in erased}
    records = desk.reader.rows("SELECT document, matter FROM files")
    runs = Runs(desk.library)
    taught = runs.learned_from(ids, matter)
    adopted = [adoption.model for run in taught if (adoption := runs.adoption(run))]
    return Dependents(
        name=name,
        documents=names,
        kept_elsewhere=tuple(document.name for document in kept),
        passages=sum(document.passages for document in erased),
        stored_bytes=sum(document.size for document in erased if not document.referenced),
        import_records=sum(
            row["document"] in ids or bool(matter and row["matter"] == matter) for row in records
        ),
        labels=label_reader.count_going(desk.reader, ids, matter),
        runs=len(taught),
        models=tuple(dict.fromkeys(adopted)),
    )


@task
def remove_documents(desk: LocalDesk, documents: tuple[str, ...], report: Report = silent) -> int:
    """Erase documents from every matter; returns how many. Files in place are left alone."""
    return _remove(desk, documents, "", report)


@task
def remove_matter(desk: LocalDesk, matter: str, report: Report = silent) -> int:
    """Erase a matter and the documents that are in no other; returns how many documents."""
    return _remove(desk, (), matter, report)


def _affected(
    desk: ReadingDesk, documents: tuple[str, ...], matter: str
) -> tuple[list[Document], list[Document]]:
    """The documents that are erased, and those that stay in another matter."""
    if not matter:
        return [desk.reader.document(document) for document in dict.fromkeys(documents)], []
    inside = desk.reader.documents(Scope(matter=matter))
    kept = [document for document in inside if len(document.matters) > 1]
    return [document for document in inside if len(document.matters) == 1], kept


def _remove(desk: LocalDesk, documents: tuple[str, ...], matter: str, report: Report) -> int:
    """Database first, then the copies, the runs and the index; a kill in between leaves no orphan.

    Copies that are left behind are noted, and the next start deletes them and tells the runs
    what they were not told. Once the database is changed no cancel is heard any more, and what
    fails does not keep the rest from being erased: half a removal would be none.
    """
    if matter and not any(found.name == matter for found in desk.reader.matters()):
        raise WrongUse(f"There is no matter named “{matter}”.")
    while True:
        erased, _ = _affected(desk, documents, matter)
        report(Progress("removing", 0, len(erased), "documents"))
        ids = [document.id for document in erased]
        with desk.one_at_a_time(*ids), desk.runs.held():
            texts = stored_passages(desk.reader, ids)
            if desk.store.remove(ids, matter or None):
                stuck = _erase_copies(desk, erased, report)
                told = desk.tell_runs(texts)
                break
    desk.erase_gone()
    if ids:
        desk.generations.removed()
    desk.backups.forget_removed()
    desk.store.fold_log()
    if stuck:
        raise LegalDeskError(
            f"The copies of {', '.join(stuck[:5])} are in use by another program. They are"
            " deleted when LegalDesk starts again."
        )
    if not told:
        raise LegalDeskError(
            "It is removed, but a training run that took passages of it cannot be written."
            " That is made up for when LegalDesk starts again; deleting the run does it now."
        )
    return len(ids)


def _erase_copies(desk: LocalDesk, erased: list[Document], report: Report) -> list[str]:
    """Delete the stored copies; returns the names of those that could not be."""
    stuck = []
    for number, document in enumerate(erased, 1):
        desk.parsers.forget(document.id)
        desk.passwords.pop(document.id, None)
        try:
            desk.originals.erase(document.id)
        except OSError:
            stuck.append(f"“{document.name}”")
        with suppress(Cancelled):
            report(Progress("removing", number, len(erased), "documents"))
    return stuck
