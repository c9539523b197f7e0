"""How many tokens a batch should have: encoding speed, and how long a question waits meanwhile.

    python3 packaging/dev.py bench batch_tokens SETS [--tokens 1024 2048 4096] [--passages N]
                                                     [--rounds N] [--precision fp32|bf16]

SETS is the folder that holds cuad_en. In each round every batch size encodes the same passages
while a second thread asks questions of the set, some five a second, and measures how long each
takes. Questions are answered by the export as in the app, which shares the processor with a
batch, or with --torch by the encoder itself, as on the first day, which waits for the batch.
The first line is what a question takes when nothing else is done; ratios of speeds are to the
first size, medians of the rounds' ratios by the clock (by processor time).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from _options import options_of
from _rounds import in_turns, machine
from encoding import asked, samples

from legaldesk.engine import encoder, query_export
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.model_folder import ModelFolder, bundled_model, read_model_folder
from legaldesk.engine.query_encoder import QueryEncoder
from legaldesk.engine.query_graph import QueryGraph
from legaldesk.engine.tokens import TokenCounter

PAUSE = 0.2
"""Seconds between two questions."""

Answer = Callable[[str], object]


def main() -> None:
    """Encode and ask, and print a line for each batch size."""
    parser = options_of(__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--tokens", type=int, nargs="+", default=[1_024, 2_048, 4_096])
    parser.add_argument("--passages", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--torch", action="store_true")
    options = parser.parse_args()
    folder = read_model_folder(bundled_model())
    documents = samples(options.sets, folder, options.passages)["cuad"]
    texts = [text for document in documents for text in document]
    questions = asked(options.sets, "cuad")
    encoders = {size: sized(folder, size, options.precision) for size in options.tokens}
    with tempfile.TemporaryDirectory() as library:
        export = None if options.torch else exported(folder, Path(library))
        by = "torch" if options.torch else "the export"
        print(f"{machine()}; {options.precision}, questions answered by {by}")
        measure(encoders, export, texts, questions, options.rounds)


def sized(folder: ModelFolder, size: int, precision: str) -> Encoder:
    """An encoder with batches of this size."""
    usual, encoder.batch_tokens = encoder.batch_tokens, lambda *_: size
    try:
        return Encoder(folder, "cpu", precision=precision)
    finally:
        encoder.batch_tokens = usual


def exported(folder: ModelFolder, library: Path) -> Answer:
    """The model's export, as the engine makes it."""
    graph = QueryGraph(library, folder.identity)
    if not query_export.export(folder, graph, lambda: None):
        sys.exit("the model was not exported")
    return QueryEncoder(graph.graph, folder.dimension, TokenCounter(folder)).encode


def measure(
    encoders: dict[int, Encoder],
    export: Answer | None,
    texts: list[str],
    questions: list[str],
    rounds: int,
) -> None:
    """Take turns, and print speeds and waits."""
    first = next(iter(encoders))
    waits: dict[int, list[float]] = {size: [] for size in encoders}
    answers = {size: export or each.encode_query for size, each in encoders.items()}
    idle = [once(answers[first], question) for question in questions for _ in range(2)]
    print(f"{'':>8}{'passages/s':>12}{'ratio':>13}{'question p50':>14}{'p95':>9}{'most':>9}")
    row("idle", "", "", idle)
    runs = {
        str(size): partial(busy, encoders[size], texts, answers[size], questions, waits[size])
        for size in encoders
    }
    taken = in_turns(runs, rounds)
    for size in encoders:
        speed = f"{len(texts) / taken.median(str(size)):.1f}"
        name, other = str(size), str(first)
        ratio = f"{taken.faster(name, other):.2f} ({taken.thriftier(name, other):.2f})"
        row(name, speed, ratio, waits[size])


def busy(
    encoder: Encoder, texts: list[str], answer: Answer, questions: list[str], waits: list[float]
) -> None:
    """Encode all passages while a thread asks."""
    done = threading.Event()

    def ask() -> None:
        number = 0
        while not done.wait(PAUSE):
            waits.append(once(answer, questions[number % len(questions)]))
            number += 1

    asking = threading.Thread(target=ask)
    asking.start()
    encoder.encode_passages(texts)
    done.set()
    asking.join()


def once(answer: Answer, question: str) -> float:
    """Seconds that one answer takes."""
    begun = time.perf_counter()
    answer(question)
    return time.perf_counter() - begun


def row(name: str, speed: str, ratio: str, waits: list[float]) -> None:
    """One line; waits in milliseconds."""
    middle, late, most = (
        1000 * each for each in (statistics.median(waits), np.quantile(waits, 0.95), max(waits))
    )
    print(f"{name:>8}{speed:>12}{ratio:>13}{middle:>11.0f} ms{late:>6.0f} ms{most:>6.0f} ms")


if __name__ == "__main__":
    main()
