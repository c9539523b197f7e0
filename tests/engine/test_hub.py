"""Models are fetched by the hub's real client from a hub on this machine."""

import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from legaldesk.core.errors import (
    Cancelled,
    ModelProblem,
    NoRoom,
    ProcessDied,
    WrongUse,
)
from legaldesk.core.models import Prompts
from legaldesk.core.progress import silent
from legaldesk.engine import hub
from legaldesk.engine.catalogue import catalogue
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.model_shelf import ModelShelf
from tests.hub_server import MAIN, OFFER, Repo, hub_on_this_machine
from tests.tiny_models import bge_m3_like, e5_like, to_v3_layout

TOKEN = "hf_thisIsNoRealToken"
WEIGHTS = "model.safetensors"
NAME = "BAAI/bge-m3"


@pytest.fixture
def server(monkeypatch):
    with hub_on_this_machine(monkeypatch) as started:
        yield started


@pytest.fixture
def shelf(tmp_path):
    return ModelShelf(tmp_path / "library")


@pytest.fixture
def repo(server, bge_model):
    """A whole model on the server, under bge-m3's name."""
    server.repos[NAME] = Repo.of(bge_model)
    return server.repos[NAME]


@pytest.fixture(scope="session")
def shapes(tmp_path_factory, e5_model, bge_model):
    """Tiny models of each architecture in the catalogue, in the layout that was published."""
    bge, e5 = tmp_path_factory.mktemp("bge"), tmp_path_factory.mktemp("e5")
    older_bge = to_v3_layout(bge_m3_like(bge, hidden=1024, layers=1))
    older_e5 = to_v3_layout(e5_like(e5, hidden=768, layers=1))
    bare_e5 = to_v3_layout(e5_like(tmp_path_factory.mktemp("bare"), seed=8))
    (bare_e5 / "config_sentence_transformers.json").unlink()
    return {"BAAI/bge-m3": older_bge, "intfloat/multilingual-e5-base": older_e5,
            "bare": bare_e5}  # fmt: skip


def left_over(shelf):
    """What is on the shelf that is not an installed model, downloads in part included."""
    fetching = shelf.folder / ".fetching"
    hidden = [path for path in shelf.folder.glob(".*") if path != fetching]
    return hidden + (list(fetching.iterdir()) if fetching.exists() else [])


@pytest.mark.parametrize("entry", catalogue()[1:], ids=lambda entry: entry.name)
def test_every_model_of_the_catalogue_can_be_had(server, shelf, shapes, entry):
    model = shapes[entry.base or entry.repo]
    server.users.add(TOKEN)
    published = Repo.of(model, gated=entry.gated, members={TOKEN})
    limit = {"max_seq_length": entry.token_limit, "do_lower_case": False}
    published.files["sentence_bert_config.json"] = json.dumps(limit).encode()
    server.repos[entry.repo] = published

    added = shelf.add_from_hub(entry.repo, TOKEN if entry.gated else None, silent)

    assert (added.name, added.source) == (entry.name, f"hub:{entry.repo}@{MAIN}")
    assert (added.languages, added.licence) == (tuple(sorted(entry.languages)), entry.licence)
    assert set(added.dimensions) == {added.dimension, *entry.dimensions}
    assert added.dimension == (768 if "e5" in entry.base + entry.repo else 1024)
    assert added.token_limit == entry.token_limit
    assert added.prompts == read_model_folder(model).prompts
    assert (added.problem, left_over(shelf)) == ("", [])


def test_what_was_fetched_encodes_as_the_original(repo, shelf, bge_model):
    from sentence_transformers import SentenceTransformer

    added = shelf.add_from_hub(NAME, None, silent)

    vectors = [
        SentenceTransformer(str(folder), device="cpu").encode("the rent is due").tolist()
        for folder in (bge_model, shelf.path(added.name))
    ]
    assert vectors[0] == vectors[1]


def test_a_taken_name_is_told_before_the_model_is_fetched(server, repo, shelf):
    assert shelf.add_from_hub(NAME, None, silent, name="ours").name == "ours"
    asked = len(server.requests)

    with pytest.raises(WrongUse, match="already a model named “ours”"):
        shelf.add_from_hub(NAME, None, silent, name="ours")

    assert asked and len(server.requests) == asked


def test_prompts_that_only_the_card_asks_for_are_saved_with_the_model(server, shelf, shapes):
    from sentence_transformers import SentenceTransformer

    server.repos["intfloat/multilingual-e5-base"] = Repo.of(shapes["bare"])

    added = shelf.add_from_hub("intfloat/multilingual-e5-base", None, silent)

    model = SentenceTransformer(str(shelf.path(added.name)), device="cpu")
    assert added.prompts == Prompts("query: ", "passage: ")
    assert model.prompts["query"] == "query: "
    assert model.encode_query("rent").tolist() == model.encode("query: rent").tolist()


