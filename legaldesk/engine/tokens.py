"""Tokens, counted and told by a model's own tokenizer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tokenizers import Tokenizer, normalizers

from legaldesk.core.counting import completed
from legaldesk.core.errors import ModelProblem
from legaldesk.engine.model_folder import ModelFolder, lowers_case, tokenizer_file
from legaldesk.engine.model_parts import read_json
from legaldesk.engine.word_tokens import word_tokens

CHUNK = 250_000
"""Characters tokenized at a time; a token's record takes some 100 bytes while it lives."""

REMEMBERED = 1_000_000
"""Characters of words whose counts are kept: some 100,000 words, 15 MB."""


class Tokens:
    """Counts the tokens that a tokenizer makes, exactly as a model will see them.

    ``lower`` folds capitals before all else. Raises ModelProblem for a file that cannot be read.
    """

    def __init__(self, file: str, lower: bool) -> None:
        self.file, self.lower = file, lower
        self._tokenizer = _read(file)
        if lower:
            _lower_case(self._tokenizer)
        self._by_word = word_tokens(self._tokenizer)
        self._words: dict[str, int] = {}
        """Tokens of words that were met."""
        self._kept = 0

    @property
    def by_word(self) -> bool:
        """Whether words have the same tokens wherever they stand, so that a text's add up."""
        return self._by_word is not None

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens and however long it is.

        Where words are tokenized each for itself, a word is so but once: a library's words
        come again and again, and adding up is ten times as fast.
        """
        if self._by_word is None:
            return self._tokenize(texts)
        # headings end in a line feed
        sums = self.add_up(text.replace("\n", " ").split(" ") for text in texts)
        return completed(sums, self._tokenize, texts.__getitem__)

    def add_up(self, rows: Iterable[Sequence[str]]) -> list[int]:
        """The tokens of each row of words, which have no space in them, where ``by_word`` holds;
        -1 for one with a word that does not add up.
        """
        assert self._by_word is not None
        known = self._words
        sums: list[int] = []
        with_new: dict[int, Sequence[str]] = {}
        for row in rows:
            number = _sum_of(known, row)
            if number < 0:
                with_new[len(sums)] = row
            sums.append(number)
        fresh = {word for row in with_new.values() for word in row}.difference(known)
        learnt = self._by_word.counts(fresh)
        known.update(learnt)
        for at, row in with_new.items():
            sums[at] = _sum_of(known, row)
        self._kept += sum(map(len, learnt))
        if self._kept > REMEMBERED:  # another thread may still be reading the old ones
            self._words, self._kept = {}, 0
        return sums

    def _tokenize(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text, all of which are tokenized."""
        counts: list[int] = []
        for chunk in _chunks(texts):
            encodings = self._tokenizer.encode_batch_fast(chunk, add_special_tokens=False)
            counts += map(len, encodings)
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
