"""Passages: nothing lost, nothing twice, never too long, cut along the law's structure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from legaldesk.core.documents import GAP, SOFT_HYPHEN, OutlineEntry, PageText
from legaldesk.core.furniture import body_lines
from legaldesk.core.passages import Passage, embedded_text
from legaldesk.core.segment import WHOLE, segment

SENTENCE = "The tenant shall pay the rent on the first day of each month without deduction. "


class Words:
    """A readable tokenizer: a word is a token, and so is each mark."""

    by_word = True

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]

    def add_up(self, rows: Iterable[Sequence[str]]) -> list[int]:
        return [sum(self.count(row)) for row in rows]


class Partly(Words):
    """The same, where a row with an odd word is to be counted as a text."""

    def add_up(self, rows: Iterable[Sequence[str]]) -> list[int]:
        odd = {"deduction.", "Rent"}
        return [-1 if odd & set(row) else sum(self.count(row)) for row in rows]


class Glued:
    """A tokenizer whose counts do not add up: three characters a token, spaces too."""

    by_word = False

    def count(self, texts: Sequence[str]) -> list[int]:
        return [-(-len(text) // 3) for text in texts]

    def add_up(self, rows: Iterable[Sequence[str]]) -> list[int]:
        raise AssertionError("its words do not add up")


def cut(*texts: str, outline: Sequence[OutlineEntry] = (), language: str = "en") -> list[Passage]:
    pages = [PageText(number, text) for number, text in enumerate(texts, 1)]
    return segment(pages, outline, language, Words(), 250)


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
        "Costs . . . . 9\r\n",
        ". .",
        "____",
        "… …\n",
        "\u2028\x1f\t",
    ]
)
texts = st.lists(st.one_of(fragments, st.text(max_size=30)), max_size=25).map("".join)


def ink(letter: str) -> bool:
    return not letter.isspace() and letter not in (GAP, SOFT_HYPHEN)


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, max_size=6), st.integers(24, 300))
def test_rows_that_do_not_add_up_are_counted_as_texts(pages, limit):
    source = [PageText(number, text) for number, text in enumerate(pages, 1)]

    found = [segment(source, (), "en", counter, limit) for counter in (Partly(), Words())]

    assert found[0] == found[1]


@settings(max_examples=150, deadline=None)
@given(st.lists(texts, max_size=6), st.integers(24, 300), st.sampled_from([Words(), Glued()]))
def test_every_character_is_in_exactly_one_passage_of_at_most_the_limit(pages, limit, counter):
    source = [PageText(number, text) for number, text in enumerate(pages, 1)]

    passages = segment(source, (), "en", counter, limit)

    for passage in passages:
        size = counter.count([embedded_text(passage.section, passage.body)])[0]
        assert passage.tokens == size <= limit
        assert counter.count([" > ".join(passage.section)])[0] <= limit // 4
        assert passage.body
    for page, kept in zip(source, body_lines(source), strict=True):
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


def paths(passages: Sequence[Passage]) -> list[tuple[str, ...]]:
    return [passage.section for passage in passages]


def test_a_chapter_an_article_and_its_text_are_one_passage() -> None:
    (passage,) = cut(f"CHAPTER I\r\nARTICLE 2\r\n{SENTENCE}")

    assert passage.section == ("CHAPTER I", "ARTICLE 2")
    assert passage.body.startswith("CHAPTER I ARTICLE 2 The tenant")


def test_a_heading_at_the_foot_of_a_page_stays_with_its_text_on_the_next() -> None:
    pages = [f"{SENTENCE * 20}\r\nSection 9 Costs", f"{SENTENCE * 20}\r\nThe end."]

    passages = cut(*pages)

    (home,) = [passage for passage in passages if passage.body.startswith("Section 9")]
    assert [span.page for span in home.spans] == [1, 2]
    assert home.body.startswith("Section 9 Costs The tenant shall pay")


def test_a_passage_skips_the_footer_and_the_header_between_its_pages() -> None:
    half = "The parties agree that the lease of the house"
    other = f"ends when the term ends, {'and so on, ' * 20}as the law says in "
    towns = ("Bath", "Derby", "Leeds", "York")
    pages = [
        f"Lease\r\n{other} {town}.\r\n{half} in {town}\r\n{n}" for n, town in enumerate(towns, 1)
    ]

    passages = cut(*pages)

    crossing = next(passage for passage in passages if half in passage.body)
    assert f"{half} in Bath ends when" in crossing.body
    assert [pages[span.page - 1][span.start : span.end] for span in crossing.spans][1][:4] == "ends"


def test_small_sisters_are_merged_but_not_over_a_higher_heading() -> None:
    clauses = "".join(f"{n}.{m} Rent. {SENTENCE}\r\n" for n in (1, 2) for m in (1, 2, 3))
    head, tail = clauses[: len(clauses) // 2], clauses[len(clauses) // 2 :]

    passages = cut(f"ARTICLE 1\r\n{head}ARTICLE 2\r\n{tail}")

    assert paths(passages) == [("ARTICLE 1", "1.1 – 1.3"), ("ARTICLE 2", "2.1 – 2.3")]


def test_a_long_section_is_cut_into_pieces_of_like_size_at_sentences() -> None:
    passages = cut(f"1.1 Rent. {SENTENCE * 40}")

    sizes = [passage.tokens for passage in passages]
    assert max(sizes) <= WHOLE
    assert min(sizes) > 0.6 * max(sizes)
    assert all(passage.body.endswith(".") and passage.cut == "" for passage in passages)
    assert set(paths(passages)) == {("1.1 Rent",)}


def test_one_overlong_sentence_is_cut_at_its_list_before_its_commas() -> None:
    items = " ".join(
        f"({letter}) the first, the second, and the {'next ' * 20};" for letter in "abcdefghijklmn"
    )

    passages = cut(f"The tenant pays {items} and nothing else.")

    assert {passage.cut for passage in passages[:-1]} == {"enumeration"}
    assert passages[-1].cut == ""
    assert all(passage.body.startswith("(") for passage in passages[1:])


def test_a_table_of_contents_is_grouped_and_opens_no_section() -> None:
    contents = "\r\n".join(f"Article {n}. Rules of the house {n}" for n in range(1, 31))
    body = "\r\n".join(f"Article {n}. Rules\r\n{SENTENCE * 12}" for n in (1, 2))

    passages = cut(f"CONTENTS\r\n{contents}", body)

    first = [passage for passage in passages if passage.spans[0].page == 1]
    assert len(first) <= 4
    assert all(passage.section == ("CONTENTS",) for passage in first)
    assert paths(passages)[-1] == ("Article 2 Rules",)


def test_a_page_of_one_word_a_line_is_read_as_running_text() -> None:
    text = f"Art 1 (1) {SENTENCE * 5}Art 2 (1) {SENTENCE * 5}"

    passages = cut("\r\n".join(text.split()), language="de")

    assert paths(passages) == [("Art 1",), ("Art 2",)]


def test_hyphens_that_are_not_seen_are_in_no_body_but_in_its_range() -> None:
    text = "Die Ver\u00adtrags\u00adpartei zahlt.\r\nDer Ver\u00admieter zahlt nicht."

    [passage] = segment([PageText(1, text)], (), "de", Words(), 100)

    assert passage.body == "Die Vertragspartei zahlt. Der Vermieter zahlt nicht."
    assert [text[span.start : span.end] for span in passage.spans] == [text]
    assert [passage.tokens] == Words().count([passage.body])


def test_a_document_without_text_has_no_passages() -> None:
    assert cut() == []
    assert cut("", " \r\n", GAP * 9) == []


def test_the_heading_path_is_shortened_from_the_outside_in() -> None:
    title = "of the general rules for the lease of houses and of gardens and of all other things"
    text = f"BOOK 1 {title.upper()}\r\nTITLE 2 {title.upper()}\r\nSection 3. Rent\r\n{SENTENCE}"
    pages = [PageText(1, text)]

    (passage,) = segment(pages, (), "en", Words(), 80)

    assert passage.section == ("Section 3 Rent",)
    assert passage.tokens <= 80


def test_the_same_document_gives_the_same_passages() -> None:
    text = f"ARTICLE 1\r\n{SENTENCE * 30}\r\n1.1 Rent. {SENTENCE * 9}"

    assert cut(text, text) == cut(text, text)
