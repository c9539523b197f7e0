"""Vectors are those of sentence-transformers itself, whatever the batches were."""

import json
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from legaldesk.core.errors import Cancelled, ModelProblem
from legaldesk.engine import encoder as encoders
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.model_folder import bundled_model, read_model_folder

TEXTS = [
    "The tenant shall pay the rent within five days. " * 3,
    "Governing law",
    "",
    "Either party may terminate this agreement upon thirty days written notice. " * 40,
    "Délai de préavis du locataire",
]


@pytest.fixture(scope="module")
def bundled():
    return Encoder(read_model_folder(bundled_model()), "cpu")


@pytest.fixture
def tiny(e5_model):
    return Encoder(read_model_folder(e5_model), "cpu")


def by_hand(path):
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(path), device="cpu", local_files_only=True)


def assert_like_by_hand(encoder, path):
    model = by_hand(path)
    question = "What notice must the tenant give?"

    passages, query = encoder.encode_passages(TEXTS), encoder.encode_query(question)

    np.testing.assert_allclose(passages, model.encode_document(TEXTS), atol=1e-5)
    np.testing.assert_allclose(query, model.encode_query(question), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(passages, axis=1), 1, atol=1e-5)
    assert (passages.dtype, query.dtype) == (np.float32, np.float32)


def test_the_bundled_models_vectors_are_the_librarys(bundled):
    assert_like_by_hand(bundled, bundled_model())


def test_a_model_with_prompts_gives_the_librarys_vectors(tiny, e5_model):
    assert_like_by_hand(tiny, e5_model)


def test_prompts_make_a_difference(tiny):
    text = "the tenant"

    assert not np.allclose(tiny.encode_query(text), tiny.encode_passages([text])[0], atol=1e-3)


def test_a_prompt_saved_as_passage_is_used(e5_copy):
    settings = e5_copy / "config_sentence_transformers.json"
    settings.write_text('{"prompts": {"passage": "passage: "}}', encoding="utf-8")
    wanted = by_hand(e5_copy).encode(["the rent"], prompt="passage: ")

    found = Encoder(read_model_folder(e5_copy), "cpu").encode_passages(["the rent"])

    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_truncated_vectors_are_of_length_1(e5_copy):
    settings = e5_copy / "config_sentence_transformers.json"
    settings.write_text('{"truncate_dim": 16}', encoding="utf-8")

    vectors = Encoder(read_model_folder(e5_copy), "cpu").encode_passages(TEXTS)

    assert vectors.shape == (5, 16)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_nothing_gives_no_vectors(tiny):
    assert tiny.encode_passages([]).shape == (0, 64)


def test_a_list_of_many_lengths_has_the_vectors_of_each_text_alone(tiny):
    texts = ["rent " * number for number in (1, 70, 15, 16, 17, 3, 200, 40)]

    together = tiny.encode_passages(texts)

    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_allclose(vector, tiny.encode_passages([text])[0], atol=1e-5)


def test_where_the_prompt_is_left_out_of_the_pooling_its_length_is_counted_unpadded(e5_copy):
    pooling = e5_copy / "1_Pooling" / "config.json"
    settings = json.loads(pooling.read_text(encoding="utf-8"))
    pooling.write_text(json.dumps({**settings, "include_prompt": False}), encoding="utf-8")

    assert_like_by_hand(Encoder(read_model_folder(e5_copy), "cpu"), e5_copy)


def test_progress_counts_texts_to_the_end(tiny):
    steps = []

    tiny.encode_passages(["rent " * 200] * 25, lambda done, total: steps.append((done, total)))

    assert steps[-1] == (25, 25)
    assert len(steps) > 1