def test_an_explicit_empty_prompt_is_respected(server, shelf, shapes):
    own = Repo.of(shapes["bare"])
    own.files["config_sentence_transformers.json"] = b'{"prompts": {"query": "", "document": ""}}'
    server.repos["intfloat/multilingual-e5-base"] = own

    assert shelf.add_from_hub("intfloat/multilingual-e5-base", None, silent).prompts == Prompts()


def test_only_what_is_needed_is_fetched(repo, server, shelf):
    extras = ("pytorch_model.bin", "onnx/model.onnx", "modeling.py", "imgs/a.jpg", "vocab.txt")
    repo.files |= dict.fromkeys(extras, b"no")

    shelf.add_from_hub(NAME, None, silent)

    asked = {request.path.rsplit("/", 1)[-1] for request in server.requests}
    assert not asked & {extra.rsplit("/", 1)[-1] for extra in extras}
    assert all(MAIN in request.path for request in server.requests if "/resolve/" in request.path)


def test_progress_is_told_in_bytes(repo, shelf):
    heard = []

    shelf.add_from_hub(NAME, None, heard.append)

    running = [progress for progress in heard if progress.stage == "downloading"]
    assert {progress.unit for progress in running} == {"bytes"}
    assert running[0].total == sum(len(data) for data in repo.files.values())
    assert [p.done for p in running] == sorted(p.done for p in running)
    assert any(progress.rate > 0 and progress.seconds_left is not None for progress in running)
    assert heard[-1].stage == "checking"


def test_one_model_is_fetched_once_at_a_time(repo, shelf):
    def ask_again(progress):
        shelf.add_from_hub(NAME, None, silent)

    with pytest.raises(WrongUse, match="being fetched already"):
        shelf.add_from_hub(NAME, None, ask_again)

    assert shelf.add_from_hub(NAME, None, silent).problem == ""


def test_the_hub_of_these_tests_is_one_to_the_clients_own_download(repo, server, tmp_path):
    script = (
        "import sys; from huggingface_hub import snapshot_download;"
        "snapshot_download(sys.argv[1], local_dir=sys.argv[2], token=False)"
    )
    environment = os.environ | {
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HOME": str(tmp_path / "home"),
    }
    command = [sys.executable, "-c", script, NAME, str(tmp_path / "all")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "all" / WEIGHTS).read_bytes() == repo.files[WEIGHTS]


def test_a_cut_connection_is_gone_on_with(repo, server, shelf):
    repo.cut[WEIGHTS] = [3_000_000]

    added = shelf.add_from_hub(NAME, None, silent)

    assert added.problem == ""
    first, second = ranges(server)
    assert first == ""
    assert 1_000_000 < int(second.removeprefix("bytes=").rstrip("-")) <= 3_000_000


def ranges(server):
    """What was asked of the weights, at the host that sends them."""
    return [each.range for each in server.fetched(WEIGHTS) if "/cdn/" in each.path]


class CancelAt:
    """Cancels as soon as this many bytes are there."""

    def __init__(self, size):
        self.size = size

    def __call__(self, progress):
        if progress.stage == "downloading" and progress.done >= self.size:
            raise Cancelled


def test_what_was_cancelled_is_gone_on_with_by_the_next_process(repo, server, shelf):
    repo.stall[WEIGHTS] = 3_000_000
    with pytest.raises(Cancelled):
        shelf.add_from_hub(NAME, None, CancelAt(2_000_000))
    assert len(shelf.installed()) == 1
    repo.stall.clear()
    asked = len(server.requests)
    heard = []

    added = shelf.add_from_hub(NAME, None, heard.append)

    again = [each.path.rsplit("/", 1)[-1] for each in server.requests[asked:]]
    assert added.problem == ""
    assert int(ranges(server)[-1].removeprefix("bytes=").rstrip("-")) >= 1_000_000
    assert "tokenizer.json" not in again
    assert left_over(shelf) == []


def test_what_a_kill_left_is_kept_for_the_next_start(repo, shelf):
    repo.stall[WEIGHTS] = 3_000_000
    with pytest.raises(Cancelled):
        shelf.add_from_hub(NAME, None, CancelAt(1_000_000))

    shelf.clear_leftovers()

    (parts,) = left_over(shelf)
    assert [file.stat().st_size for file in parts.glob("*.part")][0] >= 1_000_000


