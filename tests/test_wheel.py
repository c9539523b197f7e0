"""What is given to others: the wheel, installed where there is no checkout, runs the demo."""

import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
NOT_SOURCE = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "tests")
BIN = "Scripts" if sys.platform == "win32" else "bin"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of this checkout, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(CHECKOUT, folder / "source", ignore=NOT_SOURCE)
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--no-cache-dir"]
    pip("wheel", *offline, "-w", str(folder), str(folder / "source"))
    return next(folder.glob("legaldesk-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it, which borrows this one's libraries, not its checkout."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=sys.platform != "win32")
    scheme = {"base": str(folder), "platbase": str(folder)}
    site = Path(sysconfig.get_path("purelib", "venv", scheme))
    # A folder named in a .pth is searched, but its own .pth files, the checkout's among them, are
    # not read.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    pip("--python", str(folder), "install", "--no-index", "--no-deps", str(wheel))
    return folder


def test_the_wheel_carries_every_module_and_resource(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())

    modules = {p.relative_to(CHECKOUT).as_posix() for p in (CHECKOUT / "legaldesk").rglob("*.py")}
    resources = {
        f"legaldesk/{p.relative_to(CHECKOUT).as_posix()}"
        for p in (CHECKOUT / "resources").rglob("*")
        if p.is_file() and not p.name.startswith(".")
    }
    assert modules | resources <= inside
    assert not {name for name in inside if name.startswith(("resources/", "tests/"))}


def test_the_installed_package_is_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    script = "import legaldesk; print(legaldesk.__file__); print(legaldesk.RESOURCES)"

    said = run([installed / BIN / "python", "-c", script], tmp_path)

    package, resources = map(Path, said.splitlines())
    assert package.is_relative_to(installed)
    assert resources == package.parent / "resources"


@pytest.mark.slow
def test_the_demo_prints_ranked_passages_with_citations(installed: Path, tmp_path: Path) -> None:
    said = run([installed / BIN / "legaldesk", "demo", "--library", tmp_path / "library"], tmp_path)

    assert re.search(r"^\W*1\W", said, re.MULTILINE), said  # a first rank
    assert re.search(r"\bp\.\s?\w", said), said  # a page


def pip(*words: str) -> None:
    """Run this environment's pip."""
    run([sys.executable, "-m", "pip", "--disable-pip-version-check", *words], Path.cwd())


def run(command: list[str | Path], folder: Path) -> str:
    """Run the command in this folder and return what it printed; fail with it if it failed."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        capture_output=True,
        timeout=250,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
