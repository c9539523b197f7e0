"""Which cross-encoder a library uses, if any, and whether its folder is still the same.

It is loaded when the first answer is to be ordered by it, and stays in memory: it costs 5 s and
torch, which no search without it needs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from legaldesk.core.errors import ModelProblem, WrongUse
from legaldesk.core.models import RerankerInfo
from legaldesk.engine.generations import DEVICE
from legaldesk.engine.loading import refuse_incomplete
from legaldesk.engine.reranker import Reranker
from legaldesk.engine.reranker_folder import RerankerFolder, read_reranker_folder
from legaldesk.engine.store import Store
from legaldesk.engine.turns import Turns

RERANKER = "reranker"
"""The setting that names the folder and the identity of what lies in it."""


class Choice(msgspec.Struct, frozen=True):
    """What was chosen."""

    folder: str
    identity: str


class Reranking:
    """The library's cross-encoder; any thread may ask.

    ``setting`` reads a choice of the library's by its name. ``known`` is the file of remembered
    hashes; with ``turns`` it shares the device with the encoders.
    """

    def __init__(
        self, store: Store, setting: Callable[[str], str], known: Path, turns: Turns
    ) -> None:
        self._store, self._setting, self._known, self._turns = store, setting, known, turns
        self._guard, self._loading = threading.Lock(), threading.Lock()
        self._choice: Choice | None = None
        self._found: RerankerFolder | ModelProblem | None = None
        self._loaded: tuple[str, str, Reranker] | None = None
        """The identity and the wish for a device that it was loaded with, and the model."""
        self._said = ""
        """The problem that was told last."""

    def use(self, path: Path) -> RerankerInfo:
        """Order answers by the cross-encoder in a folder from now on.

        Raises ModelProblem when it is none, not safe or not whole; what was in use stays then.
        """
        folder = read_reranker_folder(path.absolute(), self._known)
        refuse_incomplete(folder.path, folder.name, "CrossEncoder")
        choice = Choice(str(folder.path), folder.identity)
        self._store.set_setting(RERANKER, msgspec.json.encode(choice).decode())
        with self._guard:
            self._choice, self._found, self._said = choice, folder, ""
        return _info(folder)

    def turn_off(self) -> None:
        """Use none any more, and let go of its memory."""
        self._store.set_setting(RERANKER, "")
        with self._guard:
            self._loaded = None

    def info(self) -> RerankerInfo | None:
        """What is in use, looked at anew, with its problem where it has one; None for none."""
        choice = self._chosen()
        if choice is None:
            return None
        with self._guard:
            if self._loaded is None or self._loaded[0] != choice.identity:
                self._found = self._look(choice)
        found = self._known_folder()
        if isinstance(found, RerankerFolder):
            return _info(found)
        problem = found.message if found is not None else ""
        return RerankerInfo(Path(choice.folder).name, choice.folder, 0, 0, problem)

    @property
    def usable(self) -> bool:
        """Whether there is one that can order answers, as far as is known."""
        return isinstance(self._known_folder(), RerankerFolder)

    def complaint(self) -> str:
        """Why the chosen one cannot be used; "" when it can, and when it was said before."""
        found = self._known_folder()
        with self._guard:
            problem = found.message if isinstance(found, ModelProblem) else ""
            new = problem != self._said
            self._said = problem
        return f"{problem} Answers are ordered without it." if problem and new else ""

    def model(self) -> Reranker:
        """The model itself; the first time it is loaded, which takes seconds.

        Raises WrongUse when none is in use, and ModelProblem, after which none is usable until
        one is chosen or the folder is mended.
        """
        with self._loading:
            found, wanted = self._known_folder(), self._setting(DEVICE) or "auto"
            if found is None:
                raise WrongUse("No cross-encoder is in use. Choose one in Models.")
            if isinstance(found, ModelProblem):
                raise found
            loaded = self._loaded
            if loaded is not None and loaded[:2] == (found.identity, wanted):
                return loaded[2]
            try:
                return self._load(found, wanted)
            except ModelProblem as error:
                with self._guard:
                    self._found = error
                raise

    def _load(self, found: RerankerFolder, wanted: str) -> Reranker:
        """Its bytes are looked at, not what is remembered of them."""
        if read_reranker_folder(found.path).identity != found.identity:
            raise _changed(found.path)
        made = Reranker(found, wanted, self._turns)
        with self._guard:
            self._loaded = (found.identity, wanted, made)
        return made

    def _chosen(self) -> Choice | None:
        stored = self._setting(RERANKER)
        return msgspec.json.decode(stored, type=Choice) if stored else None

    def _known_folder(self) -> RerankerFolder | ModelProblem | None:
        """What was chosen, as it was when it was last looked at."""
        choice = self._chosen()
        with self._guard:
            if choice != self._choice:
                self._choice = choice
                self._found = None if choice is None else self._look(choice)
            return self._found

    def _look(self, choice: Choice) -> RerankerFolder | ModelProblem:
        """The folder as it is now, if it still holds what was chosen."""
        path = Path(choice.folder)
        if not path.is_dir():
            message = (
                f"The cross-encoder's folder “{path}” is not there. Put it back, or choose another"
                " one in Models."
            )
            return ModelProblem(message, str(path))
        try:
            found = read_reranker_folder(path, self._known)
        except ModelProblem as error:
            return error
        return found if found.identity == choice.identity else _changed(path)


def _changed(path: Path) -> ModelProblem:
    message = (
        f"The files of the cross-encoder “{path.name}” have changed since it was chosen. Choose it"
        " again in Models."
    )
    return ModelProblem(message, str(path))


def _info(folder: RerankerFolder) -> RerankerInfo:
    return RerankerInfo(folder.name, str(folder.path), folder.size, folder.token_limit)
