"""Questions by the export: torch's own vectors without torch, and never a wrong one."""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections import namedtuple

import numpy as np
import psutil
import pytest

from legaldesk.core.errors import Cancelled, ModelProblem
from legaldesk.core.models import Prompts
from legaldesk.engine import query_export, query_export_child, query_graph
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.query_encoder import LONGEST, QueryEncoder
from legaldesk.engine.query_export import ExportRequest
from legaldesk.engine.query_graph import FACTS, GRAPH, WEIGHTS, QueryGraph
from legaldesk.engine.query_path import QueryPath
from legaldesk.engine.tokens import TokenCounter
from tests import tiny_models

SENTENCE = "Either party may terminate this agreement upon thirty days written notice. "
QUESTIONS = (
    "",
    " ",
    "rent",
    "What notice must the TENANT give?",
    "Wann kann der Mieter nach § 86 kündigen?",
    "Điều 174 khoản 6",
    "\n tabs\tand  spaces ",
    "甲方的义务 ☃ право",
    SENTENCE * 12,
    SENTENCE * 35,
)
BUILDERS = {
    "XLM-R, CLS": tiny_models.bge_m3_like,
    "XLM-R, CLS, not normalised": lambda f: tiny_models.bge_m3_like(f, normalize=False),
    "XLM-R, mean, e5's prompts": tiny_models.e5_like,
    "BERT, mean": tiny_models.minilm_like,
    "BERT with a Dense module": tiny_models.dense_like,
}


@pytest.fixture(autouse=True)
def as_before():
    """The export computes in one thread, in a process that is otherwise its own."""
    import torch

    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def made(folder, library):
    """Export a model in this process, as the child does; where it is then."""
    graph = QueryGraph(library, folder.identity)
    target = graph.begin()
    request = ExportRequest(str(folder.path), folder.identity, folder.prompts, str(target))
    reply = query_export_child.carry_out(request)
    assert reply.kind != "failed", reply
    graph.put_in_place()
    return graph


def path_of(folder, library, device="cpu"):
    return QueryPath(library, folder, device, lambda: TokenCounter(folder))


def torch_of(folder):
    return Encoder(folder, "cpu", precision="fp32")


def assert_the_same(path, encoder):
    for question in QUESTIONS:
        found, wanted = path.encode(question), encoder.encode_query(question)
        assert found.dtype == np.float32
        assert float(found @ wanted) >= 0.9999
        np.testing.assert_allclose(found, wanted, atol=1e-5)


@pytest.fixture(scope="module")
def e5(tiny_model):
    return read_model_folder(tiny_model)


@pytest.fixture(scope="module")
def shelf(e5, tmp_path_factory):
    """A library's folder with the export of the tiny model, not to be changed."""
    library = tmp_path_factory.mktemp("exported")
    made(e5, library)
    return library


@pytest.fixture
def exported(shelf, e5, tmp_path):
    """The same in a folder that a test may spoil."""
    shutil.copytree(shelf, tmp_path / "spoilt")
    return QueryGraph(tmp_path / "spoilt", e5.identity)


@pytest.mark.parametrize("kind", BUILDERS)
def test_the_vectors_are_torchs(kind, tmp_path):
    folder = read_model_folder(BUILDERS[kind](tmp_path))
    facts = made(folder, tmp_path).facts()
    path = path_of(folder, tmp_path)

    assert path.open()

    assert_the_same(path, torch_of(folder))
    assert facts.cosine >= 0.9999
    assert facts.difference < 1e-5


def test_prompts_of_ones_own_are_put_before_the_question(e5, tmp_path):
    folder = read_model_folder(e5.path, Prompts("Frage: ", "Antwort: "))
    made(folder, tmp_path)
    path, plain = path_of(folder, tmp_path), path_of(e5, tmp_path)

    assert path.open()
    assert not plain.open(), "the other prompts are another model"

    assert_the_same(path, torch_of(folder))


