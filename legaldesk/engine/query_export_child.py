"""The process that exports a model for questions, and checks the export against torch.

The whole pipeline becomes one graph, from token ids to the vector of length 1: transformer,
pooling, whatever follows, and the truncation. It gets one request over its standard input and
ends with that input; everything else on the computer goes first.
"""

from __future__ import annotations

import os
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from legaldesk.core.errors import LegalDeskError
from legaldesk.engine.child_streams import end_with_parent, private_stdout
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.model_folder import ModelFolder, read_model_folder
from legaldesk.engine.offline import stay_offline
from legaldesk.engine.profile import private_by_default
from legaldesk.engine.query_encoder import INPUT, OUTPUT, QueryEncoder
from legaldesk.engine.query_export import ExportReply, ExportRequest
from legaldesk.engine.query_graph import GRAPH, WEIGHTS, Facts, made_with, seal
from legaldesk.engine.tokens import TokenCounter
from legaldesk.engine.wire import MAX_HEADER, read_raw_frame, write_frame

NICENESS = 19
OPSET = 17
IN_THE_GRAPH = 1_024
"""Bytes up to which a tensor lies in the graph; the weights are mapped from a file beside it,
which takes half the time and 70 MB less than reading them (all-MiniLM-L6-v2)."""

LEAST_COSINE, LARGEST_DIFFERENCE = 0.9999, 1e-4
"""Of the vectors with torch's, over all the questions below."""

_NO_ROOM = ("no space left", "out of memory", "alloc", "file write failed")

QUESTIONS = (
    "",
    "rent",
    "What notice must the tenant give?",
    "  Two  spaces,\ttabs\nand CAPITALS ",
    "Wann kann der Mieter nach § 86 Abs. 1 fristlos kündigen?",
    "¿En qué plazo puede el trabajador impugnar el despido (art. 59.3 ET)?",
    "Quel est le délai de préavis du locataire selon l'article L. 232-12 ?",
    "Điều 174 khoản 6 quy định hình phạt nào?",
    "Which of these is meant by “confidential information” — 甲方的义务, право, ☃? " * 6,
    "Either party may terminate this agreement upon thirty days written notice. " * 250,
)
"""Longer than any limit up to LONGEST is the last; the empty one is special tokens alone."""


def main() -> int:
    """Serve one request. Returns the exit status."""
    private_by_default()
    stay_offline()
    if hasattr(os, "nice"):
        os.nice(max(0, NICENESS - os.nice(0)))
    told = private_stdout()
    frame = read_raw_frame(sys.stdin.buffer, MAX_HEADER)
    if frame is None:
        return 0
    request = msgspec.json.decode(frame[0], type=ExportRequest)
    threading.Thread(target=end_with_parent, daemon=True).start()
    write_frame(told, msgspec.json.encode(carry_out(request)))
    return 0


def carry_out(request: ExportRequest) -> ExportReply:
    """Export, check and seal; a model that cannot be exported is sealed as such."""
    target = Path(request.target)
    try:
        folder = read_model_folder(Path(request.model), request.prompts)
        if folder.identity != request.identity:
            return ExportReply("failed", "the model has changed")
        facts = _made(folder, target)
        seal(target, facts)
    except (LegalDeskError, OSError, MemoryError) as error:
        return ExportReply("failed", type(error).__name__)
    return ExportReply("refused" if facts.refused else "done", facts.refused)


def export_graph(encoder: Encoder, folder: ModelFolder, target: Path) -> None:
    """Write the model's graph and weights into a folder, flushed to the disk.

    Raises OSError when there is no room, and whatever torch raises for what it cannot trace.
    """
    import onnx
    import torch

    whole = target / "whole.onnx"
    sample = torch.tensor([TokenCounter(folder).question(QUESTIONS[2])])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # this way of tracing is old, and takes flags as constant
        torch.onnx.export(
            _traceable(encoder),
            (sample,),
            str(whole),
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: {1: "tokens"}},
            opset_version=OPSET,
            dynamo=False,
        )
    graph = onnx.load(str(whole))
    for tensor in graph.graph.initializer:
        if len(tensor.raw_data) > IN_THE_GRAPH:  # onnx's own way asks the network card its name
            onnx.external_data_helper.set_external_data(tensor, WEIGHTS)
    onnx.save_model(graph, str(target / GRAPH))
    whole.unlink()
    for name in (GRAPH, WEIGHTS):
        with (target / name).open("rb+") as stream:
            os.fsync(stream.fileno())


def compare(encoder: Encoder, exported: QueryEncoder) -> tuple[float, float]:
    """The least cosine of the export's vectors with torch's, and the largest difference."""
    cosine, difference = 1.0, 0.0
    for question in QUESTIONS:
        found = exported.encode(question)
        if found is not None:
            wanted = encoder.encode_query(question)
            cosine = min(cosine, float(found @ wanted))
            difference = max(difference, float(np.abs(found - wanted).max()))
    return cosine, difference


def _made(folder: ModelFolder, target: Path) -> Facts:
    """The facts of the export that lies in the target, or why there is none."""
    import torch

    torch.set_num_threads(1)
    encoder = Encoder(folder, "cpu", precision="fp32")
    facts = Facts(folder.identity, made_with())
    reason = _unlike(encoder, folder)
    if reason:
        return msgspec.structs.replace(facts, refused=reason)
    try:
        export_graph(encoder, folder, target)
        exported = QueryEncoder(target / GRAPH, folder.dimension, TokenCounter(folder))
        cosine, difference = compare(encoder, exported)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # torch, onnx and onnxruntime each raise their own
        if any(words in str(error).lower() for words in _NO_ROOM):
            raise MemoryError from error
        return _without_graph(target, facts, f"{type(error).__name__} in exporting")
    facts = msgspec.structs.replace(facts, cosine=cosine, difference=difference)
    if cosine < LEAST_COSINE or not difference < LARGEST_DIFFERENCE:
        return _without_graph(target, facts, "its vectors are not the model's")
    return facts


def _without_graph(target: Path, facts: Facts, reason: str) -> Facts:
    for file in target.iterdir():
        file.unlink()
    return msgspec.structs.replace(facts, refused=reason)


def _unlike(encoder: Encoder, folder: ModelFolder) -> str:
    """What a graph from token ids alone could not do as the model does, or ""."""
    pooled_without = any(not getattr(m, "include_prompt", True) for m in encoder.pipeline)
    if pooled_without and folder.prompts.query:
        return "the prompt is left out of the pooling"
    return ""


def _traceable(encoder: Encoder) -> Any:
    """The pipeline as one torch module from ids (1, tokens) to the vector (d,), never training.

    One question at a time is not padded, so that its mask is all ones.
    """
    import torch

    class Whole(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
        def __init__(self) -> None:
            super().__init__()
            self.pipeline = encoder.pipeline

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            features = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
            for module in self.pipeline:
                features = module(features)
            vector = features["sentence_embedding"][0, : encoder.dimension]
            return torch.nn.functional.normalize(vector, dim=-1)

    return Whole().eval()
