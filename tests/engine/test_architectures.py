"""Every kind of model gives sentence-transformers' own vectors, in today's layout and in v3's."""

import json
import shutil

import numpy as np
import pytest

from legaldesk.core.models import Prompts
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.tokens import TokenCounter
from legaldesk.engine.vectors import unit
from tests import tiny_models

QUESTION = "What notice must the tenant give?"
PASSAGES = [
    "The tenant shall pay the rent within five days. " * 3,
    "",
    "Kündigung § 86 Abs. 1",
    "Either party may terminate this agreement upon thirty days notice. " * 20,
]

BUILDERS = {
    "XLM-R, CLS, normalised": tiny_models.bge_m3_like,
    "XLM-R, CLS": lambda folder: tiny_models.bge_m3_like(folder, normalize=False),
    "XLM-R, mean, e5's prompts": tiny_models.e5_like,
    "BERT, mean, normalised": tiny_models.minilm_like,
    "BERT, mean": lambda folder: tiny_models.minilm_like(folder, normalize=False),
    "BERT with a Dense module": tiny_models.dense_like,
    "static": tiny_models.static_like,
}


@pytest.fixture(scope="module", params=BUILDERS)
def today(request, tmp_path_factory):
    """A model of each kind, shared: it is not to be changed."""
    return BUILDERS[request.param](tmp_path_factory.mktemp("kind"))


@pytest.fixture(scope="module", params=["today", "v3"])
def model(request, today, tmp_path_factory):
    """The same in both layouts."""
    if request.param == "today":
        return today
    copy = tmp_path_factory.mktemp("v3") / "model"
    shutil.copytree(today, copy)
    return tiny_models.to_v3_layout(copy)


@pytest.fixture(scope="module")
def library(today):
    """sentence-transformers' own model of it."""
    return by_hand(today)


def by_hand(path, **options):
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(path), device="cpu", local_files_only=True, **options)


