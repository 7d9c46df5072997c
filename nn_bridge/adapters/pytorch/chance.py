"""Chance followed through the operations that really run: from a random number to the outputs.

A tensor of random numbers and of constants alone is chance. Where it meets data it is laid on them:
as a mask if it holds 0 and one other number, else as noise. Constants that differ from each other,
such as positions, are data to a mask. All is followed by the memory that tensors stand in, so that
views and operations in place lose nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.utils._pytree import tree_map

from nn_bridge.adapters.pytorch import axes
from nn_bridge.adapters.pytorch.draws import Place, Root
from nn_bridge.adapters.pytorch.memory import ByMemory
from nn_bridge.adapters.pytorch.values import (
    dropped_of,
    flat,
    independent,
    number_in,
    tensors,
    two_values,
    zero,
)
from nn_bridge.checking.sites import Mask
from nn_bridge.checking.watching import Draw

MULTIPLIED = {"mul", "mul_", "multiply", "multiply_"}
DIVIDED = {"div", "div_", "divide", "divide_", "true_divide", "true_divide_"}
CONSTANT = {"empty_like", "zeros_like", "ones_like", "full_like", "new_empty", "new_zeros",
            "new_ones", "new_full", "lift_fresh", "fill", "fill_", "zero_"}  # fmt: skip
FILLED = {"fill_", "zero_"}
SCALARS = {"_local_scalar_dense", "is_nonzero", "item"}
WHOLE = {"native_dropout", "_fused_dropout"}
"""Operations that drop by themselves, and return the mask beside the result."""


class Chance:
    """What becomes of random numbers in one forward pass.

    Parameters
    ----------
    place : function
        Says where in the model the present operation is.
    """

    def __init__(self, place: Callable[[], Place]) -> None:
        self._place = place
        self.roots: list[Root] = []
        self._made_of = ByMemory[tuple[Root, ...] | None](None)  # (): constants; None: data
        self._factor: dict[int, tuple[Any, float]] = {}
        self._laid: dict[int, tuple[Any, Root]] = {}
        self._reached = ByMemory[frozenset[Root]](frozenset())
        self.escaped: set[Root] = set()
        self.consumed: set[Root] = set()
        self.axes = axes.Axes()
        self.multiplied: Callable[[float], None] = lambda factor: None

    def saw(self, func: Any, args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> None:
        """Take note of an operation that has run."""
        name = func._schema.name.removeprefix("aten::")
        if any(each.is_nested for each in tensors((args, kwargs, out))):
            args, kwargs, out = tree_map(flat, (args, kwargs, out))
        ins = tensors((args, kwargs))
        outs = tensors(out)
        self.axes.saw(name, args, ins, outs)
        before = frozenset().union(*(self.reached_by(each) for each in ins))
        if name in SCALARS:
            self.escapes(ins)
            return
        if name in WHOLE:
            before |= self._whole(args, outs)
        elif name.startswith("rrelu_with_noise"):
            before |= self._leaky(args, ins)
        elif _random(func):
            self._drawn(name, ins, outs)
        elif ins and outs:
            before |= self._combined(name, args, ins, outs)
        elif outs:  # made of nothing: a constant
            self._keep(outs, ())
        self._multiplied(name, args, outs)
        if before:
            for each in outs:
                self._reached[each] |= before
            self.consumed |= frozenset().union(*(self.reached_by(each) for each in ins))

    def reached_by(self, tensor: Any) -> frozenset[Root]:
        """Return the draws that a tensor comes of."""
        return self._reached[tensor]

    def escapes(self, given: Any) -> None:
        """Take note that tensors leave PyTorch: what becomes of them is not seen."""
        for each in tensors(given):
            self.escaped |= self.reached_by(each).union(self._made_of[each] or ())

    def draws(self, outputs: Any) -> list[Draw]:
        """Return what was drawn, once the outputs are there."""
        ends = tensors(outputs)
        self.escapes(ends)
        used = self.escaped if ends else self.escaped | self.consumed
        return [root.told(root in used) for root in self.roots if root.entered]

    def all_dropped(self, place: Place, out: Any) -> None:
        """Take note of a rate of 1, for which nothing is drawn."""
        root = Root(place, out.numel(), shape=tuple(out.shape))
        root.mask = Mask.of(torch.zeros(out.shape).numpy(), root.shape)
        self.roots.append(root)
        self._reached[out] |= {root}

    def _drawn(self, name: str, ins: Sequence[Any], outs: Sequence[Any]) -> None:
        made = outs[0]
        root = Root(self._place(), made.numel())
        if "bernoulli" in name:
            root.kept = (made != 0).cpu().numpy()
        self.roots.append(root)
        self._keep(outs, (root,))

    def _whole(self, args: Sequence[Any], outs: Sequence[Any]) -> frozenset[Root]:
        if len(outs) < 2 or outs[1].dtype != torch.bool or not outs[1].numel():
            return frozenset()  # not in training
        root = Root(self._place(), outs[1].numel())
        self.roots.append(root)
        kept, values = outs[1], args[0]
        some = kept & (values != 0)
        scale = (outs[0][some] / values[some]).float().median() if some.any() else None
        self._lay(root, kept, values, None if scale is None else float(scale))
        return frozenset([root])

    def _leaky(self, args: Sequence[Any], ins: Sequence[Any]) -> frozenset[Root]:
        if not any(each is True for each in args):
            return frozenset()  # not in training
        root = Root(self._place(), ins[0].numel(), noise=True, shape=tuple(ins[0].shape))
        self.roots.append(root)
        return frozenset([root])

    def _combined(
        self, name: str, args: Sequence[Any], ins: Sequence[Any], outs: Sequence[Any]
    ) -> frozenset[Root]:
        known = [self._made_of[each] for each in ins]
        chance = tuple(dict.fromkeys(root for one in known for root in one or ()))
        data = [each for each, one in zip(ins, known, strict=True) if one is None and each.ndim]
        if not data and name in MULTIPLIED:
            data = dropped_of(ins, known)
        if not data or (name in CONSTANT and not chance):
            if name in FILLED and known[0] is None:
                return frozenset()  # a part of data, perhaps
            if chance or None not in known or name in CONSTANT:
                self._keep(outs, chance)
            return frozenset()
        for each in outs:
            self._made_of.forget(each)
        for root in chance:
            laid, of = next(
                (each, one) for each, one in zip(ins, known, strict=True) if one and root in one
            )
            if len(of) == 1 or (root is of[0] and root.place.asked is None):
                self._meet(name, args, root, laid, data[0])
                self._laid.update((id(each), (each, root)) for each in outs)
        return frozenset(chance)

    def _meet(self, name: str, args: Sequence[Any], root: Root, laid: Any, values: Any) -> None:
        """Note how chance is laid on data."""
        if root.mask is not None or root.noise:
            return  # the same draw once more, as in a mask for all steps
        if id(values) in self._factor:
            root.factors.append(self._factor[id(values)][1])
        if root.kept is not None and "alpha" in root.place.kind.lower():
            self._lay(root, torch.as_tensor(root.kept), values, None)  # what is dropped is not 0
            return
        if name in MULTIPLIED and two_values(laid):
            self._lay(root, laid != 0, values, float(laid.max()) or None)
            return
        if name == "where" and laid is args[0]:
            nothing = [zero(each) for each in args[1:3]]
            if any(nothing):
                self._lay(root, ~laid if nothing[0] else laid, values, 1.0)
            else:
                self._lay(root, laid, values, None)
            return
        if laid.dtype == torch.bool and name.rstrip("_") in ("masked_fill", "index_put"):
            self._lay(root, ~laid, values, 1.0 if zero(args[2]) else None)
            return
        if root.kept is None or root.place.asked is None:
            root.noise, root.shape = True, tuple(values.shape)

    def _lay(self, root: Root, kept: Any, values: Any, scale: float | None) -> None:
        shape = tuple(torch.broadcast_shapes(kept.shape, values.shape))
        axis = self.axes.of(values)
        root.shape, root.scale, root.features = shape, scale, axis
        root.misfit = axes.misfit(root.place.kind, tuple(values.shape), axis)
        drawn = independent(kept, shape, root.numbers)
        root.mask = Mask.of(drawn.cpu().numpy(), shape, 1 if axis is None else axis)

    def _multiplied(self, name: str, args: Sequence[Any], outs: Sequence[Any]) -> None:
        """Note that values were multiplied by a single number."""
        if name not in MULTIPLIED | DIVIDED or len(args) < 2 or not outs:
            return
        first, second = args[:2]
        if name in MULTIPLIED and number_in(first) is not None:
            first, second = second, first
        by = number_in(second)
        if by is None or not isinstance(first, torch.Tensor) or not by:
            return
        if self._made_of[first] is not None:
            return  # a constant or chance: the mask shows it
        by = by if name in MULTIPLIED else 1.0 / by
        self.multiplied(by)
        self._factor[id(outs[0])] = (outs[0], by)
        if id(first) in self._laid:
            self._laid[id(first)][1].factors.append(by)

    def _keep(self, outs: Sequence[Any], made_of: tuple[Root, ...]) -> None:
        for each in outs:
            self._made_of[each] = made_of


def _random(func: Any) -> bool:
    """Whether an operation makes random numbers."""
    if torch.Tag.nondeterministic_seeded not in func.tags:
        return False
    name: str = func._schema.name
    return "attention" not in name and "rnn" not in name  # watched with fused kernels off
