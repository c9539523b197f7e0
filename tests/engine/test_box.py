"""Attacks from inside the shipped parser process, at the moment when it reads a page.

Each is tried in a parser that did not close its box as well, where it must succeed: an attack
that fails everywhere proves nothing.
"""

from __future__ import annotations

import re
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import psutil
import pytest

from legaldesk import RESOURCES
from legaldesk.engine.child import Child, Frame
from legaldesk.engine.parser_messages import Extract, Open, Render, Request, Spell
from legaldesk.engine.parser_pool import ParserPool
from legaldesk.engine.parser_reading import Limits
from legaldesk.engine.system import child_command, spawn
from legaldesk.engine.system_calls import find_library
from legaldesk.engine.wire import MAX_HEADER, read_raw_frame, write_frame
from tests import pdf_factory as pdf

sealed_here = pytest.mark.skipif(find_library() is None, reason="needs libseccomp (Linux)")

ENCODER = msgspec.json.Encoder()
NO_BOX = 'parser_child.close_box = lambda memory, begin: begin() or "plain"'

ATTACKS = {
    "connect": "socket.create_connection(('127.0.0.1', int(PORT)), 5)",
    "datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    "socket of this machine": "socket.socketpair()",
    "process": "os.fork() or os._exit(0)",
    "program": "subprocess.run(['/bin/true'], check=True)",
    "thread": "threading.Thread(target=print).start()",
    "read the library": "open(FOLDER + '/library.db').read().index('Jane Doe')",
    "read another file": "open('/etc/passwd').read()",
    "list a folder": "os.listdir(FOLDER)",
    "write a file": "open(FOLDER + '/new', 'w').write('x')",
    "write to a file": "open(FOLDER + '/kept', 'r+').write('x')",
    "shorten a file": "os.truncate(FOLDER + '/kept', 0)",
    "delete a file": "os.remove(FOLDER + '/doomed')",
    "rename a file": "os.rename(FOLDER + '/kept', FOLDER + '/taken')",
    "make a folder": "os.mkdir(FOLDER + '/folder')",
    "make a link": "os.symlink('/etc', FOLDER + '/link')",
    "open up a folder": "os.chmod(FOLDER, 0o777)",
    "file in memory": "os.memfd_create('x')",
    "signal to the parent": "os.kill(os.getppid(), 0)",
    "new program code": "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)",
    "three gigabytes": "mmap.mmap(-1, 3 << 30)",
    "other limits": "resource.setrlimit(resource.RLIMIT_FSIZE, (9, 9))",
    "trace": "ctypes.CDLL(None).ptrace(0, 0, 0, 0) and 1 / 0",
}
"""One expression each, for one page each; it succeeds where it raises nothing."""

OTHERWISE = {
    "thread": "RuntimeError",
    "three gigabytes": "OSError",
    "other limits": "ValueError",
    "trace": "ZeroDivisionError",
}
"""How those fail in the box that do not end with PermissionError."""

ATTACKER = """
import ctypes, mmap, os, resource, socket, subprocess, sys, threading, time
from legaldesk.core.documents import PageText
from legaldesk.engine import parser_child, pdfium

PORT, FOLDER, *attacks = sys.argv[1:]

def attack(document, number):
    try:
        eval(attacks[number - 1])
    except Exception as error:
        return PageText(number, type(error).__name__)
    return PageText(number, "succeeded")

pdfium.read_page = attack
{patch}
sys.exit(parser_child.main())
"""


class Raid(NamedTuple):
    """How each attack ended, in which folder, and how many connections came in."""

    outcomes: dict[str, str]
    folder: Path
    connections: int


def attacker(folder: Path, patch: str, *arguments: str) -> list[str]:
    """The command of a parser that attacks when it should read a page."""
    script = folder.with_suffix(".py")
    script.write_text(ATTACKER.format(patch=patch))
    return [sys.executable, str(script), *arguments]


def raid(folder: Path, patch: str) -> Raid:
    """All attacks in one parser."""
    (folder / "library.db").write_text("Client: Jane Doe")
    (folder / "kept").write_text("kept")
    (folder / "doomed").write_text("doomed")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        pool = ParserPool(1, attacker(folder, patch, port, str(folder), *ATTACKS.values()))
        try:
            found = pool.extract(pdf.text_pdf(*ATTACKS), "attack.pdf")
        finally:
            pool.close()
        server.setblocking(False)
        connections = 0
        try:
            server.accept()[0].close()
            connections = 1
        except BlockingIOError:
            pass
    told = {name: page.text for name, page in zip(ATTACKS, found.pages, strict=True)}
    return Raid(told, folder, connections)


