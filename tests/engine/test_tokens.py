"""Tokens are counted as the model will see them, without torch."""

import subprocess
import sys
from itertools import product
from random import Random

import pytest
from tokenizers import AddedToken, Regex, normalizers, pre_tokenizers

from legaldesk.core.counting import count_embedded
from legaldesk.core.errors import ModelProblem
from legaldesk.core.passages import embedded_text
from legaldesk.engine import tokens
from legaldesk.engine.model_folder import bundled_model, read_model_folder, tokenizer_file
from legaldesk.engine.tokens import TokenCounter
from tests import tiny_models


@pytest.fixture(scope="module")
def counter():
    return TokenCounter(read_model_folder(bundled_model()))


def test_words_and_pieces_are_counted_without_specials(counter):
    assert counter.count(["the tenant", "", "indemnification", "Tenant"]) == [2, 0, 4, 1]


def test_long_texts_are_counted_whole(counter):
    assert counter.count(["rent " * 5_000]) == [5_000]


def test_many_texts_keep_their_order(counter):
    texts = ["rent " * (number % 7) for number in range(100_000)]

    assert counter.count(texts) == [number % 7 for number in range(100_000)]


SPACES = ["\x1c", "\x85", "\u2028", "\xa0", "\u200b", "\u00ad", "\t", "\n", *" " * 20, "  "]
ODD = ["e\u0301", "\u0301", "[MASK]", "中", "\u00b4", "ﬁ", "İ", "😀", "a.", "-", "x" * 101]
ODD += "<mask> </s> ¨x ½ … nº \uf0b7 ▪ \u0600 \u1100\u1161 ▁ Điều".split(" ")


def without_whitespace_split(file):
    """As bge-m3's tokenizer: spaces are told by the normalizer alone."""
    tokenizer = tiny_models.tiny_tokenizer()
    several = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), several])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.add_special_tokens(["<s>", "</s>", AddedToken("<mask>", lstrip=True)])
    tokenizer.save(str(file))
    return file


def tokenizer_of(kind, folder, e5_model):
    """A tokenizer's file: BERT's, or XLM-RoBERTa's in one of its two forms."""
    files = {"bundled": tokenizer_file(bundled_model()), "e5": tokenizer_file(e5_model)}
    return files.get(kind) or without_whitespace_split(folder / "tokenizer.json")


@pytest.mark.parametrize("kind", ["bundled", "e5", "bge"])
@pytest.mark.parametrize("lower", [False, True])
def test_adding_words_up_equals_reading_the_whole(kind, lower, tmp_path, e5_model):
    """Characters that a normalizer drops, splits or joins with their neighbours included."""
    counter = tokens.Tokens(str(tokenizer_of(kind, tmp_path, e5_model)), lower)
    assert counter.count(["the rent"]) and "rent" in counter._words
    random = Random(7)
    texts = ["".join(random.choices(SPACES + ODD, k=12)) for _ in range(4_000)]
    texts += [" ".join(random.choices(ODD, k=3)) for _ in range(4_000)]

    whole = counter._tokenizer.encode_batch(texts, add_special_tokens=False)

    assert counter.count(texts) == [len(encoding) for encoding in whole]


@pytest.mark.parametrize("kind", ["bge_model", "e5_model"])
def test_words_of_a_multilingual_model_are_tokenized_once(kind, request, monkeypatch):
    counter = TokenCounter(read_model_folder(request.getfixturevalue(kind)))
    text = "Điều 174. El arrendatario paga; „§ 86 Abs. 1“ – l’avis n’est pas dû…"
    (number,) = counter._tokenize([text])
    assert counter.count([text]) == [number]
    whole: list[str] = []
    monkeypatch.setattr(counter, "_tokenize", lambda texts: whole.extend(texts) or [7] * len(texts))

    assert counter.count([text, f"{text}\n{text}", "a \u0301b"]) == [number, 2 * number, 7]
    assert whole == ["a \u0301b"]
    kept = counter._kept
    counter.count(["a \u0301b"])
    assert counter._kept == kept  # what is not remembered takes no room


