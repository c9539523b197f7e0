"""A checksum tells a file from any that is nearly the same, in whichever part they differ."""

import os

import pytest

from legaldesk.engine.checksum import BLOCK, PART, checksum

SIZE = 2 * PART + BLOCK + 5
"""Three parts, the last of them with a block that is cut off."""


@pytest.fixture
def file(tmp_path):
    """A file with holes, so that it takes no room on the disk."""
    path = tmp_path / "file"
    path.touch()
    os.truncate(path, SIZE)
    put(path, PART - 1, b"the end of one part and the beginning of another")
    return path


def put(path, at, data):
    with path.open("rb+") as stream:
        stream.seek(at)
        stream.write(data)


def test_a_flipped_bit_anywhere_is_told(file):
    before = checksum(file)
    assert checksum(file) == before

    for at in (0, BLOCK, PART - 1, PART, 2 * PART, 2 * PART + BLOCK, SIZE - 1):
        with file.open("rb") as stream:
            stream.seek(at)
            byte = stream.read(1)
        put(file, at, bytes([byte[0] ^ 8]))
        assert checksum(file) != before, at
        put(file, at, byte)
    assert checksum(file) == before


def test_another_length_is_told(file):
    """Also at a part's end, and also where only zeros are lost or added."""
    told = {checksum(file)}
    for size in (SIZE + 1, SIZE - 1, 2 * PART, PART, 1, 0):
        os.truncate(file, size)
        told.add(checksum(file))
    assert len(told) == 7


def test_parts_that_changed_places_are_told(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for path, first in ((one, 0), (other, PART)):
        path.touch()
        os.truncate(path, 2 * PART)
        put(path, first, b"a")
    assert checksum(one) != checksum(other)


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(OSError):
        checksum(tmp_path / "none")