def test_a_child_whose_parent_is_gone_ends(repo, server, tmp_path):
    repo.stall[WEIGHTS] = 1
    request = {
        "repo": NAME, "revision": "main", "token": "", "folder": str(tmp_path),
        "environment": {"HF_ENDPOINT": server.url},
    }  # fmt: skip
    child = subprocess.Popen(
        [sys.executable, "-m", "legaldesk", "--role", "hub"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    from legaldesk.engine.wire import read_frame, write_frame

    write_frame(child.stdin, request)
    assert read_frame(child.stdout)[0]["kind"] == "progress"
    child.stdin.close()

    assert child.wait(timeout=60) == 0
    child.stdout.close()


def test_a_child_that_dies_says_that_it_can_be_gone_on_with(repo, shelf, monkeypatch):
    repo.stall[WEIGHTS] = 3_000_000

    def kill(progress):
        if progress.done >= 1_000_000:
            os.kill(started[0]._process.pid, signal.SIGKILL)

    started = []
    real = hub.Child
    monkeypatch.setattr(hub, "Child", lambda *a: started.append(real(*a)) or started[0])

    with pytest.raises(ProcessDied, match=f"“{NAME}”.*goes on where it stopped"):
        shelf.add_from_hub(NAME, None, kill)


def test_a_gated_model_asks_for_terms_and_a_token(repo, shelf):
    repo.gated = True

    with pytest.raises(ModelProblem, match=f"“{NAME}”.*Accept.*huggingface.co/{NAME}.*token"):
        shelf.add_from_hub(NAME, None, silent)


def test_a_token_that_was_not_let_in_is_told_from_none(repo, server, shelf):
    repo.gated = True
    server.users.add(TOKEN)

    with pytest.raises(ModelProblem, match=f"Your token may not fetch “{NAME}” yet"):
        shelf.add_from_hub(NAME, TOKEN, silent)


def test_an_unknown_token_is_said(repo, shelf):
    with pytest.raises(ModelProblem, match=f"does not know the token, so “{NAME}”"):
        shelf.add_from_hub(NAME, TOKEN, silent)


def test_the_token_goes_to_the_hub_alone_and_is_never_written(repo, server, shelf, monkeypatch):
    repo.gated = True
    repo.members.add(TOKEN)
    server.users.add(TOKEN)
    repo.stall[WEIGHTS] = 3_000_000
    seen = []

    def look(progress):
        seen.extend(_places_of(os.getpid()))
        if progress.done >= 1_000_000:
            raise Cancelled

    with pytest.raises(Cancelled):
        shelf.add_from_hub(NAME, TOKEN, look)
    written = _written(shelf.folder.parent)
    repo.stall.clear()
    shelf.add_from_hub(NAME, TOKEN, silent)

    assert {request.token for request in server.requests if "/cdn/" in request.path} == {""}
    assert {request.token for request in server.requests if "/cdn/" not in request.path} == {TOKEN}
    assert seen and TOKEN.encode() not in b"".join(seen)
    assert TOKEN.encode() not in written + _written(shelf.folder.parent)


def _places_of(parent):
    """The command lines and environments of this process's children."""
    for task in os.listdir(f"/proc/{parent}/task"):
        with open(f"/proc/{parent}/task/{task}/children", encoding="ascii") as stream:
            for child in stream.read().split():
                for place in ("cmdline", "environ"):
                    with open(f"/proc/{child}/{place}", "rb") as content:
                        yield content.read()


def _written(folder):
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_a_name_that_is_not_on_the_hub(repo, shelf):
    with pytest.raises(ModelProblem, match="no model “BAAI/bge-m4” on the hub, or it is private"):
        shelf.add_from_hub("BAAI/bge-m4", None, silent)


@pytest.mark.parametrize(
    "wrong", ["bge-m3", "a/b/c", "../x", "a/..", "a b/c", "", "a/-b", "x/y--z"]
)
def test_what_cannot_be_a_name_never_goes_online(server, shelf, wrong):
    with pytest.raises(WrongUse, match="BAAI/bge-m3"):
        shelf.add_from_hub(wrong, None, silent)

    assert server.requests == []


def test_a_version_that_is_not_there(repo, shelf):
    with pytest.raises(ModelProblem, match=f"“{NAME}” has no such version"):
        shelf.add_from_hub(NAME, None, silent, revision="nine")


def test_a_file_that_is_missing_on_the_hub(repo, shelf):
    repo.missing.add("tokenizer.json")

    with pytest.raises(ModelProblem, match=f"A file of “{NAME}” .* is missing"):
        shelf.add_from_hub(NAME, None, silent)


@pytest.mark.parametrize("file", [WEIGHTS, "tokenizer.json", "config.json"])
def test_bytes_that_are_not_what_the_hub_states_are_deleted(repo, shelf, file):
    repo.corrupt.add(file)

    with pytest.raises(ModelProblem, match=f"A file of “{NAME}” arrived damaged") as problem:
        shelf.add_from_hub(NAME, None, silent)

    assert problem.value.file == file
    repo.corrupt.clear()
    assert shelf.add_from_hub(NAME, None, silent).problem == ""


def test_a_disk_that_fills_up_keeps_nothing(repo, shelf, monkeypatch):
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000));"
        "from legaldesk.engine.hub_child import main; sys.exit(main())"
    )
    monkeypatch.setattr(hub, "child_command", lambda role: [sys.executable, "-c", limited])

    with pytest.raises(NoRoom, match=f"disk is full: “{NAME}”"):
        shelf.add_from_hub(NAME, None, silent)

    assert left_over(shelf) == []