def test_work_stops_when_progress_raises(tiny):
    def stop(done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        tiny.encode_passages(["rent"] * 10, stop)

    assert tiny.encode_query("rent").shape == (64,)


class SmallMemory:
    """A model whose device runs out of memory beyond ``room`` texts."""

    def __init__(self, model, room):
        self.model, self.room, self.batches = model, room, []

    def encode_document(self, texts, **options):
        if len(texts) > self.room:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        self.batches.append(len(texts))
        return self.model.encode_document(texts, **options)


def test_a_batch_too_large_for_the_memory_is_halved(tiny):
    texts = [f"rent {number}" for number in range(50)]
    wanted = tiny.encode_passages(texts)
    tiny._model = small = SmallMemory(tiny._model, 7)

    found = tiny.encode_passages(texts)

    np.testing.assert_allclose(found, wanted, atol=1e-5)
    assert max(small.batches) <= 7


def test_a_model_too_large_for_the_memory_is_said(tiny):
    tiny._model = SmallMemory(tiny._model, 0)

    with pytest.raises(ModelProblem, match="Use the CPU"):
        tiny.encode_passages(["rent"])


class Gate:
    """A model that waits, in its first batch, until a question has been asked."""

    def __init__(self, model):
        self.model = model
        self.order = []
        self.threads = set()
        self.begun, self.go = threading.Event(), threading.Event()

    def encode_document(self, texts, **options):
        self.order.append("passages")
        self.threads.add(threading.get_ident())
        self.begun.set()
        assert self.go.wait(60)
        return self.model.encode_document(texts, **options)

    def encode_query(self, texts, **options):
        self.order.append("question")
        return self.model.encode_query(texts, **options)


def test_a_question_goes_before_the_batches_that_wait(tiny):
    tiny._model = gate = Gate(tiny._model)
    bulk = threading.Thread(target=tiny.encode_passages, args=(["rent " * 400] * 20,))
    question = threading.Thread(target=tiny.encode_query, args=("rent",))

    bulk.start()
    assert gate.begun.wait(60)
    question.start()
    while not tiny._turns.questions:
        pass
    gate.go.set()
    question.join(60)
    bulk.join(60)

    parts = len(gate.threads)
    assert gate.order[: parts + 2] == ["passages"] * parts + ["question", "passages"]


def test_vectors_that_are_no_numbers_are_refused(e5_copy):
    from safetensors.numpy import load_file, save_file

    weights = load_file(e5_copy / "model.safetensors")
    weights = {name: np.full_like(weight, np.nan) for name, weight in weights.items()}
    save_file(weights, e5_copy / "model.safetensors", metadata={"format": "pt"})

    with pytest.raises(ModelProblem, match="make no sense"):
        Encoder(read_model_folder(e5_copy), "cpu").encode_query("rent")


def test_damaged_weights_are_said(e5_copy):
    folder = read_model_folder(e5_copy)
    os.truncate(e5_copy / "model.safetensors", 1_000)

    with pytest.raises(ModelProblem, match="could not be loaded"):
        Encoder(folder, "cpu")


def test_a_model_that_the_library_cannot_load_is_said(e5_copy):
    settings = json.loads((e5_copy / "config.json").read_text(encoding="utf-8"))
    (e5_copy / "config.json").write_text(json.dumps(settings | {"model_type": "of its own"}))

    with pytest.raises(ModelProblem, match="could not be loaded"):
        Encoder(read_model_folder(e5_copy), "cpu")


def test_the_cpu_has_small_batches_so_that_questions_wait_less():
    assert encoders.batch_tokens("cpu") < encoders.batch_tokens("cuda:0")


def test_importing_the_module_is_cheap_and_loading_stays_offline():
    program = """
import os, sys
import legaldesk.engine.devices, legaldesk.engine.encoder, legaldesk.engine.precision
from legaldesk.engine.offline import stay_offline
assert not {"torch", "transformers", "sentence_transformers"} & set(sys.modules)
stay_offline()
import huggingface_hub.constants
assert huggingface_hub.constants.HF_HUB_OFFLINE
"""
    subprocess.run([sys.executable, "-c", program], check=True)
