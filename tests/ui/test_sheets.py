"""The overview of the keys, and About."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from legaldesk import __version__
from legaldesk.ui import keys, theme
from legaldesk.ui.about import CONFINED, ENCRYPTION, About
from legaldesk.ui.key_overview import KeyOverview, overview


def texts(sheet):
    return [label.text() for label in sheet.findChildren(QLabel)]


def test_f1_shows_the_keys_and_esc_closes_them(qtbot, window):
    QTest.keyClick(window, Qt.Key.Key_F1)
    sheet = window.findChild(KeyOverview)
    assert sheet.isVisible() and not sheet.isModal()
    assert "Copy the passage with its citation" in texts(sheet)

    qtbot.waitUntil(sheet.isActiveWindow)
    with qtbot.waitSignal(sheet.finished):
        QTest.keyClick(sheet, Qt.Key.Key_Escape)


def test_every_key_of_the_overview_that_acts_anywhere_is_bound(window):
    bound = {shortcut.key() for shortcut in window.findChildren(QShortcut)}

    named = {QKeySequence(key) for line in overview()["Anywhere"] for key in line.keys}
    assert named <= bound


def test_every_key_that_acts_in_a_place_is_bound_there(window):
    window.search.warm_up()
    bound = {shortcut.key() for shortcut in window.findChildren(QShortcut)}

    own = (keys.COPY, keys.COPY_TEXT, *keys.LARGER, keys.SMALLER, keys.ACTUAL_SIZE, keys.TURN)
    assert {QKeySequence(key) for key in own} <= bound


def test_about_names_version_privacy_and_the_librarys_folder(qtbot, window, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url))
    window.menu.show_about()
    sheet = window.findChild(About)

    said = "\n".join(texts(sheet)).replace("\u200b", "")
    assert __version__ in said
    assert "Everything stays on this computer" in said
    assert str(tmp_path) in said
    assert "LGPL" in said
    qtbot.waitUntil(lambda: CONFINED["sealed"] in texts(sheet))
    qtbot.waitUntil(lambda: ENCRYPTION["not encrypted"] in texts(sheet))
    sheet.open_folder.click()
    assert opened[0].toLocalFile() == str(tmp_path)


def clipped(label):
    wide = min(label.minimumSizeHint().width(), label.sizeHint().width())
    return label.width() < wide or label.height() < label.heightForWidth(label.width()) - 1


@pytest.mark.parametrize("scale", theme.SCALES)
@pytest.mark.parametrize("kind", [KeyOverview, About])
def test_sheets_fit_the_screen_and_clip_nothing(qtbot, window, scale, kind):
    window.relook(theme.Look("light", scale))
    (window.menu.show_keys if kind is KeyOverview else window.menu.show_about)()
    sheet = window.findChild(kind)
    qtbot.waitExposed(sheet)
    if kind is About:
        qtbot.waitUntil(lambda: CONFINED["sealed"] in texts(sheet))
        qtbot.waitUntil(lambda: ENCRYPTION["not encrypted"] in texts(sheet))

    room = sheet.screen().availableSize()
    assert sheet.width() <= room.width() and sheet.height() <= room.height()
    qtbot.waitUntil(
        lambda: not [each.text() for each in sheet.findChildren(QLabel) if clipped(each)]
    )
    window.relook(theme.Look("light", 100))
