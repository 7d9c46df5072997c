"""What follows the members of a PyTorch model, taken out of it, to be run for many masks at once.

It is a graph of PyTorch's operations, as `recording` wrote it down. What it needs of all that comes
before is found anew for each chunk of examples, by the number of the operation that made it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, fx
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from nn_bridge.adapters.pytorch.running import UnsupportedError

_ATEN: Any = torch.ops.aten
UNCOUNTED = {_ATEN.detach.default, _ATEN.alias.default, _ATEN.lift_fresh.default}
"""Operations that give what they take, and that PyTorch puts in now and then."""


@dataclass(frozen=True)
class Origin:
    """Where a tensor that the rest needs comes from.

    Attributes
    ----------
    what : 'input', 'operation' or 'weight'
    number : int
        Of the input, or of the operation.
    which : int
        Which of the operation's results.
    """

    what: str
    number: int = 0
    which: int = 0


@dataclass(frozen=True)
class Needed:
    """A tensor that the rest needs.

    Attributes
    ----------
    origin : Origin
    shape, stride : tuples of int
        As they were when the rest was written down, with as many masks.
    weight : Tensor or None
    repeated : bool
        Whether it stands there once for each mask.
    """

    origin: Origin
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    weight: Tensor | None
    repeated: bool


@dataclass(frozen=True, eq=False)
class Rest:
    """What follows the members.

    Attributes
    ----------
    graph : fx.Graph
        Of the weights (C, N) and what is needed; its result is the model's first output.
    needed : list of Needed
    operations : list
        All that the model does, in order.
    masks : int
        C, for which it was written down.
    bytes_at_once : int
        Held at most while it runs, beside what is needed.
    bytes_needed : int
        Of what is needed, weights apart.
    """

    graph: fx.Graph
    needed: list[Needed]
    operations: list[Any]
    masks: int
    bytes_at_once: int
    bytes_needed: int

    @cached_property
    def run(self) -> Any:
        """The function of weights and what is needed that gives the output, (C E, *out)."""
        return fx.GraphModule(torch.nn.Module(), self.graph).forward

    def of_chunk(self, found: dict[Origin, Tensor]) -> list[Tensor]:
        """What is needed, from what `Harvester` found for a chunk of examples."""
        return [
            need.weight
            if need.weight is not None
            else _fitted(found[need.origin], need, self.masks)
            for need in self.needed
        ]


class Harvester(TorchDispatchMode):  # type: ignore[misc, unused-ignore]
    """Finds what a rest needs, while the model runs on a chunk of examples.

    Parameters
    ----------
    rest : Rest
    inputs : list of Tensor
    """

    def __init__(self, rest: Rest, inputs: list[Tensor]) -> None:
        super().__init__()
        self.operations = rest.operations
        self.wanted = {need.origin for need in rest.needed}
        self.wanted_of = {o.number for o in self.wanted if o.what == "operation"}
        self.found = {Origin("input", at): tensor for at, tensor in enumerate(inputs)}
        self.number, self.same, self.paused = 0, True, False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        if self.paused or func in UNCOUNTED:
            return found
        number, self.number = self.number, self.number + 1
        if number >= len(self.operations) or self.operations[number] is not func:
            self.same = False
        if number in self.wanted_of:
            for which, tensor in enumerate(tensors_in(found)):
                origin = Origin("operation", number, which)
                if origin in self.wanted:
                    self.found[origin] = tensor
        return found

    def apart(self, activation: Tensor) -> Tensor:
        """Let the model go on with a copy, over which it may write."""
        self.paused = True
        try:
            return activation.clone()
        finally:
            self.paused = False

    def finished(self) -> dict[Origin, Tensor]:
        """Return what was found."""
        if not self.same or self.number != len(self.operations):
            raise UnsupportedError("the model does other things on other examples")
        return {origin: self.found[origin] for origin in self.wanted if origin.what != "weight"}


def _fitted(tensor: Tensor, need: Needed, masks: int) -> Tensor:
    """Repeat a tensor for each mask, along the axes in which more examples make it longer."""
    if not need.repeated or tuple(tensor.shape) == need.shape:
        return tensor
    times = [
        masks if more == masks * length else 1
        for length, more in zip(tensor.shape, need.shape, strict=True)
    ]
    longer = tensor.repeat(times)
    if longer.stride() == need.stride or 0 in need.stride:
        return longer
    # What follows may look at it in a way that only this order in memory allows.
    return torch.empty_strided(
        need.shape, need.stride, dtype=tensor.dtype, device=tensor.device
    ).copy_(longer)


def tensors_in(tree: Any) -> list[Tensor]:
    """List the tensors in nested tuples, lists and dicts, in order."""
    return [each for each in tree_leaves(tree) if isinstance(each, Tensor)]
