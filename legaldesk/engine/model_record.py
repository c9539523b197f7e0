"""What is known of a model beside its weights: where from, under which licence, for whom.

It is told by the catalogue, by what another LegalDesk wrote, or by the model's own README,
and kept beside the weights in `legaldesk.json`.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from legaldesk.core.model_card import TUNED_HERE
from legaldesk.core.models import CatalogueEntry, Prompts
from legaldesk.engine.catalogue import entry_of
from legaldesk.engine.model_files import README, SETTINGS, settings
from legaldesk.engine.model_folder import ModelFolder
from legaldesk.engine.profile import write_durably

FILE = "legaldesk.json"
RULES = 1
"""To be raised when read_model_folder answers something else for the same files."""

_MAX_README = 4 << 20
_LANGUAGE = re.compile(r"[a-z]{2}")
_DIMENSIONS = re.compile(r'"matryoshka_dims"\s*:\s*\[([\d\s,]{1,200})\]')
_WIDEST = 65_536


class Checked(msgspec.Struct, frozen=True):
    """What read_model_folder said of the files with this fingerprint.

    It saves hashing gigabytes whenever the models are listed.
    """

    rules: int
    fingerprint: str
    identity: str
    dimension: int
    dimensions: tuple[int, ...]
    token_limit: int
    prompts: Prompts
    languages: tuple[str, ...] | None


class Record(msgspec.Struct, frozen=True):
    """The content of legaldesk.json. ``languages`` None is unknown, () is many.

    ``dimensions`` are the Matryoshka dimensions it was trained for; () where it was not, or
    nothing says so.
    """

    source: str = ""
    licence: str = ""
    languages: tuple[str, ...] | None = None
    dimensions: tuple[int, ...] = ()
    checked: Checked | None = None


def read_record(folder: Path) -> Record:
    """What was written beside the weights; an empty record when there is none to be read."""
    try:
        record = msgspec.json.decode((folder / FILE).read_bytes(), type=Record)
    except (OSError, ValueError, msgspec.MsgspecError, RecursionError):
        return Record()
    return msgspec.structs.replace(
        record,
        languages=None if record.languages is None else _languages(record.languages),
        dimensions=_dimensions(record.dimensions),
    )


def write_record(folder: Path, record: Record) -> None:
    """Keep it beside the weights. Raises NoRoom on a full disk."""
    text = msgspec.json.format(msgspec.json.encode(record), indent=2)
    write_durably(folder / FILE, text + b"\n")


def known_of(folder: Path, source: str, told: Record) -> Record:
    """What is known of the model in a folder, which came from ``source``.

    ``told`` is what came with it. The catalogue knows best, then what came with it, then
    its README.
    """
    entry = _entry(source)
    if entry is not None:
        matryoshka = entry.dimensions if len(entry.dimensions) > 1 else ()
        return Record(source, entry.licence or told.licence, entry.languages, matryoshka)
    card = _card(folder / README)
    return Record(
        source=source,
        licence=told.licence or card.licence,
        languages=card.languages if told.languages is None else told.languages,
        dimensions=told.dimensions or card.dimensions,
    )


def take_prompts_from_catalogue(folder: Path, source: str) -> None:
    """Give a model the prompts that its card asks for where its configuration names none.

    The card of multilingual-e5 asks for them in words alone. An explicit empty prompt in the
    configuration is respected.
    """
    entry = _entry(source)
    saved = settings(folder / SETTINGS)
    if entry is None or entry.prompts is None or "prompts" in saved:
        return
    prompts = {"query": entry.prompts.query, "document": entry.prompts.passage}
    if any(prompts.values()):
        text = msgspec.json.encode(saved | {"prompts": prompts})
        (folder / SETTINGS).write_bytes(msgspec.json.format(text, indent=2))


def checked(model: ModelFolder, fingerprint: str) -> Checked:
    """A model's description, to be remembered for the files with this fingerprint."""
    return Checked(
        rules=RULES,
        fingerprint=fingerprint,
        identity=model.identity,
        dimension=model.dimension,
        dimensions=model.dimensions or (model.dimension,),
        token_limit=model.token_limit,
        prompts=model.prompts,
        languages=None if model.languages is None else tuple(sorted(model.languages)),
    )


def languages_of(model: ModelFolder) -> frozenset[str] | None:
    """What a model covers, as ISO 639-1 codes; None for many or unknown. Its record goes first."""
    told = read_record(model.path).languages
    return model.languages if told is None else frozenset(told) or None


def fingerprint_of(folder: Path) -> str:
    """Changes whenever a file of the model does, as far as names, sizes and times show it."""
    seen = sorted(_facts(folder, folder.rglob("*")))
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def says_it_was_tuned(folder: Path) -> bool:
    """Whether the model's card has the title of those that LegalDesk writes, in any library."""
    titles = (line for line in _readme(folder / README).splitlines() if line.startswith("# "))
    return TUNED_HERE in next(titles, "")


def size_of(folder: Path) -> int:
    """Bytes of the model's files."""
    return sum(size for _, size, _ in _facts(folder, folder.rglob("*")))


def _facts(folder: Path, files: Iterable[Path]) -> Iterable[tuple[str, int, int]]:
    for file in files:
        name = file.relative_to(folder).as_posix()
        # Another thread may be removing the model.
        with contextlib.suppress(FileNotFoundError):
            if name != FILE and not file.name.startswith(".") and file.is_file():
                status = file.stat()
                yield name, status.st_size, status.st_mtime_ns


def _entry(source: str) -> CatalogueEntry | None:
    """The catalogue's entry for a model from the hub."""
    if not source.startswith("hub:"):
        return None
    return entry_of(source.removeprefix("hub:").partition("@")[0])


def _card(file: Path) -> Record:
    """What a README's front matter and its training section say."""
    text = _readme(file)
    front = _front_matter(text)
    licence = front.get("license_name") or front.get("license") or [""]
    found = _DIMENSIONS.search(text)
    trained = [int(part) for part in found[1].split(",") if part.strip()] if found else []
    languages = _languages(front.get("language", [])) or None
    return Record("", licence[0], languages, _dimensions(trained))


def _readme(file: Path) -> str:
    """A model's card as far as it is looked at, "" where there is none."""
    try:
        with file.open(encoding="utf-8", errors="replace") as stream:
            return stream.read(_MAX_README)
    except OSError:
        return ""


def _front_matter(text: str) -> dict[str, list[str]]:
    """The plain values and lists of plain values between the first two lines of dashes.

    Not all of YAML: what is nested is passed over.
    """
    start, _, rest = text.partition("\n")
    if start.strip() != "---":
        return {}
    values: dict[str, list[str]] = {}
    key = ""
    for line in rest.splitlines():
        if line.strip() == "---":
            return values
        if line[:1].isalpha():
            key, _, value = line.partition(":")
            values[key] = [_plain(part) for part in value.strip(" []").split(",") if part.strip()]
        elif line.lstrip().startswith("- ") and key:
            values[key].append(_plain(line.lstrip()[2:]))
    return {}


def _plain(value: str) -> str:
    return value.strip().strip("'\"")[:100]


def _languages(codes: Iterable[str]) -> tuple[str, ...]:
    """The ISO 639-1 codes among them, each once."""
    return tuple(dict.fromkeys(code for code in codes if _LANGUAGE.fullmatch(code)))


def _dimensions(widths: Iterable[int]) -> tuple[int, ...]:
    """Sensible widths, widest first."""
    return tuple(sorted({width for width in widths if 0 < width <= _WIDEST}, reverse=True))
