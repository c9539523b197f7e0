"""Reading text: what a reader sees of a page's characters, and what the word index splits."""

from __future__ import annotations

import pytest

from legaldesk.core.passages import reading_text

MANY = "Die Ver\u00adtrags\u00adpartei zahlt die Kau\u00adtion an den Ver\u00admieter."
FEW = (
    "The parties keep all nonpublic information, and every other document that either of them"
    " receives, con\u00adfidential for eighteen months."
)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (MANY, "Die Vertragspartei zahlt die Kaution an den Vermieter."),
        ("our profession\u00ad\r\nnelle rules", "our professionnelle rules"),
        ("the pro\u00ad \nfession", "the profession"),
        (FEW, FEW.replace("\u00ad", "-")),
        ("Bojeong\u00adDong, 446\u00ad770", "Bojeong-Dong, 446-770"),
        ("as of 2019.\u00ad\u00ad", "as of 2019.\u00ad\u00ad"),
    ],
)
def test_soft_hyphens_go_where_words_are_full_of_them_and_are_hyphens_elsewhere(text, read):
    assert reading_text(text) == read
    assert reading_text(read) == read
