"""A citation is the same section however it is written."""

from __future__ import annotations

import pytest

from legaldesk.core.references import references, stands_under


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("What does Art. 14 say?", "Article 14. Right to strike"),
        ("¿Qué dice el art. 14?", "Artículo 14."),
        ("¿Qué dice el artículo 14º?", "ARTÍCULO 14º.- De la huelga"),
        ("l’article L. 232-12 du code", "Article L232-12"),
        ("Que dit l'article premier, art. 1er ?", "Article 1 - Objet"),
        ("§ 86 Abs. 1 SGG", "§ 86 Vorverfahren"),
        ("nach §573c BGB", "§ 573c Fristen der ordentlichen Kündigung"),
        ("Theo Điều 174 khoản 6", "Điều 174. Tội lừa đảo"),
        ("under section 3.1(a)", "Section 3.1 Indemnity"),
        ("sec. 10", "SECTION 10. Same; vacation"),
        ("siehe Rn. 66", "Rn. 66"),
        ("Title II", "TITLE II - Of the courts"),
        ("What does section 8A say?", "Section 8A Striking off"),
        ("what does section 8a say?", "SECTION 8A STRIKING OFF"),
        ("rule 144A", "Rule 144A Private resales"),
        ("section 80TTA(1)", "Section 80TTA Interest"),
        ("clause 3.1A", "Clause 3.1A Extension"),
        ("§§ 823ff. BGB", "§ 823 Schadensersatzpflicht"),
        ("the Art. 14 rights", "Article 14"),
        ("Section 8A", "Section 8 – Section 9"),
        ("art. L1231-6", "Article L1231-5 – Article L1231-9"),
        ("Section 10", "Section 9 – Section 12"),
    ],
)
def test_a_question_names_the_section_of_a_heading(question, heading):
    named = references(question)

    assert any(stands_under(("Part One", heading), reference) for reference in named)


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("What does Art. 14 say?", "Article 140"),
        ("What does Art. 14 say?", "Article 14a"),
        ("What does Art. 14 say?", "Section 14"),
        ("What does Art. 14 say?", "Costs under article 14"),  # names it, but is another one
        ("section 3.1", "Section 3.10"),
        ("section 8A", "Section 8 Registration"),
        ("section 8", "Section 8A Striking off"),
        ("section 8A", "Section 8B – Section 9"),
        ("article L. 232-12", "Article 232-12"),
        ("§ 86", "§ 87 Vorverfahren nach § 86"),
        ("Section 2", "Section 10 – Section 20"),
        ("Article 5", "Section 4 – Section 6"),
    ],
)
def test_another_section_is_another_one(question, heading):
    [reference] = references(question)

    assert not stands_under((heading,), reference)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the article said so",
        "14 days",
        "part 3",
        "in party 5 X",
        "the state of the art 3D printer",
        "the art 12th",
        "section 12th",
        "chapter 3rd_edition",
    ],
)
def test_what_names_no_section_is_no_reference(text):
    assert references(text) == ()
