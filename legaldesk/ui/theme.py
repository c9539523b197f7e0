"""How LegalDesk looks: colours, sizes, fonts and icons, applied to the whole application.

Fusion with an explicit palette, because colour-scheme hints do nothing under plain X11.
Widgets ask ``colours()`` when they paint and set the property ``role`` ("small",
"secondary", "heading", "title", "careful" ...) for what the style sheet dresses; icons are
set with ``dress`` and follow the theme.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication

from legaldesk import RESOURCES
from legaldesk.ui.stylesheet import stylesheet

SMALL, BASE, LARGE, HUGE = 11, 13, 16, 20
"""Text sizes in pixels at 100%."""

GAPS = (4, 8, 12, 16, 24)
"""The only distances between things, in pixels."""

SIDES = (16, 20, 24, 32, 40, 48, 64)
"""The sizes at which icons are kept drawn."""

SCHEMES = ("system", "light", "dark")
SCALES = (100, 125, 150, 200)


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one scheme, as #RRGGBB."""

    dark: bool
    window: str
    panel: str
    text: str
    secondary: str
    line: str
    accent: str
    on_accent: str
    selected: str
    hover: str
    right: str
    careful: str
    careful_wash: str
    wrong: str
    wrong_wash: str
    field_line: str
    handle: str
    highlight: str = "#FFE03C"


LIGHT = Colours(
    dark=False,
    window="#FFFFFF",
    panel="#F6F7F9",
    text="#1B1F24",
    secondary="#57606A",
    line="#D8DEE4",
    accent="#2456C7",
    on_accent="#FFFFFF",
    selected="#E4ECFB",
    hover="#ECEFF3",
    right="#1A7F37",
    careful="#9A6700",
    careful_wash="#FFF6DC",
    wrong="#B42318",
    wrong_wash="#FDEDEB",
    field_line="#8C959F",
    handle="#BCC4CD",
)

DARK = Colours(
    dark=True,
    window="#15181C",
    panel="#1C2026",
    text="#E6E9ED",
    secondary="#9DA7B3",
    line="#2D333B",
    accent="#7AA2FF",
    on_accent="#0E1730",
    selected="#22304F",
    hover="#262C34",
    right="#57C271",
    careful="#D9A530",
    careful_wash="#2E2713",
    wrong="#F2776B",
    wrong_wash="#361B19",
    field_line="#6B7684",
    handle="#454E59",
)


@dataclass(frozen=True, slots=True)
class Look:
    """What the user chose: "system", "light" or "dark", and the text size in percent."""

    scheme: str = "system"
    scale: int = 100


_colours = LIGHT
_look = Look()


def colours() -> Colours:
    """The colours in use now."""
    return _colours


def look() -> Look:
    """The look in use now."""
    return _look


def px(size: int) -> int:
    """A text-bound length in pixels at the text size in use."""
    return round(size * _look.scale / 100)


def font(size: int = BASE, bold: bool = False) -> QFont:
    """The system font in one of the four sizes."""
    made = QFont(QApplication.font())
    made.setPixelSize(px(size))
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return made


STYLED = "legaldeskStyled"
"""The application's property that says that it has its style."""


def apply(app: QApplication, wanted: Look) -> None:
    """Dress the application; every window that is open follows at once."""
    global _colours, _look
    _look = replace(wanted, scale=wanted.scale if wanted.scale in SCALES else 100)
    _colours = DARK if _wants_dark(app, wanted.scheme) else LIGHT
    if app.property(STYLED) is None:  # once: a new style dresses every widget anew, dying ones too
        app.setStyle("Fusion")
        app.setProperty(STYLED, True)
    app.setPalette(_palette(_colours))
    base = QFont(app.font())
    base.setPixelSize(px(BASE))
    app.setFont(base)
    app.setStyleSheet(stylesheet(_colours, px))
    for window in app.topLevelWidgets():  # allWidgets() would touch those that are just going
        for button in window.findChildren(QAbstractButton):
            if button.property("iconName"):
                dress(button, button.property("iconName"), button.property("iconRole"))


def _wants_dark(app: QApplication, scheme: str) -> bool:
    if scheme == "system":
        return app.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return scheme == "dark"


def _palette(c: Colours) -> QPalette:
    role = QPalette.ColorRole
    shades = {
        role.Window: c.window,
        role.WindowText: c.text,
        role.Base: c.window,
        role.AlternateBase: c.panel,
        role.Text: c.text,
        role.PlaceholderText: c.secondary,
        role.Button: c.panel,
        role.ButtonText: c.text,
        role.BrightText: c.wrong,
        role.Highlight: c.accent,
        role.HighlightedText: c.on_accent,
        role.Accent: c.accent,
        role.Link: c.accent,
        role.LinkVisited: c.accent,
        role.ToolTipBase: c.panel,
        role.ToolTipText: c.text,
        role.Light: c.line,
        role.Midlight: c.line,
        role.Mid: c.line,
        role.Dark: c.line,
        role.Shadow: c.line,
    }
    palette = QPalette()
    for part, shade in shades.items():
        palette.setColor(part, QColor(shade))
    faded = QColor(c.secondary)
    for part in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, part, faded)
    return palette


# ---------------------------------------------------------------- icons


def dress(button: QAbstractButton, name: str, role: str = "secondary") -> None:
    """Give a button an icon of the set in one of the theme's colours; it follows the theme."""
    button.setProperty("iconName", name)
    button.setProperty("iconRole", role)
    button.setIcon(icon(name, role))
    button.setIconSize(QSize(px(16), px(16)))


def icon(name: str, role: str = "secondary") -> QIcon:
    """An icon of ``resources/icons`` tinted with a colour of the theme in use."""
    return _icon(name, getattr(_colours, role))


def draw_icon(painter: QPainter, name: str, area: QRectF, role: str = "secondary") -> None:
    """Paint an icon into an area, sharp at any scale."""
    if area.width() * painter.device().devicePixelRatio() <= SIDES[-1]:
        icon(name, role).paint(painter, area.toRect())
    else:
        QSvgRenderer(_tinted(name, getattr(_colours, role))).render(painter, area)


@cache
def _icon(name: str, colour: str) -> QIcon:
    renderer = QSvgRenderer(_tinted(name, colour))
    made = QIcon()
    for side in SIDES:
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        made.addPixmap(pixmap)
    return made


@cache
def _tinted(name: str, colour: str) -> QByteArray:
    source = (RESOURCES / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return QByteArray(source.replace("currentColor", colour).encode())
