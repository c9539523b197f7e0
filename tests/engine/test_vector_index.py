"""The index always answers what exact search answers, whatever happened to its file.

The oracle is a plain NumPy product over what the store holds.
"""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import pytest

from legaldesk.core.errors import NoRoom
from legaldesk.engine import hnsw
from legaldesk.engine.vector_index import VectorIndex
from tests.vector_shelf import WIDTH, Shelf, assert_agrees, clustered, make_index


def test_a_new_library_is_searched_exactly(tmp_path, shelf):
    index = VectorIndex(tmp_path, WIDTH)

    assert index.open(shelf) == "rebuilt: there is none"

    assert_agrees(index, shelf)
    assert (index.count, index.tail) == (400, 400)
    assert not index.save_if_due()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_library_finds_nothing(tmp_path):
    index = VectorIndex(tmp_path, WIDTH)
    index.open(Shelf([]))

    ids, scores = index.search(clustered(1)[0], 10)

    assert (len(ids), len(scores)) == (0, 0)


def test_a_saved_graph_is_loaded_and_asked(saved, shelf):
    index = make_index(saved)

    assert index.open(shelf) == "loaded"

    assert_agrees(index, shelf)
    assert (index.count, index.tail) == (400, 0)


def test_the_graph_finds_nearly_all_of_the_nearest(tmp_path):
    shelf = Shelf(clustered(5_000, width=64))
    index = VectorIndex(tmp_path, 64, graph_from=100)
    index.open(shelf)
    index.save()

    queries = clustered(100, seed=3, width=64)
    shared = [
        len(set(index.search(query, 10)[0].tolist()) & set(shelf.nearest(query, 10)[0]))
        for query in queries
    ]

    assert sum(shared) / 1_000 >= 0.95


def flip_a_bit(folder):
    content = bytearray((folder / "graph.bin").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "graph.bin").write_bytes(content)


def flip_a_code(folder):
    content = bytearray((folder / "codes.bin").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "codes.bin").write_bytes(content)


def truncate(folder):
    os.truncate(folder / "graph.bin", 10_000)


def lose_the_codes(folder):
    (folder / "codes.bin").unlink()


def lose_the_description(folder):
    (folder / "graph.json").unlink()


def lose_the_graph(folder):
    (folder / "graph.bin").unlink()


def garble_the_description(folder):
    (folder / "graph.json").write_text("{", encoding="utf-8")


def alter_the_description(folder):
    content = json.loads((folder / "graph.json").read_text(encoding="utf-8"))
    (folder / "graph.json").write_text(json.dumps({**content, "seq": 3}), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (flip_a_bit, "it is damaged"),
        (flip_a_code, "it is damaged"),
        (truncate, "it is damaged"),
        (lose_the_codes, "it is missing"),
        (lose_the_graph, "it is missing"),
        (lose_the_description, "its description is missing"),
        (garble_the_description, "its description is damaged"),
        (alter_the_description, "its description is damaged"),
    ],
)
def test_a_spoilt_file_is_never_loaded(saved, shelf, spoil, reason):
    spoil(saved)
    index = make_index(saved)

    assert index.open(shelf) == f"rebuilt: {reason}"

    assert_agrees(index, shelf)
    assert index.save_if_due()
    assert make_index(saved).open(shelf) == "loaded"


