"""Tokens, counted and told by a model's own tokenizer. The only module that uses tokenizers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
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


class TokenCounter:
    """Counts tokens, and names a question's, exactly as the model will see them.

    ``hash`` names the tokenizer's content and ``body_limit`` says how many tokens of text
    fit beside the special tokens and the passage prompt. Reading a tokenizer takes some
    0.1 s and does not import torch. Raises ModelProblem for one that cannot be read and for a
    prompt that leaves no room.
    """

    def __init__(self, folder: ModelFolder) -> None:
        file = tokenizer_file(folder.path)
        self._limit, self._query = folder.token_limit, folder.prompts.query
        self._cut_from = read_json(file.with_name("tokenizer_config.json")).get("truncation_side")
        self.hash = folder.tokenizer
        self._tokenizer = _read(str(file))
        if lowers_case(folder.path):
            _lower_case(self._tokenizer)
        self._by_word = _parts_at_spaces(self._tokenizer)
        self._words: dict[str, int] = {}
        """Tokens of words that were met."""
        self._kept = 0
        specials = 0 if folder.static else self._tokenizer.num_special_tokens_to_add(is_pair=False)
        (prompt,) = self.count([folder.prompts.passage])
        self.body_limit = folder.token_limit - specials - prompt
        if self.body_limit < 1:
            message = "The prompt fills all that the model reads at once. Shorten it."
            raise ModelProblem(message, str(file))

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens and however long it is.

        Where words are tokenized each for itself, a word is so but once: a library's words
        come again and again, and adding up is ten times as fast.
        """
        counted = self._add_up if self._by_word else self._tokenize
        return [number for chunk in _chunks(texts) for number in counted(chunk)]

    def _add_up(self, texts: list[str]) -> list[int]:
        """The sums over the words of each text."""
        known = self._words
        rows = [text.replace("\n", " ").split(" ") for text in texts]  # headings end in a line feed
        sums = [_sum_of(known, row) for row in rows]
        with_new = [at for at, number in enumerate(sums) if number < 0]
        fresh = list({word for at in with_new for word in rows[at]}.difference(known))
        known.update(zip(fresh, self._tokenize_words(fresh), strict=True))
        for at in with_new:
            sums[at] = _sum_of(known, rows[at])
        self._kept += sum(map(len, fresh))
        if self._kept > REMEMBERED:
            self._words, self._kept = {}, 0  # another thread may still be reading the old ones
        return sums

    def _tokenize(self, texts: list[str]) -> list[int]:
        encodings = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return [len(encoding) for encoding in encodings]

    def _tokenize_words(self, words: list[str]) -> list[int]:
        """The same for words, which stand in one text: that takes two fifths of the time."""
        behind = np.cumsum([len(word) + 1 for word in words])
        (found,) = self._tokenizer.encode_batch([" ".join(words)], add_special_tokens=False)
        owners = np.searchsorted(behind, [start for start, _ in found.offsets], side="right")
        counts: list[int] = np.bincount(owners, minlength=len(words)).tolist()
        return counts

    def question(self, text: str) -> list[int]:
        """The token ids that the model gets for a question: prompt, special tokens, cut off.

        Exactly sentence-transformers' own; not for a static model, which has none of these.
        """
        encoding = self._tokenizer.encode(self._query + text, add_special_tokens=False)
        room = self._limit - self._tokenizer.num_special_tokens_to_add(is_pair=False)
        encoding.truncate(room, direction=self._cut_from or "right")
        return self._tokenizer.post_process(encoding).ids


def _sum_of(known: dict[str, int], row: list[str]) -> int:
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
