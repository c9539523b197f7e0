"""What a second look at the best passages costs, and what it does to the order.

    python3 packaging/dev.py bench reranking SETS [--reranker FOLDER] [--rounds N]
                                                  [--set NAME ...]

SETS is the folder with the question sets. The cross-encoder in FOLDER is measured. Without one
it is a model of the size and shape of ms-marco MiniLM-L6 whose last layer was never taught: it
costs the same and knows nothing, so that its figures show what an unsuitable one does.

Cost: 30 passages of cuad_en with a question, scored by the cross-encoder, take turns with the
same passages encoded by the bundled model in fp32; the ratio is the median of the rounds'. What
a search waits before its first answer does not depend on it.

Order: nDCG@10 with its 95% interval of each set (the smallest unless said otherwise), fused
alone, fused with the cross-encoder as a third voice as search has it, and the best passages in
the cross-encoder's own order. A set is encoded two times, and two times 30 passages are scored
for each of its questions.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from _options import options_of
from _rounds import in_turns, machine
from encoding import asked, cut

import legaldesk.core.reranking as joining
from legaldesk.core.evaluation import Mode
from legaldesk.core.metrics import NDCG
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.model_folder import bundled_model, read_model_folder
from legaldesk.engine.reranker import Reranker
from legaldesk.engine.reranker_folder import read_reranker_folder
from legaldesk.engine.tokens import TokenCounter
from legaldesk.tasks.evaluating import evaluate_folder

ALONE = 1e6
"""A weight beside which the fused score is nothing."""


def main() -> None:
    """Print both tables."""
    options = arguments()
    with tempfile.TemporaryDirectory() as made:
        folder = options.reranker or untaught(Path(made))
        print(f"{folder.name if options.reranker else 'an untaught MiniLM'}; {machine()}")
        cost(options.sets, folder, options.rounds)
        for name in options.set:
            order(options.sets / name, folder)


def arguments() -> argparse.Namespace:
    parser = options_of(__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--reranker", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--set", nargs="+", default=["andorra_const_ca"])
    return parser.parse_args()


def untaught(folder: Path) -> Path:
    """The bundled model with a last layer of random weights that gives one score."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.manual_seed(0)
    made = AutoModelForSequenceClassification.from_pretrained(bundled_model(), num_labels=1)
    made.save_pretrained(folder)
    AutoTokenizer.from_pretrained(bundled_model()).save_pretrained(folder)
    return folder


def cost(sets: Path, folder: Path, rounds: int) -> None:
    """Scored beside encoded, the same passages."""
    model = read_model_folder(bundled_model())
    texts = [
        text for each in cut(sets / "cuad_en", TokenCounter(model), joining.BEST) for text in each
    ]
    question = asked(sets, "cuad")[0]
    reranker, encoder = Reranker(read_reranker_folder(folder)), Encoder(model, precision="fp32")
    scored, encoded = "scored with the question", "encoded, bundled model"
    taken = in_turns(
        {
            scored: lambda: reranker.scores(question, texts),
            encoded: lambda: encoder.encode_passages(texts),
        },
        rounds,
        warm_ups=1,
    )
    for name in (scored, encoded):
        print(f"{len(texts)} passages {name:<26}{taken.median(name) * 1e3:8.0f} ms")
    ratio = 1 / taken.faster(scored, encoded)
    print(f"as long as encoding them, times {ratio:.2f}, medians of {rounds} rounds\n")


def order(folder: Path, reranker: Path) -> None:
    """One set, three orders."""
    rows = evaluate_folder(folder, [Mode.FUSED, Mode.RERANKED], reranker=reranker).rows
    usual, joining.RERANKED_WEIGHT = joining.RERANKED_WEIGHT, ALONE
    try:
        alone = evaluate_folder(folder, [Mode.RERANKED], reranker=reranker).rows
    finally:
        joining.RERANKED_WEIGHT = usual
    names = ("fused", "with a third voice", "its order alone")
    print(folder.name)
    for name, row in zip(names, (*rows, *alone), strict=True):
        figure = row.figures[NDCG]
        print(f"  {name:<22}{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})")


if __name__ == "__main__":
    main()
