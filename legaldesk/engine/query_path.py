"""Questions answered by a model's export on the processor, and having one made when it lacks.

An export is there in half a second and never imports torch. It is made at rest, once in a
process; until then, and for what it does not take, the caller asks torch.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from legaldesk.core.errors import Cancelled, ModelProblem
from legaldesk.engine import query_export
from legaldesk.engine.devices import is_processor
from legaldesk.engine.model_folder import ModelFolder
from legaldesk.engine.query_encoder import QueryEncoder, Vectors
from legaldesk.engine.query_graph import QueryGraph
from legaldesk.engine.tokens import TokenCounter

_log = logging.getLogger(__name__)


class QueryPath:
    """The export of one model in a library; any thread may ask it.

    ``device`` is where to compute; only on the processor is there an export. ``tokens`` gives
    the model's tokenizer when it is needed.
    """

    def __init__(
        self, library: Path, model: ModelFolder, device: str, tokens: Callable[[], TokenCounter]
    ) -> None:
        self._model, self._tokens = model, tokens
        self._device = device
        self._graph = QueryGraph(library, model.identity)
        self._encoder: QueryEncoder | None = None
        self._making: threading.Thread | None = None
        self._stopping = threading.Event()

    @property
    def ready(self) -> bool:
        """Whether there is an export that answers."""
        return self._encoder is not None

    def open(self) -> bool:
        """Load the export, if there is one that can be believed; whether it answers now."""
        if not self._usable():
            return False
        wrong = self._graph.why_not()
        if wrong:
            _log.info("no export for questions: %s", wrong)
            return False
        try:
            dimension, tokens = self._model.dimension, self._tokens()
            self._encoder = QueryEncoder(self._graph.graph, dimension, tokens)
        except ModelProblem:
            _log.info("no export for questions: it could not be loaded")
            self._graph.remove()
        return self.ready

    def encode(self, text: str) -> Vectors | None:
        """A question's vector (d,) of length 1; None where torch is to be asked."""
        return self._encoder.encode(text) if self._encoder is not None else None

    def lacking(self) -> bool:
        """Whether an export could be made that was not tried yet."""
        if self.ready or self._making is not None or not self._usable():
            return False
        return not self._graph.refused()

    def make(self) -> None:
        """Have one made in the background, which answers from then on; returns at once."""
        self._stopping.clear()
        self._making = threading.Thread(target=self._make, name="export", daemon=True)
        self._making.start()

    def stop(self) -> None:
        """Give up what is being made; it may be begun anew."""
        making = self._making
        self._stopping.set()
        if making is not None:
            making.join(timeout=30)

    def _usable(self) -> bool:
        return is_processor(self._device) and query_export.exportable(self._model)

    def _make(self) -> None:
        try:
            if query_export.export(self._model, self._graph, self._stop_if_asked):
                self.open()
        except Cancelled:
            self._making = None

    def _stop_if_asked(self) -> None:
        if self._stopping.is_set():
            raise Cancelled
