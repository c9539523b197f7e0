"""A question to its vector without torch. The only module that uses onnxruntime.

torch and sentence-transformers take seconds to import and hundreds of megabytes; onnxruntime
on an export of the same model answers in a tenth of that with the same vector. Nothing here
reaches the network: from 1.29 on onnxruntime reports sessions to its maker, so an older one is
pinned, and a newer one would be told not to.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from legaldesk.core.errors import ModelProblem
from legaldesk.engine.offline import stay_offline
from legaldesk.engine.tokens import TokenCounter

Vectors = npt.NDArray[np.float32]

INPUT, OUTPUT = "input_ids", "vector"
"""The names that the graph's token ids, shape (1, tokens), and its vector, shape (d,), have."""

LONGEST = 2_048
"""Tokens of a question; its attention, which onnxruntime writes out, is some 200 MB then."""


class QueryEncoder:
    """An exported model on the processor; any number of threads may use it at once.

    One question is one run, so that there is no padding and no mask. Raises ModelProblem when
    the graph cannot be loaded, or onnxruntime itself.
    """

    def __init__(self, graph: Path, dimension: int, tokens: TokenCounter) -> None:
        self._dimension = dimension
        self._tokens = tokens
        self._session = _load(graph)

    def encode(self, text: str) -> Vectors | None:
        """The vector (d,) of a question, of length 1, with the model's query prompt.

        None for one of more than LONGEST tokens, which torch computes in less memory. Raises
        ModelProblem when the vector is not made of numbers.
        """
        ids = self._tokens.question(text)
        if len(ids) > LONGEST:
            return None
        (vector,) = self._session.run([OUTPUT], {INPUT: np.asarray([ids], dtype=np.int64)})
        array = np.asarray(vector, dtype=np.float32)
        if array.shape != (self._dimension,) or not np.isfinite(array).all():
            raise ModelProblem("The model's vectors make no sense: its weights are damaged.")
        return array


def _load(graph: Path) -> Any:
    """The graph in a session that sleeps when idle and gives memory back after a run."""
    stay_offline()
    try:
        import onnxruntime

        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = _cores()
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_cpu_mem_arena = False
        options.enable_mem_pattern = False
        options.log_severity_level = 4
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises its own, and the system for its libraries
        raise ModelProblem("The exported model could not be loaded.", str(graph)) from error


def _cores() -> int:
    """The real cores that this process may use, as torch takes them."""
    import psutil  # it imports POSIX modules of its own

    real = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else real
    return max(1, min(real, allowed))
