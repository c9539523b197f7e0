"""Running lines and numbers go, text stays, and a page never loses all it has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legaldesk.core.documents import PageText
from legaldesk.core.furniture import body_lines

LINES = (
    "The tenant pays the rent.",
    "The landlord keeps the roof.",
    "Both give notice.",
    "Neither assigns the lease.",
    "Costs follow the event.",
    "The deposit earns interest.",
    "Keys are returned.",
    "The garden is shared.",
    "Pets need consent.",
    "The law of Maine governs.",
)


def bodies(*texts: str) -> list[str]:
    """The body lines of each page, joined by a bar."""
    pages = [PageText(number, text) for number, text in enumerate(texts, 1)]
    return [
        "|".join(page.text[start:end] for start, end in ranges)
        for page, ranges in zip(pages, body_lines(pages), strict=True)
    ]


def test_a_header_and_a_rising_page_number_are_left_out() -> None:
    pages = [f"Acme Lease\r\n{line}\r\nPage {at + 1} of 10" for at, line in enumerate(LINES)]

    assert bodies(*pages) == list(LINES)


def test_headers_may_alternate_between_left_and_right_pages() -> None:
    heads = ("{} TARRANT WATER v. HERRMANN", "Cite as: 569 U. S. ____ (2013) {}")
    pages = [f"{heads[at % 2].format(at + 1)}\r\n{line}" for at, line in enumerate(LINES)]

    assert bodies(*pages) == list(LINES)


def test_bates_numbers_and_roman_page_numbers_are_left_out() -> None:
    romans = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
    pages = [f"{line}\r\n- {romans[at]} -\r\nACME-{4107 + at:07d}" for at, line in enumerate(LINES)]

    assert bodies(*pages) == list(LINES)


def test_a_page_number_without_dots_on_its_letters_is_one_too() -> None:
    pages = [f"{line}\r\n– {'ı' * (at % 3 + 1)} –" for at, line in enumerate(LINES[:3])]

    assert bodies(*pages) == list(LINES[:3])


def test_a_pleadings_line_numbers_are_left_out_on_and_beside_their_lines() -> None:
    numbers = range(1, 29)
    alone = "\r\n".join([*map(str, numbers), "The motion is granted."])
    beside = "\r\n".join(f"{number} line of text" for number in numbers)

    assert bodies(alone, beside) == ["The motion is granted.", "|".join(["line of text"] * 28)]


def test_an_article_at_the_top_of_each_page_is_no_header() -> None:
    pages = [f"Article {at + 1}\r\n{line}" for at, line in enumerate(LINES)]

    assert bodies(*pages) == [f"Article {at + 1}|{line}" for at, line in enumerate(LINES)]


def test_words_that_repeat_inside_pages_too_are_no_header() -> None:
    page = "PREVIOUS TEXT\r\n" + "\r\n".join(LINES) + "\r\nPREVIOUS TEXT\r\n" + "\r\n".join(LINES)
    pages = [f"{page}\r\nEnd {at}{'x' * at}" for at in range(10)]

    assert all(body.startswith("PREVIOUS TEXT|") for body in bodies(*pages))


def test_a_stamp_that_is_all_of_a_page_is_kept() -> None:
    stamp = "Case 1:20-cv-7 Document 9 Page {} of 10"
    pages = [f"{line}\r\n{stamp.format(at + 1)}" for at, line in enumerate(LINES)]
    pages[4] = stamp.format(5)

    assert bodies(*pages)[3:5] == [LINES[3], stamp.format(5)]


def prose(line: str, rows: int = 9) -> str:
    """A page of text that no other line begins."""
    return "\r\n".join(f"{line} {'x' * (at + 1)}" for at in range(rows))


LETTER = "\r\n".join(
    [
        "Notice of termination",
        "We hereby terminate the lease without notice.",
        "To: {}",
        "Please return the keys within two weeks.",
        "Objections must be raised in writing.",
    ]
)


@pytest.mark.parametrize("number", [2, 3, 5, 9])
def test_a_short_form_that_is_there_again_keeps_its_words(number: int) -> None:
    pages = [LETTER.format(LINES[at]) for at in range(number)]

    assert bodies(*pages) == [page.replace("\r\n", "|") for page in pages]


@pytest.mark.parametrize("number", [2, 5])
def test_counterparts_of_an_agreement_keep_their_clauses(number: int) -> None:
    first = "\r\n".join(f"{at}. The tenant keeps {'x' * at} at all times." for at in range(1, 26))
    second = "\r\n".join(f"Item {'y' * at} costs {at} euros." for at in range(1, 20))

    assert bodies(*[first, second] * number) == [
        page.replace("\r\n", "|") for page in [first, second] * number
    ]


def test_copies_lose_the_head_that_their_pages_have() -> None:
    own = [prose(line) for line in LINES[:4]]
    pages = [f"ACME LEASE\r\n{page}" for page in own]

    found = bodies(*pages, *pages)

    assert "|".join(found).count("ACME LEASE") == 1
    assert found[4:] == [page.replace("\r\n", "|") for page in own]


def test_sentences_that_some_pages_share_are_no_furniture() -> None:
    own = [prose(line, 20) for line in LINES[:7]]
    pages = [f"This page is signed by both parties:\r\n{page}" for page in own]

    assert bodies(*pages) == [page.replace("\r\n", "|") for page in pages]


def test_what_is_repeated_on_pages_with_little_else_is_no_furniture() -> None:
    pages = [f"POWER OF ATTORNEY FOR COURT\r\n{line}\r\nSigned\r\nMaine" for line in LINES]

    assert bodies(*pages) == [page.replace("\r\n", "|") for page in pages]


def test_a_head_that_full_pages_show_goes_from_a_page_with_little_else() -> None:
    own = [prose(line) for line in LINES]
    pages = [f"ACME LEASE\r\n{page}" for page in [*own, "Signed", *own]]

    assert bodies(*pages)[10] == "Signed"


def test_a_short_document_keeps_its_head_once() -> None:
    own = [prose(line) for line in LINES[:3]]

    found = bodies(*[f"ACME LEASE\r\n{page}\r\n{at}" for at, page in enumerate(own, 1)])

    kept = [page.replace("\r\n", "|") for page in own]
    assert found == [f"ACME LEASE|{kept[0]}", *kept[1:]]


def test_blank_pages_and_no_pages_have_no_ranges() -> None:
    assert bodies() == []
    assert bodies("", " \r\n\t", "\uffff\x02") == ["", "", ""]


@given(st.lists(st.text(alphabet="a1 .\r\n\uffff", max_size=80), max_size=12))
def test_ranges_are_in_order_and_begin_and_end_with_ink(texts: list[str]) -> None:
    pages = [PageText(number, text) for number, text in enumerate(texts, 1)]

    for page, ranges in zip(pages, body_lines(pages), strict=True):
        edges = [edge for pair in ranges for edge in pair]
        assert edges == sorted(edges)
        assert all(not page.text[start].isspace() for start, _ in ranges)
        assert all(not page.text[end - 1].isspace() for _, end in ranges)
        assert bool(ranges) == bool(page.text.replace("\uffff", "").strip())


def test_page_numbers_of_an_older_print_are_left_out_inside_pages() -> None:
    prose = [f"Clause {word} of the lease." for word in "abcdefghijklmnopqrstuvwxyzABCD"]
    lines = [*prose, "11", *prose, "12", *prose, "13", *prose]
    pages = ["\r\n".join(lines[:45]), "\r\n".join(lines[45:])]

    assert "|".join(bodies(*pages)) == "|".join(prose * 4)
