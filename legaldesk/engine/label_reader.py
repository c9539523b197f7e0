"""Read labels, and find the passages of today that they are about."""

from __future__ import annotations

import getpass
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import msgspec

from legaldesk.core import agreement
from legaldesk.core.hits import Scope
from legaldesk.core.label_places import Place, closeness
from legaldesk.core.labels import Contradiction, Label, LabelCounts, LabelFilter, Verdict
from legaldesk.core.pairs import same_text
from legaldesk.core.passages import Span, exact_text, reading_text
from legaldesk.engine.label_rows import CURRENT, SELECT, label_of
from legaldesk.engine.reader import Reader, spans_of

LABELLER = "labeller"
"""The setting that says under which name labels are given here."""

_UNLOCKED = "m.locked_out = 0"

_TODAY = """SELECT p.id, p.uuid, p.spans, p.path, p.body, d.sha256, d.extraction FROM passages p
JOIN documents d ON d.id = p.document
WHERE p.segmentation = (SELECT segmentation FROM generations WHERE state = 'live')"""


@dataclass(frozen=True, slots=True)
class TodaysPassage:
    """A passage as text is cut today."""

    id: int
    uuid: str
    place: Place
    section: tuple[str, ...]


def labeller(reader: Reader) -> str:
    """The name that labels are given under: the one chosen, else the computer's user."""
    chosen = reader.setting(LABELLER)
    if chosen:
        return chosen
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def current_labels(reader: Reader, matter: str = "", question_key: str = "") -> list[Label]:
    """The labels that count, oldest first; "" means every matter, and every question."""
    rows = reader.rows(
        f"{SELECT} WHERE {CURRENT} AND (?1 = '' OR m.name = ?1)"
        " AND (?2 = '' OR l.question_key = ?2) ORDER BY l.id",
        matter,
        question_key,
    )
    return [label_of(row) for row in rows]


def disputed(reader: Reader) -> list[Label]:
    """The labels that count of every question where some of them may contradict each other."""
    rows = reader.rows(
        f"{SELECT} WHERE {CURRENT} AND l.question_key IN (SELECT l.question_key FROM labels l"
        " JOIN labels o ON o.question_key = l.question_key AND o.verdict <> l.verdict"
        " AND (o.text_key = l.text_key OR (o.document = l.document AND o.document <> ''))"
        f" WHERE {CURRENT} AND o.superseded_by IS NULL AND o.ended = '') ORDER BY l.id"
    )
    return [label_of(row) for row in rows]


def locked(reader: Reader) -> set[str]:
    """The names of the matters that are locked out of all."""
    return {each.name for each in reader.matters() if each.locked_out_of_all}


def heard_in(reader: Reader, matter: str, labels: Iterable[Label]) -> list[Label]:
    """The labels that may be known to who asks in a matter; ALL_MATTERS is none that is locked."""
    unheard = locked(reader) - {matter}
    return [label for label in labels if label.matter not in unheard]


def clashes(reader: Reader) -> tuple[Contradiction, ...]:
    """The contradictions; none is across the wall of a matter that is locked out of all."""
    return agreement.contradictions(disputed(reader), locked(reader))


def clashing(reader: Reader) -> set[int]:
    """The ids of the labels that are part of ``clashes``."""
    return {label.id for clash in clashes(reader) for label in clash.labels}


def outdated(reader: Reader) -> set[int]:
    """The ids of labels whose labeller has said otherwise of the text since: in another matter,
    or in a file. None is across the wall of a matter that is locked out of all.
    """
    return agreement.outdated(disputed(reader), locked(reader))


def counted(reader: Reader) -> tuple[LabelCounts, ...]:
    """How many labels of each verdict count in each matter, by its name."""
    found = clashes(reader)
    rows = reader.rows(_COUNTS, *Verdict)
    return tuple(
        LabelCounts(
            matter=row["name"],
            relevant=int(row["relevant"]),
            partly=int(row["partly"]),
            not_relevant=int(row["not_relevant"]),
            questions=row["questions"],
            contradictions=sum(_concerns(clash, row["name"]) for clash in found),
            may_train=bool(row["may_train"]),
        )
        for row in rows
    )


_COUNTS = f"""SELECT m.name, m.may_train, count(DISTINCT l.question_key) AS questions,
  total(l.verdict = ?1) AS relevant, total(l.verdict = ?2) AS partly,
  total(l.verdict = ?3) AS not_relevant
FROM matters m LEFT JOIN labels l ON l.matter = m.id AND {CURRENT}
GROUP BY m.id ORDER BY m.name COLLATE NOCASE"""


def _concerns(clash: Contradiction, matter: str) -> bool:
    return any(label.matter == matter for label in clash.labels)


