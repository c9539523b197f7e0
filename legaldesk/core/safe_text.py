"""Text from files and names, made safe for whoever shows it."""

from __future__ import annotations

import re

_HARM = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]"  # control, half, turning
)


def harmless(text: str) -> str:
    """A text in which nothing steers a terminal, hides, or turns what follows; it becomes U+FFFD.

    Those are control characters but for tabs and line feeds, lone surrogates and the characters
    that reverse the reading direction (as in "gnp.exe" read backwards).
    """
    return _HARM.sub("\ufffd", text)
