"""Passages: nothing lost, nothing twice, never too long, cut along the law's structure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from legaldesk.core.documents import GAP, SOFT_HYPHEN, OutlineEntry, PageText
from legaldesk.core.furniture import body_ranges
from legaldesk.core.passages import Passage, embedded_text
from legaldesk.core.segment import segment

SENTENCE = "The tenant shall pay the rent on the first day of each month without deduction. "


def words(texts: Sequence[str]) -> list[int]:
    """A readable tokenizer: a word is a token, and so is each mark."""
    return [len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]


def glued(texts: Sequence[str]) -> list[int]:
    """A tokenizer whose counts do not add up: three characters a token, spaces too."""
    return [-(-len(text) // 3) for text in texts]


def cut(*texts: str, outline: Sequence[OutlineEntry] = (), language: str = "en") -> list[Passage]:
    pages = [PageText(number, text) for number, text in enumerate(texts, 1)]
    return segment(pages, outline, language, words, 250)


fragments = st.sampled_from(
    [
        SENTENCE,
        "ARTICLE IV\r\n",
        "1.1 Term. ",
        "Section 3.1(a) Payment\r\n",
        "Điều 174. Hợp đồng\r\n",
        "§ 86 Abs. 1 ",
        "RECITALS\r\n",
        "(a) first; ",
        "(i) second, ",
        "\r\n",
        "\n",
        "\r",
        " ",
        "x" * 300,
        "word " * 60,
        "no\x02\r\nmark",
        GAP,
        "😀" + GAP,
        "12\r\n",
        "Page 3 of 9\r\n",
        "Fees ........ 12\r\n",
        "\u2028\x1f\t",
    ]
)
texts = st.lists(st.one_of(fragments, st.text(max_size=30)), max_size=25).map("".join)


def ink(letter: str) -> bool:
    return not letter.isspace() and letter not in (GAP, SOFT_HYPHEN)


@settings(max_examples=150, deadline=None)
@given(st.lists(texts, max_size=6), st.integers(24, 300), st.sampled_from([words, glued]))
def test_every_character_is_in_exactly_one_passage_of_at_most_the_limit(pages, limit, count):
    source = [PageText(number, text) for number, text in enumerate(pages, 1)]

    passages = segment(source, (), "en", count, limit)

    for passage in passages:
        size = count([embedded_text(passage.section, passage.body)])[0]
        assert passage.tokens == size <= limit
        assert count([" > ".join(passage.section)])[0] <= limit // 4
        assert passage.body
    for page, kept in zip(source, body_ranges(source), strict=True):
        seen = [0] * len(page.text)
        for span in (span for passage in passages for span in passage.spans):
            if span.page == page.number:
                assert not page.text[span.start].isspace()
                assert not page.text[span.end - 1].isspace()
                for at in range(span.start, span.end):
                    seen[at] += 1
        assert max(seen, default=0) <= 1
        for start, end in kept:
            assert all(seen[at] for at in range(start, end) if ink(page.text[at]))
