"""Answers put in order once more by a cross-encoder, and what happens when it is not there."""

from __future__ import annotations

import shutil

import pytest
from safetensors.numpy import load_file, save_file

from legaldesk.core.errors import Cancelled, ModelProblem, WrongUse
from legaldesk.core.hits import Scope
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.tasks import importing, models, reranking, searching
from tests import pdf_factory as pdf

QUESTION = "what does the tenant pay to the landlord"


@pytest.fixture
def reranker(tiny_reranker, tmp_path):
    """A cross-encoder in a folder of the user's, which a test may change."""
    return shutil.copytree(tiny_reranker, tmp_path / "my-reranker")


def fill(desk, drop):
    texts = {
        "rent": "What the tenant pays to the landlord is the rent.",
        "notice": "The tenant gives notice to the landlord.",
        "deposit": "Deposit, deposit, deposit.",
        "court": "The court of the landlord has no say.",
    }
    for name, text in texts.items():
        importing.import_files(desk, (drop(f"{name}.pdf", pdf.text_pdf(text)),), "Case", {})
    importing.await_meaning(desk)


@pytest.fixture
def leases(filled):
    """Leases, one of which speaks of a deposit and little of what is asked."""
    return filled(fill)


def names(answer):
    return [hit.document.removesuffix(".pdf") for hit in answer.hits]


def test_the_best_are_put_in_order_once_more(leases, reranker):
    plain = searching.search(leases, QUESTION, Scope())
    assert not plain.rerankable

    info = models.use_reranker(leases, str(reranker))
    first = searching.search(leases, QUESTION, Scope())
    second = reranking.search_reranked(leases, QUESTION, Scope())

    assert (info.name, info.problem, info.token_limit) == ("my-reranker", "", 512)
    assert (first.hits, first.rerankable, first.note) == (plain.hits, True, "")
    assert set(names(second)) == set(names(first))
    assert names(second).index("deposit") < names(first).index("deposit")
    assert [hit.rank for hit in second.hits] == [1, 2, 3, 4]
    assert second.modes == ("words", "meaning", "reranked")
    assert second.note == "The best 4 were put in order once more by my-reranker."
    assert models.list_models(leases).reranker == info


def test_it_is_remembered_until_it_is_turned_off(reranker, library, tiny_model):
    before = LocalDesk(library, tiny_model)
    models.use_reranker(before, str(reranker))
    before.close()

    opened = LocalDesk(library, tiny_model)
    remembered = models.list_models(opened).reranker
    models.turn_off_reranker(opened)

    assert (remembered.name, remembered.problem) == ("my-reranker", "")
    assert models.list_models(opened).reranker is None
    with pytest.raises(WrongUse, match="No cross-encoder"):
        reranking.search_reranked(opened, QUESTION, Scope())
    opened.close()


def test_a_folder_that_is_gone_is_said_once_and_search_goes_on(leases, reranker):
    models.use_reranker(leases, str(reranker))
    away = reranker.rename(reranker.with_name("away"))
    problem = models.list_models(leases).reranker.problem
    assert "not there" in problem

    first, second = (searching.search(leases, QUESTION, Scope()) for _ in range(2))

    assert problem in first.note and "ordered without it" in first.note
    assert first.hits and not first.rerankable
    assert second.note == ""
    with pytest.raises(ModelProblem, match="not there"):
        reranking.search_reranked(leases, QUESTION, Scope())
    away.rename(reranker)
    assert models.list_models(leases).reranker.problem == ""
    assert searching.search(leases, QUESTION, Scope()).rerankable


def test_a_folder_that_has_changed_is_not_used(leases, reranker):
    models.use_reranker(leases, str(reranker))
    weights = reranker / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)

    with pytest.raises(ModelProblem, match="have changed"):
        reranking.search_reranked(leases, QUESTION, Scope())

    assert "have changed" in searching.search(leases, QUESTION, Scope()).note


def test_what_is_refused_leaves_what_was_in_use(leases, reranker, tmp_path):
    models.use_reranker(leases, str(reranker))
    bad = shutil.copytree(reranker, tmp_path / "bad")
    (bad / "model.safetensors").rename(bad / "pytorch_model.bin")

    with pytest.raises(ModelProblem, match="pickle"):
        models.use_reranker(leases, str(bad))

    assert models.list_models(leases).reranker.name == "my-reranker"


def test_a_cancel_stops_it_between_two_batches(leases, reranker):
    models.use_reranker(leases, str(reranker))
    reports = []

    def cancel(progress):
        reports.append((progress.stage, progress.total))
        raise Cancelled

    with pytest.raises(Cancelled):
        reranking.search_reranked(leases, QUESTION, Scope(), report=cancel)
    assert reports == [("reranking", 4)]


def test_the_section_that_is_cited_stays_first(desk, drop, tiny_reranker):
    pages = [
        f"Section {number}. Duty {number}\nThe tenant keeps the duty of this part in good order."
        f" See section {number + 1} and section 3 for the award, the court and the notice."
        for number in range(1, 5)
    ]
    pages.append(
        "Section 5. Deposit\n" + "Section 2 names the deposit. " + "Deposit, deposit. " * 8
    )
    importing.import_files(desk, (drop("law.pdf", pdf.text_pdf(*pages)),), "Case", {})
    importing.await_meaning(desk)
    models.use_reranker(desk, str(tiny_reranker))

    answer = reranking.search_reranked(desk, "section 2", Scope())

    assert answer.hits[0].section[-1].startswith("Section 2")
    assert answer.hits[1].section[-1].startswith("Section 5")


def test_a_cross_encoder_that_is_not_whole_is_not_chosen(leases, reranker):
    file = reranker / "model.safetensors"
    tensors = {f"_orig_mod.{name}": tensor for name, tensor in load_file(file).items()}
    save_file(tensors, file, metadata={"format": "pt"})

    with pytest.raises(ModelProblem, match="“my-reranker” are not whole"):
        models.use_reranker(leases, str(reranker))

    assert models.list_models(leases).reranker is None