def normalized(vectors):
    """As the app stores them; an empty text of a static model has no direction."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def full(path, prompts=None):
    return Encoder(read_model_folder(path, prompts), "cpu", precision="fp32")


def test_vectors_are_the_librarys(model):
    encoder, library = full(model), by_hand(model)

    passages, question = encoder.encode_passages(PASSAGES), encoder.encode_query(QUESTION)

    wanted = normalized(library.encode_document(PASSAGES))
    np.testing.assert_allclose(passages, wanted, atol=1e-5)
    np.testing.assert_allclose(question, normalized(library.encode_query(QUESTION)), atol=1e-5)
    assert passages.shape == (4, read_model_folder(model).dimension)


def test_the_older_layout_gives_the_same_vectors(today, tmp_path):
    shutil.copytree(today, tmp_path / "model")
    old = tiny_models.to_v3_layout(tmp_path / "model")

    vectors = full(old).encode_passages(PASSAGES)

    np.testing.assert_allclose(vectors, full(today).encode_passages(PASSAGES), atol=1e-6)


PROMPTS = {
    "of its own": Prompts("ask: ", "answer: "),
    "for questions alone": Prompts(query="ask: "),
    "for passages alone": Prompts(passage="answer: "),
    "none": Prompts(),
}


@pytest.mark.parametrize("kind", PROMPTS)
def test_given_prompts_are_used_as_the_library_uses_them(today, library, kind):
    prompts = PROMPTS[kind]
    encoder = full(today, prompts)

    question, passages = encoder.encode_query(QUESTION), encoder.encode_passages(PASSAGES)

    asked = library.encode(QUESTION, prompt=prompts.query)
    answered = library.encode(PASSAGES, prompt=prompts.passage)
    np.testing.assert_allclose(question, normalized(asked), atol=1e-5)
    np.testing.assert_allclose(passages, normalized(answered), atol=1e-5)


def test_a_prompt_makes_a_difference(today):
    with_prompts, without = full(today, Prompts("ask: ", "answer: ")), full(today, Prompts())

    for encode in (Encoder.encode_query, lambda e, text: e.encode_passages([text])[0]):
        apart = encode(with_prompts, QUESTION) - encode(without, QUESTION)
        assert np.abs(apart).max() > 1e-3


def test_tokens_are_counted_as_the_model_sees_them(today, library):
    features = [library.preprocess([text], prompt="") for text in PASSAGES[:3]]
    seen = [int(feature["input_ids"].numel()) for feature in features]
    folder = read_model_folder(today, Prompts())
    counter = TokenCounter(folder)

    extra = folder.token_limit - counter.body_limit

    assert [count + extra for count in counter.count(PASSAGES[:3])] == seen


LIMITS = {
    "bge-m3": (tiny_models.bge_m3_like, 8_192),
    "e5": (tiny_models.e5_like, 512),
    "BERT": (tiny_models.minilm_like, 512),
}


@pytest.mark.parametrize("kind", LIMITS)
def test_a_text_is_read_up_to_the_models_own_limit(kind, tmp_path):
    build, limit = LIMITS[kind]
    folder = read_model_folder(build(tmp_path, layers=1), Prompts())
    encoder, room = full(folder.path, Prompts()), TokenCounter(folder).body_limit
    text = "rent " * (room - 1)

    as_long, longer, other = encoder.encode_passages(
        [text + "tenant", text + "tenant and more", text + "landlord"]
    )

    assert folder.token_limit == limit
    np.testing.assert_allclose(as_long, longer, atol=1e-5)
    assert np.abs(as_long - other).max() > 1e-7


def test_a_static_model_has_no_limit_and_its_passages_are_cut_to_the_usual_one(tmp_path):
    folder = read_model_folder(tiny_models.static_like(tmp_path))

    assert (folder.token_limit, folder.static) == (512, True)
    assert TokenCounter(folder).body_limit == 512 - TokenCounter(folder).count(["passage: "])[0]


def test_a_static_models_tokenizer_may_cut(tmp_path):
    path = tiny_models.static_like(tmp_path)
    content = json.loads((path / "tokenizer.json").read_text(encoding="utf-8"))
    content["truncation"] = {
        "direction": "Right",
        "max_length": 64,
        "strategy": "LongestFirst",
        "stride": 0,
    }
    (path / "tokenizer.json").write_text(json.dumps(content), encoding="utf-8")

    assert read_model_folder(path).token_limit == 64
    np.testing.assert_allclose(
        full(path).encode_passages(PASSAGES),
        normalized(by_hand(path).encode_document(PASSAGES)),
        atol=1e-5,
    )


def test_capitals_are_folded_where_the_model_asks_for_it(tmp_path):
    path = tiny_models.to_v3_layout(tiny_models.minilm_like(tmp_path))
    settings = {"max_seq_length": 512, "do_lower_case": True}
    (path / "sentence_bert_config.json").write_text(json.dumps(settings), encoding="utf-8")
    counter = TokenCounter(read_model_folder(path))

    assert counter.count(["TENANT"]) == counter.count(["tenant"])
    np.testing.assert_allclose(
        full(path).encode_passages(["TENANT"]), full(path).encode_passages(["tenant"]), atol=1e-6
    )


@pytest.mark.parametrize("width", [64, 32, 16, 8])
def test_a_stored_vector_cut_and_renormalised_is_the_librarys_truncation(width, e5_model):
    stored = full(e5_model).encode_passages(PASSAGES).astype(np.float16)

    cut = unit(stored, width)

    library = by_hand(e5_model, truncate_dim=width)
    wanted = library.encode_document(PASSAGES, normalize_embeddings=True)
    np.testing.assert_allclose(cut, wanted, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(cut, axis=1), 1, atol=1e-6)


def test_a_saved_truncation_is_the_models_full_width(e5_copy):
    """Nothing wider is computed, as the library itself does; it may be cut further."""
    file = e5_copy / "config_sentence_transformers.json"
    saved = json.loads(file.read_text(encoding="utf-8"))
    dims = {"truncate_dim": 32, "matryoshka_dims": [64, 32, 16]}
    file.write_text(json.dumps(saved | dims), encoding="utf-8")
    folder = read_model_folder(e5_copy)

    vectors = full(e5_copy).encode_passages(PASSAGES)

    assert (folder.dimension, folder.dimensions) == (32, (32, 16))
    wanted = by_hand(e5_copy).encode_document(PASSAGES, normalize_embeddings=True)
    np.testing.assert_allclose(vectors, wanted, atol=1e-5)
