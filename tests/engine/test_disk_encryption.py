"""Whether the disk is encrypted, from kernels' tables laid out as Linux lays them out."""

from pathlib import Path

import pytest

from legaldesk.engine.disk_encryption import disk_encryption, linux_encryption
from legaldesk.tasks import care


@pytest.fixture
def machine(tmp_path):
    """A disk with a plain partition, an encrypted one with two volumes on it, and a loop."""
    blocks = tmp_path / "sys" / "devices"
    made = {
        "8:0": blocks / "sda",
        "8:1": blocks / "sda" / "sda1",
        "8:2": blocks / "sda" / "sda2",
        "253:0": blocks / "dm-0",
        "253:1": blocks / "dm-1",
        "253:2": blocks / "dm-2",
        "253:3": blocks / "dm-3",
        "7:0": blocks / "loop0",
    }
    numbers = tmp_path / "sys" / "dev" / "block"
    numbers.mkdir(parents=True)
    for number, folder in made.items():
        folder.mkdir(parents=True)
        (numbers / number).symlink_to(folder)
    (made["8:1"] / "partition").write_text("1")
    (made["8:2"] / "partition").write_text("2")
    (made["7:0"] / "loop").mkdir()
    mapped(made["253:0"], "CRYPT-LUKS2-8f1e-luks-8f1e", made["8:2"])
    mapped(made["253:1"], "LVM-root", made["253:0"])
    mapped(made["253:2"], "LVM-plain", made["8:1"])
    mapped(made["253:3"], "LVM-half", made["253:0"], made["8:1"])
    (tmp_path / "mountinfo").write_text(
        "1 0 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        "2 1 253:1 / /offices rw - ext4 /dev/mapper/root rw\n"
        "3 1 253:0 / /luks rw - xfs /dev/mapper/luks rw\n"
        "4 1 253:2 / /plain\\040volume rw - ext4 /dev/mapper/plain rw\n"
        "5 1 253:3 / /half rw - ext4 /dev/mapper/half rw\n"
        "6 1 7:0 / /loop rw - ext4 /dev/loop0 rw\n"
        "7 2 0:40 / /offices/vault rw - fuse.gocryptfs vault rw\n"
        "8 1 0:41 / /memory rw - tmpfs tmpfs rw\n"
    )
    return tmp_path


def mapped(device: Path, identity: str, *below: Path) -> None:
    (device / "dm").mkdir()
    (device / "dm" / "uuid").write_text(f"{identity}\n")
    (device / "slaves").mkdir()
    for each in below:
        (device / "slaves" / each.name).symlink_to(each)


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        ("/library", "not encrypted"),
        ("/offices/library", "encrypted"),
        ("/luks", "encrypted"),
        ("/plain volume/x", "not encrypted"),
        ("/half/x", "not encrypted"),
        ("/loop/x", "cannot be told"),
        ("/offices/vault/x", "encrypted"),
    ],
)
def test_a_disk_is_encrypted_when_all_that_it_lies_on_is(machine, folder, told):
    assert linux_encryption(Path(folder), machine / "sys", machine / "mountinfo") == told


def test_what_has_no_device_cannot_be_told(machine):
    with pytest.raises(OSError):
        linux_encryption(Path("/memory/x"), machine / "sys", machine / "mountinfo")


def test_this_computer_gives_one_of_the_three_answers(tmp_path):
    assert disk_encryption(tmp_path) in ("encrypted", "not encrypted", "cannot be told")


def test_it_is_told_through_the_desk(desk):
    assert care.disk_encryption(desk) == disk_encryption(desk.library)
