"""Take what came from removed documents and matters out of the folders of training runs.

A matter that is renamed is renamed in them too, so that its removal finds it. The weights that
were trained on what is removed stay; the runs say which those are.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from legaldesk.core.runs import Proof
from legaldesk.engine.originals import erase, overwrite
from legaldesk.engine.profile import write_durably
from legaldesk.engine.run_folder import (
    MANIFEST,
    PAIRS,
    POOL,
    PROOF,
    Manifest,
    PairLine,
    PoolLine,
    read_whole_lines,
    sums,
)

T = TypeVar("T")

OLD = ".old"


def forget(
    run: Path, documents: Collection[str], matter: str, texts: Collection[str] | None
) -> bool:
    """Erase pairs of documents (by id) and of a matter ("" is none) from a run's folder.

    ``texts`` are passages of the documents, which the pool may hold too; None means that they
    are not known any more, and the pool goes as a whole. Returns whether there was anything.
    """
    pairs, pool = _Lines(run / PAIRS, PairLine), _Lines(run / POOL, PoolLine)
    manifest = _read_manifest(run)
    gone = [
        line
        for line in pairs.found
        if line.pair.document in documents or (matter and line.pair.matter == matter)
    ]
    removed = {line.pair.passage for line in gone} | set(texts or ())
    pairs.rewrite([_cleaned(each, removed) for each in pairs.found if each not in gone])
    unknown = texts is None or not pairs.whole
    kept = [] if unknown else [line for line in pool.found if line.text not in removed]
    pool.rewrite(kept)
    _forget_in_proof(run / PROOF, {line.pair.question for line in gone}, removed)
    _forget_in_manifest(run / MANIFEST, manifest, documents, matter, len(gone))
    return bool(gone) or len(kept) < len(pool.found)


def rename_matter(run: Path, name: str, new_name: str) -> None:
    """Give a matter another name in a run's folder; doing it again changes nothing."""
    manifest = _read_manifest(run)
    pairs = _Lines(run / PAIRS, PairLine)
    pairs.rewrite([_renamed(line, name, new_name) for line in pairs.found])
    matters = manifest.get("matters", {})
    if name in matters:
        pairs = matters.pop(name)
        matters[new_name] = matters.get(new_name, 0) + pairs
        _replace_manifest(run / MANIFEST, manifest)


def _renamed(line: PairLine, name: str, new_name: str) -> PairLine:
    if line.pair.matter != name:
        return line
    return replace(line, pair=replace(line.pair, matter=new_name))


def _cleaned(line: PairLine, removed: Collection[str]) -> PairLine:
    """The line without negatives that are gone."""
    negatives = tuple(text for text in line.pair.negatives if text not in removed)
    if len(negatives) == len(line.pair.negatives):
        return line
    return replace(line, pair=replace(line.pair, negatives=negatives))


class _Lines(Generic[T]):
    """The lines of a file. What cannot be read may hold anything, and goes when it is rewritten."""

    def __init__(self, file: Path, kind: type[T]) -> None:
        self._file = file
        self.found, self.whole = read_whole_lines(file, kind)

    def rewrite(self, after: Sequence[T]) -> None:
        """Put other lines in place of all, where anything changes."""
        if self.found != after or not self.whole:
            _replace(self._file, b"".join(msgspec.json.encode(line) + b"\n" for line in after))


def _read_manifest(run: Path) -> dict[str, Any]:
    """A run's manifest; what the pairs tell of it where it cannot be read."""
    try:
        content: Any = msgspec.json.decode((run / MANIFEST).read_bytes())
        msgspec.convert(content, Manifest)
    except (OSError, ValueError, msgspec.MsgspecError):
        return sums(read_whole_lines(run / PAIRS, PairLine)[0])
    return dict(content)


def _forget_in_proof(file: Path, questions: Collection[str], passages: Collection[str]) -> None:
    if not file.exists():
        return
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Proof)
    except (ValueError, msgspec.MsgspecError):
        erase(file)  # it may hold anything; the run can be measured again
        return
    kept = tuple(
        change
        for change in found.changes
        if change.question not in questions and change.passage not in passages
    )
    if kept != found.changes:
        _replace(file, msgspec.json.encode(replace(found, changes=kept)))


def _forget_in_manifest(
    file: Path, content: dict[str, Any], documents: Collection[str], matter: str, removed: int
) -> None:
    """Drop their names, and count the pairs, so that the run says what it learned from them."""
    content["removed"] = content.get("removed", 0) + removed
    content["documents"] = [each for each in content["documents"] if each not in documents]
    content["matters"].pop(matter, None)
    _replace_manifest(file, content)


def _replace_manifest(file: Path, content: dict[str, Any]) -> None:
    _replace(file, msgspec.json.format(msgspec.json.encode(content), indent=1))


def _replace(file: Path, data: bytes) -> None:
    """Put new content in place and overwrite the old; a kill in between leaves one of them."""
    old = file.with_name(f"{file.name}{OLD}")
    if not file.exists():
        write_durably(file, data)
        return
    try:
        os.link(file, old)
    except OSError:  # a disk without second names, such as exFAT
        with open(file, "r+b") as kept:
            write_durably(file, data)
            overwrite(kept)
        return
    try:
        write_durably(file, data)
    finally:
        _drop(old)


def _drop(old: Path) -> None:
    """Overwrite what was replaced; where it was not, it is the file itself by another name."""
    file = old.with_name(old.name.removesuffix(OLD))
    if file.exists() and file.samefile(old):
        old.unlink()
    else:
        erase(old)


def clear_old(run: Path) -> None:
    """Overwrite what a kill left of files that were replaced, and of those half written."""
    for old in run.glob(f"*{OLD}"):
        _drop(old)
    for part in run.glob(".*.part"):
        erase(part)
