"""A cross-encoder's folder is checked before it is loaded, and its scores are the library's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from legaldesk.core.errors import Cancelled, ModelProblem
from legaldesk.engine import reranker as rerankers
from legaldesk.engine.reranker import Reranker
from legaldesk.engine.reranker_folder import read_reranker_folder
from tests.tiny_models import cross_encoder_like

QUESTION = "what does the tenant pay"
PASSAGES = [
    "the rent",
    "the deposit of the tenant",
    "notice of termination by the landlord " * 90,
    "interest on the deposit",
    "",
]


@pytest.fixture
def copy(tiny_reranker, tmp_path) -> Path:
    """The same cross-encoder in a folder that a test may spoil."""
    return Path(shutil.copytree(tiny_reranker, tmp_path / "copy"))


def by_hand(path):
    import torch
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(
        str(path), device="cpu", local_files_only=True, activation_fn=torch.nn.Identity()
    )
    return model.predict([(QUESTION, passage) for passage in PASSAGES])


def test_scores_are_the_librarys_and_prefer_what_it_looks_for(tiny_reranker):
    reranker = Reranker(read_reranker_folder(tiny_reranker), "cpu")

    scores = reranker.scores(QUESTION, PASSAGES)

    np.testing.assert_allclose(scores, by_hand(tiny_reranker), atol=1e-4)
    assert {index for index in np.argsort(scores)[-2:]} == {1, 3} and max(scores) > 2
    assert reranker.scores(QUESTION, []) == []


def test_batches_hold_tokens_not_passages_and_can_be_stopped(tiny_reranker, monkeypatch):
    monkeypatch.setattr(rerankers, "batch_tokens", lambda device: 40)
    reranker = Reranker(read_reranker_folder(tiny_reranker), "cpu")
    told: list[int] = []

    def stop(done: int, total: int) -> None:
        told.append(done)
        if done > 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        reranker.scores(QUESTION, PASSAGES, stop)
    assert told == [1, 3]  # the longest alone, then two in 40 tokens


def test_a_batch_that_does_not_fit_the_memory_is_halved(tiny_reranker, monkeypatch):
    reranker = Reranker(read_reranker_folder(tiny_reranker), "cpu")
    whole = reranker.scores(QUESTION, PASSAGES)
    predict, most = reranker._model.predict, 2

    def small(pairs, **options):
        if len(pairs) > most:
            raise RuntimeError("CUDA out of memory")
        return predict(pairs, **options)

    monkeypatch.setattr(reranker._model, "predict", small)
    np.testing.assert_allclose(reranker.scores(QUESTION, PASSAGES), whole, atol=1e-4)
    most = 0
    with pytest.raises(ModelProblem, match="does not fit"):
        reranker.scores(QUESTION, PASSAGES)


def test_a_folder_says_what_it_is_and_notices_a_change(tiny_reranker, copy):
    folder = read_reranker_folder(tiny_reranker)

    assert (folder.token_limit, folder.name) == (512, tiny_reranker.name)
    assert folder.size == (tiny_reranker / "model.safetensors").stat().st_size
    assert read_reranker_folder(copy).identity == folder.identity
    cross_encoder_like(copy, seed=1)
    assert read_reranker_folder(copy).identity != folder.identity


def test_a_folder_as_sentence_transformers_saves_it_is_read(tiny_reranker, tmp_path):
    from sentence_transformers import CrossEncoder

    saved = tmp_path / "saved"
    CrossEncoder(str(tiny_reranker), device="cpu", local_files_only=True).save_pretrained(
        str(saved)
    )

    scores = Reranker(read_reranker_folder(saved), "cpu").scores(QUESTION, PASSAGES)

    np.testing.assert_allclose(scores, by_hand(tiny_reranker), atol=1e-4)


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def with_code(folder: Path) -> None:
    settle(folder, "config.json", auto_map={"AutoModel": "modeling.Model"})


def with_program(folder: Path) -> None:
    (folder / "modeling.py").write_text("raise SystemExit")


def cut_off(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])


def of_classes(folder: Path) -> None:
    settle(folder, "config.json", id2label={"0": "no", "1": "yes"})


def an_encoder(folder: Path) -> None:
    settle(folder, "config.json", architectures=["BertModel"])


def of_vectors(folder: Path) -> None:
    settle(folder, "config_sentence_transformers.json", model_type="SentenceTransformer")


def without_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def without_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def settle(folder: Path, name: str, **settings: object) -> None:
    file = folder / name
    before = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps(before | settings))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (pickled, "pickle file.*get the model in that form"),
        (with_code, "asks to run code"),
        (with_program, "never run"),
        (cut_off, "damaged"),
        (of_classes, "Choose a cross-encoder with one score"),
        (an_encoder, "made for something else \\(BertModel\\). Choose a cross-encoder"),
        (of_vectors, "is a SentenceTransformer, which scores no passages"),
        (without_config, "config.json is missing"),
        (without_tokenizer, "no tokenizer.json"),
        (shutil.rmtree, "no folder"),
    ],
)
def test_what_is_no_cross_encoder_or_could_run_is_refused(copy, spoil, said):
    spoil(copy)

    with pytest.raises(ModelProblem, match=said):
        read_reranker_folder(copy)


def test_an_embedding_model_is_refused(tiny_model):
    with pytest.raises(ModelProblem, match="more parts|SentenceTransformer"):
        read_reranker_folder(tiny_model)
