"""A model whose linear layers are in 16 bits already, for autocast."""

from __future__ import annotations

import copy
from typing import Any


class Lowered:
    """A model in fp32, and beside it its copy for 16 bits, made when first asked for.

    autocast turns the weights of a linear layer to 16 bits for every batch anew, a fifteenth of
    MiniLM's time in bf16. The copy shares all other weights, gives the same vectors to the bit,
    and takes a quarter of the model's memory, or less, until this is let go of.
    """

    def __init__(self, model: Any, device: str) -> None:
        self._model = model
        self._on_processor = device == "cpu"  # a graphics card turns them in no time
        self._copies: dict[str, Any] = {}

    def model(self, precision: str) -> Any:
        """What computes in this precision inside its autocast; not for several threads at once."""
        if precision == "fp32" or not self._on_processor:
            return self._model
        if precision not in self._copies:
            self._copies[precision] = _lowered(self._model, precision)
        return self._copies[precision]


def _lowered(model: Any, precision: str) -> Any:
    import torch

    dtype = torch.bfloat16 if precision == "bf16" else torch.float16
    shared = {id(each): each for each in (*model.parameters(), *model.buffers())}
    found = copy.deepcopy(model, shared)
    for module in found.modules():
        if isinstance(module, torch.nn.Linear):
            for name, weights in [*module.named_parameters(recurse=False)]:
                lower = torch.nn.Parameter(weights.detach().to(dtype), requires_grad=False)
                setattr(module, name, lower)
    return found
