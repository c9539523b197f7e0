"""Headings by language, and telling them from text that only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legaldesk.core.documents import OutlineEntry, PageText
from legaldesk.core.headings import LONGEST_TITLE, find_heading, inline_breaks
from legaldesk.core.marks import find_marks
from legaldesk.core.stream import read_stream

TEXT = "The tenant shall pay the rent on the first day of each month without deduction."


def names(text: str, language: str = "en", outline: tuple[OutlineEntry, ...] = ()) -> list[str]:
    """The names of the headings found on one page."""
    stream = read_stream([PageText(1, text)], lambda _: [])
    return [mark.heading.name for mark in find_marks(stream.lines, outline, language)]


@pytest.mark.parametrize(
    ("language", "line", "label", "title"),
    [
        ("en", "Section 3.1(a) Payment", "Section 3.1(a)", "Payment"),
        ("en", "ARTICLE IV", "ARTICLE IV", ""),
        ("en", "1.1 Term. This Agreement shall begin today.", "1.1", "Term"),
        ("en", "1.2 “Net Sales” means the amount", "1.2", "Net Sales"),
        ("en", "12. Notice. Any notice shall be given", "12.", "Notice"),
        ("en", "4.0 Termination", "4.0", "Termination"),
        ("en", "Section 8A. Striking off", "Section 8A", "Striking off"),
        ("en", "RULE 144A", "RULE 144A", ""),
        ("en", "Section 80TTA Interest on deposits", "Section 80TTA", "Interest on deposits"),
        ("en", "Article 21A Right to education", "Article 21A", "Right to education"),
        ("en", "3.1A Extension", "3.1A", "Extension"),
        ("en", "3.1A", "3.1A", ""),
        ("en", "9A. NICE REPRESENTATIONS", "9A.", "NICE REPRESENTATIONS"),
        ("en", "13B) Use of Name", "13B.", "Use of Name"),
        ("en", "EXHIBIT A", "EXHIBIT A", ""),
        ("en", "SCHEDULE 2 – PRICES", "SCHEDULE 2", "PRICES"),
        ("en", "RECITALS", "", "RECITALS"),
        ("en", "W I T N E S S E T H :", "", "W I T N E S S E T H"),
        ("en", "II. ANALYSIS", "II.", "ANALYSIS"),
        ("fr", "Article L. 232-12", "Article L. 232-12", ""),
        ("fr", "Chapitre Ier : Dispositions générales", "Chapitre Ier", "Dispositions générales"),
        ("fr", "Article 10-4-1", "Article 10-4-1", ""),
        ("es", "Artículo 14°.- La educación promueve", "Artículo 14°", "La educación promueve"),
        ("es", "ARTICULO 37 bis.- Derogado", "ARTICULO 37 bis", "Derogado"),
        ("es", "Disposición adicional primera. Plazos", "Disposición adicional primera", "Plazos"),
        ("es", "CAPÍTULO X", "CAPÍTULO X", ""),
        ("es", "VIGÉSIMO OCTAVA.- Mientras se dicta", "VIGÉSIMO OCTAVA", "Mientras se dicta"),
        ("de", "§ 86 Rechte des Vertreters", "§ 86", "Rechte des Vertreters"),
        ("de", "Art 5", "Art 5", ""),
        ("de", "Rn. 66", "Rn. 66", ""),
        ("de", "Buch 1 Allgemeiner Teil", "Buch 1", "Allgemeiner Teil"),
        ("de", "Untertitel 1 Vereine", "Untertitel 1", "Vereine"),
        ("de", "Erster Abschnitt Personen", "Erster Abschnitt", "Personen"),
        ("vi", "Điều 174. Hợp đồng lao động", "Điều 174", "Hợp đồng lao động"),
        ("vi", "Chương I", "Chương I", ""),
        ("vi", "Mục 4. HỢP ĐỒNG VÔ HIỆU", "Mục 4", "HỢP ĐỒNG VÔ HIỆU"),
        ("ca", "Article 3. Inici del procés", "Article 3", "Inici del procés"),
        ("ca", "Capítol primer. Resolucions", "Capítol primer", "Resolucions"),
    ],
)
def test_a_heading_is_read_with_its_number_and_title(
    language: str, line: str, label: str, title: str
) -> None:
    heading = find_heading(line, language)

    assert heading is not None
    assert (heading.label, heading.title) == (label, title)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Section 5.05(b)(1) of the Compact gives the States equal rights"),
        ("en", "the tenant shall pay"),
        ("en", "2.5 percent of the price"),
        ("en", "3D PRINTING"),
        ("en", "3D printing is subject to a licence"),
        ("en", "5G Network"),
        ("en", "12th of May 2024"),
        ("en", "Section 12th of May"),
        ("en", "100MB of storage"),
        ("en", "Section 8A of the Act gives the States equal rights"),
        ("en", "The tenant shall pay"),
        ("de", "§ 281 Absatz 1 Satz 3 und Absatz 4 sind anzuwenden."),
        ("de", "§ 325 gilt entsprechend."),
        ("fr", "Article 4 de la loi du 5 juillet"),
        ("vi", "Điều 15 của Bộ luật này"),
        ("es", "1. Aprobar el presupuesto y la cuenta general."),
    ],
)
def test_a_cross_reference_or_a_list_item_is_no_heading(language: str, line: str) -> None:
    assert find_heading(line, language) is None


def test_a_title_may_stand_on_the_lines_below_its_number() -> None:
    page = f"ARTICLE I\r\nDEFINITIONS AND\r\nINTERPRETATION\r\n{TEXT}"

    assert names(page) == ["ARTICLE I DEFINITIONS AND INTERPRETATION"]


def test_text_below_an_article_number_is_no_title() -> None:
    page = f"Article 12\r\n{TEXT} It is due.\r\n{TEXT}"

    assert names(page, "ca") == ["Article 12"]


def test_a_reference_that_a_line_break_put_first_is_no_heading() -> None:
    page = (
        f"{TEXT}\r\nThe rent is due as the parties have agreed in writing in\r\nSection 4\r\n{TEXT}"
    )

    assert names(page) == []


def test_many_lines_in_capitals_are_a_table() -> None:
    rows = "\r\n".join(f"VALVE SPRING {letter}" for letter in "ABCDEFGH")

    assert names(f"{TEXT}\r\n{rows}\r\n{TEXT}") == []


def test_a_bookmark_finds_its_line_whatever_its_spaces_and_case() -> None:
    page = f"{TEXT}\r\nBook 1\r\nGeneral rules\r\n{TEXT}\r\nOf Persons\r\n{TEXT}"
    outline = (OutlineEntry(0, "BOOK 1General  Rules", 1), OutlineEntry(1, "of persons", 1))

    assert names(page, "en", outline) == ["Book 1 General Rules", "of persons"]


def test_dot_leaders_make_no_headings() -> None:
    page = "\r\n".join(f"Section {n} Rules ........ {n}" for n in range(1, 9))

    assert names(f"{page}\r\n{TEXT}") == []


def test_a_wrapped_line_of_a_table_of_contents_is_no_heading() -> None:
    leader = "Section 9 Rules ........ 9"
    page = "\r\n".join([leader, "Section 1 One", "Section 2 Two", "Section 3 Three", leader])

    assert names(page) == ["Section 1 One", "Section 3 Three"]
    assert names(page.replace("\r\nSection 3 Three", "")) == []


def test_headings_are_found_where_line_breaks_are_lost() -> None:
    text = f"Preamble. {TEXT} Artículo 2.- {TEXT} Artículo 3.- {TEXT}"

    found = [text[at : at + 11] for at in inline_breaks(text, "es")]

    assert found == ["Artículo 2.", "Artículo 3."]


def test_an_inserted_clause_is_found_in_text_without_line_breaks() -> None:
    text = f"{TEXT} 3.1A Extension. {TEXT}"

    assert [text[at : at + 4] for at in inline_breaks(text, "en")] == ["3.1A"]


@given(st.text(max_size=400), st.sampled_from(["en", "es", "fr", "de", "vi", "ca", ""]))
def test_any_line_gives_a_heading_with_a_short_name_or_none(line: str, language: str) -> None:
    heading = find_heading(line, language)

    assert heading is None or 0 < len(heading.name) <= LONGEST_TITLE
