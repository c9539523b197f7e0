"""Tokens, counted and told by a model's own tokenizer. The only module that uses tokenizers."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from string import punctuation
from typing import Any

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from legaldesk.core.errors import ModelProblem
from legaldesk.engine.model_folder import (
    ModelFolder,
    lowers_case,
    tokenizer_file,
)
from legaldesk.engine.model_parts import read_json

CHUNK = 250_000
"""Characters tokenized at a time; a token's record takes some 100 bytes while it lives."""

REMEMBERED = 1_000_000
"""Characters of words whose counts are kept: some 100,000 words, 15 MB."""


MARKS = f"{punctuation}“”‘’–—«»•…§"
"""Punctuation to BERT, which makes each a part of its own and changes none."""


class Tokens:
    """Counts the tokens that a tokenizer makes, exactly as a model will see them.

    ``lower`` folds capitals before all else. Raises ModelProblem for a file that cannot be read.
    """

    def __init__(self, file: str, lower: bool) -> None:
        self.file, self.lower = file, lower
        self._tokenizer = _read(file)
        if lower:
            _lower_case(self._tokenizer)
        self.by_word = _parts_at_spaces(self._tokenizer)
        """Whether a word has the same tokens wherever it stands, so that a text's add up."""
        self._plain = _plain_parts(self._tokenizer)
        self._fold = str.lower if _folds_capitals(self._tokenizer) else str
        self._pieces = _Pieces(self._tokenizer.model)
        self._words: dict[str, int] = {}
        """Tokens of words that were met."""
        self._kept = 0

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens and however long it is.

        Where words are tokenized each for itself, a word is so but once: a library's words
        come again and again, and adding up is ten times as fast.
        """
        if self.by_word:  # headings end in a line feed
            return self.add_up(text.replace("\n", " ").split(" ") for text in texts)
        return [number for chunk in _chunks(texts) for number in self._tokenize(chunk)]

    def add_up(self, rows: Iterable[Sequence[str]]) -> list[int]:
        """The tokens of each row of words, where ``by_word`` holds. Words have no space in them."""
        known = self._words
        sums: list[int] = []
        with_new: dict[int, Sequence[str]] = {}
        for row in rows:
            number = _sum_of(known, row)
            if number < 0:
                with_new[len(sums)] = row
            sums.append(number)
        fresh = {word for row in with_new.values() for word in row}.difference(known)
        self._learn(known, fresh)
        for at, row in with_new.items():
            sums[at] = _sum_of(known, row)
        return sums

    def _learn(self, known: dict[str, int], words: Collection[str]) -> None:
        """Take in the counts of new words; the dictionary starts anew when it has grown too large.

        The whole way is gone only by words that are not plain: it takes four times as long.
        """
        others: list[str] = []
        for word in words:
            folded = self._fold(word)
            parts = self._plain.findall(folded)
            if sum(map(len, parts)) == len(folded):
                known[word] = sum(map(self._pieces.__getitem__, parts))
            else:
                others.append(word)
        known.update(zip(others, self._tokenize_words(others), strict=True))
        self._kept += sum(map(len, words))
        if self._kept > REMEMBERED:  # another thread may still be reading the old ones
            self._words, self._kept = {}, 0
            self._pieces.clear()

    def _tokenize(self, texts: list[str]) -> list[int]:
        encodings = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return [len(encoding) for encoding in encodings]

    def _tokenize_words(self, words: list[str]) -> list[int]:
        """The same for words, which stand in one text: that takes two fifths of the time."""
        behind = [*accumulate(len(word) + 1 for word in words)]
        (found,) = self._tokenizer.encode_batch([" ".join(words)], add_special_tokens=False)
        counts = [0] * len(words)
        for start, _ in found.offsets:
            counts[bisect_right(behind, start)] += 1
        return counts


class TokenCounter(Tokens):
    """Counts tokens, and names a question's, for a model.

    ``hash`` names the tokenizer's content and ``body_limit`` says how many tokens of text
    fit beside the special tokens and the passage prompt. Reading a tokenizer takes some
    0.1 s and does not import torch. Raises ModelProblem for one that cannot be read and for a
    prompt that leaves no room.
    """

    def __init__(self, folder: ModelFolder) -> None:
        file = tokenizer_file(folder.path)
        super().__init__(str(file), lowers_case(folder.path))
        self._limit, self._query = folder.token_limit, folder.prompts.query
        self._cut_from = read_json(file.with_name("tokenizer_config.json")).get("truncation_side")
        self.hash = folder.tokenizer
        specials = 0 if folder.static else self._tokenizer.num_special_tokens_to_add(is_pair=False)
        (prompt,) = self.count([folder.prompts.passage])
        self.body_limit = folder.token_limit - specials - prompt
        if self.body_limit < 1:
            message = "The prompt fills all that the model reads at once. Shorten it."
            raise ModelProblem(message, str(file))

    def question(self, text: str) -> list[int]:
        """The token ids that the model gets for a question: prompt, special tokens, cut off.

        Exactly sentence-transformers' own; not for a static model, which has none of these.
        """
        encoding = self._tokenizer.encode(self._query + text, add_special_tokens=False)
        room = self._limit - self._tokenizer.num_special_tokens_to_add(is_pair=False)
        encoding.truncate(room, direction=self._cut_from or "right")
        return self._tokenizer.post_process(encoding).ids


def _sum_of(known: dict[str, int], row: Sequence[str]) -> int:
    """The tokens of a row of words, -1 where one is not known."""
    try:
        return sum(map(known.__getitem__, row))
    except KeyError:
        return -1


def _read(file: str) -> Tokenizer:
    """The tokenizer with truncation and padding off."""
    try:
        tokenizer = Tokenizer.from_file(file)
    except Exception as error:  # tokenizers raises nothing narrower
        raise ModelProblem("The model's tokenizer cannot be read.", file) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _parts_at_spaces(tokenizer: Tokenizer) -> bool:
    """Whether what stands between two spaces always gives the same tokens, as in BERT.

    Its normalizer looks at single characters, and a token never reaches over a space, nor takes
    one in.
    """
    normalizer: Any = tokenizer.normalizer
    several = isinstance(normalizer, normalizers.Sequence)
    steps = list(normalizer) if several else [normalizer]
    by_character = (normalizers.BertNormalizer, normalizers.Lowercase)
    added = tokenizer.get_added_tokens_decoder().values()
    return (
        isinstance(tokenizer.model, models.WordPiece)
        and isinstance(tokenizer.pre_tokenizer, pre_tokenizers.BertPreTokenizer)
        and all(isinstance(step, by_character) for step in steps)
        and not any(" " in token.content or token.lstrip or token.rstrip for token in added)
    )


def _plain_parts(tokenizer: Tokenizer) -> re.Pattern[str]:
    """The parts that BERT makes of a word of plain letters, digits and marks, all of which it
    leaves as they are: runs of letters and digits, and each mark alone.

    A mark that a token has which goes before all else ("[MASK]") is not plain; where there is such
    a token without marks nothing is.
    """
    added = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
    marked = {next((letter for letter in token if letter in MARKS), "") for token in added}
    if "" in marked:
        return re.compile(r"(?!)")
    marks = "".join(mark for mark in MARKS if mark not in marked)
    return re.compile(f"[0-9A-Za-z]+|[{re.escape(marks)}]")


class _Pieces(dict[str, int]):
    """How many tokens a model makes of a part of a word."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self._model = model

    def __missing__(self, part: str) -> int:
        number = self[part] = len(self._model.tokenize(part))
        return number


def _folds_capitals(tokenizer: Tokenizer) -> bool:
    normalizer: Any = tokenizer.normalizer
    return normalizer is not None and normalizer.normalize_str("A") == "a"


def _lower_case(tokenizer: Tokenizer) -> None:
    """Fold capitals before all else, as sentence-transformers does when a model asks for it."""
    before = [normalizers.Lowercase()]
    if tokenizer.normalizer is not None:
        before.append(tokenizer.normalizer)
    tokenizer.normalizer = normalizers.Sequence(before)


def _chunks(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in lists of at least one text and about CHUNK characters."""
    chunk: list[str] = []
    size = 0
    for text in texts:
        chunk.append(text)
        size += len(text)
        if size >= CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
