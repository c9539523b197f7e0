"""A library on a network share is refused with the reason, before anything is written there."""

from pathlib import PurePosixPath, PureWindowsPath
from typing import NamedTuple

import psutil
import pytest

from legaldesk import app, cli
from legaldesk.core.errors import WrongUse
from legaldesk.engine.network_share import refuse_network_share, share_kind


class Line(NamedTuple):
    """A line of a table of mounts."""

    mountpoint: str
    fstype: str
    opts: str = "rw"
    device: str = "somewhere"


LINUX = [
    Line("/", "ext4"),
    Line("/offices", "btrfs"),
    Line("/shares/court", "nfs4"),
    Line("/shares/court/local", "ext4"),
    Line("/shares/office", "cifs"),
    Line("/shares/smb", "smb3"),
    Line("/sticks/ssh", "fuse.sshfs"),
    Line("/sticks/vault", "fuse.gocryptfs"),
    Line("/sticks/ntfs", "fuseblk"),
    Line("/session/gvfs", "fuse.gvfsd-fuse"),
    Line("/drive/c", "9p"),
    Line("/data", "nfs"),
    Line("/data", "xfs"),
    Line("/dav", "davfs"),
]


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/offices/library", ""),
        ("/shares/court/ann/library", "nfs4"),
        ("/shares/court", "nfs4"),
        ("/shares/court/local/library", ""),
        ("/shares/courtyard", ""),
        ("/shares/office/x", "cifs"),
        ("/shares/smb/x", "smb3"),
        ("/sticks/ssh/x", "fuse.sshfs"),
        ("/sticks/vault/x", ""),
        ("/sticks/ntfs/x", ""),
        ("/session/gvfs/x", "fuse.gvfsd-fuse"),
        ("/drive/c/files", "9p"),
        ("/data/x", ""),
        ("/dav/x", "davfs"),
    ],
)
def test_a_share_is_known_by_what_is_mounted_deepest_and_last(folder, kind):
    assert share_kind(PurePosixPath(folder), LINUX) == kind


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("C:\\offices\\library", ""),
        ("z:\\library", "network drive"),
        ("\\\\server\\share\\library", "UNC"),
        ("\\\\?\\UNC\\server\\share\\library", "UNC"),
        ("\\\\?\\C:\\library", ""),
        ("E:\\library", ""),
    ],
)
def test_windows_paths_and_mapped_drives(folder, kind):
    drives = [
        Line("C:\\", "NTFS", "rw,fixed"),
        Line("Z:\\", "NTFS", "rw,remote"),
        Line("E:\\", "exFAT", "rw,removable"),
    ]

    assert share_kind(PureWindowsPath(folder), drives) == kind


@pytest.mark.parametrize("kind", ["smbfs", "nfs", "afpfs", "webdav"])
def test_shares_of_a_mac(kind):
    mounts = [Line("/", "apfs"), Line("/Volumes/Office", kind)]

    assert share_kind(PurePosixPath("/Volumes/Office/library"), mounts) == kind
    assert share_kind(PurePosixPath("/offices/library"), mounts) == ""


@pytest.fixture
def shared(monkeypatch, tmp_path):
    """A folder that the system says is on a share, with one that is not beside it."""
    mounts = [Line("/", "ext4"), Line(str(tmp_path / "share"), "nfs4")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: mounts)
    (tmp_path / "share").mkdir()
    return tmp_path / "share"


def test_the_command_line_is_refused_and_nothing_is_written(shared, capsys):
    status = cli.main(["matters", "--library", str(shared / "library")])

    assert status == cli.WRONG_USE
    assert "network share (nfs4)" in capsys.readouterr().err
    assert list(shared.iterdir()) == []


def test_a_link_to_a_share_is_refused_too(shared, tmp_path):
    (tmp_path / "link").symlink_to(shared)

    with pytest.raises(WrongUse, match="network share"):
        app.prepare(tmp_path / "link" / "library")


def test_a_local_folder_passes(shared, tmp_path):
    refuse_network_share(tmp_path / "library")
    assert app.prepare(tmp_path / "library").is_dir()


def test_the_real_table_of_this_computer_lets_a_local_folder_pass(tmp_path):
    refuse_network_share(tmp_path)
