"""Who may import whom: the rooms, read from the source, with what to do instead.

`broken_rules` is a pure function of source text, so the first test plants one violation of every
rule and sees it caught; only then are the project's own modules judged.
"""

import ast
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
ROOMS = ("core", "engine", "tasks", "workers", "ui")
MAY_IMPORT = {
    "core": {"core"},
    "engine": {"engine", "core"},
    "tasks": {"tasks", "engine", "core"},
    "workers": {"workers", "tasks", "engine", "core"},
    "ui": {"ui", "workers", "core"},
    "app": set(ROOMS),
    "cli": set(ROOMS),
    "cli_backup": set(ROOMS),
    "cli_balance": set(ROOMS),
    "cli_evaluate": set(ROOMS),
    "cli_labels": set(ROOMS),
    "cli_models": set(ROOMS),
    "cli_training": set(ROOMS),
    "cli_output": {"core"},
    "__main__": set(ROOMS),
}
# They import the rooms, and among them each other; no room imports them.
COMMANDS = ("cli_backup", "cli_balance", "cli_evaluate", "cli_labels", "cli_models", "cli_training")
WIRING = ("app", "cli", *COMMANDS, "cli_output", "__main__")
INSTEAD = {
    "core": "core knows nobody: pass the value in as a parameter",
    "engine": "take what is needed as a parameter, so that a task can call this",
    "tasks": "return a value or call report(); a worker shows it",
    "workers": "emit a signal in the past tense; the screen connects to it",
    "ui": "submit a Job through legaldesk.workers, or ask app.py to hand the thing in",
}
ENGINE_ONLY = set(
    "hnswlib huggingface_hub keyring numpy onnx onnxruntime py3langid pypdf pypdfium2 "
    "sentence_transformers sqlite3 sqlite_utils tokenizers torch transformers xxhash".split()
)
# What goes online, and what knows the token: no other module of engine may.
AT_HOME = {"huggingface_hub": {"hub_child", "hub_errors"}, "keyring": {"keyring_token"}}
HEAVY = {"torch", "sentence_transformers", "hnswlib", "onnx", "onnxruntime"}
NOT_IN_CORE = set(
    "asyncio ctypes ftplib glob http mmap multiprocessing os shutil signal smtplib socket sqlite3 "
    "ssl subprocess tempfile threading".split()
)
POSIX_ONLY = set("fcntl grp posix pty pwd pyseccomp resource seccomp syslog termios tty".split())
VAGUE = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
QT_WITHOUT_A_SCREEN = {"PySide6", "PySide6.QtCore", "PySide6.QtNetwork", "shiboken6"}


class Import(NamedTuple):
    """One imported name, and whether importing the module is enough to run it."""

    name: str
    line: int
    at_import: bool
    in_function: bool


def broken_rules(sources: Mapping[str, str]) -> list[str]:
    """Every broken rule in {path: source}, one sentence each; paths start with legaldesk/."""
    found: list[str] = []
    loaded_by: dict[str, list[str]] = defaultdict(list)
    for path, source in sorted(sources.items()):
        found += bad_names(path)
        for one in imports(path, source):
            found += [f"{path}:{one.line}: imports {one.name}: {why}" for why in judge(path, one)]
            top = one.name.partition(".")[0]
            if top in HEAVY and one.at_import and room_of(path) == "engine":
                loaded_by[top].append(f"{path}:{one.line}")
    for library, places in loaded_by.items():
        if len({place.rpartition(":")[0] for place in places}) > 1:
            found.append(
                f"{', '.join(places)}: only one engine module may import {library} at its "
                "top level: import it inside the functions of the others"
            )
    return found


def judge(path: str, one: Import) -> Iterator[str]:
    """What is wrong with this import here, and what to do instead."""
    room, top = room_of(path), one.name.partition(".")[0]
    if top == "legaldesk":
        yield from judge_direction(room, one.name)
    if top in ("PySide6", "shiboken6"):
        yield from judge_qt(room, one)
    if top in ENGINE_ONLY and room != "engine":
        yield "only engine knows this library: ask an engine module for a value from core"
    elif top in HEAVY and one.at_import and room != "engine":
        yield "import it inside the function that needs it"
    elif PurePosixPath(path).stem not in AT_HOME.get(top, {PurePosixPath(path).stem}):
        yield f"only {' and '.join(sorted(AT_HOME[top]))} may: call that"
    if room == "core" and (top in NOT_IN_CORE or one.name.startswith("urllib.request")):
        yield "core has no files, processes or network: do it in engine and pass the value in"
    if top in POSIX_ONLY and one.at_import:
        yield "Windows has no such module: import it inside the function that is for POSIX alone"


