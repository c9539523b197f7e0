"""Whether a folder lies on a network share, where a library must not be.

The locks and the write-ahead log that keep the database whole do not hold between two
computers, and whoever runs the share can read what is on it. Not promised: a share that the
system shows as a disk of its own (iSCSI), and a folder that a program copies elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import Protocol

from legaldesk.core.errors import WrongUse

SHARES = frozenset(
    "9p afpfs afs beegfs ceph cifs coda davfs ftp glusterfs lustre ncpfs nfs nfs3 nfs4 smb2 smb3 "
    "smbfs sshfs webdav".split()
)
"""Types of file systems that reach over a network; a "fuse." before one changes nothing."""

FUSE_SHARES = frozenset("curlftpfs gvfsd-fuse rclone s3fs".split())

_VERBATIM = "\\\\?\\"
"""What Windows writes before a path that it is to take as it is."""


class Mount(Protocol):
    """A line of the system's table, as psutil has it."""

    @property
    def mountpoint(self) -> str:
        """Where it is mounted."""

    @property
    def fstype(self) -> str:
        """Its type in the system's own word."""

    @property
    def opts(self) -> str:
        """What it was mounted with; on Windows the drive's kind is among it."""


def refuse_network_share(library: Path) -> None:
    """Raise WrongUse where the folder lies on a network share, whether it is there or not."""
    place = library.resolve()  # first: it makes an automounter mount
    if kind := share_kind(place, _mounts()):
        raise WrongUse(
            f"The library cannot be in “{library}”, which is on a network share ({kind})."
            " On a share two computers could write it at once and damage it, and others could"
            " read it. Choose a folder on a disk of this computer.",
            str(library),
        )


def share_kind(place: PurePath, mounts: Iterable[Mount]) -> str:
    """The type of the share that an absolute path lies on, "" where it is on none."""
    if place.drive.startswith(_VERBATIM) and place.drive[5:] == ":":
        place = type(place)(str(place)[len(_VERBATIM) :])
    if place.drive.startswith("\\\\"):
        return "UNC"
    mount = _mount_of(place, list(mounts))
    if mount is None:
        return ""
    if "remote" in mount.opts.split(","):
        return "network drive"
    kind = mount.fstype.casefold()
    over_fuse = kind.removeprefix("fuse.")
    return kind if over_fuse in SHARES or (kind != over_fuse and over_fuse in FUSE_SHARES) else ""


def _mount_of(place: PurePath, mounts: Sequence[Mount]) -> Mount | None:
    """The mount that a path is on: the deepest, and of those in one place the last."""
    best, depth = None, -1
    for mount in mounts:
        point = type(place)(mount.mountpoint)
        if place.is_relative_to(point) and len(point.parts) >= depth:
            best, depth = mount, len(point.parts)
    return best


def _mounts() -> Sequence[Mount]:
    import psutil  # it imports POSIX modules of its own

    try:
        found: Sequence[Mount] = psutil.disk_partitions(all=True)
        return found
    except OSError:
        return ()
