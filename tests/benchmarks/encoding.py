"""Passages encoded per second, beside bare sentence-transformers and the machine's own peak.

    python3 packaging/dev.py bench encoding SETS [--passages N] [--rounds N] [--model FOLDER]
                                                 [--only mixed|cuad]

SETS is the folder that holds cuad_en and obliqa_en_dev. Their documents are cut into passages
as LegalDesk cuts them; "mixed" is half of each. In each round all contestants, both precisions
included, take turns over the same passages, and a ratio is the median over the rounds of the
ratios within a round, so that a busy machine is busy for all. On a processor a second ratio
compares processor seconds, which other programs' load does not touch.

    ours          Encoder.encode_passages over all passages, the longest first
    bare          SentenceTransformer.encode over the same passages, at its default batch of 32
    by document   the same in reading order, one document after another
    peak          torch.matmul of two square matrices of 2,048 in the same precision

"of peak" is ours in useful FLOP/s over what torch.matmul reaches: a multiplication and an
addition count as two, and only matrix products of real tokens count, no padding. For a text of
n tokens, L layers of width h and feed-forward width f, these are L (8 n h^2 + 4 n h f + 4 n^2 h):
four projections, the feed-forward pair, and scores and values of the attention (Kaplan et al.,
"Scaling Laws for Neural Language Models", 2020, section 2.1, without its approximations).

"overlap" is the share of the ten nearest passages of the sets' own questions that both precisions
have in common. More passages make it stricter: --passages 2000 --rounds 1 takes some 15 minutes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain, groupby, islice, zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from _options import options_of
from _rounds import Taken, in_turns, machine

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

QUESTIONS = 200
PRECISIONS = ("fp32", "bf16")
SIDE, PRODUCTS = 2_048, 10
"""Rows of the matrices whose product is the peak, and how many products make one turn."""

Documents = list[list[str]]
"""The texts of each document's passages, in reading order."""


@dataclass(frozen=True)
class Bench:
    """A model by our encoder in both precisions, and by the library itself."""

    folder: ModelFolder
    device: str
    encoders: dict[str, Encoder]
    library: Any


def main() -> None:
    """Cut, encode, compare and print one table for each set."""
    options = arguments()
    folder = read_model_folder(options.model)
    device = choose_device(options.device, usable_devices())
    encoders = {each: Encoder(folder, device, precision=each) for each in PRECISIONS}
    bench = Bench(folder, device, encoders, bare_model(folder, device))
    print(description(folder, device, options.rounds))
    for name, documents in samples(options.sets, folder, options.passages).items():
        if options.only in (None, name):
            questions = asked(options.sets, name)
            compare(name, bench, documents, questions, options.rounds)


def arguments() -> argparse.Namespace:
    parser = options_of(__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--passages", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--model", type=Path, default=bundled_model())
    parser.add_argument("--device", default="auto")
    parser.add_argument("--only", choices=("mixed", "cuad"))
    return parser.parse_args()


def description(folder: ModelFolder, device: str, rounds: int) -> str:
    """The model and the machine."""
    import torch

    return (
        f"{folder.name} on {device_title(device)}, torch {torch_version()},"
        f" {torch.get_num_threads()} threads; {machine()}; {rounds} rounds;\n"
        "ratios are medians by the clock (by processor time)"
    )


