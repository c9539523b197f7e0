"""Passages encoded per second, beside bare sentence-transformers and document by document.

    python3 packaging/dev.py bench encoding SETS [--passages N] [--rounds N] [--model FOLDER]

SETS is the folder that holds cuad_en and obliqa_en_dev. Their documents are cut into passages
as LegalDesk cuts them; "mixed" is half of each. In each round the contestants take turns over
the same passages, and a ratio is the median over the rounds of the ratios within a round, so
that a busy machine is busy for all. On a processor a second ratio compares processor seconds,
which other programs' load does not touch. Printed for every set and precision:

    ours          Encoder.encode_passages over all passages, the longest first
    bare          SentenceTransformer.encode over the same passages, the longest first
    by document   SentenceTransformer.encode in batches of 32, in reading order, one document
                  after another
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, groupby, islice, zip_longest
from pathlib import Path

import numpy as np

from legaldesk.core.documents import PageText
from legaldesk.core.passages import embedded_text
from legaldesk.core.segment import segment
from legaldesk.engine.devices import choose_device, device_title, torch_version, usable_devices
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.model_folder import ModelFolder, bundled_model, read_model_folder
from legaldesk.engine.precision import autocast
from legaldesk.engine.tokens import TokenCounter

BATCH = 32
"""Texts in a batch of sentence-transformers, as it has it by itself."""

Documents = list[list[str]]
"""The texts of each document's passages, in reading order."""


@dataclass
class Taken:
    """Seconds by the clock and of the processor, by contestant and round."""

    clock: dict[str, list[float]]
    processor: dict[str, list[float]]


def main() -> None:
    """Cut, encode, compare and print one table."""
    options = arguments()
    folder = read_model_folder(options.model)
    device = choose_device(options.device, usable_devices())
    library = bare_model(folder, device)
    print(description(folder, device, options.rounds))
    header = f"{'set':<7}{'precision':<11}{'ours':>8}{'bare':>8}{'by doc.':>9}"
    print(f"{header}{'ours/bare':>16}{'ours/by document':>23}{'cosine':>9}")
    for name, documents in samples(options.sets, folder, options.passages).items():
        for precision in ("fp32", "bf16"):
            encoder = Encoder(folder, device, precision=precision)
            compare(name, precision, encoder, library, documents, options.rounds)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="See the module's text.")
    parser.add_argument("sets", type=Path)
    parser.add_argument("--passages", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--model", type=Path, default=bundled_model())
    parser.add_argument("--device", default="auto")
    return parser.parse_args()


def description(folder: ModelFolder, device: str, rounds: int) -> str:
    """The model, the machine and how busy it is."""
    import torch

    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{folder.name} on {device_title(device)}, torch {torch_version()},"
        f" {torch.get_num_threads()} threads{load}; {rounds} rounds; passages per second,\n"
        "and the medians of the ratios by the clock (by processor time)"
    )


def bare_model(folder: ModelFolder, device: str):
    """sentence-transformers as its own documentation uses it."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder.path), device=device, local_files_only=True)


def samples(sets: Path, folder: ModelFolder, count: int) -> dict[str, Documents]:
    """The sets by name, each of about ``count`` passages."""
    counter = TokenCounter(folder)
    cuad = cut(sets / "cuad_en", counter, count)
    obliqa = cut(sets / "obliqa_en_dev", counter, count // 2)
    half = first(cuad, count // 2)
    mixed = [document for pair in zip_longest(half, obliqa) for document in pair if document]
    return {"mixed": mixed, "cuad": cuad}


def cut(folder: Path, counter: TokenCounter, count: int) -> Documents:
    """The first documents of a set as texts to encode, ``count`` in all."""
    with (folder / "corpus.jsonl").open(encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        documents: Documents = []
        for _, parts in groupby(rows, key=lambda row: row.get("doc_id", row["id"])):
            documents.append(passages("\n".join(part["text"] for part in parts), counter))
            if sum(map(len, documents)) >= count:
                break
    return first(documents, count)


def passages(text: str, counter: TokenCounter) -> list[str]:
    """A document's passages as the encoder is given them."""
    page = PageText(1, text)
    found = segment([page], (), "en", counter.count, counter.body_limit)
    return [embedded_text(one.section, one.body) for one in found]


def first(documents: Documents, count: int) -> Documents:
    """As many of the documents as hold ``count`` passages, the last one cut short."""
    left, taken = count, []
    for document in documents:
        taken.append(document[:left])
        left -= len(taken[-1])
    return [document for document in taken if document]


def compare(name, precision, encoder: Encoder, library, documents: Documents, rounds: int) -> None:
    """Let the contestants take turns and print one line."""
    texts = sorted(chain.from_iterable(documents), key=len, reverse=True)

    def bare(some: list[str]) -> np.ndarray:
        with autocast(encoder.device, precision):
            return library.encode_document(
                some, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
            )

    def by_document() -> None:
        for document in documents:
            waiting = iter(document)
            while batch := list(islice(waiting, BATCH)):
                bare(batch)

    cosine = (encoder.encode_passages(texts) * bare(texts)).sum(axis=1).min()
    taken = timed(
        {
            "ours": lambda: encoder.encode_passages(texts),
            "bare": lambda: bare(texts),
            "by document": by_document,
        },
        rounds,
    )
    rates = [len(texts) / statistics.median(seconds) for seconds in taken.clock.values()]
    row = f"{name:<7}{precision:<11}{rates[0]:>8.1f}{rates[1]:>8.1f}{rates[2]:>9.1f}"
    print(f"{row}{ratio(taken, 'bare'):>16}{ratio(taken, 'by document'):>23}{cosine:>9.4f}")


def timed(contestants: dict[str, Callable[[], object]], rounds: int) -> Taken:
    """The seconds of each contestant in each round, all in turn."""
    taken = Taken({name: [] for name in contestants}, {name: [] for name in contestants})
    for _ in range(rounds):
        for name, run in contestants.items():
            clock, processor = time.perf_counter(), time.process_time()
            run()
            taken.clock[name].append(time.perf_counter() - clock)
            taken.processor[name].append(time.process_time() - processor)
    return taken


def ratio(taken: Taken, other: str) -> str:
    """How many times as fast ours is, by the clock and by processor time."""
    medians = [
        statistics.median(b / a for a, b in zip(seconds["ours"], seconds[other], strict=True))
        for seconds in (taken.clock, taken.processor)
    ]
    return f"{medians[0]:.2f} ({medians[1]:.2f})"


if __name__ == "__main__":
    main()
