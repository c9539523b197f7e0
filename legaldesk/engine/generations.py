"""Which model answers: the live generation, the one that is built in its shadow, and going back.

Search goes on with the live one while another is cut, encoded and indexed. The switch is one
transaction and one assignment. What is under way is in the database, so that a restart goes
on with it.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from legaldesk.core.errors import LegalDeskError, ModelProblem, WrongUse
from legaldesk.core.models import GenerationInfo, GenerationState, Prompts
from legaldesk.core.pace import Pace
from legaldesk.core.passages import RULES_VERSION, Segmentation
from legaldesk.core.progress import Report
from legaldesk.engine.generation_sizes import GENERATIONS, generation_info
from legaldesk.engine.meaning import Meaning
from legaldesk.engine.model_folder import BUNDLED_NAME, ModelFolder
from legaldesk.engine.query_graph import keep_only
from legaldesk.engine.reader import Reader
from legaldesk.engine.readers import Readers
from legaldesk.engine.store import Store
from legaldesk.engine.store_rows import Generation
from legaldesk.engine.tokens import TokenCounter
from legaldesk.engine.traffic import Traffic
from legaldesk.engine.turns import Turns

RESTING_BYTES = 1 << 30
"""Weights up to which the model before stays in memory, so that going back takes no time."""

ASIDE_SECONDS = 30
"""How long the end waits for each thread that lays a Meaning down."""

DEVICE = "device"
"""The setting that says where to compute."""

Read = Callable[[str, Prompts | None], ModelFolder]


class Generations:
    """The library's models at work; may be used from several threads.

    ``read`` gives a model by its name, with other prompts than its own. ``default`` is the
    model of a new library. ``at_rest`` is called in the live model's thread when nothing is left to
    be done, with what tells whether there is something again.
    """

    def __init__(
        self,
        library: Path,
        store: Store,
        read: Read,
        default: str,
        at_rest: Callable[[Callable[[], bool]], None] = lambda stopped: None,
    ) -> None:
        self._library, self._store, self._read = library, store, read
        self._at_rest = at_rest
        self._readers = Readers(library)
        self._turns, self.traffic = Turns(), Traffic()
        self._switching = threading.RLock()
        """Held by whoever changes what is live or built; nobody waits for a thread meanwhile."""
        self._guard = threading.Lock()
        """Held for a moment only, so that questions never wait."""
        self._resting: Meaning | None = None
        self._aside: list[threading.Thread] = []
        self._building: Meaning | None = None
        found = {generation.state: generation for generation in self._reader.generations()}
        if GenerationState.LIVE not in found:
            folder = self._read(default, None)
            self._live = self._meaning(self._open(folder, default), folder)
        else:
            self._live = self._meaning(found[GenerationState.LIVE])
        if GenerationState.BUILDING in found:
            self._building = self._meaning(found[GenerationState.BUILDING])
        self._renew_if_outdated()
        self._clear_indexes()
        self._clear_exports()

    @property
    def _reader(self) -> Reader:
        return self._readers.mine()

    @property
    def live(self) -> Meaning:
        """The generation that answers questions."""
        with self._guard:
            return self._live

    @property
    def building(self) -> Meaning | None:
        """The generation that is built in the shadow, if any."""
        with self._guard:
            return self._building

    @property
    def turns(self) -> Turns:
        """What all who compute on the device share."""
        return self._turns

    def start(self) -> None:
        """Begin to load the live model; the shadow goes on when that has nothing to do."""
        self.live.start()
        building = self.building
        if building is not None and self.live.failed:
            building.start()

    def more(self) -> None:
        """Tell the threads that there are new passages."""
        self.live.more()
        building = self.building
        if building is not None:
            building.more()

    def close(self) -> None:
        """Stop all threads; what was encoded is stored."""
        with self._switching:
            aside, self._aside = self._aside, []
        for thread in aside:
            thread.join(ASIDE_SECONDS)
        with self._switching:
            meanings = [self._building, self._resting, self._live]
            self._building = self._resting = None
        for meaning in meanings:
            if meaning is not None:
                meaning.close()
        self._readers.close()

    # Switching

    def use(self, name: str, prompts: Prompts | None, dimension: int) -> Generation:
        """Begin to build the generation of a model; when it is complete it becomes live.

        ``prompts`` None are the model's own, ``dimension`` 0 is its full width. Where that
        model is live already, only the dimension changes. Raises ModelProblem when the
        model cannot be used and WrongUse for a wrong dimension.
        """
        folder = self._read(name, prompts)
        if not 0 <= dimension <= folder.dimension:
            raise WrongUse(f"The dimension of “{name}” can be 1 to {folder.dimension}.")
        with self._switching:
            generation = self._open(folder, name, dimension)
            building = self._building
            if generation.id == self._live.generation.id:
                self._live.became(generation)
                if not _reads(self._live, folder):
                    self.load_anew()
            elif (
                building is None
                or building.generation.id != generation.id
                or not _reads(building, folder)
            ):
                self._drop_building()
                self._building = self._wake(generation, folder)
                self._start_building()
            return self._current(generation.id)

    def use_dimension(self, dimension: int) -> Generation:
        """Search this many numbers of each vector; 0 is the full width. Nothing is encoded."""
        with self._switching:
            live = self._live.generation
            changed = self._store.use_dimension(live.id, dimension or live.dimension)
            self._live.became(changed)
            return changed

    def stop_building(self) -> None:
        """Give up what is being built; what is encoded stays for another time."""
        with self._switching:
            self._drop_building()
            self._store.stop_building()

    def go_back(self) -> Generation:
        """Make the generation that was live before live again, at once.

        Documents that came since are found by words, and by meaning as soon as they are
        encoded. Raises WrongUse when there is none, and ModelProblem when its files are gone or
        others: nothing could answer by it then, nor what is imported be encoded.
        """
        with self._switching:
            before = self.previous()
            if before is None:
                raise WrongUse("There is no earlier model to go back to.")
            folder = self.folder(before)
            if isinstance(folder, ModelProblem):
                raise _no_way_back(before.name, folder)
            self._put_live(self._wake(before, folder), even_if_it_lacks=True)
            return self._current(before.id)

    def previous(self) -> Generation | None:
        """The generation that ``go_back`` returns to."""
        rows = self._reader.rows(
            "SELECT id FROM generations WHERE state = 'kept' AND adopted > 0"
            " ORDER BY adopted DESC LIMIT 1"
        )
        return self._current(rows[0][0]) if rows else None

    def prune(self, number: int) -> None:
        """Delete a kept generation: its vectors, and passages that no other one shares."""
        with self._switching:
            self._store.doom(number)
            resting = self._resting
            if resting is not None and resting.generation.id == number:
                self._resting = None
                self._do_aside(Meaning.close, resting)
        shutil.rmtree(self._index_folder(number), ignore_errors=True)
        while self._store.clear_some():
            pass
        self._clear_exports()

    def removed(self) -> None:
        """Documents were erased: leave no trace of them in any index."""
        with self._switching:
            resting, self._resting = self._resting, None
            self._clear_indexes()
        if resting is not None:
            resting.close()
        self.live.rebuild()
        building = self.building
        if building is not None:
            building.rebuild()

    def set_device(self, wanted: str) -> None:
        """Compute there from now on: the model is loaded again."""
        self._store.set_setting(DEVICE, wanted)
        self.load_anew()

    def load_anew(self) -> None:
        """Load the live model and open its index from the beginning, whatever became of them."""
        with self._switching:
            old = self._live
            meaning = self._meaning(old.generation)
            with self._guard:
                self._live = meaning
            meaning.start()
            self._do_aside(Meaning.close, old)

    def await_switch(self, report: Report) -> Generation:
        """Block until nothing is being built; returns what is live then.

        Raises Cancelled when ``report`` does (building goes on), and what keeps it from
        going on.
        """
        pace = Pace("meaning", "passages")
        while (building := self.building) is not None:
            self.start()
            if building.hindered is not None:
                raise building.hindered
            report(pace.at(*self._progress(building)))
            building.wait_a_moment()
        return self.live.generation

    def _progress(self, building: Meaning) -> tuple[int, int]:
        """Passages that are encoded, and how many there are; more while documents are cut."""
        generation = building.generation
        total = self._reader.count(
            "SELECT passages FROM segmentations WHERE id = ?", generation.cut
        )
        waiting = self._reader.count(
            "SELECT count(*) FROM waiting WHERE generation = ?", generation.id
        )
        return min(total - waiting + building.encoded, total), total

    # What is shown

    def info(self, generation: Generation) -> GenerationInfo:
        """One generation as the user sees it."""
        return next(each for each in self.infos() if each.id == generation.id)

    def infos(self) -> tuple[GenerationInfo, ...]:
        """Every generation as the user sees it."""
        reader, before = self._reader, self.previous()
        problems = {m.generation.id: m.problem for m in (self.building, self.live) if m is not None}
        found = []
        with reader.moment():
            for row in reader.rows(GENERATIONS):
                shown = generation_info(reader, row)
                found.append(
                    replace(
                        shown,
                        previous=before is not None and shown.id == before.id,
                        problem=problems.get(shown.id, ""),
                    )
                )
        return tuple(found)

    def folder(self, generation: Generation) -> ModelFolder | ModelProblem:
        """The generation's model, if it is still the one that made the vectors."""
        try:
            folder = self._read(generation.name, generation.prompts)
        except ModelProblem as error:
            return error
        except LegalDeskError as error:
            return ModelProblem(error.message, error.file)
        if folder.identity != generation.model:
            return ModelProblem(
                f"The files of the model “{generation.name}” have changed since it was used."
                " Choose it again in Models, so that the documents are read with it anew.",
                str(folder.path),
            )
        return folder

    # Inside

    def _open(self, folder: ModelFolder, name: str, dimension: int = 0) -> Generation:
        """The store's generation for this model as text is cut today."""
        tokens = TokenCounter(folder)
        return self._store.open_generation(
            Segmentation(RULES_VERSION, tokens.hash, folder.token_limit),
            name,
            folder.identity,
            folder.prompts,
            folder.dimension,
            dimension,
        )

    def _meaning(self, generation: Generation, folder: ModelFolder | None = None) -> Meaning:
        return Meaning(
            self._library,
            self._store,
            folder or self.folder(generation),
            generation,
            self._turns,
            self.traffic,
            self._reader.setting(DEVICE) or "auto",
            self._completed,
        )

    def _renew_if_outdated(self) -> None:
        """Build anew what an update of LegalDesk cuts otherwise, or reads with other weights."""
        live = self._live.generation
        changed = self._live.failed and live.name == BUNDLED_NAME
        if self._building is None and (changed or live.segmentation.rules != RULES_VERSION):
            prompts = None if changed else live.prompts
            self.use(live.name, prompts, 0 if changed else live.used_dimension)

    def _current(self, number: int) -> Generation:
        return next(each for each in self._reader.generations() if each.id == number)

    def _wake(self, generation: Generation, folder: ModelFolder | None = None) -> Meaning:
        """The generation's Meaning, taken from its rest where it can be."""
        resting = self._resting
        if resting is None or resting.generation.id != generation.id:
            return self._meaning(generation, folder)
        self._resting = None
        if folder is not None and not _reads(resting, folder):
            self._do_aside(Meaning.close, resting)
            return self._meaning(generation, folder)
        resting.became(generation)
        return resting

    def _start_building(self) -> None:
        """The shadow's model is loaded once the live one has nothing to do, or cannot."""
        if self._building is not None and (self._live.idle or self._live.failed):
            self._building.start()

    def _completed(self, meaning: Meaning) -> None:
        """In a Meaning's thread: nothing is left to be done for it."""
        while meaning is self._live and self._store.clear_some():
            pass  # what a kill left of a generation that was to go
        with self._switching:
            if meaning is self._live:
                self._start_building()
            elif meaning is self._building and not self._put_live(meaning):
                meaning.more()
        if meaning is self.live:
            self._at_rest(lambda: meaning.called)

    def _put_live(self, meaning: Meaning, even_if_it_lacks: bool = False) -> bool:
        """Let a generation answer; False when there is still something to be done for it."""
        number, old = meaning.generation.id, self._live
        with self._guard:
            if not self._store.adopt(number, even_if_it_lacks):
                return False
            self._live = meaning
        if self._building is meaning:
            self._building = None
        meaning.became(self._current(number))
        meaning.start()
        self._do_aside(self._lay_down, old)
        return True

    def _do_aside(self, work: Callable[[Meaning], None], meaning: Meaning) -> None:
        """Do it in a thread: a Meaning may be in the middle of a batch, for which nobody waits."""
        thread = threading.Thread(target=work, args=(meaning,), name="aside", daemon=True)
        self._aside = [each for each in self._aside if each.is_alive()] + [thread]
        thread.start()

    def _lay_down(self, old: Meaning) -> None:
        """Keep a generation that is no longer live in memory, if it is small."""
        old.rest()
        with self._switching:
            if old in (self._live, self._building):  # it was wanted again meanwhile
                old.start()
                return
            dropped = self._resting
            known = any(each.id == old.generation.id for each in self._reader.generations())
            kept = self._resting = old if known and old.can_rest(RESTING_BYTES) else None
            if kept is old:
                old.became(replace(old.generation, state=GenerationState.KEPT))
        for meaning in (dropped, old):
            if meaning is not None and meaning is not kept:  # which may be live again by now
                meaning.close()

    def _drop_building(self) -> None:
        building, self._building = self._building, None
        if building is not None:
            self._do_aside(Meaning.close, building)

    def _clear_indexes(self) -> None:
        """Delete the index files of generations that are not in use: they can be made again."""
        used = {str(m.generation.id) for m in (self._live, self._building) if m is not None}
        folder = self._library / "index"
        for entry in folder.iterdir() if folder.is_dir() else ():
            if entry.name in used:
                continue
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)

    def _clear_exports(self) -> None:
        """Delete what answered questions for models that no generation is of any more."""
        keep_only(self._library, {each.model for each in self._reader.generations()})

    def _index_folder(self, number: int) -> Path:
        return self._library / "index" / str(number)


def _reads(meaning: Meaning, folder: ModelFolder) -> bool:
    """Whether a Meaning uses the files in this folder: the same model may lie in another too."""
    try:
        return meaning.folder.path == folder.path
    except ModelProblem:
        return False


def _no_way_back(name: str, problem: ModelProblem) -> ModelProblem:
    """Why the model before cannot answer again, and what to do about it."""
    message = (
        f"There is no going back to “{name}”. {problem.message} Add that model again under its"
        " name, choose another, or remove it, so that the one before it is gone back to."
    )
    return ModelProblem(message, problem.file)
