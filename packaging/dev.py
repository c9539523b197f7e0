#!/usr/bin/env python3
"""Set LegalDesk up from a fresh checkout and run, test, check or measure it.

    python3 packaging/dev.py run [ARGS...]      open the window; the demo where there is no display
    python3 packaging/dev.py test [ARGS...]     the tests; ARGS go to pytest, such as -m slow
    python3 packaging/dev.py check              ruff, mypy and the rules about who may import whom
    python3 packaging/dev.py bench [NAME ...]   list the benchmarks, or run one
    python3 packaging/dev.py sbom [FILE]        write what is in it, and check every licence

Each command does all set-up first: system packages on Debian and its children, then `.venv`.
Exit status 2 means that the set-up could not be done, and the last line says what to do.
Only the standard library is used, because nothing else is there yet.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
STAMP = VENV / "legaldesk.stamp"
PROJECT = ROOT / "pyproject.toml"
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
BENCHMARKS = ROOT / "tests" / "benchmarks"
# Tests wait for processes half of their time, so two runs stand beside each other. All that
# show a window are in one of them: windows take the keyboard from each other.
HEADLESS_TESTS = ["tests/core", "tests/engine", "tests/tasks"]

NO_COMPILER = "there is no C++ compiler"

QT_PACKAGES = """libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0 libxcb-cursor0
    libxcb-icccm4 libxcb-keysyms1 libxkbcommon-x11-0 libx11-xcb1 libxcb-shape0""".split()
TEST_PACKAGES = "xvfb openbox xdotool fonts-noto-core fonts-dejavu-core".split()
APT_INSTALL = ["apt-get", "install", "-y", "--no-install-recommends"]


def main(arguments: list[str]) -> int:
    """Do the set-up that the command needs, then the command; its exit status is returned."""
    commands = {"run": run, "test": test, "check": check, "bench": bench, "sbom": sbom}
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        return 0 if arguments in (["-h"], ["--help"]) else 2
    if sys.version_info < (3, 11):  # noqa: UP036 - the reader may well start it with an older one
        stop(f"LegalDesk needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a test display is closed
    name, *rest = arguments
    dev = name != "run"
    ready = is_ready(dev)
    install_system_packages(dev, build=not ready)
    if not ready:
        make_environment(dev)
    return commands[name](rest)


def stop(message: str) -> NoReturn:
    """End with exit status 2 and a sentence that says what to do."""
    print(message, file=sys.stderr)
    sys.exit(2)


# ---------------------------------------------------------------- the commands


def run(arguments: list[str]) -> int:
    """Start LegalDesk in place of this process; without a display and without words, its demo."""
    shown = WINDOWS or sys.platform == "darwin"
    shown = shown or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    command = [str(PYTHON), "-m", "legaldesk", *(arguments or ([] if shown else ["demo"]))]
    if WINDOWS:  # os.exec returns to the prompt at once there, and the two would share it
        return subprocess.call(command)
    os.execv(command[0], command)


def test(arguments: list[str]) -> int:
    """Run pytest, on a display of its own where there is none; all tests in two runs at once."""
    pytest = [str(PYTHON), "-m", "pytest"]
    with test_display() as environment:
        if arguments:
            return subprocess.call([*pytest, *arguments], cwd=ROOT, env=environment)
        with tempfile.TemporaryFile() as printed:
            headless = subprocess.Popen(
                [*pytest, *HEADLESS_TESTS],
                cwd=ROOT,
                env=environment | {"QT_QPA_PLATFORM": "offscreen"},
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
            try:
                others = [f"--ignore={folder}" for folder in HEADLESS_TESTS]
                status = subprocess.call([*pytest, "tests", *others], cwd=ROOT, env=environment)
                status = headless.wait() or status
            finally:
                headless.kill()
            printed.seek(0)
            shutil.copyfileobj(printed, sys.stdout.buffer)
        return status


def check(_arguments: list[str]) -> int:
    """Run every check, name the ones that failed."""
    checks = {
        "ruff": ["ruff", "check", "legaldesk", "tests", "packaging"],
        "mypy": ["mypy"],
        "rooms": ["pytest", "-q", "tests/test_rooms.py"],
    }
    failed = []
    for name, words in checks.items():
        print(f"-- {name}", flush=True)
        if subprocess.call([str(PYTHON), "-m", *words], cwd=ROOT) != 0:
            failed.append(name)
    print(f"Failed: {', '.join(failed)}" if failed else "All checks passed")
    return 1 if failed else 0


def bench(arguments: list[str]) -> int:
    """Run one benchmark, or list them all with the first line of what each says of itself."""
    scripts = {path.stem: path for path in sorted(BENCHMARKS.glob("[!_]*.py"))}
    if arguments and arguments[0] in scripts:
        script = str(scripts[arguments[0]])
        return subprocess.call([str(PYTHON), script, *arguments[1:]])
    for name, path in scripts.items():
        about = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        print(f"{name:24} {about.partition(chr(10))[0]}")
    if arguments:
        stop(f"There is no benchmark called {arguments[0]}.")
    return 0


def sbom(arguments: list[str]) -> int:
    """Write the bill of materials; 1 where a licence is not on the list."""
    return subprocess.call([str(PYTHON), str(ROOT / "packaging" / "sbom.py"), *arguments])


@contextlib.contextmanager
def test_display() -> Iterator[dict[str, str]]:
    """The environment for a test run: a screen of its own unless the user has one."""
    environment = dict(os.environ)
    if WINDOWS or sys.platform == "darwin" or environment.get("DISPLAY"):
        yield environment
        return
    reading, writing = os.pipe()
    screen = ["-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    started = [
        subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), *screen],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
    ]
    os.close(writing)
    try:
        with open(reading, encoding="ascii") as announced:
            number = announced.readline().strip()
        if not number:
            stop("Xvfb did not start. Run `Xvfb :99` to read why.")
        environment.update(DISPLAY=f":{number}", QT_QPA_PLATFORM="xcb")
        environment.pop("WAYLAND_DISPLAY", None)
        started.append(
            subprocess.Popen(
                ["openbox"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        )
        yield environment
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


# ---------------------------------------------------------------- system packages


def install_system_packages(dev: bool, build: bool) -> None:
    """Install what Debian's packages must provide, or print the command for it and stop."""
    if not shutil.which("dpkg-query") or not shutil.which("apt-get"):
        return
    needed = QT_PACKAGES + (TEST_PACKAGES if dev else []) + (build_packages() if build else [])
    missing = not_installed(needed)
    optional = {"g++", "python3-dev"}  # without them search is exact, which is only slower
    if not missing or (set(missing) <= optional and os.geteuid() != 0):
        return
    command = [*APT_INSTALL, *missing]
    if os.geteuid() != 0:
        stop(
            f"LegalDesk needs some system packages. Run this, then start again:\n"
            f"  sudo {' '.join(command)}"
        )
    print(f"Installing system packages: {' '.join(missing)}", flush=True)
    apt(command)
    if not set(not_installed(needed)) <= optional:
        stop(f"apt-get could not install them. Run this to read why:\n  {' '.join(command)}")


