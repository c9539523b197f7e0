"""The meaning half of the search: a background thread that loads the model and keeps up.

It encodes every passage that has no vector yet, in big lists across documents (sorting
those by length is worth a factor of 2.4), and stores them as it goes, so that a kill loses
one list at most. Words come first: while files are being read it waits.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from legaldesk.core.errors import Cancelled, LegalDeskError, LibraryBusy, ModelProblem, NoRoom
from legaldesk.core.hits import EngineState
from legaldesk.core.passages import embedded_text
from legaldesk.core.progress import Progress, Report
from legaldesk.engine.model_folder import ModelFolder
from legaldesk.engine.reader import Reader
from legaldesk.engine.store import Store
from legaldesk.engine.store_rows import Generation
from legaldesk.engine.vector_index import VectorIndex
from legaldesk.engine.vector_source import StoredVectors

if TYPE_CHECKING:
    from legaldesk.engine.encoder import Encoder

_log = logging.getLogger(__name__)

SHORTEST_LIST, LONGEST_LIST = 128, 1024
"""Passages encoded and stored in one step. Each list is twice as long as the one before, so
that a small drop is done at once and a large one is sorted well."""

RETRY_SECONDS = 5.0
"""Between two tries to store vectors on a full disk."""

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


class Meaning:
    """The encoder, the vector index, and the thread that brings both up to date.

    ``catch_up`` is what else is to be done in the thread before it begins to encode; it
    calls what it is given now and then, which may end it.
    """

    def __init__(
        self,
        library: Path,
        store: Store,
        folder: ModelFolder,
        generation: Generation,
        catch_up: Callable[[Callable[[], None]], None] = lambda step: None,
    ) -> None:
        self._catch_up = catch_up
        self._library = library
        self._store = store
        self._folder = folder
        self._source = StoredVectors(library, generation)
        self._index = VectorIndex(library / "index", generation.dimension)
        self._encoder: Encoder | None = None
        self._problem: LegalDeskError | None = None
        """Why the model cannot be used until the next start."""
        self._hindrance: LegalDeskError | None = None
        """Why no vector can be stored just now, such as a full disk."""
        self._ready = threading.Event()
        self._changed = threading.Condition()
        self._busy_readers = 0
        self._started = self._stopping = self._caught_up = False
        self._work = threading.Event()
        self._encoded = 0
        """Passages of the list in work that are encoded and not yet stored."""
        self._thread = threading.Thread(target=self._run, name="meaning", daemon=True)

    def start(self) -> None:
        """Begin to load the model, unless that has begun; returns at once."""
        with self._changed:
            if not self._started:
                self._started = True
                self._thread.start()

    def close(self) -> None:
        """Stop after the batch in work; what was encoded before it is stored."""
        self._stopping = True
        self._work.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive() and self._ready.is_set():
            # while it loads there is nothing to lose
            self._thread.join(timeout=30)
        self._index.close()
        self._source.close()

    # Asked from the tasks' threads

    @property
    def ready(self) -> bool:
        """Whether questions can be encoded."""
        return self._ready.is_set() and self._problem is None

    def wait_until_ready(self) -> None:
        """Block until questions can be encoded. Raises ModelProblem when they cannot be."""
        self.start()
        self._ready.wait()
        if self._problem is not None:
            raise self._problem

    def encode_query(self, text: str) -> Floats:
        """A question's vector, shape (dimension,), of length 1."""
        self.wait_until_ready()
        assert self._encoder is not None
        return self._encoder.encode_query(text)

    def nearest(
        self, vector: Floats, k: int, within: list[int] | None
    ) -> list[tuple[int, float]]:
        """Row ids and cosines of the k passages nearest in meaning, best first.

        ``within`` limits them to these passages, ascending; None means all.
        """
        allowed = None if within is None else np.asarray(within, dtype=np.int64)
        ids, cosines = self._index.search(vector, k, allowed)
        return list(zip(ids.tolist(), cosines.tolist(), strict=True))

    def state(self, pending: int, total: int, queued: int) -> EngineState:
        """What the window shows of the engine."""
        if self._problem is not None:
            model, note = "failed", self._problem.message
        elif self._ready.is_set():
            hindrance = self._hindrance
            model = "ready"
            note = hindrance.message if hindrance is not None else self._index.exact_only
        else:
            model, note = "loading", ""
        device = self._encoder.device if self._encoder else ""
        waiting = max(pending - self._encoded, 0)
        return EngineState(model, self._folder.name, device, waiting, total, queued, note)

    def more(self) -> None:
        """Tell the thread that there are new passages."""
        self._work.set()

    def files_begin(self) -> None:
        """Files are being read: leave the processor to that."""
        with self._changed:
            self._busy_readers += 1

    def files_end(self) -> None:
        """The files are read."""
        with self._changed:
            self._busy_readers -= 1
            self._changed.notify_all()
        self.more()

    def await_all(self, report: Report) -> int:
        """Block until every passage has its vector; returns how many passages there are.

        Raises Cancelled when ``report`` does, and NoRoom while no vector can be stored; the
        thread goes on all the same.
        """
        self._hindrance = None
        self.start()
        self.more()  # whatever hindered it may be gone
        begun, before = time.monotonic(), -1
        with Reader(self._library) as reader:
            while True:
                total, pending = reader.passages(), reader.pending()
                problem = self._problem or (self._hindrance if pending else None)
                if problem is not None:
                    raise problem
                done = min(total - pending + self._encoded, total)
                before = done if before < 0 else before
                rate = (done - before) / max(time.monotonic() - begun, 1e-3)
                left = (total - done) / rate if rate > 0 else None
                report(Progress("meaning", done, total, "passages", rate, left))
                if not pending and self._caught_up:
                    return total
                with self._changed:
                    self._changed.wait(timeout=0.25)

    def indexed(self) -> int:
        """How many vectors the index answers from, brought up to date first."""
        self._index.refresh(self._source)
        return self._index.count

    def rebuild(self) -> None:
        """Write the index anew from the stored vectors, so that nothing removed is left."""
        self._index.rebuild(self._source)
        self.more()  # the graph of a large library is built again

    # In the thread

    def _run(self) -> None:
        try:
            self._load()
            while not self._stopping:
                self._work.clear()
                if self._keep_up():
                    self._work.wait()
                else:
                    self._work.wait(RETRY_SECONDS)
        except Cancelled:
            return
        except LegalDeskError as error:
            self._fail(error)
        except Exception as error:
            _log.exception("the model's thread stopped")
            self._fail(ModelProblem(f"The model stopped working ({type(error).__name__})."))

    def _keep_up(self) -> bool:
        """Encode all that waits; False when it could not be stored, which may be tried again."""
        size = SHORTEST_LIST
        try:
            if not self._caught_up:
                self._catch_up(self._step)
                self._caught_up = True
            while self._encode_some(size):
                size = min(2 * size, LONGEST_LIST)
            self._hindrance = None
            self._index.save_if_due()
        except (NoRoom, LibraryBusy) as error:
            self._hindrance = error
        finally:
            self._encoded = 0
        return self._hindrance is None

    def _fail(self, error: LegalDeskError) -> None:
        self._problem = error
        self._ready.set()
        with self._changed:
            self._changed.notify_all()

    def _load(self) -> None:
        from legaldesk.engine.encoder import Encoder  # seconds of imports

        encoder = Encoder(self._folder)
        if self._stopping:
            raise Cancelled
        reason = self._index.open(self._source)
        _log.info("vector index: %s", reason)
        self._encoder = encoder
        self._ready.set()

    def _encode_some(self, size: int) -> int:
        """Encode one list of waiting passages and store it; how many there were."""
        self._step()
        waiting = self._source.waiting(size)
        if not waiting or self._encoder is None:
            return 0
        texts = [embedded_text(section, body) for _, section, body in waiting]
        vectors = self._encoder.encode_passages(texts, self._count)
        packed = vectors.astype(np.float16)
        self._store.add_vectors([row[0] for row in waiting], [row.tobytes() for row in packed])
        self._encoded, self._hindrance = 0, None
        self._index.refresh(self._source)
        with self._changed:
            self._changed.notify_all()
        return len(waiting)

    def _count(self, done: int, total: int) -> None:
        """Called between two batches of a list."""
        self._encoded = done
        self._step()

    def _step(self) -> None:
        """Between two batches: stop when asked to, and let files be read first."""
        with self._changed:
            while self._busy_readers and not self._stopping:
                self._changed.wait(timeout=1)
        if self._stopping:
            raise Cancelled
