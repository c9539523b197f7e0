"""Look at what is in the library, and at what did not make it."""

from __future__ import annotations

from pathlib import Path

from legaldesk.core.documents import Document, DocumentDetails, FileOutcome
from legaldesk.core.errors import WrongUse
from legaldesk.core.hits import Scope
from legaldesk.core.progress import Report, silent
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.reading_desk import ReadingDesk
from legaldesk.engine.recovered import keeps_only_copy
from legaldesk.engine.recovered_place import place_of
from legaldesk.tasks.dispatch import reading, task


@reading
def list_documents(
    desk: ReadingDesk, scope: Scope, report: Report = silent
) -> tuple[Document, ...]:
    """The documents in scope, by name."""
    return desk.reader.documents(scope)


@reading
def document_details(
    desk: ReadingDesk, document_id: str, report: Report = silent
) -> DocumentDetails:
    """One document with its outline, page labels, page sizes and problems."""
    return desk.reader.details(document_id)


@reading
def list_problems(
    desk: ReadingDesk, matter: str, report: Report = silent
) -> tuple[FileOutcome, ...]:
    """Dropped files that are not wholly in the library, newest first.

    "" means all matters that are not locked out. Raises WrongUse for no such matter.
    """
    return desk.reader.problems(matter)


@task
def forget_file(desk: LocalDesk, file: str, matter: str, report: Report = silent) -> int:
    """Drop the record of a file that was not imported into a matter; "" means any matter.

    Returns how many records there were. Raises WrongUse for no such matter, and where the
    library keeps the file's only copy: nobody would see that any more.
    """
    name = matter and desk.reader.record_matter(matter)
    place = place_of(desk.library, file)
    if keeps_only_copy(desk.library, desk.reader, place):
        raise WrongUse(
            f"“{Path(place).name}” is kept in the library alone, at “{place}”, since a backup was"
            " put back. Add it again, or delete that file first: then it can be dismissed.",
            place,
        )
    paths = [row["path"] for row in desk.reader.rows("SELECT DISTINCT path FROM files")]
    same = [path for path in paths if place_of(desk.library, path) == place]
    return sum(desk.store.forget_file(path, name) for path in same)


@reading
def find_document(desk: ReadingDesk, name: str, report: Report = silent) -> Document:
    """The one document that a name, a part of it or the start of an id means.

    Raises WrongUse when there is none, or more than one.
    """
    return desk.reader.find(name)
