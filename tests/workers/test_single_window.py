"""One window per library."""

from legaldesk.workers.single_window import SingleWindow, server_name


def test_a_second_window_on_a_library_raises_the_first(qtbot, tmp_path):
    first, second = SingleWindow(tmp_path), SingleWindow(tmp_path)
    assert first.is_first()

    with qtbot.waitSignal(first.raised):
        assert not second.is_first()
    first.release()


def test_windows_on_two_libraries_do_not_know_each_other(qtbot, tmp_path):
    one, other = SingleWindow(tmp_path / "one"), SingleWindow(tmp_path / "other")

    assert one.is_first()
    assert other.is_first()
    one.release()
    other.release()


def test_a_library_is_free_again_when_its_window_is_gone(qtbot, tmp_path):
    first, second = SingleWindow(tmp_path), SingleWindow(tmp_path)
    assert first.is_first()
    first.release()

    assert second.is_first()
    second.release()


def test_the_name_is_one_for_every_way_to_write_a_path_and_tells_no_path(tmp_path):
    roundabout = tmp_path / "a" / ".." / "library"

    assert server_name(roundabout) == server_name(str(tmp_path / "library"))
    assert "library" not in server_name(roundabout)
