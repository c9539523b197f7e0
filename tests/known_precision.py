"""Libraries in which it is known already that a model computes in fp32 on this processor.

The trial that finds it out takes seconds for every model of every library. It has tests of its
own in tests/engine/test_precision.py; a real one runs in tests/test_window.py.
"""

from __future__ import annotations

from pathlib import Path

from legaldesk.engine.devices import device_title
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.precision import Trial, remember


def know_precision(library: Path, *models: Path) -> None:
    """Note in a library, which is made if need be, that 16 bits gain nothing for these models."""
    library.mkdir(mode=0o700, parents=True, exist_ok=True)
    for model in models:
        identity = read_model_folder(model).identity
        remember(library / "precision.json", identity, device_title("cpu"), Trial("bf16", 0, 0, 0))
