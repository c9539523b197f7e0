"""Tokens of single words, for tokenizers whose words each have the same tokens wherever they
stand, so that a text's add up: a library's words come again and again.
"""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection
from itertools import accumulate, chain
from string import punctuation
from typing import Any, Protocol

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

MARKS = f"{punctuation}“”‘’–—«»•…§"
"""Punctuation to BERT, which makes each a part of its own and changes none."""


class WordTokens(Protocol):
    """Counts the tokens of words, none of which has a space in it."""

    def counts(self, words: Collection[str]) -> dict[str, int]:
        """The tokens of each word; those which do not add up are left out."""


def word_tokens(tokenizer: Tokenizer) -> WordTokens | None:
    """What counts a tokenizer's words, None where they do not add up or nobody has shown it."""
    if _is_bert(tokenizer):
        return _BertWords(tokenizer)
    if _is_sentencepiece(tokenizer):
        return _SentencePieceWords(tokenizer)
    return None


# ---------------------------------------------------------------- BERT


class _BertWords:
    """Its normalizer looks at single characters, and a token never reaches over a space, nor takes
    one in.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._plain = _plain_parts(tokenizer)
        self._fold = str.lower if _normalized(tokenizer, "A") == "a" else str
        self._pieces = _Pieces(tokenizer.model)

    def counts(self, words: Collection[str]) -> dict[str, int]:
        """The whole way is gone only by words that are not plain: it takes four times as long."""
        found: dict[str, int] = {}
        others: list[str] = []
        for word in words:
            folded = self._fold(word)
            parts = self._plain.findall(folded)
            if sum(map(len, parts)) == len(folded):
                found[word] = sum(map(self._pieces.__getitem__, parts))
            else:
                others.append(word)
        found.update(zip(others, self._tokenized(others), strict=True))
        if len(self._pieces) > _Pieces.MOST:
            self._pieces.clear()
        return found

    def _tokenized(self, words: list[str]) -> list[int]:
        """They stand in one text: that takes two fifths of the time."""
        behind = [*accumulate(len(word) + 1 for word in words)]
        (found,) = self._tokenizer.encode_batch([" ".join(words)], add_special_tokens=False)
        counts = [0] * len(words)
        for start, _ in found.offsets:
            counts[bisect_right(behind, start)] += 1
        return counts


class _Pieces(dict[str, int]):
    """How many tokens a model makes of a part of a word."""

    MOST = 100_000

    def __init__(self, model: Any) -> None:
        super().__init__()
        self._model = model

    def __missing__(self, part: str) -> int:
        number = self[part] = len(self._model.tokenize(part))
        return number


def _is_bert(tokenizer: Tokenizer) -> bool:
    by_character = (normalizers.BertNormalizer, normalizers.Lowercase)
    return (
        isinstance(tokenizer.model, models.WordPiece)
        and isinstance(tokenizer.pre_tokenizer, pre_tokenizers.BertPreTokenizer)
        and all(isinstance(step, by_character) for step in _steps(tokenizer.normalizer))
        and not any(
            " " in token.content or token.lstrip or token.rstrip for token in _added(tokenizer)
        )
    )


def _plain_parts(tokenizer: Tokenizer) -> re.Pattern[str]:
    """The parts that BERT makes of a word of plain letters, digits and marks, all of which it
    leaves as they are: runs of letters and digits, and each mark alone.
    """
    reserved = _reserved(tokenizer)
    if reserved is None:
        return re.compile(r"(?!)")
    marks = "".join(mark for mark in MARKS if mark not in reserved)
    return re.compile(f"[0-9A-Za-z]+|[{re.escape(marks)}]")


# ---------------------------------------------------------------- SentencePiece


class _SentencePieceWords:
    """XLM-RoBERTa's: every space begins a piece, whose first token has the space's mark.

    Only words of plain characters add up: what its normalizer makes of others may reach over a
    space, or have one in it.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._plain = _plain_words(tokenizer)
        self._nothing = [""] if _drops_spaces(tokenizer) else []
        """What stands between two spaces, or behind the last one."""

    def counts(self, words: Collection[str]) -> dict[str, int]:
        plain = [word for word in words if self._plain.fullmatch(word)] + self._nothing
        found = self._tokenizer.encode_batch_fast(plain, add_special_tokens=False)
        return dict(zip(plain, map(len, found), strict=True))


_SPACE = "▁"
"""The mark that a space becomes, and with which a piece begins."""

