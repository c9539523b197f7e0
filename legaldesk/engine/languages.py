"""Which language a text is in. The only module that uses py3langid; works offline."""

from __future__ import annotations

import functools
import threading
from typing import Any

SURE = 0.6
"""Probability below which no answer is given; short questions mostly reach 0.8."""

SAMPLE = 20_000
"""Characters of a text that are looked at (2 ms)."""

_RARELY_LAW = frozenset({"an", "br", "eo", "fy", "gd", "ht", "jv", "ln", "oc", "qu", "vo", "wa"})
"""Left out: seldom the language of a legal document, and easily taken for one that is."""

_lock = threading.Lock()


def detect(text: str) -> str:
    """The ISO 639-1 code of the language that a text is in, or "" when that is unsure.

    Short fragments, numbers and mixed text give "". The first call reads the language
    model (0.5 s); later ones take 0.1 ms for a sentence.
    """
    language, probability = _identifier().classify(text[:SAMPLE])
    return str(language) if probability >= SURE else ""


def begin_to_load() -> None:
    """Read the language model in a thread of its own, where a text is about to come."""
    threading.Thread(target=_identifier, name="languages", daemon=True).start()


def _identifier() -> Any:
    with _lock:  # two threads must not load it at once
        return _load()


@functools.cache
def _load() -> Any:
    """py3langid's identifier of two-letter languages, with probabilities.

    A separate one, so that nothing else that uses the package changes its languages.
    """
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    wanted = [code for code in identifier.labels if len(code) == 2 and code not in _RARELY_LAW]
    identifier.set_languages(wanted)
    return identifier
