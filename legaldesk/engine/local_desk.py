"""A desk on a library that this process owns: the engine's parts, put together."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from legaldesk.core.desk import Task
from legaldesk.core.errors import LegalDeskError, LibraryBusy, ModelProblem, NoRoom
from legaldesk.core.models import Prompts
from legaldesk.core.progress import Report
from legaldesk.engine.backups import Backups
from legaldesk.engine.frequent_words import list_frequent
from legaldesk.engine.generations import Generations
from legaldesk.engine.meaning import Meaning
from legaldesk.engine.model_folder import BUNDLED_NAME, ModelFolder, read_model_folder
from legaldesk.engine.model_record import languages_of
from legaldesk.engine.model_shelf import ModelShelf
from legaldesk.engine.originals import Originals
from legaldesk.engine.parser_cutting import Tokenizer
from legaldesk.engine.parser_pool import ParserPool
from legaldesk.engine.profile import make_private_folder
from legaldesk.engine.reader import Reader, Row
from legaldesk.engine.readers import Readers
from legaldesk.engine.readiness import Replaced
from legaldesk.engine.recovered import erase_recovered, recover_strays
from legaldesk.engine.recovered_place import copies_in
from legaldesk.engine.reranking import Reranking
from legaldesk.engine.restoring import put_back_if_ordered
from legaldesk.engine.runs import Runs
from legaldesk.engine.store import Store
from legaldesk.engine.store_rows import GONE, UNTOLD, read_gone, read_untold, write_untold

T = TypeVar("T")

_log = logging.getLogger(__name__)


class LocalDesk:
    """Everything a task needs; may be used from several threads.

    Only the holder of the library's Ownership makes one. ``model`` is the name or the folder
    of the model that a new library uses. Raises ModelProblem when that cannot be used and
    LibraryDamaged when the database cannot.
    """

    def __init__(self, library: Path, model: Path | None = None) -> None:
        self.library = make_private_folder(library)
        put_back_if_ordered(library)
        self.store = Store(library)
        self.backups = Backups(library, doubtful=not self.store.was_sealed)
        self.known_hashes = library / "weights.json"
        """Where the hashes of models' files are remembered."""
        self.shelf = ModelShelf(library)
        self.shelf.clear_leftovers()
        default = str(model) if model is not None else BUNDLED_NAME
        self._readers = Readers(library)
        self.generations = Generations(
            library, self.store, self._read_model, default, self.list_frequent_words
        )
        self.reranking = Reranking(
            self.store, self._setting, self.known_hashes, self.generations.turns
        )
        self.runs = Runs(library)
        self.originals = Originals(library / "originals")
        self.parsers = ParserPool()
        self.passwords: dict[str, str] = {}
        """Of encrypted documents by id; kept in memory alone and gone with the process."""
        self._storing: set[str] = set()
        self._storing_changed = threading.Condition()
        self._clear_strays()
        self._leftovers = {int(row["id"]) for row in self.reader.queued()}
        self._leftovers_guard = threading.Lock()

    @property
    def reader(self) -> Reader:
        """The calling thread's own read-only connection."""
        return self._readers.mine()

    @property
    def meaning(self) -> Meaning:
        """The generation that is live now; take it once for all that has to fit together."""
        return self.generations.live

    def with_meaning(self, work: Callable[[Meaning], T]) -> T:
        """What ``work`` makes of the live Meaning, begun anew where another one took its place.

        Raises what it raises, and Replaced only where this desk is closing.
        """
        while True:
            meaning = self.meaning
            try:
                made = work(meaning)
            except Replaced:
                if meaning.closed and self.meaning is meaning:
                    raise
                continue
            if self.meaning is meaning:
                return made

    @contextmanager
    def one_at_a_time(self, *documents: str) -> Iterator[None]:
        """Hold others back who store or erase one of the same documents, by id."""
        wanted = set(documents)
        with self._storing_changed:
            self._storing_changed.wait_for(lambda: self._storing.isdisjoint(wanted))
            self._storing |= wanted
        try:
            yield
        finally:
            with self._storing_changed:
                self._storing -= wanted
                self._storing_changed.notify_all()

    def run(self, task: Task[T], arguments: Mapping[str, Any], report: Report) -> T:
        """Carry a task out in this thread."""
        return task.function(self, **arguments, report=report)

    def prepare_parsers(self) -> None:
        """Let files that come be cut for the live model, by the parsers that read them."""
        with suppress(ModelProblem):  # whoever imports hears of it
            tokens = self.meaning.tokens
            self.parsers.cut_with(Tokenizer(tokens.hash, tokens.file, tokens.lower))

    def list_frequent_words(self, stopped: Callable[[], bool]) -> None:
        """Prepare for questions of words that nobody asked for yet, until ``stopped``."""
        try:
            list_frequent(self.reader, stopped)
        except LegalDeskError as error:  # a question that meets it as well will say so
            _log.warning("frequent words were not listed: %s", error.kind)

    def files_left(self) -> int:
        """How many files wait that nobody is reading, from before a restart or a full disk."""
        with self._leftovers_guard:
            waiting = sorted(self._leftovers)
        if not waiting:
            return 0
        return self.reader.count(
            "SELECT count(*) FROM files WHERE state = 'queued'"
            " AND id IN (SELECT value FROM json_each(?))",
            msgspec.json.encode(waiting).decode(),
        )

    def take_leftovers(self) -> list[Row]:
        """The files that wait and that nobody is reading; the caller reads them now."""
        with self._leftovers_guard:
            taken, self._leftovers = self._leftovers, set()
        return [row for row in self.reader.queued() if row["id"] in taken]

    def leave(self, records: Iterable[int]) -> None:
        """Nobody reads these files any more: they wait for the next ``take_leftovers``."""
        with self._leftovers_guard:
            self._leftovers.update(records)

    def erase_gone(self) -> None:
        """Erase every copy of what was removed; what cannot be now is left for the next start."""
        for sha256 in sorted(read_gone(self.reader.setting(GONE))):
            known = "SELECT count(*) FROM documents WHERE sha256 = ?"
            with self.one_at_a_time(sha256), suppress(OSError):
                if not self.reader.count(known, sha256):  # else it was imported again
                    self.originals.erase(sha256)
                    erase_recovered(self.library, sha256)
                self.store.forget_gone([sha256])

    def tell_runs(self, texts: Collection[str] | None = None) -> bool:
        """Tell the training runs of new names and of what was removed, if they were not told yet.

        A change is noted in one step with the change itself, and for so long as a run may not
        know it: what cannot be told now is left for the next start or removal. Whether all could
        be. ``texts`` are the passages that the last change removed, None where they are not known
        any more.
        """
        try:
            with self.runs.held():
                self._tell_runs(texts)
        except (LegalDeskError, OSError) as error:
            _log.warning("a run was not told of a change: %s", type(error).__name__)
            return False
        return True

    def _tell_runs(self, texts: Collection[str] | None) -> None:
        left = read_untold(self.reader.setting(UNTOLD))
        while left:
            change = left.pop(0)
            if change.new_name:
                self.runs.rename_matter(change.matter, change.new_name)
            else:
                gone = None if left else texts
                self.runs.forget(change.documents, change.matter, gone)
            self.store.set_setting(UNTOLD, write_untold(left))

    def _read_model(self, name: str, prompts: Prompts | None) -> ModelFolder:
        """A model by its name, or by its folder's path where it is used in place."""
        path = Path(name) if os.path.isabs(name) else self.shelf.path(name)
        folder = read_model_folder(path, prompts, self.known_hashes)
        return replace(folder, languages=languages_of(folder))

    def _setting(self, name: str) -> str:
        return self.reader.setting(name)

    def _clear_strays(self) -> None:
        """Finish removals that were cut off, and see to copies that belong to no document."""
        self.erase_gone()
        try:
            recover_strays(self.library, self.reader, self.store)
        except (OSError, NoRoom, LibraryBusy) as error:  # they lie where they are till the next one
            _log.warning("stored copies were not set apart: %s", type(error).__name__)
        known = {row[0] for row in self.reader.rows("SELECT sha256 FROM documents")}
        coming = {copy.parent.name for copy in copies_in(self.library)}
        self.runs.clear_leftovers(known | coming)
        self.tell_runs()

    def close(self) -> None:
        """Stop the model's thread and the parsers, and let go of the database."""
        self.backups.close()
        self.generations.close()
        self.parsers.close()
        self._readers.close()
        self.store.close()
