"""Chance followed through the operations that really run: from a random number to the outputs.

A tensor of random numbers and of constants alone is chance. Where it meets data it is laid on them:
as a mask if it holds 0 and one other number, else as noise. What comes of that is followed by the
memory that tensors stand in, so that views and operations in place lose nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch.multiprocessing.reductions import StorageWeakRef

from nn_bridge.adapters.pytorch import axes
from nn_bridge.checking.sites import Mask
from nn_bridge.checking.watching import Draw

MULTIPLIED = {"mul", "mul_", "multiply", "multiply_"}
DIVIDED = {"div", "div_", "divide", "divide_", "true_divide", "true_divide_"}
CONSTANT = {"empty_like", "zeros_like", "ones_like", "full_like", "new_empty", "new_zeros",
            "new_ones", "new_full", "lift_fresh", "fill", "fill_", "zero_"}  # fmt: skip
SCALARS = {"_local_scalar_dense", "is_nonzero", "item"}
WHOLE = {"native_dropout", "_fused_dropout"}
"""Operations that drop by themselves, and return the mask beside the result."""


class Place(NamedTuple):
    """Where in the model something happens.

    Attributes
    ----------
    where, kind : str
        As in `Draw`.
    layer : str or None
        Path of the layer that declares the rate.
    within : str
        Path of the innermost layer.
    asked : float or None
    """

    where: str
    kind: str
    layer: str | None
    within: str
    asked: float | None


@dataclass(eq=False)
class Root:
    """One draw of random numbers, and what became of it."""

    place: Place
    numbers: int
    kept: Any = None
    """Of a draw of two values: a copy from before anything was made of it."""
    silent: bool = False
    """Whether nothing was drawn where something could have been."""
    mask: Mask | None = None
    noise: bool = False
    scale: float | None = None
    factors: list[float] = field(default_factory=list)
    """Numbers by which the values were multiplied just before or just after."""
    shape: tuple[int, ...] = ()
    misfit: str = ""
    features: int | None = None

    @property
    def scales(self) -> tuple[float, ...]:
        """By what survivors may have been multiplied, all readings."""
        if self.scale is None:
            return ()
        found = [self.scale]
        for factor in self.factors:
            found += [each * factor for each in found]
        return tuple(found)


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
        self._pure: dict[int, tuple[Any, Root | None]] = {}  # None: a constant
        self._factor: dict[int, tuple[Any, float]] = {}
        self._laid: dict[int, tuple[Any, Root]] = {}
        self._reached: dict[int, tuple[Any, frozenset[Root]]] = {}
        self.escaped: set[Root] = set()
        self.consumed: set[Root] = set()
        self.axes = axes.Axes()
        self.multiplied: Callable[[float], None] = lambda factor: None

    def saw(self, func: Any, args: Sequence[Any], kwargs: dict[str, Any], out: Any) -> None:
        """Take note of an operation that has run."""
        name = func._schema.name.removeprefix("aten::")
        ins = tensors((args, kwargs))
        outs = tensors(out)
        self.axes.saw(name, args, ins, outs)
        before = frozenset().union(*(self.reached_by(each) for each in ins))
        if name in SCALARS:
            self.escaped |= before
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
            self._keep(outs, None)
        self._multiplied(name, args, outs)
        if before:
            for each in outs:
                storage = _storage(each)
                if storage is not None:
                    held = self._reached.get(storage.cdata)
                    known = held[1] if held else frozenset()
                    if not (held and before <= known):
                        self._reached[storage.cdata] = (storage, known | before)
            self.consumed |= frozenset().union(*(self.reached_by(each) for each in ins))

    def reached_by(self, tensor: Any) -> frozenset[Root]:
        """Return the draws that a tensor comes of."""
        storage = _storage(tensor)
        held = None if storage is None else self._reached.get(storage.cdata)
        return held[1] if held else frozenset()

    def escapes(self, given: Any) -> None:
        """Take note that tensors leave PyTorch: what becomes of them is not seen."""
        for each in tensors(given):
            self.escaped |= self.reached_by(each)

    def draws(self, outputs: Any) -> list[Draw]:
        """Return what was drawn, once the outputs are there."""
        ends = tensors(outputs)
        used = frozenset().union(self.escaped, *(self.reached_by(each) for each in ends))
        if not ends:
            used |= self.consumed
        return [self._told(root, root in used) for root in self.roots if _entered(root)]

    def all_dropped(self, place: Place, out: Any) -> None:
        """Take note of a rate of 1, for which nothing is drawn."""
        root = Root(place, out.numel(), shape=tuple(out.shape))
        root.mask = Mask.of(torch.zeros(out.shape).numpy(), root.shape)
        self.roots.append(root)
        storage = _storage(out)
        if storage is not None:
            self._reached[storage.cdata] = (storage, self.reached_by(out) | {root})

    def _told(self, root: Root, used: bool) -> Draw:
        place, mask = root.place, root.mask
        if mask is None and not root.noise and root.kept is not None:  # drawn, and laid on nothing
            mask, used = Mask.of(root.kept, root.kept.shape), False
        return Draw(
            place.where, place.kind, place.layer, place.within, place.asked, mask, root.noise,
            root.scales, used, root.shape, root.misfit, root.features,
        )  # fmt: skip

    def _drawn(self, name: str, ins: Sequence[Any], outs: Sequence[Any]) -> None:
        made = outs[0]
        root = Root(self._place(), made.numel())
        if "bernoulli" in name:
            root.kept = (made != 0).cpu().numpy()
        self.roots.append(root)
        self._keep(outs, root)

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
        known = [self._pure.get(id(each), (None, self))[1] for each in ins]  # self: data
        chance = [one for one in known if isinstance(one, Root)]
        data = [
            each for each, one in zip(ins, known, strict=True) if one is self and not _single(each)
        ]
        if not data or (name in CONSTANT and not chance):
            if chance or all(one is None for one in known) or name in CONSTANT:
                self._keep(outs, chance[0] if chance else None)
            return frozenset()
        if not chance:
            for each in outs:
                self._pure.pop(id(each), None)
            return frozenset()
        root = chance[0]
        laid = next(each for each, one in zip(ins, known, strict=True) if one is root)
        for each in outs:
            self._pure.pop(id(each), None)
        self._meet(name, args, root, laid, data[0])
        for each in outs:
            self._laid[id(each)] = (each, root)
        return frozenset(one for one in chance)

    def _meet(self, name: str, args: Sequence[Any], root: Root, laid: Any, values: Any) -> None:
        """Note how chance is laid on data."""
        if root.mask is not None or root.noise:
            return  # the same draw once more, as in a mask for all steps
        if id(values) in self._factor:
            root.factors.append(self._factor[id(values)][1])
        if root.kept is not None and "alpha" in root.place.kind.lower():
            self._lay(root, torch.as_tensor(root.kept), values, None)  # what is dropped is not 0
            return
        if name in MULTIPLIED and laid.numel():
            kept, high = laid != 0, laid.max()
            if bool((kept == (laid == high)).all()) or not bool(high):  # 0 and one other number
                self._lay(root, kept, values, float(high) or None)
                return
        elif name == "where" and laid is args[0]:
            zero = [_zero(each) for each in args[1:3]]
            if any(zero):
                self._lay(root, ~laid if zero[0] else laid, values, 1.0)
            else:
                self._lay(root, laid, values, None)
            return
        elif laid.dtype == torch.bool and name.rstrip("_") in ("masked_fill", "index_put"):
            self._lay(root, ~laid, values, 1.0 if _zero(args[2]) else None)
            return
        root.noise, root.shape = True, tuple(values.shape)

    def _lay(self, root: Root, kept: Any, values: Any, scale: float | None) -> None:
        shape = tuple(torch.broadcast_shapes(kept.shape, values.shape))
        axis = self.axes.of(values)
        root.shape, root.scale, root.features = shape, scale, axis
        root.misfit = axes.misfit(root.place.kind, tuple(values.shape), axis)
        drawn = _independent(kept, shape, root.numbers)
        root.mask = Mask.of(drawn.cpu().numpy(), shape, 1 if axis is None else axis)

    def _multiplied(self, name: str, args: Sequence[Any], outs: Sequence[Any]) -> None:
        """Note that values were multiplied by a single number."""
        if name not in MULTIPLIED | DIVIDED or len(args) < 2 or not outs:
            return
        first, second = args[:2]
        if name in MULTIPLIED and _number(first) is not None:
            first, second = second, first
        by = _number(second)
        if by is None or not isinstance(first, torch.Tensor) or not by:
            return
        held = self._pure.get(id(first))
        if held is not None:
            return  # a constant or chance: the mask shows it
        by = by if name in MULTIPLIED else 1.0 / by
        self.multiplied(by)
        self._factor[id(outs[0])] = (outs[0], by)
        if id(first) in self._laid:
            self._laid[id(first)][1].factors.append(by)

    def _keep(self, outs: Sequence[Any], root: Root | None) -> None:
        for each in outs:
            self._pure[id(each)] = (each, root)


def tensors(given: Any) -> list[Any]:
    """List the tensors in whatever holds them, such as a model's outputs."""
    if isinstance(given, torch.Tensor):
        return [given]
    if isinstance(given, dict):
        given = list(given.values())
    elif hasattr(given, "to_tuple"):  # transformers' outputs
        given = given.to_tuple()
    elif not isinstance(given, (list, tuple)):
        given = list(vars(given).values()) if hasattr(given, "__dataclass_fields__") else ()
    return [each for part in given for each in tensors(part)]