def test_a_truncated_model_gives_its_width(e5_copy, tmp_path):
    settings = e5_copy / "config_sentence_transformers.json"
    saved = json.loads(settings.read_text(encoding="utf-8"))
    settings.write_text(json.dumps(saved | {"truncate_dim": 16}), encoding="utf-8")
    folder = read_model_folder(e5_copy)
    made(folder, tmp_path)
    path = path_of(folder, tmp_path)

    assert path.open()

    assert path.encode("rent").shape == (16,)
    assert_the_same(path, torch_of(folder))


def test_capitals_are_folded_where_the_model_asks_for_it(tmp_path):
    model = tiny_models.to_v3_layout(tiny_models.minilm_like(tmp_path))
    settings = {"max_seq_length": 40, "do_lower_case": True}
    (model / "sentence_bert_config.json").write_text(json.dumps(settings), encoding="utf-8")
    folder = read_model_folder(model)
    made(folder, tmp_path)
    path = path_of(folder, tmp_path)

    assert path.open()

    np.testing.assert_array_equal(path.encode("TENANT"), path.encode("tenant"))
    assert_the_same(path, torch_of(folder))


def test_a_question_is_cut_at_the_limit_with_its_last_special_token_kept(e5):
    tokens = TokenCounter(e5)

    ids = tokens.question(SENTENCE * 200)

    assert len(ids) == e5.token_limit == 512
    assert (ids[0], ids[-1]) == (0, 2)
    assert ids[:-1] == tokens.question(SENTENCE * 100)[: 512 - 1]


def test_a_question_too_long_for_it_is_torchs(bge_model, tmp_path):
    folder = read_model_folder(bge_model)
    made(folder, tmp_path)
    path = path_of(folder, tmp_path)
    assert path.open()

    assert path.encode(" ".join(["rent"] * (LONGEST - 2))) is not None
    assert path.encode(" ".join(["rent"] * (LONGEST - 1))) is None


def test_dropout_is_off_in_the_graph_though_the_model_was_in_training(e5, tmp_path):
    encoder = torch_of(e5)
    wanted = encoder.encode_query("rent")
    encoder.pipeline.train()
    assert not np.allclose(forward(encoder, "rent"), forward(encoder, "rent"))

    query_export_child.export_graph(encoder, e5, tmp_path)

    found = QueryEncoder(tmp_path / GRAPH, e5.dimension, TokenCounter(e5))
    np.testing.assert_allclose(found.encode("rent"), wanted, atol=1e-5)
    np.testing.assert_array_equal(found.encode("rent"), found.encode("rent"))


def forward(encoder, text):
    """What the pipeline computes as it is, without setting it to anything first."""
    features = encoder.pipeline(encoder.pipeline.preprocess([text]))
    return features["sentence_embedding"].detach().numpy()


def test_a_graph_that_gives_other_vectors_is_refused_and_not_tried_again(e5, tmp_path, monkeypatch):
    honest = query_export_child._traceable

    def disturbed(encoder):
        for module in encoder.pipeline[0].auto_model.encoder.layer[0].modules():
            for weight in module.parameters(recurse=False):
                weight.data *= 1.05
        return honest(encoder)

    monkeypatch.setattr(query_export_child, "_traceable", disturbed)
    monkeypatch.setattr(query_export_child, "compare", against(torch_of(e5)))

    graph = made(e5, tmp_path)

    assert graph.refused()
    assert "its vectors are not the model's" in graph.why_not()
    assert [file.name for file in graph.folder.iterdir()] == [FACTS]
    path = path_of(e5, tmp_path)
    assert not path.open()
    assert not path.lacking()


def against(sound):
    """The comparison with an encoder that was not tampered with."""
    compare = query_export_child.compare
    return lambda encoder, exported: compare(sound, exported)


def test_a_model_that_cannot_be_traced_is_refused(e5, tmp_path, monkeypatch):
    monkeypatch.setattr(query_export_child, "_traceable", lambda encoder: encoder.pipeline)

    graph = made(e5, tmp_path)

    assert graph.refused()


def test_what_was_refused_is_tried_again_with_other_versions(e5, tmp_path, monkeypatch):
    monkeypatch.setattr(query_export_child, "_traceable", lambda encoder: encoder.pipeline)
    graph = made(e5, tmp_path)

    monkeypatch.setattr(query_graph, "made_with", lambda: "onnxruntime of tomorrow")

    assert not graph.refused()
    assert path_of(e5, tmp_path).lacking()