def bare_model(folder: ModelFolder, device: str) -> Any:
    """sentence-transformers as its own documentation uses it."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder.path), device=device, local_files_only=True)


def asked(sets: Path, name: str) -> list[str]:
    """Questions of the sets that were sampled, each wording once."""
    folders = ("cuad_en",) if name == "cuad" else ("cuad_en", "obliqa_en_dev")
    questions: list[str] = []
    for folder in folders:
        with (sets / folder / "queries.jsonl").open(encoding="utf-8") as lines:
            wordings = dict.fromkeys(json.loads(line)["text"] for line in lines)
        questions += islice(wordings, QUESTIONS // len(folders))
    return questions


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
    found = segment([page], (), "en", counter, counter.body_limit)
    return [embedded_text(one.section, one.body) for one in found]


def first(documents: Documents, count: int) -> Documents:
    """As many of the documents as hold ``count`` passages, the last one cut short."""
    left, taken = count, []
    for document in documents:
        taken.append(document[:left])
        left -= len(taken[-1])
    return [document for document in taken if document]


def compare(
    name: str, bench: Bench, documents: Documents, questions: list[str], rounds: int
) -> None:
    """Let all contestants take turns and print the set's lines."""
    texts = sorted(chain.from_iterable(documents), key=len, reverse=True)
    vectors = {each: encoder.encode_passages(texts) for each, encoder in bench.encoders.items()}
    runs: dict[str, Callable[[], object]] = {}
    for precision, encoder in bench.encoders.items():
        runs[f"ours {precision}"] = partial(encoder.encode_passages, texts)
        runs[f"bare {precision}"] = partial(bare, bench, texts, precision)
        runs[f"peak {precision}"] = products(bench.device, precision)
    runs["by document"] = lambda: by_document(bench, documents)
    taken = in_turns(runs, rounds)
    work = sum(flops(bench.folder, tokens) for tokens in lengths(bench.folder, texts))
    print(f"\n{name}: {len(texts)} passages, {work / 1e12:.2f} TFLOP of matrix products")
    for precision in PRECISIONS:
        cosine = (vectors[precision] * bare(bench, texts, precision)).sum(axis=1).min()
        print(line(taken, precision, len(texts), work, float(cosine)))
    print(f"  by document fp32: ours is {ratio(taken, 'ours fp32', 'by document')} times as fast")
    shared = overlap(bench.encoders["fp32"].encode_queries(questions), *vectors.values())
    faster = ratio(taken, "ours bf16", "ours fp32")
    print(
        f"  bf16 is {faster} times as fast as fp32; overlap {shared:.4f}"
        f" over {len(questions)} questions"
    )


def line(taken: Taken, precision: str, passages: int, work: float, cosine: float) -> str:
    """Speeds and ratios of one precision."""
    ours, peak = f"ours {precision}", f"peak {precision}"
    share = taken.faster(ours, peak) * work / (PRODUCTS * 2 * SIDE**3)
    top = PRODUCTS * 2 * SIDE**3 / taken.median(peak) / 1e9
    return (
        f"  {precision}: {passages / taken.median(ours):.1f} passages/s,"
        f" {work / taken.median(ours) / 1e9:.0f} of {top:.0f} GFLOP/s, of peak {share:.2f};"
        f" {ratio(taken, ours, f'bare {precision}')} times bare; cosine with bare {cosine:.4f}"
    )


def bare(bench: Bench, texts: list[str], precision: str) -> np.ndarray:
    """The library's own vectors."""
    with autocast(bench.device, precision):
        vectors: np.ndarray = bench.library.encode_document(
            texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
    return vectors


def by_document(bench: Bench, documents: Documents) -> None:
    """One document after another in reading order, as most pipelines do it."""
    for document in documents:
        waiting = iter(document)
        while batch := list(islice(waiting, BATCH)):
            bare(bench, batch, "fp32")


def products(device: str, precision: str) -> Callable[[], None]:
    """The matrix products that are the peak."""
    import torch

    kind = torch.float32 if precision == "fp32" else torch.bfloat16
    left, right = (torch.randn(SIDE, SIDE, device=device).to(kind) for _ in range(2))

    def run() -> None:
        for _ in range(PRODUCTS):
            result = torch.matmul(left, right)
        result[0, 0].item()  # a graphics card is done only when it is asked

    run()
    return run


def lengths(folder: ModelFolder, texts: list[str]) -> list[int]:
    """Tokens of each text in the model, special ones included."""
    counter = TokenCounter(folder)
    extra = folder.token_limit - counter.body_limit
    return [min(count + extra, folder.token_limit) for count in counter.count(texts)]


def flops(folder: ModelFolder, tokens: int) -> float:
    """Of the matrix products for one text; see the module's text."""
    shape = json.loads((folder.path / "config.json").read_text(encoding="utf-8"))
    width, inner = shape["hidden_size"], shape["intermediate_size"]
    each = 8 * tokens * width**2 + 4 * tokens * width * inner + 4 * tokens**2 * width
    return float(shape["num_hidden_layers"] * each)


def overlap(questions: np.ndarray, first: np.ndarray, second: np.ndarray) -> float:
    """The mean share of the ten nearest passages that both have."""
    found = [np.argsort(-(questions @ vectors.T), axis=1)[:, :10] for vectors in (first, second)]
    shared = [len(set(a) & set(b)) for a, b in zip(*found, strict=True)]
    return float(np.mean(shared)) / min(10, len(first))


def ratio(taken: Taken, name: str, other: str) -> str:
    """How many times as fast one is, by the clock and by processor time."""
    return f"{taken.faster(name, other):.2f} ({taken.thriftier(name, other):.2f})"


if __name__ == "__main__":
    main()