def judge_direction(room: str, name: str) -> Iterator[str]:
    """ui -> workers -> tasks -> engine -> core; the top package itself is open to all."""
    target = (name.split(".") + [""])[1]
    if target in WIRING and room not in WIRING:
        yield "only app.py, cli.py and __main__.py put the pieces together: take it as a parameter"
    elif target in ROOMS and target not in MAY_IMPORT.get(room, {"core"}):
        advice = INSTEAD.get(room, "move this into a room, or into app.py, cli.py or __main__.py")
        yield f"{room} may not see {target}; {advice}"


def judge_qt(room: str, one: Import) -> Iterator[str]:
    """What draws is for ui; signals and threads are for workers too; app.py waits for its turn."""
    module = ".".join(one.name.split(".")[:2])
    if room == "app":
        if one.at_import:
            yield "import Qt inside the functions of app.py: the command line must never load it"
    elif module in QT_WITHOUT_A_SCREEN:
        if room not in ("workers", "ui"):
            yield "Qt ends at workers: return a value or call report(), and let a worker emit it"
    elif room != "ui":
        yield "widgets, drawing and icons are for ui alone: emit a signal that ui shows"


def bad_names(path: str) -> Iterator[str]:
    """A name that says nothing collects everything."""
    for part in PurePosixPath(path).with_suffix("").parts:
        if part in VAGUE:
            yield f"{path}: '{part}' says nothing: name the module after the one thing it knows"


def room_of(path: str) -> str:
    """legaldesk/ui/window.py is in ui, legaldesk/app.py is app, legaldesk/__init__.py is itself."""
    return PurePosixPath(path).with_suffix("").parts[1]


def imports(path: str, source: str) -> Iterator[Import]:
    """Every import of the module with its absolute name, wherever in it."""
    package = PurePosixPath(path).with_suffix("").parts[:-1]
    yield from walk(ast.parse(source, path), package, at_import=True, in_function=False)


def walk(
    node: ast.AST, package: tuple[str, ...], at_import: bool, in_function: bool
) -> Iterator[Import]:
    """The imports below this node; a function's body and TYPE_CHECKING do not run at import."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            for name in names(child, package):
                yield Import(name, child.lineno, at_import, in_function)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from walk(child, package, at_import=False, in_function=True)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            typing_only = ast.Module(body=child.body, type_ignores=[])
            yield from walk(typing_only, package, at_import=False, in_function=in_function)
            otherwise = ast.Module(body=child.orelse, type_ignores=[])
            yield from walk(otherwise, package, at_import, in_function)
        else:
            yield from walk(child, package, at_import, in_function)


def names(node: ast.Import | ast.ImportFrom, package: tuple[str, ...]) -> list[str]:
    """The dotted names that an import statement may mean; `from .x import y` may mean x.y."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = list(package[: len(package) - node.level + 1]) if node.level else []
    base += node.module.split(".") if node.module else []
    return [".".join([*base, alias.name]) for alias in node.names]


def modules() -> dict[str, str]:
    """The project's own source by path."""
    files = sorted((CHECKOUT / "legaldesk").rglob("*.py"))
    return {file.relative_to(CHECKOUT).as_posix(): file.read_text("utf-8") for file in files}


