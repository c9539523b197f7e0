"""Which backups there are, and which of them is to be put back: the folder “backups”.

A backup is a database file and a description beside it, which is written first: a database
without one is no backup yet, and a description without its database no more.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from legaldesk.core.backups import Backup, Restored
from legaldesk.core.errors import WrongUse
from legaldesk.engine.originals import erase
from legaldesk.engine.profile import make_private_folder, write_durably

FOLDER = "backups"

_PREFIX, _SUFFIX, _PART = "library-", ".sqlite", ".part"
_ORDER, _NEWS = "put-back.json", "restored.json"


class Description(msgspec.Struct, frozen=True):
    """What is kept beside a backup. ``forgets`` is when something was last removed before it.

    ``doubtful`` counts the documents whose passages do not say what their pages say.
    """

    made: str
    schema: int
    documents: int
    passages: int
    labels: int
    digest: str
    forgets: str
    doubtful: int = 0


def shelf(library: Path) -> Path:
    """The folder of a library's backups; it may not be there yet."""
    return library / FOLDER


def name_for(moment: datetime) -> str:
    """The name of a backup of a moment; names sort as their moments do."""
    return f"{_PREFIX}{moment:%Y%m%d-%H%M%S-%f}{_SUFFIX}"


def unfinished(library: Path, name: str) -> Path:
    """Where a backup is written before it is one."""
    return make_private_folder(shelf(library)) / f".{name}{_PART}"


def put_on(library: Path, name: str, about: Description) -> None:
    """Make a finished and checked file a backup. Raises NoRoom."""
    place = shelf(library) / name
    write_durably(_beside(place), msgspec.json.encode(about))
    unfinished(library, name).replace(place)


def backups(library: Path) -> tuple[Backup, ...]:
    """Every backup, the newest first. Reads no database, so a damaged one is listed too.

    One of the future was made while the clock was wrong: nobody knows when, and it comes last.
    """
    listed = [_listed(place) for place in shelf(library).glob(f"{_PREFIX}*{_SUFFIX}")]
    found = [backup for backup in listed if backup is not None]
    now = datetime.now(UTC)

    def age(backup: Backup) -> tuple[bool, str, str]:
        return datetime.fromisoformat(backup.made) <= now, backup.made, backup.name

    return tuple(sorted(found, key=age, reverse=True))


def _listed(place: Path) -> Backup | None:
    about = description(place)
    if about is None:
        return None
    size = place.stat().st_size
    return Backup(
        place.name, about.made, size, about.documents, about.passages, about.labels, about.doubtful
    )


def description(place: Path) -> Description | None:
    """What is known of a backup; None where its description is lost."""
    try:
        return msgspec.json.decode(_beside(place).read_bytes(), type=Description)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


def place_of(library: Path, name: str) -> Path:
    """A backup's file by its name. Raises WrongUse when there is none such."""
    if name not in {backup.name for backup in backups(library)}:
        raise WrongUse(f"There is no backup named “{name}”.", name)
    return shelf(library) / name


def take_off(library: Path, name: str) -> None:
    """Overwrite and delete a backup. Raises OSError where that cannot be."""
    place = shelf(library) / name
    erase(place)
    erase(_beside(place))


def clear_unfinished(library: Path) -> None:
    """Erase what a kill left half-made, and files that are no backup for want of their other half.

    Raises OSError.
    """
    known = {backup.name for backup in backups(library)}
    for place in [*shelf(library).glob(f"{_PREFIX}*"), *shelf(library).glob(f".{_PREFIX}*")]:
        if place.name.removesuffix(".json") not in known:
            erase(place)


def offer(library: Path) -> str:
    """A sentence that says which backup can be put back, and how."""
    found = backups(library)
    if not found:
        return "There is no backup of it. Add the documents again to a new library."
    moment = datetime.fromisoformat(found[0].made).astimezone()
    return (
        f"A backup of {moment:%d %B %Y, %H:%M} can be put back: choose “Backups…” in the menu, or"
        " run “legaldesk backup restore”."
    )


def order(library: Path, name: str) -> None:
    """Have a backup put back when the library is opened next; "" takes that back.

    Raises WrongUse when there is none such, and NoRoom.
    """
    note = shelf(library) / _ORDER
    if name:
        place_of(library, name)
        write_durably(note, msgspec.json.encode(name))
    else:
        note.unlink(missing_ok=True)


def ordered(library: Path) -> str:
    """The backup that is to be put back, or ""."""
    with contextlib.suppress(OSError, ValueError, msgspec.MsgspecError):
        return msgspec.json.decode((shelf(library) / _ORDER).read_bytes(), type=str)
    return ""


def tell(library: Path, news: Restored) -> None:
    """Note what came of the last order. Raises NoRoom."""
    write_durably(shelf(library) / _NEWS, msgspec.json.encode(news))


def told(library: Path) -> Restored | None:
    """What came of the last order."""
    with contextlib.suppress(OSError, ValueError, msgspec.MsgspecError):
        return msgspec.json.decode((shelf(library) / _NEWS).read_bytes(), type=Restored)
    return None


def forget_news(library: Path) -> None:
    """Erase what the last order came to: it names files. Raises OSError."""
    erase(shelf(library) / _NEWS)


def _beside(place: Path) -> Path:
    return place.with_name(f"{place.name}.json")