def build_packages() -> list[str]:
    """What this very Python lacks to make an environment and to build hnswlib."""
    probed = {
        "python3-venv": importlib.util.find_spec("ensurepip") is not None,
        "python3-dev": has_headers(),
        "g++": has_compiler(),
    }
    return [package for package, there in probed.items() if not there]


def not_installed(packages: list[str]) -> list[str]:
    """The packages that dpkg does not have; newer releases have some under a name in t64."""
    names = [*packages, *(f"{name}t64" for name in packages)]
    query = ["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\n", *names]
    lines = subprocess.run(query, capture_output=True, text=True).stdout.splitlines()
    there = {line.split()[0].removesuffix("t64") for line in lines if line.endswith(" installed")}
    return [name for name in packages if name not in there]


def apt(command: list[str]) -> None:
    """Run apt-get, and once more with fresh package lists where the first try fails."""
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    tries = [["apt-get", "update"], command]
    first = subprocess.run(command, env=environment, capture_output=True)
    for again in tries if first.returncode != 0 else []:
        subprocess.call(again, env=environment, stdout=subprocess.DEVNULL)


def has_headers() -> bool:
    """Whether extension modules can be compiled for this Python."""
    return Path(sysconfig.get_path("include"), "Python.h").exists()


def has_compiler() -> bool:
    """Whether a C++ compiler is there; on Windows pip finds out by trying."""
    return WINDOWS or any(shutil.which(name) for name in ("g++", "c++", "clang++"))


# ---------------------------------------------------------------- the environment