def test_a_prompt_that_is_left_out_of_the_pooling_is_refused(e5_copy, tmp_path):
    [file] = e5_copy.glob("*Pooling/config.json")
    saved = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(saved | {"include_prompt": False}), encoding="utf-8")

    graph = made(read_model_folder(e5_copy), tmp_path)

    assert "pooling" in graph.facts().refused


def test_a_static_model_and_one_too_large_are_left_to_torch(e5, tmp_path, monkeypatch):
    static = read_model_folder(tiny_models.static_like(tmp_path))

    assert not query_export.exportable(static)
    assert query_export.exportable(e5)
    monkeypatch.setattr(query_export, "LARGEST", 1000)
    assert not query_export.exportable(e5)
    assert not path_of(e5, tmp_path).lacking()


def test_a_graphics_card_is_torchs(e5, shelf):
    assert path_of(e5, shelf, "cpu").open()

    path = path_of(e5, shelf, "cuda")

    assert not path.open()
    assert not path.lacking()


def flip(file, at):
    with file.open("rb+") as stream:
        stream.seek(at)
        byte = stream.read(1)[0]
        stream.seek(at)
        stream.write(bytes([byte ^ 1]))


SPOILS = {
    "a bit of the weights": lambda g: flip(g.folder / WEIGHTS, 5_000),
    "a bit of the graph": lambda g: flip(g.graph, 200),
    "a bit of the facts": lambda g: flip(g.folder / FACTS, 20),
    "the weights cut off": lambda g: os.truncate(g.folder / WEIGHTS, 1_000),
    "the graph empty": lambda g: os.truncate(g.graph, 0),
    "no weights": lambda g: (g.folder / WEIGHTS).unlink(),
    "no graph": lambda g: g.graph.unlink(),
    "no facts": lambda g: (g.folder / FACTS).unlink(),
    "facts of nonsense": lambda g: (g.folder / FACTS).write_text('{"identity": 5}'),
}


@pytest.mark.parametrize("kind", SPOILS)
def test_damage_is_seen_and_it_is_made_again(kind, exported, shelf, e5):
    assert exported.why_not() == ""

    SPOILS[kind](exported)

    path = path_of(e5, exported.folder.parents[1])
    assert exported.why_not()
    assert not path.open()
    assert path.lacking()
    shutil.copytree(QueryGraph(shelf, e5.identity).folder, exported.begin(), dirs_exist_ok=True)
    exported.put_in_place()
    assert path.open()


def test_an_export_of_another_model_under_this_name_is_not_believed(exported, e5, tmp_path):
    other = read_model_folder(tiny_models.e5_like(tmp_path / "other", seed=7))
    wrong = QueryGraph(exported.folder.parents[1], other.identity)
    exported.folder.rename(wrong.folder)

    assert wrong.why_not() == "it belongs to another model"
    assert not path_of(other, exported.folder.parents[1]).open()


def test_what_cannot_be_loaded_though_its_digest_is_right_is_removed(e5, tmp_path):
    graph = QueryGraph(tmp_path, e5.identity)
    target = graph.begin()
    for name in (GRAPH, WEIGHTS):
        (target / name).write_bytes(b"no graph")
    query_graph.seal(target, query_graph.Facts(e5.identity, query_graph.made_with()))
    graph.put_in_place()
    assert graph.why_not() == ""

    path = path_of(e5, tmp_path)

    assert not path.open()
    assert not graph.folder.exists()
    assert path.lacking()


def test_the_child_exports_in_a_process_of_its_own(e5, tmp_path):
    graph, beats = QueryGraph(tmp_path, e5.identity), []

    assert query_export.export(e5, graph, lambda: beats.append(1))

    assert beats
    assert os.listdir(tmp_path / "queries") == [e5.identity]
    assert graph.folder.stat().st_mode & 0o077 == 0
    path = path_of(e5, tmp_path)
    assert path.open()
    assert_the_same(path, torch_of(e5))


