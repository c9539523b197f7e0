"""Every error LegalDesk shows, as one family.

    LegalDeskError
    ├── WrongUse               the request itself is wrong (CLI exit status 2)
    ├── FileProblem            one file cannot be used; the others go on
    │   ├── Locked             it needs a password, or another one
    │   ├── Damaged            no library can read it
    │   └── Unsupported        it is not a PDF
    ├── LibraryDamaged         the database does not hold what it should (CLI exit status 3)
    ├── LibraryBusy            another process owns the library and does not answer
    ├── NoRoom                 the disk is full
    ├── ModelProblem           the model's folder cannot be used
    ├── ProcessDied            a child process stopped, hung or sent nonsense
    └── Unexpected             a bug of ours, with the report of it

Each message is a sentence a paralegal can act on. A library's own errors are translated
at the engine's door with ``raise ... from``; bugs are not caught, but for the one place
in a process that makes them Unexpected, so that the rest goes on.
"""

from __future__ import annotations

from legaldesk.core.bugs import Bug

UNEXPECTED = "Something went wrong that LegalDesk did not expect. The library's log says where."


class LegalDeskError(Exception):
    """A problem with a sentence for the user, and the file that it is about."""

    def __init__(self, message: str, file: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.file = file

    @property
    def kind(self) -> str:
        """The name under which it crosses a process border and appears in JSON."""
        return type(self).__name__


class WrongUse(LegalDeskError):
    """The request cannot be carried out as it was put."""


class FileProblem(LegalDeskError):
    """One file cannot be used."""


class Locked(FileProblem):
    """The file needs a password."""


class Damaged(FileProblem):
    """No library here can read the file."""


class Unsupported(FileProblem):
    """The file is not a PDF."""


class LibraryDamaged(LegalDeskError):
    """The library's database does not hold what it should."""


class LibraryBusy(LegalDeskError):
    """Another process owns the library and cannot be asked."""


class NoRoom(LegalDeskError):
    """The disk is full."""


class ModelProblem(LegalDeskError):
    """The model's folder cannot be used."""


class ProcessDied(LegalDeskError):
    """A child process stopped, hung or sent something that makes no sense."""


class Unexpected(LegalDeskError):
    """LegalDesk itself is at fault; ``bug`` is what may be told of it."""

    bug: Bug | None = None

    @classmethod
    def of(cls, bug: Bug) -> Unexpected:
        """The error that a bug becomes."""
        made = cls(UNEXPECTED)
        made.bug = bug
        return made


class Cancelled(BaseException):
    """The user cancelled.

    Not an Exception, so that a per-file ``except Exception`` cannot swallow it.
    """


class Abandoned(Cancelled):
    """Whoever asked went away: stop, and leave unfinished work to be resumed."""


def family() -> dict[str, type[LegalDeskError]]:
    """Every error class by its name."""
    found: dict[str, type[LegalDeskError]] = {}
    todo: list[type[LegalDeskError]] = [LegalDeskError]
    while todo:
        kind = todo.pop()
        found[kind.__name__] = kind
        todo.extend(kind.__subclasses__())
    return found


def revive(kind: str, message: str, file: str | None) -> LegalDeskError:
    """The error that another process reported; an unknown kind becomes a LegalDeskError."""
    return family().get(kind, LegalDeskError)(message, file)
