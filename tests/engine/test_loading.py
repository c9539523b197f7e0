"""No model answers with weights that its files lack, which the library would draw at random."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from legaldesk.core.errors import ModelProblem
from legaldesk.core.progress import silent
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.loading import load_encoder, refuse_incomplete
from legaldesk.engine.model_folder import bundled_model, read_model_folder
from legaldesk.engine.model_shelf import ModelShelf
from legaldesk.engine.reranker import Reranker
from legaldesk.engine.reranker_folder import read_reranker_folder

Rename = Callable[[str], str]
"""A tensor's name as it is written; "" leaves it out."""

SPOILT: dict[str, Rename] = {
    "of a wrapped model": lambda name: f"student.{name}",
    "of a compiled model": lambda name: f"_orig_mod.{name}",
    "without a layer": lambda name: "" if "layer.1." in name else name,
    "without the words": lambda name: "" if "word_embeddings" in name else name,
}


def renamed(folder: Path, name: Rename) -> Path:
    """The model with its tensors written under other names."""
    file = folder / "model.safetensors"
    tensors = {name(each): tensor for each, tensor in load_file(file).items() if name(each)}
    save_file(tensors, file, metadata={"format": "pt"})
    return folder


@pytest.mark.parametrize("kind", SPOILT)
def test_a_model_whose_weights_are_not_whole_is_neither_installed_nor_loaded(
    kind, e5_copy, tmp_path, capfd
):
    renamed(e5_copy, SPOILT[kind])
    shelf = ModelShelf(tmp_path / "library")

    with pytest.raises(ModelProblem, match=r"“ours” are not whole.*Get the model again"):
        shelf.add_folder(e5_copy, silent, name="ours")
    with pytest.raises(ModelProblem, match="“model” are not whole"):
        Encoder(read_model_folder(e5_copy), "cpu")

    assert [model.name for model in shelf.installed()[1:]] == []
    assert capfd.readouterr() == ("", "")  # the library's own report is for programmers


def test_weights_of_another_shape_are_refused_when_a_model_is_added(e5_copy, tmp_path):
    file = e5_copy / "model.safetensors"
    tensors = load_file(file)
    tensors["embeddings.word_embeddings.weight"] = tensors["embeddings.word_embeddings.weight"][:9]
    save_file(tensors, file, metadata={"format": "pt"})

    with pytest.raises(ModelProblem, match="“e5” could not be loaded: its files do not fit"):
        ModelShelf(tmp_path / "library").add_folder(e5_copy, silent, name="e5")


def test_a_transformer_in_a_folder_of_its_own_is_checked_there(e5_copy):
    inner = e5_copy / "0_Transformer"
    inner.mkdir()
    for file in [*e5_copy.glob("*.json"), e5_copy / "model.safetensors"]:
        if file.name not in ("modules.json", "config_sentence_transformers.json"):
            file.rename(inner / file.name)
    modules = e5_copy / "modules.json"
    text = modules.read_text(encoding="utf-8").replace('"path": ""', '"path": "0_Transformer"')
    modules.write_text(text, encoding="utf-8")

    load_encoder(e5_copy, "cpu")
    renamed(inner, SPOILT["without a layer"])

    with pytest.raises(ModelProblem, match="not whole"):
        load_encoder(e5_copy, "cpu")


def test_a_pooler_that_nothing_goes_through_may_be_missing(e5_copy):
    """Many published models were saved without theirs; the bundled one with its positions."""
    renamed(e5_copy, lambda name: "" if "pooler" in name else name)

    vector = Encoder(read_model_folder(e5_copy), "cpu").encode_query("rent")

    assert vector.shape == (64,)
    refuse_incomplete(bundled_model(), "bundled")


@pytest.mark.parametrize("left_out", ["classifier", "pooler", "layer.0."])
def test_a_cross_encoder_needs_all_of_its_weights(left_out, tiny_reranker, tmp_path, capfd):
    copy = Path(shutil.copytree(tiny_reranker, tmp_path / "ours"))
    renamed(copy, lambda name: "" if left_out in name else name)

    with pytest.raises(ModelProblem, match="“ours” are not whole"):
        Reranker(read_reranker_folder(copy), "cpu")

    assert capfd.readouterr() == ("", "")
