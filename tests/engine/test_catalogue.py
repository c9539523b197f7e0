"""The catalogue says what is true of the models, and null where nobody knows."""

import pytest

from legaldesk.core.errors import LegalDeskError
from legaldesk.core.models import Prompts
from legaldesk.engine import catalogue as module
from legaldesk.engine.catalogue import catalogue, entry_of
from legaldesk.engine.model_folder import BUNDLED_NAME, bundled_model, read_model_folder


def test_the_bundled_model_is_first_and_as_it_is():
    entry = catalogue()[0]
    folder = read_model_folder(bundled_model())

    assert (entry.name, entry.repo, entry.languages) == (BUNDLED_NAME, "", ("en",))
    assert (entry.dimensions, entry.token_limit) == ((folder.dimension,), folder.token_limit)
    assert entry.prompts == folder.prompts
    assert "license: apache-2.0" in (bundled_model() / "README.md").read_text("utf-8")


def test_both_bases_and_the_five_legal_models_are_there():
    assert [entry.repo for entry in catalogue()[1:]] == [
        "BAAI/bge-m3",
        "intfloat/multilingual-e5-base",
        "littlejohn-ai/bge-m3-spanish-boe-qa",
        "adriansanz/bge-m3-es-legal-tmp-6",
        "akot/bge-semantic-bmf-matryoshka",
        "KarBik/legal-french-matroshka",
        "cyhapun/vn-legal-embedding-v1",
    ]


def test_one_is_gated_and_the_bases_say_their_prompts():
    assert [entry.name for entry in catalogue() if entry.gated] == ["bge-m3-spanish-boe-qa"]
    assert entry_of("BAAI/bge-m3").prompts == Prompts("", "")
    assert entry_of("intfloat/multilingual-e5-base").prompts == Prompts("query: ", "passage: ")


def test_every_entry_can_be_shown():
    for entry in catalogue():
        assert entry.good_for and entry.token_limit and entry.name
        assert list(entry.dimensions) == sorted(entry.dimensions, reverse=True)
        assert entry.base == "" or entry_of(entry.base) or entry.name == BUNDLED_NAME
    assert len({entry.name for entry in catalogue()}) == 8


def test_what_nobody_knows_is_empty():
    french = entry_of("KarBik/legal-french-matroshka")

    assert (french.licence, french.size, french.prompts) == ("", 0, None)


def test_a_name_is_found_whatever_its_capitals():
    assert entry_of("baai/BGE-M3").name == "bge-m3"
    assert entry_of("nobody/nothing") is None
    assert entry_of("") is None


def test_a_damaged_list_says_so(tmp_path, monkeypatch):
    (tmp_path / "models.json").write_text("[{}]", encoding="utf-8")
    monkeypatch.setattr(module, "RESOURCES", tmp_path)

    with pytest.raises(LegalDeskError, match="Install LegalDesk again"):
        module.catalogue.__wrapped__()
