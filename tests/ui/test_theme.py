"""Both colour schemes can be read, and every icon is there in one weight."""

import pytest
from PySide6.QtGui import QColor

from legaldesk import RESOURCES
from legaldesk.ui import theme

TEXT = ("text", "secondary", "accent", "right", "careful", "wrong")
GROUNDS = ("window", "panel")
PAIRS = [
    *((text, ground) for text in TEXT for ground in GROUNDS),
    ("text", "selected"),
    ("secondary", "selected"),
    ("text", "hover"),
    ("secondary", "hover"),
    ("text", "wrong_wash"),
    ("wrong", "wrong_wash"),
    ("careful", "careful_wash"),
    ("on_accent", "accent"),
]


def luminance(colour):
    parts = (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(scheme, text, ground):
    assert contrast(getattr(scheme, text), getattr(scheme, ground)) >= 4.5


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_the_edges_of_fields_and_the_focus_can_be_seen(scheme):
    assert contrast(scheme.field_line, scheme.window) >= 3
    assert contrast(scheme.accent, scheme.selected) >= 3


def test_every_icon_is_drawn_with_one_weight_and_takes_its_colour_from_the_theme():
    icons = sorted((RESOURCES / "icons").glob("*.svg"))
    assert len(icons) > 20
    for icon in icons:
        source = icon.read_text(encoding="utf-8")
        assert 'stroke-width="1.75"' in source, icon.name
        assert "#" not in source, icon.name


def test_an_icon_follows_the_scheme(qapp):
    sides = []
    for scheme in ("light", "dark"):
        theme.apply(qapp, theme.Look(scheme))
        image = theme.icon("search", "text").pixmap(64, 64).toImage()
        inked = [
            image.pixelColor(x, y)
            for x in range(64)
            for y in range(64)
            if image.pixelColor(x, y).alpha() == 255
        ]
        sides.append(inked[0].name().upper())
    theme.apply(qapp, theme.Look("light"))

    assert sides == [theme.LIGHT.text, theme.DARK.text]


def test_a_text_size_that_does_not_exist_becomes_the_plain_one(qapp):
    theme.apply(qapp, theme.Look("light", 9000))

    assert theme.look().scale == 100