def test_giving_up_leaves_nothing(e5, tmp_path):
    graph, begun = QueryGraph(tmp_path, e5.identity), []

    def give_up():
        begun.append(graph.making.is_dir())
        raise Cancelled

    with pytest.raises(Cancelled):
        query_export.export(e5, graph, give_up)

    assert begun == [True]
    assert list((tmp_path / "queries").iterdir()) == []


def test_a_child_that_is_killed_leaves_nothing_and_is_not_held_against_the_model(e5, tmp_path):
    graph, killed = QueryGraph(tmp_path, e5.identity), []

    def kill_at_work():
        for child in psutil.Process().children():
            if "query-export" in child.cmdline() and not killed and child.num_threads() > 1:
                killed.append(graph.making.is_dir())
                child.kill()

    assert not query_export.export(e5, graph, kill_at_work)

    assert killed == [True]
    assert list((tmp_path / "queries").iterdir()) == []
    assert not graph.refused()


Room = namedtuple("Room", "total used free")


def test_without_room_on_the_disk_it_is_not_begun(e5, tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(query_export.shutil, "disk_usage", lambda _: Room(9, 9, 1 << 20))

    assert not query_export.export(e5, QueryGraph(tmp_path, e5.identity), pytest.fail)

    assert "too little room" in caplog.text


def test_a_disk_that_fills_up_meanwhile_leaves_nothing_and_is_not_held_against_the_model(
    e5, tmp_path, monkeypatch
):
    reached = []

    def full(*_):
        reached.append(True)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    graph = QueryGraph(tmp_path, e5.identity)
    request = ExportRequest(str(e5.path), e5.identity, e5.prompts, str(graph.begin()))

    reply = query_export_child.carry_out(request)

    assert reached
    assert reply.kind == "failed"
    assert not graph.refused()
    assert not graph.folder.exists()


def test_a_model_that_changed_meanwhile_is_not_exported(e5, e5_copy, tmp_path):
    graph = QueryGraph(tmp_path, "of another")
    request = ExportRequest(str(e5_copy), "of another", e5.prompts, str(graph.begin()))

    assert query_export_child.carry_out(request).kind == "failed"


def test_only_exports_of_known_models_are_kept(exported, e5):
    library = exported.folder.parents[1]
    (library / "queries" / "gone").mkdir()
    (library / "queries" / f".making-{e5.identity}").mkdir()

    query_graph.keep_only(library, {e5.identity})

    assert os.listdir(library / "queries") == [e5.identity]


def test_any_number_of_threads_get_their_own_answers(exported, e5):
    path = path_of(e5, exported.folder.parents[1])
    assert path.open()
    wanted = {question: path.encode(question) for question in QUESTIONS}
    wrong = []

    def ask():
        for question in QUESTIONS:
            if not np.array_equal(path.encode(question), wanted[question]):
                wrong.append(question)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert wrong == []


def test_weights_of_no_numbers_are_said(e5_copy, tmp_path, monkeypatch):
    from safetensors.numpy import load_file, save_file

    weights = load_file(e5_copy / "model.safetensors")
    weights = {name: np.full_like(weight, np.nan) for name, weight in weights.items()}
    save_file(weights, e5_copy / "model.safetensors", metadata={"format": "pt"})
    folder = read_model_folder(e5_copy)
    query_export_child.export_graph(torch_of(folder), folder, tmp_path)

    encoder = QueryEncoder(tmp_path / GRAPH, folder.dimension, TokenCounter(folder))

    with pytest.raises(ModelProblem, match="make no sense"):
        encoder.encode("rent")


def test_answering_imports_no_torch(e5, shelf):
    program = """
import sys
from pathlib import Path
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.query_path import QueryPath
from legaldesk.engine.tokens import TokenCounter
folder = read_model_folder(Path(sys.argv[1]))
path = QueryPath(Path(sys.argv[2]), folder, "auto", lambda: TokenCounter(folder))
assert path.open() and path.encode("rent").shape == (64,)
print(*{"torch", "transformers", "sentence_transformers", "onnx"} & set(sys.modules))
"""
    command = [sys.executable, "-c", program, str(e5.path), str(shelf)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == ""
