"""Whether the disk that a folder lies on is encrypted, where an ordinary user can find out.

Not promised: that "encrypted" is a strong password, or that it protects a computer that is
switched on; nor does "cannot be told" mean that it is not. Swap may lie on another disk.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from legaldesk.core.encryption import Encryption

MOST_LAYERS = 8
"""Of devices on devices, such as a volume on a group on an encrypted partition."""

SECONDS = 5
_OCTAL = re.compile(r"\\([0-7]{3})")
_STACKED_FILE_SYSTEMS = ("ecryptfs", "fuse.encfs", "fuse.gocryptfs", "fuse.cryfs", "fuse.securefs")


def disk_encryption(folder: Path) -> Encryption:
    """What this computer tells of the disk under a folder."""
    try:
        if sys.platform == "darwin":
            return _filevault()
        if sys.platform.startswith("linux"):
            return linux_encryption(folder.resolve(), Path("/sys"), Path("/proc/self/mountinfo"))
    except (OSError, subprocess.SubprocessError, ValueError):
        pass
    return "cannot be told"  # Windows tells administrators alone


def linux_encryption(folder: Path, system: Path, mounts: Path) -> Encryption:
    """The same from the kernel's own tables. Raises OSError or ValueError where they tell nothing.

    A device counts as encrypted when it, or all that it lies on, is mapped by dm-crypt.
    """
    number, kind = _device(folder, mounts)
    if kind in _STACKED_FILE_SYSTEMS:
        return "encrypted"
    device = (system / "dev" / "block" / number).resolve(strict=True)
    if (device / "loop").exists() or device.name.startswith(("zram", "nbd")):
        return "cannot be told"
    return "encrypted" if _on_dm_crypt(device, MOST_LAYERS) else "not encrypted"


def _on_dm_crypt(device: Path, layers: int) -> bool:
    identity = device / "dm" / "uuid"
    if identity.is_file() and identity.read_text().startswith("CRYPT-"):
        return True
    if (device / "partition").exists():  # its disk may be an encrypted mapping as a whole
        device = device.parent
        return _on_dm_crypt(device, layers - 1) if layers else False
    below = list((device / "slaves").iterdir()) if (device / "slaves").is_dir() else []
    return bool(layers and below) and all(
        _on_dm_crypt(each.resolve(), layers - 1) for each in below
    )


def _device(folder: Path, mounts: Path) -> tuple[str, str]:
    """The number and type of what is mounted deepest above a folder, and of those last."""
    number, kind, source, depth = "", "", "", -1
    for line in mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        words = line.split()
        point = Path(_OCTAL.sub(lambda code: chr(int(code[1], 8)), words[4]))
        if folder.is_relative_to(point) and len(point.parts) >= depth:
            kind, source = words[words.index("-") + 1 :][:2]
            number, depth = words[2], len(point.parts)
    if number.startswith("0:") and source.startswith("/dev/"):  # btrfs counts its own devices
        device = os.stat(source).st_rdev
        number = f"{os.major(device)}:{os.minor(device)}"
    return number, kind


def _filevault() -> Encryption:
    told = subprocess.run(
        ["/usr/bin/fdesetup", "status"], capture_output=True, text=True, timeout=SECONDS, check=True
    ).stdout
    if "FileVault is On" in told:
        return "encrypted"
    return "not encrypted" if "FileVault is Off" in told else "cannot be told"