def spoilt(saved, folder, name, damage):
    """A copy of the saved files, one of them damaged."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(saved, folder)
    content = bytearray((folder / name).read_bytes())
    damage(content)
    (folder / name).write_bytes(content)
    return folder


def assert_never_wrong(folder, shelf):
    """Passed over, unless the description says the same all the same; and made anew."""
    index = make_index(folder)
    became = index.open(shelf)
    assert became == "loaded" or became.startswith("rebuilt: ")
    assert_agrees(index, shelf)
    if became != "loaded":
        assert (index.tail, index.count) == (400, 400)  # nothing of the file is used
        assert index.save_if_due()
    assert_agrees(index, shelf)
    again = make_index(folder)
    assert again.open(shelf) == "loaded"
    assert_agrees(again, shelf)
    return became


def test_flipped_bits_are_noticed_and_made_good(saved, shelf, tmp_path):
    choose = random.Random(6)
    became = []
    for attempt in range(80):
        name = ("graph.bin", "codes.bin", "graph.bin", "graph.json")[attempt % 4]

        def flip(content):
            content[choose.randrange(len(content))] ^= 1 << choose.randrange(8)

        folder = spoilt(saved, tmp_path / "spoilt", name, flip)
        became.append((name, assert_never_wrong(folder, shelf)))

    assert {how for name, how in became if name != "graph.json"} == {"rebuilt: it is damaged"}
    loaded = [how for name, how in became if how == "loaded"]  # a blank between two facts
    assert len(became) == 80 and len(loaded) <= 3


def test_a_file_cut_anywhere_is_noticed_and_made_good(saved, shelf, tmp_path):
    choose = random.Random(7)
    for name in ("graph.bin", "codes.bin", "graph.json"):
        for _ in range(10):

            def cut(content):
                del content[choose.randrange(len(content)) :]

            folder = spoilt(saved, tmp_path / "spoilt", name, cut)
            assert assert_never_wrong(folder, shelf).startswith("rebuilt: ")


def describe_as_earlier(folder):
    """The description as format 2 had it: the sha256 of the sha256 of each part, here of one."""
    content = json.loads((folder / "graph.json").read_text(encoding="utf-8"))
    del content["check"]
    content["format"] = 2
    for fact, name in (("digest", "graph.bin"), ("codes", "codes.bin")):
        part = hashlib.sha256((folder / name).read_bytes()).digest()
        content[fact] = hashlib.sha256(part).hexdigest()
    check = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    (folder / "graph.json").write_text(json.dumps({**content, "check": check}), encoding="utf-8")


def test_a_file_of_the_earlier_format_is_believed_and_described_anew(saved, shelf):
    now = (saved / "graph.json").read_text(encoding="utf-8")
    describe_as_earlier(saved)
    index = make_index(saved)

    assert index.open(shelf) == "loaded"

    assert_agrees(index, shelf)
    assert (saved / "graph.json").read_text(encoding="utf-8") == now
    assert make_index(saved).open(shelf) == "loaded"


@pytest.mark.parametrize("spoil", [flip_a_bit, flip_a_code, truncate])
def test_a_spoilt_file_of_the_earlier_format_is_never_loaded(saved, shelf, spoil):
    describe_as_earlier(saved)
    spoil(saved)
    index = make_index(saved)

    assert index.open(shelf) == "rebuilt: it is damaged"

    assert_agrees(index, shelf)


def test_a_file_of_a_later_format_is_never_loaded(saved, shelf):
    content = json.loads((saved / "graph.json").read_text(encoding="utf-8"))
    (saved / "graph.json").write_text(json.dumps({**content, "format": 4}), encoding="utf-8")

    assert make_index(saved).open(shelf) == "rebuilt: it has another format"


def test_a_file_of_other_vectors_is_never_loaded(saved, shelf):
    shelf.key = "g2"

    assert make_index(saved).open(shelf) == "rebuilt: it belongs to other vectors"


def test_a_file_of_another_width_is_never_loaded(saved, shelf):
    index = VectorIndex(saved, 16, graph_from=100)

    assert index.open(shelf) == "rebuilt: its vectors have another width"

    cut = Shelf([vector[:16] for vector in shelf.held.values()])
    query = clustered(1, seed=7)[0]
    assert index.search(query, 10)[0].tolist() == cut.nearest(query[:16], 10)[0]


def test_a_file_ahead_of_the_store_is_never_loaded(saved, shelf):
    shelf.changes = shelf.changes[:-1]

    assert make_index(saved).open(shelf) == "rebuilt: it is ahead of the store"


def test_a_file_out_of_step_with_the_store_is_never_loaded(saved, shelf):
    del shelf.held[200]  # and no change tells of it

    assert make_index(saved).open(shelf) == "rebuilt: it is out of step with the store"


def test_a_library_that_became_small_keeps_no_file(saved, shelf):
    shelf.remove(range(1, 350))
    index = make_index(saved)

    assert index.open(shelf) == "rebuilt: the library has become small"

    assert_agrees(index, shelf)
    assert list(saved.iterdir()) == []


def test_searches_go_on_while_everything_changes(saved, shelf):
    index = make_index(saved, tail_limit=30)
    index.open(shelf)
    finished, problems = threading.Event(), []

    def ask():
        while not finished.is_set():
            ids, scores = index.search(clustered(1, seed=3)[0], 10)
            if len(ids) != 10 or np.any(np.diff(scores) > 0):
                problems.append((ids, scores))

    asking = threading.Thread(target=ask)
    asking.start()
    for round in range(20):
        shelf.add(range(1_000 + 20 * round, 1_020 + 20 * round), clustered(20, seed=round))
        shelf.remove([round + 1])
        index.refresh(shelf)
        index.save_if_due()
    index.rebuild(shelf)
    finished.set()
    asking.join()

    assert problems == []
    assert_agrees(index, shelf)


def test_changes_since_the_file_are_replayed_on_opening(saved, shelf):
    shelf.remove(range(1, 30))
    shelf.add(range(401, 450), clustered(49, seed=1))
    shelf.add(range(5, 15), clustered(10, seed=2))  # ids come back with other vectors

    index = make_index(saved)

    assert index.open(shelf) == "loaded"
    assert_agrees(index, shelf)
    assert (index.count, index.tail) == (430, 59)


def test_changes_are_replayed_while_open(saved, shelf):
    index = make_index(saved)
    index.open(shelf)

    shelf.add(range(401, 450), clustered(49, seed=1))
    assert index.refresh(shelf) == 49
    assert_agrees(index, shelf)

    shelf.remove([3, 401, 440])
    shelf.add([7], clustered(1, seed=4))
    assert index.refresh(shelf) == 4
    assert_agrees(index, shelf)
    assert index.refresh(shelf) == 0


def test_another_generation_is_read_anew(saved, shelf):
    index = make_index(saved)
    index.open(shelf)
    other = Shelf(clustered(150, seed=5), key="g2")

    index.refresh(other)

    assert_agrees(index, other)
    assert index.count == 150


def test_a_scope_is_searched_exactly(saved, shelf):
    index = make_index(saved)
    index.open(shelf)
    within = np.array([2, 3, 5, 90, 91, 250, 399, 400, 9_999])

    for query in clustered(5, seed=6):
        assert index.search(query, 4, within)[0].tolist() == shelf.nearest(query, 4, within)[0]


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_a_scope_knows_what_changed(saved, shelf, share):
    index = make_index(saved)
    index.open(shelf)
    shelf.remove(range(1, 30))
    shelf.add(range(25, 60), clustered(35, seed=2))  # some come back, some are replaced
    shelf.add(range(401, 450), clustered(49, seed=1))
    index.refresh(shelf)
    chance = np.random.default_rng(4)
    within = np.flatnonzero(chance.random(460) < share)

    for query in clustered(10, seed=6):
        found, cosines = index.search(query, 10, within)
        wanted, scores = shelf.nearest(query, 10, within)
        assert found.tolist() == wanted
        np.testing.assert_allclose(cosines, scores, atol=2e-3)


def test_vectors_of_the_graph_are_kept_once_and_in_short(saved, shelf):
    index = make_index(saved)
    index.open(shelf)

    held = index._view.held

    assert held is not None and index._view.rows.nbytes == 0
    assert held.codes.rows.nbytes == 400 * WIDTH
    assert held.codes.rows.dtype == np.int8


def test_an_empty_scope_finds_nothing(saved, shelf):
    index = make_index(saved)
    index.open(shelf)

    assert index.search(clustered(1)[0], 4, np.array([], dtype=np.int64))[0].tolist() == []


def test_a_short_tail_does_not_rewrite_the_file(saved, shelf):
    before = {file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in saved.iterdir()}
    index = make_index(saved, tail_limit=50)
    index.open(shelf)
    shelf.add(range(401, 451), clustered(50, seed=1))
    index.refresh(shelf)

    assert not index.save_if_due()

    after = {file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in saved.iterdir()}
    assert after == before
    assert index.tail == 50


def test_a_long_tail_goes_into_the_file(saved, shelf):
    index = make_index(saved, tail_limit=50)
    index.open(shelf)
    shelf.add(range(401, 452), clustered(51, seed=1))
    index.refresh(shelf)

    assert index.save_if_due()

    assert index.tail == 0
    assert_agrees(index, shelf)
    again = make_index(saved)
    assert (again.open(shelf), again.tail) == ("loaded", 0)
    assert_agrees(again, shelf)


def test_five_percent_of_a_large_library_is_a_short_tail(saved, shelf):
    index = make_index(saved, tail_limit=0)
    index.open(shelf)
    shelf.add(range(401, 421), clustered(20, seed=1))
    index.refresh(shelf)

    assert not index.save_if_due()


def test_rebuilding_leaves_no_byte_of_what_was_removed(saved, shelf):
    gone = [shelf.held[id] for id in range(1, 60)]
    index = make_index(saved)
    index.open(shelf)
    shelf.remove(range(1, 60))

    index.rebuild(shelf)
    index.save_if_due()

    left = b"".join(file.read_bytes() for file in saved.iterdir())
    assert len(left) > 10_000
    for vector in gone:
        unit = vector.astype(np.float32) / np.linalg.norm(vector.astype(np.float32))
        for part in (vector, vector.astype(np.float32), unit):
            assert part[:8].tobytes() not in left
    assert_agrees(index, shelf)


def test_removals_that_nobody_rebuilt_for_go_with_the_next_save(saved, shelf):
    shelf.remove([17])
    index = make_index(saved)
    index.open(shelf)

    assert index.save_if_due()

    assert make_index(saved).open(shelf) == "loaded"
    assert hnsw.load(saved / "graph.bin", WIDTH).ids.tolist() == shelf.all_ids().tolist()


def test_a_rebuild_stops_a_graph_in_the_making(saved, shelf, monkeypatch):
    index = make_index(saved, tail_limit=0)
    index.open(shelf)
    shelf.add(range(401, 800), clustered(399, seed=1))
    index.refresh(shelf)
    extend = hnsw.extend

    def extend_meanwhile_closed(*parts):
        index._epoch += 1
        return extend(*parts)

    monkeypatch.setattr(hnsw, "extend", extend_meanwhile_closed)

    assert not index.save_if_due()
    assert_agrees(index, shelf)


def test_without_hnswlib_everything_is_exact(saved, shelf, monkeypatch):
    monkeypatch.setitem(sys.modules, "hnswlib", None)
    index = make_index(saved)

    index.open(shelf)

    assert "hnswlib" in index.exact_only
    assert not index.save_if_due()
    assert_agrees(index, shelf)


def test_with_hnswlib_there_is_nothing_to_say(tmp_path):
    assert make_index(tmp_path).exact_only == ""


def test_a_folder_that_cannot_be_written_is_said(tmp_path, shelf):
    (tmp_path / "index").write_text("a file where the folder should be", encoding="utf-8")
    index = make_index(tmp_path / "index")
    index.open(shelf)

    with pytest.raises(NoRoom, match="not saved"):
        index.save()

    assert_agrees(index, shelf)


FULL_DISK = """
    import resource, sys
    from pathlib import Path
    from legaldesk.core.errors import NoRoom
    from tests.vector_shelf import Shelf, assert_agrees, clustered, make_index

    shelf = Shelf(clustered(400))
    index = make_index(Path(sys.argv[1]), tail_limit=10)
    assert index.open(shelf) == "loaded"
    shelf.add(range(401, 601), clustered(200, seed=1))
    index.refresh(shelf)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
    assert not index.save_if_due()
    assert_agrees(index, shelf)
    try:
        index.save()
    except NoRoom as error:
        print(error.message)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a file size limit stands for a full disk")
def test_a_full_disk_leaves_the_old_file_as_it_is(saved, shelf):
    before = {file.name: file.read_bytes() for file in saved.iterdir()}

    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL_DISK), str(saved)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "was not saved" in result.stdout, result.stderr
    assert {file.name: file.read_bytes() for file in saved.iterdir()} == before
    assert make_index(saved).open(shelf) == "loaded"


def test_ef_grows_with_the_library():
    assert [hnsw.width_for(count, 10) for count in (1_000, 100_000, 500_000)] == [150, 150, 230]
    assert hnsw.width_for(1_000, 100) == 200
