"""Sentence ends of legal text, and the places where an overlong sentence may be cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legaldesk.core.sentences import CUTS, cut_points, sentence_ends


def sentences(text: str, language: str = "en") -> list[str]:
    ends = [0, *sentence_ends(text, language)]
    if ends[-1] < len(text.rstrip()):
        ends.append(len(text))
    return [text[left:right].strip() for left, right in zip(ends, ends[1:], strict=False)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "See Vaca v. State, 314 S.W.3d 331, 334 (Mo. banc 2010), and 28 U.S.C. § 1331."),
        ("en", "The order of No. 21 and Pub. L. No. 104 is Acme Inc. and Mr. J. B. Smith’s."),
        ("en", "1. The tenant pays the rent."),
        ("en", "3A. The tenant pays the rent."),
        ("en", "Section 8A. Striking off"),
        ("en", "Section 3.1(a) and Art. 5 and Sec. 7 apply."),
        ("en", "He wrote . . . and left."),
        ("de", "Nach § 86 Abs. 1 Nr. 2 BGB und Art. 5 GG vom 9. Februar 1976 gilt dies."),
        ("de", "Dies gilt, vgl. Rn. 66, z.B. auch bzw. gem. Anl. dort."),
        ("es", "Según el núm. 3 del art. 14 y el ap. 2, D. Juan Pérez firmó."),
        ("fr", "L'art. L. 232-12 et l'art. 5 s'appliquent à M. Dupont."),
        ("vi", "Điều 174. Hợp đồng lao động"),
        ("ca", "D'acord amb l'art. 5 i el núm. 107, la Sra. Puig ho demana."),
    ],
)
def test_abbreviations_numbers_and_initials_end_nothing(language: str, text: str) -> None:
    assert sentences(text, language) == [text]


@pytest.mark.parametrize(
    ("language", "text", "parts"),
    [
        ("en", "It ends. It begins.", ["It ends.", "It begins."]),
        ("en", "It “ends.” It begins.", ["It “ends.”", "It begins."]),
        ("en", "Made by Acme Inc. The buyer pays.", ["Made by Acme Inc.", "The buyer pays."]),
        ("en", "It began in 2005. It ended.", ["It began in 2005.", "It ended."]),
        ("de", "Das gilt. § 351 ist anzuwenden.", ["Das gilt.", "§ 351 ist anzuwenden."]),
        ("es", "¿Quién paga? ¡Nadie!", ["¿Quién paga?", "¡Nadie!"]),
        ("vi", "Bên A trả tiền. Đây là hợp đồng.", ["Bên A trả tiền.", "Đây là hợp đồng."]),
    ],
)
def test_a_mark_before_a_capital_ends_a_sentence(
    language: str, text: str, parts: list[str]
) -> None:
    assert sentences(text, language) == parts


def test_a_clause_number_after_a_line_break_ends_nothing() -> None:
    text = "It ends.\n12. The next clause.\nIII. A part."

    assert sentences(text) == ["It ends.", "12. The next clause.", "III. A part."]


def test_cut_points_are_where_a_piece_may_begin() -> None:
    text = "Both pay (a) rent, (b) costs; and all else"

    pieces = {
        kind: [text[:point] for point in cut_points(text, kind)] for kind in CUTS if kind != "word"
    }

    assert pieces["enumeration"] == ["Both pay ", "Both pay (a) rent, "]
    assert pieces["semicolon"] == ["Both pay (a) rent, (b) costs; "]
    assert pieces["comma"] == ["Both pay (a) rent, "]


@given(st.text(alphabet=" .!?…)”\n1aA§", max_size=200))
def test_ends_ascend_and_stay_inside(text: str) -> None:
    ends = sentence_ends(text)

    assert ends == sorted(set(ends))
    assert all(0 < end <= len(text) for end in ends)