def wanted() -> str:
    """A digest of everything that decides what is in the environment, but for the extras."""
    parts = [PROJECT.read_bytes(), CONSTRAINTS.read_bytes(), str(ROOT).encode()]
    parts += [repr(sys.version_info[:2]).encode(), str(has_compiler() and has_headers()).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_ready(dev: bool) -> bool:
    """Whether the last set-up finished and was for these files, and for these extras or more."""
    stamp: list[str] = []
    with contextlib.suppress(OSError):
        stamp = STAMP.read_text(errors="replace").split() if PYTHON.exists() else []
    return stamp[:1] == [wanted()] and (not dev or stamp[1:] == ["dev"])


def make_environment(dev: bool) -> None:
    """Make or complete `.venv`: everything at the versions of constraints.txt."""
    print("Setting up .venv (a minute or two, once)", flush=True)
    started = time.monotonic()
    with contextlib.suppress(OSError):
        STAMP.unlink()
    if not has_pip():
        make_empty_environment()
    project = f"{ROOT}[dev]" if dev else str(ROOT)
    lacking = install_hnswlib()
    if lacking:
        pip(*other_requirements(dev))
        pip("--no-deps", "-e", project)
    else:
        pip("-e", project)
    if lacking in ("", NO_COMPILER):  # anything else may be over at the next start
        STAMP.write_text(f"{wanted()} {'dev' if dev else 'run'}\n")
    print(f"Set up in {time.monotonic() - started:.0f} s", flush=True)


def has_pip() -> bool:
    """Whether `.venv` is whole and of this Python: a failed attempt leaves half a folder behind."""
    if not PYTHON.exists():
        return False
    command = [str(PYTHON), "-m", "pip", "--version"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, errors="replace")
    except OSError:  # it was made on a machine of another kind, or may not be run
        return False
    version = f"(python {sys.version_info[0]}.{sys.version_info[1]})"
    return answer.returncode == 0 and version in answer.stdout


def make_empty_environment() -> None:
    """Make `.venv` anew, from the Python below where this one is itself a virtual one."""
    if not VENV.is_dir() and (VENV.exists() or VENV.is_symlink()):
        kind = "a file" if VENV.exists() else "a link that leads nowhere"
        stop(f"{VENV} is {kind}, where the environment belongs. Delete it, then start again.")
    shutil.rmtree(VENV, ignore_errors=True)
    base = getattr(sys, "_base_executable", sys.executable)
    if subprocess.call([base, "-m", "venv", str(VENV)]) != 0 or not has_pip():
        shutil.rmtree(VENV, ignore_errors=True)
        stop(f"{base} could not make a virtual environment: its venv and ensurepip are needed.")


def install_hnswlib() -> str:
    """Build hnswlib, which has no wheels; "" when it is there, else why not, which is said."""
    can_build = has_compiler() and has_headers()
    said = pip("hnswlib", *([] if can_build else ["--only-binary", "hnswlib"]), may_fail=True)
    if not said:
        return ""
    lines = said.splitlines()
    why = ([line for line in lines if line.lower().startswith("error")] or lines)[-1].strip()
    again = " It is tried again at the next start."
    if not can_build or "Visual C++" in said:
        why, again = NO_COMPILER, ""
    print(
        f"Going on without hnswlib ({why}): every search is exact, and slower in a very large"
        f" library.{again}",
        flush=True,
    )
    return why


def other_requirements(dev: bool) -> list[str]:
    """The project's requirements but for hnswlib."""
    import tomllib  # not at the top: main() must be able to tell an older Python what is wrong

    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extra = project["optional-dependencies"]["dev"] if dev else []
    return [name for name in project["dependencies"] + extra if not name.startswith("hnswlib")]


def pip(*words: str, may_fail: bool = False) -> str:
    """Let pip install these at the pinned versions; stop where it cannot and may not fail.

    Returns what it said where it failed, else "".
    """
    options = ["-qq", "--disable-pip-version-check", "--no-input", "-c", str(CONSTRAINTS)]
    command = [str(PYTHON), "-m", "pip", "install", *options, *words]
    done = subprocess.run(command, capture_output=may_fail, text=True, errors="replace")
    if done.returncode == 0:
        return ""
    if not may_fail:
        stop(f"pip could not install what LegalDesk needs. To try it alone:\n  {' '.join(command)}")
    return f"{done.stdout}{done.stderr}".strip() or f"pip ended with status {done.returncode}"


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
    sys.exit(130)
