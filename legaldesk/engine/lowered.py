"""A model whose linear layers are in 16 bits already, for autocast."""

from __future__ import annotations

import copy
from typing import Any


class Lowered:
    """A model in fp32, and beside it its like for 16 bits, made when first asked for.

    autocast turns the weights of a linear layer to 16 bits for every batch anew, a fifteenth of
    MiniLM's time in bf16. The like shares all else, gives the same vectors to the bit, and takes
    half of what those layers take, until this is let go of.
    """

    def __init__(self, model: Any, device: str) -> None:
        self._model = model
        self._on_processor = device == "cpu"  # a graphics card turns them in no time
        self._likes: dict[str, Any] = {}

    def model(self, precision: str) -> Any:
        """What computes in this precision inside its autocast; not for several threads at once."""
        if precision == "fp32" or not self._on_processor:
            return self._model
        if precision not in self._likes:
            import torch

            dtype = torch.bfloat16 if precision == "bf16" else torch.float16
            self._likes[precision] = _like(self._model, dtype)
        return self._likes[precision]


def _like(module: Any, dtype: Any) -> Any:
    """A module of its own with its children's likes; tokenizers and other weights are shared."""
    import torch

    found = copy.copy(module)
    found._modules = {
        name: None if child is None else _like(child, dtype)
        for name, child in module._modules.items()
    }
    if isinstance(module, torch.nn.Linear):
        found._parameters = {
            name: None if weights is None else _lower(weights, dtype)
            for name, weights in module._parameters.items()
        }
    return found


def _lower(weights: Any, dtype: Any) -> Any:
    import torch

    return torch.nn.Parameter(weights.detach().to(dtype), requires_grad=False)
