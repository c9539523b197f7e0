"""Load now what reading a PDF may load late, because the parser's box opens no files.

Found by reading some 180 real and hostile files and looking at what had come in by then;
whole packages are taken where a file can ask for any part of one.
"""

from __future__ import annotations

import contextlib
import encodings
import importlib
import pkgutil
from collections.abc import Iterable

_BY_NAME = (
    "_strptime base64 binascii calendar decimal hmac legaldesk.engine.pdf_structure linecache "
    "locale PIL.Image secrets stringprep traceback unicodedata uuid xml.dom.expatbuilder "
    "xml.dom.minidom zlib"
).split()


def load_all() -> None:
    """Import both libraries, their codecs and ciphers, and every text encoding of Python's."""
    import pypdf

    for name in (*_BY_NAME, *_within("encodings", encodings.__path__)):
        _load(name)
    for name in _within("pypdf", pypdf.__path__):
        _load(name)
    "x".encode("idna")


def _within(package: str, path: Iterable[str]) -> list[str]:
    return [found.name for found in pkgutil.walk_packages(path, f"{package}.")]


def _load(name: str) -> None:
    """Import a module, unless it is one for another system or for a library that we lack."""
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