@pytest.mark.parametrize("kind", ["bundled", "e5", "bge"])
def test_headings_and_bodies_add_up_to_what_is_embedded(kind, tmp_path, e5_model):
    counter = tokens.Tokens(str(tokenizer_of(kind, tmp_path, e5_model)), lower=False)
    paths = [(), ("Of rent",), ("a\x1cb  c", "中"), ("Of \u0301rent",)]
    bodies = ["Rent is due.", "The \u0301rent", "中 is due"]
    pairs = list(product(paths, bodies))

    found = count_embedded(
        *zip(*[(path, body, body) for path, body in pairs], strict=True), counter
    )

    assert found == counter._tokenize([embedded_text(*pair) for pair in pairs])


def unknown_cut(tokenizer):
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()


def across_spaces(tokenizer):
    tokenizer.normalizer = normalizers.Replace(Regex("a b"), "ab")


def only_the_first_is_marked(tokenizer):
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="first")]
    )


def lines_are_not_cut(tokenizer):
    tokenizer.normalizer, tokenizer.pre_tokenizer = None, pre_tokenizers.Metaspace()


def two_words_are_a_token(tokenizer):
    tokenizer.add_tokens(["a b"])


@pytest.mark.parametrize(
    "change",
    [
        unknown_cut,
        across_spaces,
        only_the_first_is_marked,
        lines_are_not_cut,
        two_words_are_a_token,
    ],
)
def test_what_may_not_add_up_is_read_whole(change, tmp_path):
    tokenizer = tiny_models.tiny_tokenizer()
    change(tokenizer)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    counter = tokens.Tokens(str(tmp_path / "tokenizer.json"), lower=False)
    texts = ["a b", "a a\na", "the rent is due"]

    assert counter.count(texts) == counter._tokenize(texts)


def test_no_more_than_so_many_words_are_remembered(counter, monkeypatch):
    monkeypatch.setattr(tokens, "REMEMBERED", 1_000)

    assert counter.count([f"{n} ab{n}" for n in range(1_000)]) == counter._tokenize(
        [f"{n} ab{n}" for n in range(1_000)]
    )
    assert sum(map(len, counter._words)) <= 1_000


def test_the_body_leaves_room_for_special_tokens(counter):
    assert counter.body_limit == 256 - 2


def test_the_body_leaves_room_for_the_prompt(e5_model):
    folder = read_model_folder(e5_model)
    counter = TokenCounter(folder)

    assert counter.body_limit == 512 - 2 - counter.count(["passage: "])[0]


def test_counts_are_the_models_own(e5_model, tmp_path):
    """Saving a model again rewrites the tokenizer's file, and changes neither hash nor counts."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(e5_model), device="cpu", local_files_only=True)
    model.save(str(tmp_path), create_model_card=False)
    texts = ["the tenant shall pay rent", "§ 86 Abs. 1", "Điều 174"]
    wanted = [len(ids) for ids in model.tokenizer(texts, add_special_tokens=False)["input_ids"]]

    first = TokenCounter(read_model_folder(e5_model))
    again = TokenCounter(read_model_folder(tmp_path))

    assert first.count(texts) == again.count(texts) == wanted
    assert first.hash == again.hash


def test_other_tokenizers_have_other_hashes(counter, e5_model):
    assert counter.hash != TokenCounter(read_model_folder(e5_model)).hash


def test_a_spoilt_tokenizer_is_said(e5_copy):
    folder = read_model_folder(e5_copy)
    (e5_copy / "tokenizer.json").write_text('{"model": 1}', encoding="utf-8")

    with pytest.raises(ModelProblem, match="tokenizer") as problem:
        TokenCounter(folder)

    assert problem.value.file.endswith("tokenizer.json")


def test_counting_needs_no_torch():
    program = """
import sys
from legaldesk.engine.model_folder import bundled_model, read_model_folder
from legaldesk.engine.tokens import TokenCounter
assert TokenCounter(read_model_folder(bundled_model())).count(["the tenant"]) == [2]
assert not {"torch", "transformers", "sentence_transformers"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
