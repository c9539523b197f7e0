"""A small disk that can be filled to the last byte, mounted for one child process alone.

``python -m tests.full_disk DISK MODULE FUNCTION ARGUMENTS...`` calls a function with a Disk; what
it returns is printed as JSON. Parents call ``on_a_small_disk``.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BYTES = 192 << 20


class Disk:
    """A folder on the small disk, and the file that fills it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    @property
    def filled(self) -> bool:
        """Whether the file is there."""
        return self._filler.exists()

    def fill(self, leave: int = 0) -> None:
        """Leave no more than so many bytes free."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                while shutil.disk_usage(self.folder).free >= leave + size:
                    try:
                        file.write(b"\1" * size)
                    except OSError:
                        break

    def free(self) -> None:
        """Make room again."""
        self._filler.unlink()


@cache
def can_mount() -> bool:
    """Whether this user may mount a disk of his own."""
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run(
        ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False
    )
    return tried.returncode == 0


def on_a_small_disk(folder: Path, module: str, function: str, *arguments: str) -> dict:
    """What a function of a module returns that is given a Disk mounted on a folder."""
    folder.mkdir(exist_ok=True)
    mount = f'mount -t tmpfs -o size={BYTES},mode=700 none "$0" && exec "$@"'
    python = [sys.executable, "-W", "error", "-m", "tests.full_disk"]
    command = ["unshare", "-rm", "sh", "-c", mount, str(folder), *python]
    ended = subprocess.run(
        [*command, str(folder), module, function, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    return json.loads(ended.stdout.splitlines()[-1])


if __name__ == "__main__":
    disk, module, function, *rest = sys.argv[1:]
    found = getattr(importlib.import_module(module), function)(Disk(Path(disk)), *rest)
    print(json.dumps(found), flush=True)
    os._exit(0)  # threads that wait for room are not waited for