def dotted(path: str) -> str:
    """legaldesk/ui/window.py is imported as legaldesk.ui.window."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


PLANTED = [
    ("legaldesk/core/a.py", "from legaldesk.engine import store", "core knows nobody"),
    ("legaldesk/core/a.py", "from ..ui import window", "core knows nobody"),
    ("legaldesk/engine/a.py", "import legaldesk.tasks.search", "take what is needed"),
    ("legaldesk/tasks/a.py", "from legaldesk import workers", "return a value"),
    ("legaldesk/workers/a.py", "from legaldesk.ui.window import Window", "emit a signal"),
    ("legaldesk/ui/a.py", "from legaldesk.tasks import search", "submit a Job"),
    ("legaldesk/ui/a.py", "def f():\n    from ..engine.store import Store", "submit a Job"),
    ("legaldesk/ui/pages/a.py", "from ...engine import store", "submit a Job"),
    ("legaldesk/tasks/a.py", "from legaldesk import app", "put the pieces together"),
    ("legaldesk/paths.py", "from legaldesk.tasks import search", "move this into a room"),
    ("legaldesk/workers/a.py", "from PySide6 import QtCore, QtWidgets", "for ui alone"),
    ("legaldesk/workers/a.py", "from PySide6.QtGui import QImage", "for ui alone"),
    ("legaldesk/cli.py", "def f():\n    import PySide6.QtSvg", "for ui alone"),
    ("legaldesk/tasks/a.py", "from PySide6.QtCore import Signal", "Qt ends at workers"),
    ("legaldesk/app.py", "from PySide6.QtCore import QTimer", "inside the functions"),
    *(
        (f"legaldesk/{room}/a.py", f"def f():\n    import {library}", "only engine knows")
        for room in ("core", "tasks", "workers", "ui")
        for library in sorted(ENGINE_ONLY)
    ),
    ("legaldesk/cli.py", "from sqlite3 import connect", "only engine knows"),
    ("legaldesk/engine/a.py", "def f():\n    import keyring", "only keyring_token may"),
    ("legaldesk/engine/hub.py", "from huggingface_hub import HfApi", "only hub_child and"),
    *(
        ("legaldesk/core/a.py", f"import {module}", "core has no files")
        for module in [*sorted(NOT_IN_CORE), "urllib.request"]
    ),
    ("legaldesk/core/a.py", "from os import path", "core has no files"),
    *(
        (
            f"legaldesk/{room}/a.py",
            f"try:\n    import {module}\nexcept ImportError: pass",
            "Windows has no such module",
        )
        for room in ROOMS
        for module in sorted(POSIX_ONLY)
    ),
    ("legaldesk/engine/a.py", "if unix:\n    from resource import setrlimit", "no such module"),
    ("legaldesk/engine/utils.py", "", "says nothing"),
    ("legaldesk/ui/helpers/a.py", "", "says nothing"),
    ("legaldesk/tasks/manager.py", "", "says nothing"),
    ("legaldesk/common.py", "", "says nothing"),
]

ALLOWED = [
    ("legaldesk/core/a.py", "import math\nfrom pathlib import PurePath\nfrom .b import C"),
    ("legaldesk/core/a.py", "from legaldesk import RESOURCES, __version__"),
    ("legaldesk/engine/a.py", "import os, sqlite3\nimport numpy as np\nfrom ..core import errors"),
    ("legaldesk/engine/a.py", "def limit():\n    import resource"),
    ("legaldesk/engine/hub_child.py", "def f():\n    from huggingface_hub import HfApi"),
    ("legaldesk/engine/a.py", "from . import resource"),
    ("legaldesk/tasks/a.py", "from legaldesk.engine.store import Store"),
    ("legaldesk/workers/a.py", "from PySide6.QtCore import QThread\nfrom legaldesk import tasks"),
    ("legaldesk/ui/a.py", "from PySide6 import QtCore, QtGui, QtWidgets\nfrom .. import workers"),
    ("legaldesk/app.py", "from legaldesk import cli, engine, tasks, ui, workers"),
    ("legaldesk/app.py", "def main():\n    from PySide6.QtWidgets import QApplication"),
    ("legaldesk/__main__.py", "from legaldesk.cli import main\nfrom .app import show"),
]


@pytest.mark.parametrize(("path", "source", "advice"), PLANTED)
def test_a_planted_violation_is_caught_with_advice(path: str, source: str, advice: str) -> None:
    caught = broken_rules({path: source})

    assert any(line.startswith(path) and advice in line for line in caught), caught


@pytest.mark.parametrize(("path", "source"), ALLOWED)
def test_what_is_allowed_is_not_reported(path: str, source: str) -> None:
    assert broken_rules({path: source}) == []


@pytest.mark.parametrize("library", sorted(HEAVY))
def test_one_engine_module_may_load_a_heavy_library_and_a_second_may_not(library: str) -> None:
    home = {"legaldesk/engine/a.py": f"import {library}"}
    lazy = {"legaldesk/engine/b.py": f"def f():\n    import {library}"}
    typed = {"legaldesk/engine/c.py": f"if TYPE_CHECKING:\n    from {library} import X"}
    second = {"legaldesk/engine/d.py": f"class D:\n    from {library} import X"}

    assert broken_rules(home | lazy | typed) == []
    assert f"only one engine module may import {library}" in broken_rules(home | second)[0]


def test_every_module_keeps_to_its_room() -> None:
    broken = broken_rules(modules())

    assert not broken, "\n" + "\n".join(broken)


def test_every_module_imports_where_posix_is_missing() -> None:
    wanted = [dotted(path) for path in modules()]
    hidden = ["resource", "fcntl", "pwd", "grp", "termios", "seccomp", "pyseccomp"]

    failed = in_fresh_python(
        "import importlib, sys, traceback\n"
        f"sys.modules.update(dict.fromkeys({hidden}))\n"
        f"for name in {wanted}:\n"
        "    try:\n"
        "        importlib.import_module(name)\n"
        "    except Exception:\n"
        "        print(name, traceback.format_exc())\n"
    )

    assert not failed, f"Import POSIX modules inside the function that needs them:\n{failed}"


def test_the_window_never_loads_the_model_libraries() -> None:
    sides = ("legaldesk/ui/", "legaldesk/workers/", "legaldesk/app.py", "legaldesk/__main__.py")
    wanted = [dotted(path) for path in modules() if path.startswith(sides)]

    loaded = in_fresh_python(
        f"import importlib, sys\nfor name in {wanted}:\n    importlib.import_module(name)\n"
        f"print(*sorted({HEAVY} & set(sys.modules)))"
    )

    assert not loaded.strip(), (
        f"The window's process imports {loaded.strip()}, which holds the GIL for a second: "
        "import it inside the functions of its engine module"
    )


def in_fresh_python(script: str) -> str:
    """What the script prints in a new interpreter that sees the checkout and no screen."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
