"""What the window remembers: enough to begin where it ended, and no client's name."""

from __future__ import annotations

from PySide6.QtCore import QSettings

from legaldesk.ui.settings import FILE, Settings

NAME = "Zwicklhuberkanarie against Byte"


def test_the_last_matter_is_known_again_without_its_name(tmp_path):
    first = Settings(tmp_path)
    first.matter = NAME
    first.save()
    assert b"Zwicklhuber" not in (tmp_path / FILE).read_bytes()

    assert Settings(tmp_path, ("Acme", NAME)).matter == NAME
    assert Settings(tmp_path, ("Acme",)).matter == ""
    assert Settings(tmp_path).matter == ""


def test_a_name_that_an_earlier_version_kept_goes_at_the_next_start(tmp_path):
    earlier = QSettings(str(tmp_path / FILE), QSettings.Format.IniFormat)
    earlier.setValue("matter", NAME)
    earlier.sync()
    assert b"Zwicklhuber" in (tmp_path / FILE).read_bytes()

    assert Settings(tmp_path, (NAME,)).matter == NAME

    assert b"Zwicklhuber" not in (tmp_path / FILE).read_bytes()
    assert Settings(tmp_path, (NAME,)).matter == NAME
