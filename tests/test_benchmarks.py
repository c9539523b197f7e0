"""What the benchmarks name is there: in the package, on their command lines and in README.md.

They are run by hand, so nothing else tells before that. `dev.py check` holds the arguments of
their calls against the package; programs that they start are texts, which only this reads.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "tests" / "benchmarks").rglob("*.py"))
SCRIPTS = [file for file in FILES if file.parent.name == "benchmarks" and file.name[0] != "_"]
PROGRAM = re.compile(r"^(?:import|from) legaldesk", re.MULTILINE)
OPTION = re.compile(r"--[a-z][a-z-]+")
README_NAMES = re.compile(r"\(`([a-z_]+)[ `]")


def imported(text: str) -> Iterator[tuple[str, str]]:
    """Modules of the package and what is taken from them, also by the programs in its texts."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("legaldesk"):
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if "legaldesk" in alias.name)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from imported(node.value) if PROGRAM.search(node.value) else ()


def is_there(module: str, name: str) -> bool:
    try:
        if hasattr(importlib.import_module(module), name or "__name__"):
            return True
        importlib.import_module(f"{module}.{name}")
    except ModuleNotFoundError:
        return False
    return True


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_a_benchmark_takes_from_the_package_is_there(file):
    missing = [
        f"{module} {name}"
        for module, name in imported(file.read_text(encoding="utf-8"))
        if not is_there(module, name)
    ]

    assert not missing, f"{file.name} asks for {', '.join(missing)}"


def test_programs_that_are_started_are_read_too():
    assert list(imported('PROGRAM = """\nfrom legaldesk.core import hits\n"""')) == [
        ("legaldesk.core", "hits")
    ]


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.stem)
def test_a_benchmark_has_the_name_and_the_options_that_it_tells(file):
    told = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    known = {
        node.value
        for source in (file, file.with_name("_large.py"))
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert f"\n    python3 packaging/dev.py bench {file.stem}" in told
    assert set(OPTION.findall(told)) <= known


def test_the_readme_names_benchmarks_that_are_there():
    named = README_NAMES.findall((ROOT / "README.md").read_text(encoding="utf-8"))

    assert len(named) > 20
    assert set(named) - {"legaldesk"} <= {file.stem for file in SCRIPTS}


def test_gold_spans_are_of_the_contract_whose_name_is_the_longest(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS[0].parent))
    gold_spans = importlib.import_module("gold_spans")
    found = {"cuad-leclanche": "first " * 9, "cuad-leclanchelease1": "second " * 9}
    rows = [json.dumps({"doc_id": name, "query": "?", "text": found[name]}) for name in found]
    (tmp_path / "spans.jsonl").write_text("\n".join(rows), encoding="utf-8")

    spans = gold_spans.read_spans(tmp_path, {gold_spans.key("LECLANCH\u00c9 Lease1")})

    assert spans == {"leclanchelease1": {"?": [found["cuad-leclanchelease1"]]}}
