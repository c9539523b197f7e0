"""The meaning half of the search: a background thread that loads the model and keeps up.

On a processor questions are answered by an export of the model, which is there in half a
second; the model itself comes with torch, in some 5 s and hundreds of megabytes, when there are
passages to encode or no export yet. One is made after some seconds without work.

It encodes every passage that has no vector yet, in big lists across documents (sorting
those by length is worth a factor of 2.4), and stores them as it goes, so that a kill loses
one list at most. Words come first: while files are being read it waits.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from legaldesk.core.errors import Cancelled, LegalDeskError, LibraryBusy, ModelProblem, NoRoom
from legaldesk.core.hits import EngineState
from legaldesk.core.models import GenerationState
from legaldesk.core.pace import Pace
from legaldesk.core.passages import embedded_text
from legaldesk.core.progress import Report
from legaldesk.engine.calm import Calm
from legaldesk.engine.model_folder import ModelFolder, verify_weights
from legaldesk.engine.query_path import QueryPath
from legaldesk.engine.reader import Reader
from legaldesk.engine.readiness import Readiness
from legaldesk.engine.recut import cut_again
from legaldesk.engine.store import Store
from legaldesk.engine.store_rows import Generation
from legaldesk.engine.tokens import TokenCounter
from legaldesk.engine.traffic import Traffic
from legaldesk.engine.turns import LIVE, SHADOW, Turns
from legaldesk.engine.vector_source import StoredVectors, index_of
from legaldesk.engine.vectors import Floats

if TYPE_CHECKING:
    from legaldesk.engine.encoder import Encoder

_log = logging.getLogger(__name__)

SHORTEST_LIST, LONGEST_LIST = 128, 1024
"""Passages encoded and stored in one step. Each list is twice as long as the one before, so
that a small drop is done at once and a large one is sorted well."""

RETRY_SECONDS = 5.0
"""Between two tries to store vectors on a full disk."""

REST_SECONDS = 10.0
"""Without new passages before the model is exported: a user who has just begun goes first."""


class Meaning:
    """One generation's encoder and vector index, and the thread that brings both up to date.

    ``model`` is the error instead where the model's folder cannot be used: nothing is found
    by meaning then and nothing can be cut. ``turns`` and ``traffic`` are shared with the
    other generation of the same library. ``device`` is where to compute. ``completed`` is
    called in the thread whenever nothing is left to be done.
    """

    def __init__(
        self,
        library: Path,
        store: Store,
        model: ModelFolder | ModelProblem,
        generation: Generation,
        turns: Turns,
        traffic: Traffic,
        device: str = "auto",
        completed: Callable[[Meaning], None] = lambda meaning: None,
    ) -> None:
        self.generation = generation
        self._library, self._store = library, store
        self._model, self._turns, self._traffic = model, turns, traffic
        self._device, self._completed = device, completed
        self._source = StoredVectors(library, generation)
        self._index = index_of(library, generation)
        self._encoder: Encoder | None = None
        self._query: QueryPath | None = None
        """The export, which answers questions in the encoder's place once it is there."""
        self._tokens: TokenCounter | None = None
        self._problem: LegalDeskError | None = None
        """Why the model cannot be used until the next start."""
        self._hindrance: LegalDeskError | None = None
        """Why no vector can be stored just now, such as a full disk."""
        self._ready = Readiness()
        self._changed = threading.Condition()
        self._calm = Calm()
        self._claimed = False
        self._asked, self._answered = 1, 0
        """How often there was more to do, and how often of these all of it was done."""
        self._work = threading.Event()
        self._encoded = 0
        """Passages of the list in work that are encoded and not yet stored."""
        self._thread: threading.Thread | None = None
        self._loads = threading.Lock()
        """Held while torch loads the model, whoever needed it."""
        self._opens = threading.Lock()
        """Held by a thread that makes questions answerable, also by one that is to end after it."""
        self._loading = False
        """Whether the thread is in torch's import and loading, which nothing can interrupt."""
        self._aside = ThreadPoolExecutor(2, thread_name_prefix="question")
        if isinstance(model, ModelProblem):
            self._fail(model)
        else:
            self._query = QueryPath(library, model, device, lambda: self.tokens)

    def start(self) -> None:
        """Begin to load the model, or go on after ``rest``, unless closed; returns at once."""
        with self._changed:
            usable = not (self._ready.closed or isinstance(self._model, ModelProblem))
            if self._thread is None and usable:
                self._thread = threading.Thread(target=self._run, name="meaning", daemon=True)
                self._thread.start()

    def rest(self) -> None:
        """Stop after the batch in work; what was encoded before it is stored.

        The model and the index stay in memory, so that ``start`` goes on at once.
        """
        with self._changed:
            thread, self._thread = self._thread, None
            self._changed.notify_all()
        self._work.set()
        self._traffic.wake()
        self._calm.wake()
        interruptible = self._loaded and not self._loading  # else there is nothing to lose
        if thread is not None and thread is not threading.current_thread() and interruptible:
            thread.join(timeout=30)
        if self._query is not None:
            self._query.stop()

    def close(self) -> None:
        """Stop for good, and let go of the index; whoever waits hears that it is Replaced."""
        self._ready.close()
        self.rest()
        self._aside.shutdown()
        self._index.close()
        self._source.close()

    # What others need of the model

    @property
    def folder(self) -> ModelFolder:
        """The model's folder. Raises ModelProblem when it cannot be used."""
        if isinstance(self._model, ModelProblem):
            raise self._model
        return self._model

    @property
    def tokens(self) -> TokenCounter:
        """Counts tokens as this model reads them. Raises ModelProblem."""
        with self._changed:
            if self._tokens is None:
                self._tokens = TokenCounter(self.folder)
            return self._tokens

    @property
    def closed(self) -> bool:
        """Whether it answers nothing any more."""
        return self._ready.closed

    @property
    def failed(self) -> bool:
        """Whether the model cannot be used until the next start."""
        return self._problem is not None

    @property
    def hindered(self) -> LegalDeskError | None:
        """What keeps it from going on, such as a full disk."""
        return self._problem or self._hindrance

    @property
    def problem(self) -> str:
        """The same as a sentence, or ""."""
        return self.hindered.message if self.hindered is not None else ""

    @property
    def idle(self) -> bool:
        """Whether it is loaded and has nothing to do."""
        return self.ready and self._answered == self._asked

    @property
    def called(self) -> bool:
        """Whether its thread is to look for work, or to stop."""
        return self._work.is_set()

    def can_rest(self, largest: int) -> bool:
        """Whether it is loaded from no more than so many bytes of weights, or as an export."""
        if not self.ready or isinstance(self._model, ModelProblem):
            return False
        return self._encoder is None or self._model.weight_bytes <= largest

    def wait_a_moment(self) -> None:
        """Block until something is done, for a quarter of a second at most."""
        with self._changed:
            self._changed.wait(timeout=0.25)

    @property
    def device(self) -> str:
        """Where it computes, "" before it is loaded."""
        if self._encoder is not None:
            return self._encoder.device
        return "cpu" if self._query is not None and self._query.ready else ""

    @property
    def encoded(self) -> int:
        """Passages that are encoded and not yet stored."""
        return self._encoded

    @property
    def _loaded(self) -> bool:
        return self._ready.is_set()

    @property
    def _live(self) -> bool:
        return self.generation.state is GenerationState.LIVE

    def became(self, generation: Generation) -> None:
        """It is live now, or no longer, or searches another number of dimensions."""
        resized = generation.used_dimension != self.generation.used_dimension
        self.generation = generation
        if self._encoder is not None:
            self._encoder.rank = LIVE if self._live else SHADOW
        if resized:
            index = index_of(self._library, generation)
            index.open(self._source, graph_later=True)
            self._index, old = index, self._index
            old.close()
        self.more()

    # Asked from the tasks' threads

    @property
    def ready(self) -> bool:
        """Whether questions can be encoded."""
        return self._ready.is_set() and self._problem is None

    def wait_until_ready(self) -> None:
        """Block until questions can be encoded. Raises ModelProblem, and Replaced once closed."""
        self.start()
        self._ready.wait()
        if self._problem is not None:
            raise self._problem

    @contextmanager
    def question(self) -> Iterator[None]:
        """While a question is answered. Waits and raises as ``wait_until_ready``."""
        with self._calm.question():
            self.wait_until_ready()
            yield

    def encode_query(self, text: str) -> Floats:
        """A question's vector, shape (dimension,), of length 1. Raises ModelProblem and Replaced.

        The export shares the processor with a batch of passages and never waits for it.
        """
        self.wait_until_ready()
        vector = self._query.encode(text) if self._query is not None else None
        return (self._encoder or self._load()).encode_query(text) if vector is None else vector

    def begin_nearest(
        self, text: str, k: int, within: list[int] | None
    ) -> Callable[[], list[tuple[int, float]]]:
        """Begin to look for what is nearest to a question beside what the caller does.

        The result waits for it and raises ModelProblem; both raise Replaced.
        """
        with self._changed:  # which ``close`` takes before it lets go of the threads
            self._ready.check()
            begun = self._aside.submit(lambda: self.nearest(self.encode_query(text), k, within))
        return begun.result

    def nearest(self, vector: Floats, k: int, within: list[int] | None) -> list[tuple[int, float]]:
        """Row ids and cosines of the k passages nearest in meaning, best first.

        ``within`` limits them to these passages, ascending; None means all. Raises Replaced.
        """
        allowed = None if within is None else np.asarray(within, dtype=np.int64)
        ids, cosines = self._index.search(vector, k, allowed)
        self._ready.check()
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
        waiting = max(pending - self._encoded, 0)
        return EngineState(model, self.generation.name, self.device, waiting, total, queued, note)

    def more(self) -> None:
        """Tell the thread that there are new passages."""
        self._asked += 1
        self._work.set()
        self._calm.wake()

    def await_all(self, report: Report) -> int:
        """Block until every passage has its vector; returns how many passages there are.

        Raises Cancelled when ``report`` does, and NoRoom while no vector can be stored; the
        thread goes on all the same. Raises Replaced once it is closed.
        """
        self._hindrance = None
        self.start()
        self.more()  # whatever hindered it may be gone
        pace = Pace("meaning", "passages")
        with Reader(self._library) as reader:
            while True:
                self._ready.check()
                total, pending = reader.passages(), reader.pending()
                problem = self._problem or (self._hindrance if pending else None)
                if problem is not None:
                    raise problem
                done = min(total - pending + self._encoded, total)
                report(pace.at(done, total))
                if not pending and self._answered == self._asked:
                    return total
                self.wait_a_moment()

    def indexed(self) -> int:
        """How many vectors the index answers from, brought up to date first."""
        self._index.refresh(self._source)
        return self._index.count

    def rebuild(self) -> None:
        """Write the index anew from the stored vectors, so that nothing removed is left."""
        if self._loaded:
            self._index.rebuild(self._source)
        else:
            self._index.forget_file()
        self.more()  # the graph of a large library is built again

    # In the thread

    @property
    def _stopping(self) -> bool:
        """Whether the calling thread is to end; another one may have been started meanwhile."""
        return threading.current_thread() is not self._thread

    def _run(self) -> None:
        try:
            with self._opens:
                if self._stopping:
                    return
                if self._loaded:
                    self._index.refresh(self._source)
                else:
                    self._open()
            while not self._stopping:
                self._work.clear()
                if not self._keep_up():
                    self._work.wait(RETRY_SECONDS)
                    continue
                self._have_graph()
                self._completed(self)
                self._have_exported()
                self._work.wait()
        except Cancelled:
            return
        except LegalDeskError as error:
            self._fail(error)
        except Exception as error:
            _log.exception("the model's thread stopped")
            self._fail(ModelProblem(f"The model stopped working ({type(error).__name__})."))
        finally:
            self._work.set()  # what this thread may have overheard is for the next one

    def _keep_up(self) -> bool:
        """Cut and encode all that waits; False when it could not be stored, which may be tried
        again.
        """
        size, asked = SHORTEST_LIST, self._asked
        try:
            with Reader(self._library) as reader:
                cut_again(reader, self._store, self.tokens, self.generation, self._step)
            while self._encode_some(size):
                size = min(2 * size, LONGEST_LIST)
            self._index.refresh(self._source)  # another one may be in the old one's place
            self._hindrance, self._answered = None, asked
            self._index.save_if_due()
        except (NoRoom, LibraryBusy) as error:
            self._hindrance = error
        finally:
            self._encoded = 0
            self._claim(False)
            with self._changed:
                self._changed.notify_all()
        return self._hindrance is None

    def _claim(self, busy: bool) -> None:
        """Go before the other generation, or let it go on."""
        if busy != self._claimed:
            self._claimed = busy
            self._traffic.live_is_busy(busy)

    def _fail(self, error: LegalDeskError) -> None:
        self._problem = error
        self._ready.set()
        with self._changed:
            self._changed.notify_all()

    def _open(self) -> None:
        """Make questions answerable: by the export at once, else by torch in some seconds.

        Meanwhile the index is opened, which is mostly the system's work.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="index") as beside:
            opening = beside.submit(self._index.open, self._source, graph_later=True)
            if self._query is None or not self._query.open():
                self._load()
            if self._stopping:
                raise Cancelled
            _log.info("vector index: %s", opening.result())
        self._ready.set()

    def _have_graph(self) -> None:
        """Load the graph that opening left for later once nobody asks, unless there is work."""
        if not self._index.complete:
            self._calm.wait(lambda: self.called)
            if not self.called:
                _log.info("its graph: %s", self._index.load_graph())

    def _load(self) -> Encoder:
        """The model itself, loaded when it is first needed. Raises ModelProblem."""
        with self._loads:
            if self._encoder is None:
                self._loading = True
                try:
                    self._encoder = self._loaded_encoder()
                finally:
                    self._loading = False
            return self._encoder

    def _loaded_encoder(self) -> Encoder:
        from legaldesk.engine.encoder import Encoder  # seconds of imports

        verify_weights(self.folder, self._library / "weights.json")
        notes = self._library / "precision.json"
        encoder = Encoder(self.folder, self._device, self._turns, notes=notes)
        encoder.rank = LIVE if self._live else SHADOW
        return encoder

    def _have_exported(self) -> None:
        """Begin to export the live model after a while without work, where it is not yet."""
        if not self._live or self._query is None or not self._query.lacking():
            return
        if not self._work.wait(REST_SECONDS):
            self._query.make()

    def _encode_some(self, size: int) -> int:
        """Encode one list of waiting passages and store it; how many there were."""
        self._step()
        if self._encoder is None and self._source.waiting(1):
            self._load()
            self._step()
        waiting = self._source.waiting(size)
        if not waiting or self._encoder is None:
            return 0
        self._claim(self._live)
        texts = [embedded_text(section, body) for _, section, body in waiting]
        vectors = self._encoder.encode_passages(texts, self._count)
        self._store.add_vectors(
            self.generation.id,
            [row[0] for row in waiting],
            [row.tobytes() for row in vectors.astype(np.float16)],
            self._encoder.precision,
        )
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
        """Between two batches: stop when asked to, and let others go first."""
        self._traffic.give_way(self._live, lambda: self._stopping)
        if self._stopping:
            raise Cancelled
