"""Every model of the catalogue, from the hub to an answer."""

from __future__ import annotations

import json

import numpy as np
import pytest

from legaldesk.core.hits import Scope
from legaldesk.core.passages import embedded_text
from legaldesk.engine.catalogue import catalogue
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.tasks import importing, models, searching
from tests import pdf_factory as pdf
from tests.hub_server import Repo, hub_on_this_machine
from tests.tiny_models import bge_m3_like, e5_like, to_v3_layout

QUESTION = "Who pays the rent?"


@pytest.fixture
def hub(monkeypatch):
    with hub_on_this_machine(monkeypatch) as started:
        yield started


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    """Tiny models of both architectures, in the layout that was published."""
    return {
        "BAAI/bge-m3": to_v3_layout(bge_m3_like(tmp_path_factory.mktemp("bge"))),
        "intfloat/multilingual-e5-base": to_v3_layout(e5_like(tmp_path_factory.mktemp("e5"))),
    }


@pytest.mark.parametrize("entry", catalogue()[1:], ids=lambda entry: entry.name)
def test_every_model_of_the_catalogue_answers(desk, drop, hub, shapes, entry, monkeypatch):
    published = Repo.of(shapes[entry.base or entry.repo])
    limit = {"max_seq_length": entry.token_limit, "do_lower_case": False}
    published.files["sentence_bert_config.json"] = json.dumps(limit).encode()
    hub.repos[entry.repo] = published
    importing.import_files(desk, (drop("lease.pdf", pdf.text_pdf("The rent is due.")),), "Case", {})

    added = models.add_model(desk, entry.repo)
    models.use_model(desk, added.name)
    info = models.await_switch(desk)

    assert (info.model, info.prompts, info.token_limit) == (
        entry.name,
        added.prompts,
        entry.token_limit,
    )
    [hit] = searching.search_by(desk, QUESTION, Scope(), 5, ("meaning",)).hits
    assert hit.document == "lease.pdf"
    assert_vectors_are_the_librarys_own(desk, info)


def assert_vectors_are_the_librarys_own(desk, info):
    """Stored and asked vectors equal sentence-transformers' with the prompts, and without not."""
    from sentence_transformers import SentenceTransformer

    path = desk.shelf.path(info.model)
    bare = SentenceTransformer(str(path), device="cpu")
    [row] = desk.reader.rows(
        "SELECT path, body, data FROM passages JOIN vectors ON passage = passages.id"
        " WHERE generation = ?",
        info.id,
    )
    text = embedded_text(json.loads(row["path"]), row["body"])
    stored = np.frombuffer(row["data"], dtype=np.float16).astype(np.float32)
    for prompt, given, vector in (
        (info.prompts.passage, text, stored),
        (info.prompts.query, QUESTION, desk.meaning.encode_query(QUESTION)),
    ):
        theirs = bare.encode(given, prompt=prompt, normalize_embeddings=True)
        np.testing.assert_allclose(vector, theirs, atol=2e-3)
        without = bare.encode(given, normalize_embeddings=True)
        assert bool(prompt) == (np.abs(without - theirs).max() > 1e-2)


def test_a_folder_a_zip_and_a_name_are_told_apart(desk, tiny_model, tmp_path):
    import shutil

    zipped = shutil.make_archive(str(tmp_path / "zipped"), "zip", tiny_model)

    folder = models.add_model(desk, str(tiny_model), "ours")
    same = models.add_model(desk, zipped)
    named = models.add_model(desk, zipped, "theirs")

    assert (folder.name, same.name) == ("ours", "ours")  # the same model is not added twice
    assert named.name == "theirs"  # unless it is asked for
    assert Encoder(read_model_folder(desk.shelf.path("ours"))).dimension == 64
