"""Backups of the library's database, as they are listed, chosen and put back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup. ``made`` is its moment in UTC as ISO 8601 has it, ``size`` in bytes.

    In ``doubtful`` of its documents there are passages that do not say what their pages say.
    """

    name: str
    made: str
    size: int
    documents: int
    passages: int
    labels: int
    doubtful: int = 0

    @property
    def doubt(self) -> str:
        """What is wrong with what it holds and what to do about that, "" for nothing."""
        if not self.doubtful:
            return ""
        what = "1 document" if self.doubtful == 1 else f"{self.doubtful:,} documents"
        return (
            f"In {what} some passages do not say what the pages say. To see where, choose “Check"
            " the library…” in the menu, or run “legaldesk verify”. Remove what is named there and"
            " add it again, or put back a backup from before."
        )


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of putting a backup back.

    ``again`` names the files whose copies are kept but which the backup does not know: they
    are read again by themselves. ``aside`` is the file that was replaced, "" for none.
    ``problem`` says why nothing was put back, "" when it was.
    """

    backup: str
    made: str
    at: str
    again: tuple[str, ...] = ()
    aside: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class BackupsOverview:
    """The backups, the newest first; the one that the next start puts back; the last put back."""

    backups: tuple[Backup, ...]
    ordered: str = ""
    restored: Restored | None = None
