"""From starting a process to its first answer by meaning, and what memory it has then.

    python3 packaging/dev.py bench cold_start

The samples are imported once with the bundled model, and the model is exported. Then fresh
processes take turns over the same question: sentence-transformers by itself (import, load,
encode, compare with all stored vectors), the engine where it has no export, and the engine as
it is. A last row asks an engine process from outside, as the window does. Time counts from
before the process is started until the answer is known outside of it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from _options import options_of

from legaldesk import RESOURCES
from legaldesk.engine import query_export
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.query_graph import FACTS, QueryGraph
from legaldesk.tasks import importing

Start = tuple[float, list[float], int]
"""Seconds, the question's vector, and bytes of the process that answered."""

QUESTION = "May a party be compelled to arbitrate?"
ROUNDS = 5

BARE = """
import sys
import numpy as np
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(sys.argv[1], device="cpu", local_files_only=True)
vector = model.encode_query([sys.argv[3]], normalize_embeddings=True)[0]
stored = np.load(sys.argv[2] + "/vectors.npy").astype(np.float32)
found = np.argsort(-(stored @ vector))[:10].tolist()
"""
ENGINE = """
import sys
from pathlib import Path
from legaldesk.core.hits import Scope
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.tasks import searching
desk = LocalDesk(Path(sys.argv[2]))
found = searching.search_by(desk, sys.argv[3], Scope(), 10, ("meaning",)).hits
vector = desk.meaning.encode_query(sys.argv[3])
"""
ASKED = """
import atexit, sys
from pathlib import Path
from legaldesk.core.hits import Scope
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import searching
desk = RemoteDesk(Path(sys.argv[2]), start_engine=True)
atexit.register(lambda: desk.wait_closed(60))
atexit.register(desk.close)
answer = searching.search(desk, sys.argv[3], Scope(), 10)
assert answer.modes == ("words", "meaning"), answer.modes
found, vector = answer.hits, []
"""
TELL = """
import json, os, psutil
process = psutil.Process()
sizes = [each.memory_info().rss for each in (process, *process.children())]
assert len(found) == 10
print(json.dumps([list(map(float, vector)), sizes]), flush=True)
sys.stdin.read()
"""


def main() -> None:
    """Import, export, measure, and print one table."""
    options_of(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder)
        graph, model = prepared(library)
        rows: dict[str, list[Start]] = {
            name: [] for name in ("sentence-transformers", "torch", "export", "asked")
        }
        for _ in range(ROUNDS):
            rows["sentence-transformers"].append(one(BARE, model, library))
            facts = (graph.folder / FACTS).read_bytes()
            (graph.folder / FACTS).unlink()
            rows["torch"].append(one(ENGINE, model, library))
            (graph.folder / FACTS).write_bytes(facts)
            rows["export"].append(one(ENGINE, model, library))
            rows["asked"].append(one(ASKED, model, library))
        show(rows)


def prepared(library: Path) -> tuple[QueryGraph, Path]:
    """A library of the samples, its vectors beside it, and its model exported."""
    desk = LocalDesk(library)
    importing.import_files(desk, (str(RESOURCES / "samples"),), "Samples", {})
    importing.await_meaning(desk)
    model = desk.meaning.folder
    rows = desk.reader.rows("SELECT data FROM vectors ORDER BY passage")
    vectors = np.stack([np.frombuffer(row[0], dtype=np.float16) for row in rows])
    np.save(library / "vectors.npy", vectors)
    graph = QueryGraph(library, model.identity)
    begun = time.perf_counter()
    if not query_export.export(model, graph, lambda: None):
        sys.exit("the model was not exported")
    took = time.perf_counter() - begun
    desk.close()
    size = sum(file.stat().st_size for file in graph.folder.iterdir())
    print(f"{len(vectors)} passages; the export took {took:.1f} s and {size / 1e6:.0f} MB")
    return graph, model.path


def one(program: str, model: Path, library: Path) -> Start:
    """One process, until its answer is known."""
    command = [sys.executable, "-c", program + TELL, str(model), str(library), QUESTION]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    begun = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdin and process.stdout
        line = process.stdout.readline()
        took = time.perf_counter() - begun
        process.stdin.close()
    if not line:
        sys.exit("a process gave no answer")
    vector, sizes = json.loads(line)
    return took, vector, sizes[-1]


def show(rows: dict[str, list[Start]]) -> None:
    """The table, with ratios to the first row."""
    base = statistics.median(took for took, _, _ in rows["sentence-transformers"])
    wanted = np.asarray(rows["sentence-transformers"][0][1])
    print(f"{'':>22}{'median':>9}{'ratio':>8}{'least':>8}{'most':>8}{'memory':>9}{'cosine':>11}")
    for name, runs in rows.items():
        times = [took for took, _, _ in runs]
        size = statistics.median(size for _, _, size in runs)
        vector = np.asarray(runs[0][1])
        cosine = f"{float(vector @ wanted):.6f}" if vector.size else "-"
        middle = statistics.median(times)
        print(
            f"{name:>22}{middle:>8.2f}s{middle / base:>8.3f}{min(times):>7.2f}s{max(times):>7.2f}s"
            f"{size / 1e6:>6.0f} MB{cosine:>11}"
        )
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"load {load} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