def listed(reader: Reader, wanted: LabelFilter) -> tuple[Label, ...]:
    """The labels that a filter lets through, newest first. Raises WrongUse for no such matter."""
    where, values = _conditions(reader, wanted)
    rows = reader.rows(
        f"{SELECT} WHERE {' AND '.join(where)} ORDER BY l.id DESC LIMIT ? OFFSET ?",
        *values,
        max(wanted.limit, 0),
        max(wanted.offset, 0),
    )
    disagreed = clashing(reader)
    return tuple(
        replace(label, contradicted=label.id in disagreed) for label in map(label_of, rows)
    )


def _conditions(reader: Reader, wanted: LabelFilter) -> tuple[list[str], list[object]]:
    equal: dict[str, object] = {
        "m.name": wanted.matter and reader.matter_name(wanted.matter),
        "l.document": wanted.document,
        "l.verdict": wanted.verdict or "",
        "l.labeller": wanted.labeller,
        "l.source": wanted.source or "",
    }
    where = [f"{column} = ?" for column, value in equal.items() if value]
    values = [value for value in equal.values() if value]
    if wanted.question:
        where.append("l.question IN (SELECT value FROM json_each(?))")
        values.append(msgspec.json.encode(_questions_with(reader, wanted.question)).decode())
    if not wanted.history:
        where.append(CURRENT)
    return where if wanted.matter else [*where, _UNLOCKED], values


def _questions_with(reader: Reader, text: str) -> list[str]:
    """The labelled questions that have this in them, however it is capitalised or spaced.

    SQLite's own lower() knows no letter beyond ASCII.
    """
    part = same_text(text)
    rows = reader.rows("SELECT DISTINCT question FROM labels")
    return [row[0] for row in rows if part in same_text(row[0])]


def count_going(reader: Reader, documents: Iterable[str], matter: str) -> int:
    """How many labels that count go with documents, and with a matter unless it is ""."""
    return reader.count(
        f"SELECT count(*) FROM labels l JOIN matters m ON m.id = l.matter WHERE {CURRENT}"
        " AND (l.document IN (SELECT value FROM json_each(?1)) OR (?2 <> '' AND m.name = ?2))",
        msgspec.json.encode(sorted(documents)).decode(),
        matter,
    )


def passages_of(reader: Reader, documents: Iterable[str]) -> dict[str, list[TodaysPassage]]:
    """Today's passages of some documents, by document."""
    wanted = msgspec.json.encode(sorted(set(documents))).decode()
    found: dict[str, list[TodaysPassage]] = defaultdict(list)
    for row in reader.rows(
        f"{_TODAY} AND d.sha256 IN (SELECT value FROM json_each(?)) ORDER BY p.id", wanted
    ):
        place = Place(row["body"], row["sha256"], spans_of(row["spans"]), row["extraction"])
        section = msgspec.json.decode(row["path"], type=tuple[str, ...])
        found[row["sha256"]].append(TodaysPassage(row["id"], row["uuid"], place, section))
    return found


def standing_for(
    place: Place, passages: Iterable[TodaysPassage]
) -> Iterator[tuple[TodaysPassage, float]]:
    """The passages that a place is about, each with how close it is."""
    for passage in passages:
        close = closeness(place, passage.place)
        if close:
            yield passage, close


def everything_in(reader: Reader, matter: str) -> list[TodaysPassage]:
    """Today's passages of all documents of a matter, for texts that came without one."""
    found = passages_of(reader, documents_in(reader, matter))
    return [passage for passages in found.values() for passage in passages]


def documents_in(reader: Reader, matter: str) -> set[str]:
    """The ids of a matter's documents; ALL_MATTERS is those of matters not locked out of it."""
    where, values = reader.scope_sql(Scope(matter))
    rows = reader.rows(f"SELECT sha256 FROM documents WHERE id IN ({where})", *values)
    return {row[0] for row in rows}


def place_at(reader: Reader, document: str, spans: tuple[Span, ...]) -> TodaysPassage:
    """The passage at exactly these ranges, else their text under the nearest one's headings.

    Its id is 0 where it is none of today's. Raises WrongUse when the document is gone or
    has no such ranges.
    """
    at = Place("", document, spans, _extraction(reader, document))
    near = list(standing_for(at, passages_of(reader, [document])[document]))
    best = max(near, key=lambda found: found[1], default=(None, 0.0))[0]
    if best is not None and best.place.spans == spans:
        return best
    text = _text(reader, document, spans)
    return TodaysPassage(0, "", replace(at, text=text), best.section if best else ())


def _extraction(reader: Reader, document: str) -> int:
    return reader.count("SELECT extraction FROM documents WHERE sha256 = ?", document)


def _text(reader: Reader, document: str, spans: tuple[Span, ...]) -> str:
    row = reader.count("SELECT id FROM documents WHERE sha256 = ?", document)
    pages = reader.page_texts(row, (span.page for span in spans))
    for span in spans:
        if not 0 <= span.start < span.end <= len(pages.get(span.page, ("", None))[0]):
            return ""
    return reading_text(exact_text({page: text for page, (text, _) in pages.items()}, spans))