def test_a_model_that_would_fill_the_disk_is_not_begun(repo, server, shelf, monkeypatch):
    huge = (
        "import sys; from legaldesk.engine import hub_child;"
        f"hub_child.SPARE = {1 << 60}; sys.exit(hub_child.main())"
    )
    monkeypatch.setattr(hub, "child_command", lambda role: [sys.executable, "-c", huge])

    with pytest.raises(NoRoom, match=f"“{NAME}” takes .* MB more"):
        shelf.add_from_hub(NAME, None, silent)

    assert server.fetched(WEIGHTS) == []


def with_a_pickle_only(files):
    files["pytorch_model.bin"] = files.pop(WEIGHTS)


def with_its_own_class(files):
    files["modules.json"] = files["modules.json"].replace(
        b"sentence_transformers.", b"custom_st.", 1
    )


def with_code(files):
    files["config.json"] = json.dumps(
        json.loads(files["config.json"]) | {"auto_map": {"AutoModel": "modeling.M"}}
    ).encode()


def without_modules(files):
    del files["modules.json"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (with_a_pickle_only, "pickle"),
        (with_its_own_class, "not part of its library"),
        (with_code, "never run"),
        (without_modules, "not a sentence-transformers model"),
    ],
)
def test_what_must_not_come_in_is_refused_before_its_weights_are_fetched(
    repo, server, shelf, spoil, words
):
    spoil(repo.files)

    with pytest.raises(ModelProblem, match=words) as problem:
        shelf.add_from_hub(NAME, None, silent)

    assert NAME in problem.value.message
    assert not server.fetched(WEIGHTS) + server.fetched("pytorch_model.bin")


def test_safe_weights_that_the_hubs_robot_offers_are_taken(repo, server, shelf):
    weights = repo.files[WEIGHTS]
    with_a_pickle_only(repo.files)
    repo.offer = {WEIGHTS: weights}

    added = shelf.add_from_hub(NAME, None, silent)

    assert added.source == f"hub:{NAME}@{OFFER}"
    assert server.fetched("pytorch_model.bin") == []


def test_safe_weights_that_somebody_else_offers_are_not(repo, shelf):
    weights = repo.files[WEIGHTS]
    with_a_pickle_only(repo.files)
    repo.offer, repo.offered_by = {WEIGHTS: weights}, "somebody"

    with pytest.raises(ModelProblem, match="pickle"):
        shelf.add_from_hub(NAME, None, silent)


def test_names_that_lead_elsewhere_are_never_written(repo, shelf, tmp_path):
    repo.files |= {
        "../../../evil.json": b"{}",
        str(tmp_path / "evil.json"): b"{}",
        "x\\..\\config.json": b"{}",
    }

    assert shelf.add_from_hub(NAME, None, silent).problem == ""
    assert not list(tmp_path.rglob("evil.json"))


@pytest.mark.parametrize(("status", "words"), [(500, "answered with an error"), (503, "error")])
def test_a_hub_that_is_down_is_said(repo, server, shelf, status, words):
    server.broken = status

    with pytest.raises(ModelProblem, match=f"{words}.*“{NAME}”"):
        shelf.add_from_hub(NAME, None, silent)


def test_a_hub_that_cannot_be_reached_is_said(server, shelf, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")

    with pytest.raises(ModelProblem, match=f"“{NAME}” could not be fetched. The hub cannot be"):
        shelf.add_from_hub(NAME, None, silent)


def test_a_network_that_answers_with_its_own_page_is_said(repo, server, shelf, monkeypatch):
    monkeypatch.setattr("tests.hub_server._Handler._json", _login_page)

    with pytest.raises(ModelProblem, match="log in there"):
        shelf.add_from_hub(NAME, None, silent)


def _login_page(self, content):
    self.send_response(200)
    self.send_header("Content-Length", "6")
    self.end_headers()
    self.wfile.write(b"<html>")


def test_the_asking_process_opens_no_connection(repo, shelf, monkeypatch):
    def refuse(*_):
        pytest.fail("the process that asks went online itself")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    assert shelf.add_from_hub(NAME, None, silent).problem == ""


def test_a_child_that_is_asked_nothing_ends():
    child = [sys.executable, "-m", "legaldesk", "--role", "hub"]
    done = subprocess.run(child, input=b"", capture_output=True)

    assert (done.returncode, done.stdout) == (0, b"")