_LETTERS = (
    range(0x21, 0x7F),
    range(0xA1, 0x250),
    range(0x370, 0x530),  # Greek and Cyrillic
    range(0x1E00, 0x1F00),
    range(0xFB00, 0xFB07),
)
_SIGNS = (
    range(0x2010, 0x2028),
    range(0x2030, 0x205F),
    range(0x20A0, 0x20C0),
    range(0x2100, 0x27C0),
)
_BULLETS = (range(0xF000, 0xF100),)  # a symbol font's own
_ACCENTS = range(0x300, 0x370)
"""Where plain characters are looked for. None in there joins with a space beside it but an accent
behind one (Unicode, UAX #29: no other Extend, no SpacingMark, no Prepend)."""

_ALONE = ("Precompiled", "Nmt", "NFC", "NFKC", "Lowercase")
"""Normalizers that make of a run of plain characters what they make of each."""


def _is_sentencepiece(tokenizer: Tokenizer) -> bool:
    """Whether its pieces are those of the words, each with the mark, at spaces and line feeds."""
    if not isinstance(tokenizer.model, models.Unigram):
        return False
    if not all(map(_keeps_spaces, _steps(tokenizer.normalizer))):
        return False
    alone, spaced, broken = (_pieces_of(tokenizer, text) for text in ("a", "a a", "a\na"))
    return alone == [f"{_SPACE}a"] and spaced == broken == 2 * alone


def _drops_spaces(tokenizer: Tokenizer) -> bool:
    """Whether spaces that no word follows, or that follow a space, leave nothing."""
    pieces = [_pieces_of(tokenizer, text) for text in ("", " ", "a ", " a", "a  ", "a  a", "a\n ")]
    alone = [f"{_SPACE}a"]
    return pieces == [[], [], alone, alone, alone, 2 * alone, alone]


def _keeps_spaces(step: Any) -> bool:
    """Whether a normalizer looks neither at single spaces nor at what stands beside them."""
    said = json.loads(step.__getstate__())
    several_spaces = said.get("pattern") == {"Regex": " {2,}"}
    return said["type"] in _ALONE or (said["type"] == "Replace" and several_spaces)


def _pieces_of(tokenizer: Tokenizer, text: str) -> list[str]:
    cut: Any = tokenizer.pre_tokenizer
    if cut is None:
        return []
    return [piece for piece, _ in cut.pre_tokenize_str(_normalized(tokenizer, text))]


def _plain_words(tokenizer: Tokenizer) -> re.Pattern[str]:
    """Words of characters that stay what they are, or become plain ones ("…" three full stops).

    An accent of its own is plain where it does not begin the word.
    """
    reserved = _reserved(tokenizer)
    if reserved is None:
        return re.compile(r"(?!)")
    looked_at = [chr(code) for codes in (*_LETTERS, *_SIGNS, *_BULLETS) for code in codes]
    possible = {letter for letter in looked_at if unicodedata.category(letter)[0] in "LNPSC"}
    possible -= reserved | {_SPACE}
    becomes = {letter: _normalized(tokenizer, letter) for letter in possible}
    plain = [letter for letter, made in becomes.items() if made and possible.issuperset(made)]
    accents = [accent for accent in map(chr, _ACCENTS) if _normalized(tokenizer, accent) == accent]
    first = re.escape("".join(sorted(plain)))
    return re.compile(f"[{first}][{first}{''.join(accents)}]*")


# ---------------------------------------------------------------- both


def _steps(normalizer: Any) -> list[Any]:
    """A normalizer's steps in their order, each a single one."""
    if normalizer is None:
        return []
    if not isinstance(normalizer, normalizers.Sequence):
        return [normalizer]
    several: Any = normalizer
    return list(chain.from_iterable(map(_steps, several)))


def _added(tokenizer: Tokenizer) -> list[Any]:
    """Tokens that go before all else ("[MASK]")."""
    return list(tokenizer.get_added_tokens_decoder().values())


def _reserved(tokenizer: Tokenizer) -> set[str] | None:
    """A mark of each added token, without which there is no such token in a text; None where one
    has no mark.
    """
    found = {
        next((letter for letter in token.content if letter in MARKS), "")
        for token in _added(tokenizer)
    }
    return None if "" in found else found


def _normalized(tokenizer: Tokenizer, text: str) -> str:
    normalizer: Any = tokenizer.normalizer
    return text if normalizer is None else str(normalizer.normalize_str(text))
