"""What torch and the model libraries are told before they are imported."""

from __future__ import annotations

import os

_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DO_NOT_TRACK": "1",
    "ORT_DISABLE_TELEMETRY": "1",
}

_SLEEP_WHEN_IDLE = {"OMP_WAIT_POLICY": "PASSIVE"}
"""Spinning between two batches, torch's threads would take the window's processor."""


def stay_offline() -> None:
    """Set what the model libraries read once, before they are imported: no network, no spinning.

    A hub name on a cut network blocks for 70 s; with this it fails at once.
    """
    os.environ.update(_OFFLINE)
    os.environ.update(_SLEEP_WHEN_IDLE)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