def _entered(root: Root) -> bool:
    """Whether chance came to something: what only decides, and what is unused, does not."""
    known = root.place.layer is not None or root.place.asked is not None
    laid = root.mask is not None or root.noise
    return laid or root.silent or (known and root.kept is not None)


def _random(func: Any) -> bool:
    """Whether an operation makes random numbers."""
    if torch.Tag.nondeterministic_seeded not in func.tags:
        return False
    name: str = func._schema.name
    return "attention" not in name and "rnn" not in name  # watched with fused kernels off


def _independent(kept: Any, shape: tuple[int, ...], numbers: int) -> Any:
    """Return a mask with one entry for each independent draw, of which there were `numbers`."""
    kept = kept.reshape((1,) * (len(shape) - kept.ndim) + tuple(kept.shape))
    for axis in range(kept.ndim):
        if kept.shape[axis] > 1 and kept.stride(axis) == 0:
            kept = kept.narrow(axis, 0, 1)
    for axis in range(kept.ndim):  # copied along an axis
        if kept.numel() > numbers and kept.shape[axis] > 1:
            first = kept.narrow(axis, 0, 1)
            if bool((kept == first).all()):
                kept = first
    return kept


def _number(given: Any) -> float | None:
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        return float(given)
    if isinstance(given, torch.Tensor) and given.ndim == 0 and given.dtype.is_floating_point:
        return float(given)
    return None


def _single(tensor: Any) -> bool:
    return bool(tensor.ndim == 0)


def _zero(given: Any) -> bool:
    if isinstance(given, torch.Tensor):
        return bool((given == 0).all())
    return bool(given == 0)


def _storage(tensor: Any) -> Any:
    try:
        return StorageWeakRef(tensor.untyped_storage())
    except (NotImplementedError, RuntimeError):  # sparse, or of a kind without memory of its own
        return None