@pytest.fixture(scope="module")
def boxed(tmp_path_factory: pytest.TempPathFactory) -> Raid:
    return raid(tmp_path_factory.mktemp("boxed"), "")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Raid:
    return raid(tmp_path_factory.mktemp("bare"), NO_BOX)


@sealed_here
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_fails_in_the_box_and_only_there(attack: str, boxed: Raid, bare: Raid) -> None:
    assert bare.outcomes[attack] == "succeeded"
    assert boxed.outcomes[attack] == OTHERWISE.get(attack, "PermissionError")


@sealed_here
def test_the_attacks_left_nothing_behind(boxed: Raid, bare: Raid) -> None:
    assert (boxed.connections, bare.connections) == (0, 1)
    assert {path.name for path in boxed.folder.iterdir()} == {"library.db", "kept", "doomed"}
    assert (boxed.folder / "kept").read_text() == "kept"
    left = {path.name for path in bare.folder.iterdir()}
    assert left == {"library.db", "taken", "new", "folder", "link"}


@sealed_here
def test_no_program_takes_the_parsers_place(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    become = f"os.execv('/bin/sh', ['sh', '-c', 'echo > {mark}'])"

    told, ended = attacked_once(tmp_path, "", become)
    assert (told, ended, mark.exists()) == (b"PermissionError", 0, False)
    told, ended = attacked_once(tmp_path, NO_BOX, become)
    assert (told, ended, mark.exists()) == (None, 0, True)


@sealed_here
def test_a_parser_that_burns_the_processor_ends_without_its_parent(tmp_path: Path) -> None:
    burn = "[0 for _ in iter(lambda: time.process_time() > began + 3, True)]"
    grant = "began = time.process_time(); parser_child.PROCESSOR_TIME = {}"

    assert attacked_once(tmp_path, grant.format(1), burn) == (None, -signal.SIGXCPU)
    assert attacked_once(tmp_path, grant.format(60), burn) == (b"succeeded", 0)


def attacked_once(tmp_path: Path, patch: str, attack: str) -> tuple[bytes | None, int]:
    """What a parser says of a page, if anything, and its exit status; nobody kills it."""
    with spawn(attacker(tmp_path / "x", patch, "0", "", attack)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        write_frame(process.stdin, ENCODER.encode(Extract(1, "pdfium", "none")), pdf.text_pdf("a"))
        told = [read_raw_frame(process.stdout, MAX_HEADER, 1 << 20) for _ in range(3)]
        process.stdin.close()
        return told[2] and told[2][1], process.wait(timeout=60)


# The shipped process as it serves


@sealed_here
def test_every_thread_of_a_serving_parser_is_confined() -> None:
    pool = ParserPool(1)
    try:
        assert pool.extract(pdf.text_pdf("one"), "lease.pdf").pages[0].text == "one"
        pool.render("key", pdf.text_pdf, None, 1, 1.0)
        parsers = [each for each in psutil.Process().children() if "parser" in each.cmdline()]
        threads = [task for each in parsers for task in Path(f"/proc/{each.pid}/task").iterdir()]
        told = [facts(task / "status") for task in threads]
        limits = [facts(Path(f"/proc/{each.pid}/limits")) for each in parsers]
        files = [len(list(Path(f"/proc/{each.pid}/fd").iterdir())) for each in parsers]
    finally:
        pool.close()

    mine = int(facts(Path("/proc/self/status"))["Seccomp_filters"])
    assert (len(parsers), len(threads)) == (2, 4)
    assert {each["NoNewPrivs"] for each in told} == {"1"}
    assert {each["Seccomp"] for each in told} == {"2"}
    assert {int(each["Seccomp_filters"]) for each in told} == {mine + 1}
    assert max(files) <= 5
    for each in limits:
        wanted = {"address space": 2 << 30, "core file size": 0, "file size": 0, "processes": 0}
        for name, limit in (wanted | {"open files": 32}).items():
            assert each[f"Max {name}"].split()[:2] == [str(limit)] * 2, name
        assert 60 <= int(each["Max cpu time"].split()[0]) < 90


def facts(path: Path) -> dict[str, str]:
    """Name and value of each line of a file of /proc."""
    lines = (re.split(r":\s|\s{2,}", line, maxsplit=1) for line in path.read_text().splitlines())
    return {line[0]: line[1].strip() for line in lines if len(line) == 2}


# The level


HIDE = "for name in {hidden}: sys.modules[name] = None"
FRESH = "import sys\n{patch}\nfrom legaldesk.engine import parser_child\nparser_child.main()"


@pytest.mark.parametrize(
    ("hidden", "level"), [(["pyseccomp"], "limited"), (["pyseccomp", "resource"], "plain")]
)
def test_a_lower_level_says_so_and_still_reads(hidden: list[str], level: str) -> None:
    source = FRESH.format(patch=HIDE.format(hidden=hidden))
    pool = ParserPool(1, [sys.executable, "-c", source])
    try:
        assert pool.confinement() == level
        assert pool.extract(pdf.text_pdf("one"), "lease.pdf").pages[0].text == "one"
    finally:
        pool.close()


@sealed_here
def test_the_shipped_parser_is_sealed_here() -> None:
    pool = ParserPool(1)

    assert pool.confinement() == "sealed"


# What the box costs


def readable() -> dict[str, bytes]:
    """Files that make the libraries load what they load late: ciphers, encodings, fonts."""
    ciphers = ("RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256")
    made = {cipher: pdf.locked_pdf("secret", cipher) for cipher in ciphers}
    for name in ("bgb-mietrecht-auszug.pdf", "bo-luat-lao-dong-trich.pdf"):
        made[name] = (RESOURCES / "samples" / name).read_bytes()
    for name, code in ENCODINGS.items():
        font = f"<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/{name}"
        made[name] = pdf.raw_page(
            f"BT /F1 24 Tf 72 700 Td <{code}> Tj ET",
            font.encode() + b"/DescendantFonts[6 0 R]>>",
            {6: b"<</Type/Font/Subtype/CIDFontType0/BaseFont/SimSun/CIDSystemInfo"
             b"<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000>>"},
        )  # fmt: skip
    for face in ("NotoSerif", "DejaVuSans-Bold", "Arial"):
        font = b"<</Type/Font/Subtype/TrueType/BaseFont/%s/Encoding/WinAnsiEncoding>>"
        made[face] = pdf.raw_page("BT /F1 24 Tf 72 700 Td (Rent) Tj ET", font % face.encode())
    return made | {"form": pdf.form_pdf(), "scan": pdf.image_pdf(), "turned": pdf.turned_pdf()}


ENCODINGS = {
    "UniGB-UCS2-H": "4E00672C",
    "GBK-EUC-H": "D2BBB1BE",
    "90ms-RKSJ-H": "88EA967B",
    "ETen-B5-H": "A440A5BB",
    "KSCms-UHC-H": "B0A1B3AA",
}


def read_all(command: Sequence[str], library: str) -> dict[str, list[list[Frame]]]:
    """Everything that one parser says of every readable file."""
    child = Child(command, 1 << 30)
    try:
        return {name: read(child, library, data) for name, data in readable().items()}
    finally:
        child.kill()


def read(child: Child, library: str, data: bytes) -> list[list[Frame]]:
    reader = Extract(1, library, "both" if library == "pdfium" else "pypdf", 1, "secret")
    viewing = (Render(3, "key", 1, 1.0), Spell(4, "key", 1))
    return [
        ask(child, reader, data),
        ask(child, Open(2, "key", "secret"), data),
        *(ask(child, request) for request in viewing),
    ]


def ask(child: Child, request: Request, raw: bytes = b"") -> list[Frame]:
    """All replies to a request, the last of which says that it was carried out."""
    child.send(ENCODER.encode(request), raw)
    found: list[Frame] = []
    while not found or b'"done"' not in found[-1][0]:
        found.append(child.receive(Limits().open))
        assert b'"failed"' not in found[-1][0], found[-1]
    return found


@pytest.mark.parametrize("library", ["pdfium", "pypdf"])
def test_every_file_reads_and_looks_the_same_in_the_box(library: str) -> None:
    source = FRESH.format(patch=f"from legaldesk.engine import parser_child\n{NO_BOX}")

    outside = read_all([sys.executable, "-c", source], library)

    assert read_all(child_command("parser"), library) == outside
