"""Matters: the walls between documents."""

from __future__ import annotations

from legaldesk.core.documents import Matter
from legaldesk.core.progress import Report, silent
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.reading_desk import ReadingDesk
from legaldesk.tasks.dispatch import reading, task


@reading
def list_matters(desk: ReadingDesk, report: Report = silent) -> tuple[Matter, ...]:
    """Every matter, by name."""
    return desk.reader.matters()


@task
def create_matter(desk: LocalDesk, name: str, report: Report = silent) -> Matter:
    """A new, empty matter."""
    return desk.store.create_matter(name)


@task
def rename_matter(desk: LocalDesk, name: str, new_name: str, report: Report = silent) -> None:
    """Give a matter another name, in the training runs too, so that a removal finds them.

    After a kill in between the next start tells the runs.
    """
    with desk.runs.held():
        desk.store.rename_matter(name, new_name)
        desk.tell_runs()


@task
def lock_matter(desk: LocalDesk, name: str, locked: bool, report: Report = silent) -> None:
    """Keep a matter out of “All matters”, or let it in again."""
    desk.store.lock_matter(name, locked)


@task
def assign_document(
    desk: LocalDesk, document_id: str, matter: str, report: Report = silent
) -> None:
    """File a document under one more matter."""
    desk.store.assign(document_id, matter)


@task
def withdraw_document(
    desk: LocalDesk, document_id: str, matter: str, report: Report = silent
) -> None:
    """Take a document out of one of its matters.

    Its labels there go to a matter that it is still in and that shows and teaches no more than
    this one; where there is none such they are deleted.
    """
    desk.store.withdraw(document_id, matter)
