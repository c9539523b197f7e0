"""Nothing leaves the machine: not one internet socket is opened by any process of a session."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from legaldesk import RESOURCES
from tests import pdf_factory as pdf

pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="needs strace (Linux)")

CALLS = "trace=socket,connect,sendto"
_INTERNET = re.compile(r"(?:socket\(AF_INET6?|sa_family=AF_INET6?).*")

SESSION = """
import sys
from pathlib import Path
from legaldesk.core.hits import Scope
from legaldesk.core.labels import Verdict
from legaldesk.core.recipes import Recipe
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import care, importing, label_files, labels, models, reranking, searching
from legaldesk.tasks import training

library, sample, model, reranker = Path(sys.argv[1]), *sys.argv[2:5]
desk = RemoteDesk(library, start_engine=True)
importing.import_files(desk, (sample,), "Case", {})
importing.await_meaning(desk)
answer = searching.search(desk, "May a party be compelled to arbitrate?", Scope(), 3)
assert answer.hits and answer.modes == ("words", "meaning")
models.add_model(desk, model, "ours")
models.use_model(desk, "ours")
assert models.await_switch(desk).model == "ours"
models.use_reranker(desk, reranker)
assert models.list_models(desk).reranker.problem == ""
ordered = reranking.search_reranked(desk, "May a party be compelled to arbitrate?", Scope(), 3)
assert ordered.modes == ("words", "meaning", "reranked")
if len(sys.argv) > 5:
    for question in sys.argv[5:]:
        hit = searching.search(desk, question, Scope("Case"), 1).hits[0]
        labels.label_hit(desk, question, hit.document_id, hit.spans, Verdict.RELEVANT)
    label_files.export_labels(desk, str(library.parent / "labels.csv"))
    labels.let_train(desk, "Case", True)
    recipe = Recipe(name="own", title="Own", note="", dimensions=None, loss="mnrl", batch_size=4,
                    learning_rate=1e-3, epochs=1)
    run = training.train(desk, recipe)
    training.adopt_run(desk, run.id, True)
    assert models.await_switch(desk).model == f"tuned-{run.id}"
    assert searching.search(desk, sys.argv[5], Scope(), 3).modes == ("words", "meaning")
models.go_back(desk)
assert all(finding.ok for finding in care.verify(desk))
desk.close()
desk.wait_closed(60)
"""

EXPORT = """
import sys
from pathlib import Path
from legaldesk.engine import query_export
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.query_graph import QueryGraph
from legaldesk.engine.query_path import QueryPath
from legaldesk.engine.tokens import TokenCounter

library, model = Path(sys.argv[1]), read_model_folder(Path(sys.argv[2]))
assert query_export.export(model, QueryGraph(library, model.identity), lambda: None)
path = QueryPath(library, model, "cpu", lambda: TokenCounter(model))
assert path.open() and path.encode("rent") is not None
"""

QUESTIONS = [
    "May a party be compelled to arbitrate?",
    "When may a court vacate an award?",
    "What is maritime commerce?",
    "How are arbitrators appointed?",
    "Can witnesses be summoned?",
    "When is an award confirmed?",
    "Which orders can be appealed?",
]

PLANTED = """
import socket
socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect_ex(("127.0.0.1", 9))
"""


def attempts(tmp_path: Path, script: str, *arguments: str) -> tuple[list[str], int]:
    """The internet sockets that a script and all its processes ask for, and how many of them."""
    log = tmp_path / "calls"
    command = ["strace", "-f", "-ff", "--seccomp-bpf", "-qq", "-e", CALLS, "-o", str(log)]
    home = tmp_path / "home"
    home.mkdir()
    names = ("PATH", "LANG", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in names if name in os.environ}
    root = Path(__file__).resolve().parents[1]
    subprocess.run(
        [*command, sys.executable, "-c", script, *arguments],
        env=environment | {"HOME": str(home), "PYTHONPATH": str(root)},
        check=True,
        timeout=280,
    )
    files = list(tmp_path.glob("calls.*"))
    lines = [line for file in files for line in file.read_text(errors="replace").splitlines()]
    return [line for line in lines if _INTERNET.search(line)], len(files)


def test_a_planted_connection_is_seen(tmp_path):
    found, _ = attempts(tmp_path, PLANTED)

    assert len(found) == 2


SAMPLE = RESOURCES / "samples" / "us-federal-arbitration-act.pdf"
CLAUSES = [
    "A party may be compelled to arbitrate by the court.",
    "An award may be vacated where it was procured by fraud.",
    "The arbitrators may summon any person as a witness.",
    "An appeal may be taken from an order that refuses a stay.",
]


def test_a_session_opens_no_internet_socket(tmp_path, tiny_model, tiny_reranker):
    library, act = tmp_path / "library", tmp_path / "act.pdf"
    act.write_bytes(pdf.text_pdf(*CLAUSES))

    given = (str(library), str(act), str(tiny_model), str(tiny_reranker))
    found, threads = attempts(tmp_path, SESSION, *given)

    assert threads > 10, "the engine and the parsers were watched too"
    assert found == []


@pytest.mark.slow
def test_a_session_with_lessons_opens_no_internet_socket(tmp_path, tiny_model, tiny_reranker):
    library = tmp_path / "library"

    given = (str(library), str(SAMPLE), str(tiny_model), str(tiny_reranker))
    found, threads = attempts(tmp_path, SESSION, *given, *QUESTIONS)

    assert threads > 20, "the engine, the parsers and the trainer were watched too"
    assert len((tmp_path / "labels.csv").read_text().splitlines()) > len(QUESTIONS)
    assert found == []


def test_an_export_and_its_answers_open_no_internet_socket(tmp_path, tiny_model):
    library = tmp_path / "library"

    found, threads = attempts(tmp_path, EXPORT, str(library), str(tiny_model))

    assert threads > 4, "the process that exports was watched too"
    assert list(library.glob("queries/*/graph.onnx"))
    assert found == []
