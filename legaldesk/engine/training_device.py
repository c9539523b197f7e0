"""What a device can train with. Imports torch inside, so it belongs into the engine process."""

from __future__ import annotations

from typing import Any

from legaldesk.core.recipes import Abilities

_AMPERE = 8
"""The first generation of NVIDIA cards that computes in bf16 and TF32."""


def abilities(device: str) -> Abilities:
    """The abilities of "cpu", "cuda:0" or "mps".

    A processor counts as able where it has units for bf16; emulated, it is far slower than
    fp32. Apple's cards train in fp32.
    """
    import torch

    kind = device.partition(":")[0]
    if kind == "cuda":
        newer = torch.cuda.get_device_capability(device)[0] >= _AMPERE
        return Abilities(kind, bf16=newer, fp16=True, tf32=newer)
    return Abilities(kind, bf16=kind == "cpu" and _has_units(torch))


def _has_units(torch: Any) -> bool:
    """Whether the processor has instructions for bf16 (avx512_bf16 or AMX)."""
    names = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, lambda: False)() for name in names)
