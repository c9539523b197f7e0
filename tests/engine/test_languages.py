"""Languages are recognised from a sentence, and not guessed from a scrap."""

import pytest

from legaldesk.engine.languages import detect

SENTENCES = {
    "en": "Either party may terminate this Agreement upon thirty days written notice.",
    "es": "El arrendatario pagará la renta dentro de los cinco primeros días de cada mes.",
    "fr": "Le bailleur est obligé de délivrer au preneur la chose louée.",
    "ca": "L'arrendatari ha de pagar la renda dins dels cinc primers dies de cada mes.",
    "de": "Der Vermieter hat dem Mieter die Mietsache in geeignetem Zustand zu überlassen.",
    "vi": "Bên thuê phải trả tiền thuê nhà trong vòng năm ngày kể từ ngày đến hạn.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_is_enough(language):
    assert detect(SENTENCES[language]) == language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("how long is the notice period?", "en"),
        ("¿Cuál es el plazo de preaviso?", "es"),
        ("délai de préavis du locataire", "fr"),
        ("Kündigungsfrist der Wohnung", "de"),
        ("thời hạn thông báo", "vi"),
    ],
)
def test_a_question_is_enough(question, language):
    assert detect(question) == language


@pytest.mark.parametrize("scrap", ["", "   ", "rent", "MSA", "12345 67 89", "$ 4,000.00 (1) (2)"])
def test_a_scrap_has_no_language(scrap):
    assert detect(scrap) == ""


def test_a_long_text_costs_no_more_than_its_beginning():
    text = SENTENCES["de"] * 10_000

    assert detect(text) == "de"
