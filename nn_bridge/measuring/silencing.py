"""A layer of somebody's network whose members can fall silent: what measuring needs of an adapter.

A member is a unit, a channel, an attention head, a block of them, or a whole layer. Silenced means
that its activation a becomes a base: 0, or its mean over the examples. Everything before the layer
is computed once for a chunk of examples; masks go through the rest of the network in batches.
"""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, NoReturn, get_args

import numpy as np

from simulation.arrays import Array, FloatArray, IntArray
from simulation.checks import InputError, given, listed, one_of, whole

Ablation = Literal["zero", "mean"]
"""What a silenced member's activation becomes: 0, or its mean over the examples."""

MEMORY = 512 * 2**20
"""Bytes that measuring may hold beside the data and the network, if nobody says otherwise."""


class Contributions(NamedTuple):
    """What the members add to the outputs, where all that follows them is linear.

    Attributes
    ----------
    contributions : (N, M, K) array
    handout : (K,) array
        What comes out when all are silenced; the same on all examples.
    then : {'', 'softmax', 'log_softmax'}
        What the network makes of their sum; '': these are the outputs themselves.
    """

    contributions: FloatArray
    handout: FloatArray
    then: str = ""


@dataclass(frozen=True)
class Asked:
    """What is to fall silent, and how; each adapter's `silenced(model, inputs, asked)` takes it.

    Attributes
    ----------
    layers : str, or list or tuple of str
        Kept as a tuple. One: its units or channels are the members. Several: each layer is one.
    blocks : None, int, 'heads' or tuple of tuples of int
        Members are blocks of units: so many of neighbours, a layer's attention heads, or these.
    ablation : {'zero', 'mean'}
    memory : int
        Bytes to hold at most.
    """

    layers: Any
    blocks: Any = None
    ablation: Ablation = "zero"
    memory: int = MEMORY

    def __post_init__(self) -> None:
        one = isinstance(self.layers, str) or not isinstance(self.layers, Iterable)
        layers = (self.layers,) if one else listed("members", self.layers)
        if not layers or not all(isinstance(layer, str) for layer in layers):
            raise InputError(
                f"members is {given(self.layers)}, but must be a layer's name, a list of layers' "
                "names, or a pair (names, silence)"
            )
        if len(set(layers)) < len(layers):
            raise InputError(f"members names a layer twice: {given(self.layers)}")
        if len(layers) > 1 and self.blocks is not None:
            raise InputError("blocks are of the units of one layer: name one, or leave blocks out")
        object.__setattr__(self, "layers", layers)
        if isinstance(self.blocks, np.ndarray):
            object.__setattr__(self, "blocks", self.blocks.tolist())
        one_of("ablation", self.ablation, get_args(Ablation))
        whole("memory (in bytes)", self.memory, least=2**20)

    @property
    def noun(self) -> str:
        """What members are."""
        if len(self.layers) > 1:
            return "layers"
        return "units" if self.blocks is None else "heads" if self.blocks == "heads" else "blocks"


class Silenced(ABC):
    """Somebody's network on M examples, with N members of which any can be silenced.

    Attributes
    ----------
    members : tuple of str
        N names, each another.
    examples : int
        M.
    chunk : int
        For how many examples `outputs` is best asked at once.
    notes : tuple of str
        What a reader of the result must know: that 'evaluations differ: ..', that 'the whole model
        was run for each mask: ..'. What comes before the colon says of which kind it is.
    noun : str
        What the members are, if not what was asked for says it: 'channels'.
    scales : bool
        Whether other weights than 0 and 1 have a meaning, so that those there can fill the time.
    """

    members: tuple[str, ...]
    examples: int
    chunk: int
    notes: tuple[str, ...] = ()
    noun: str = ""
    scales: bool = True

    @abstractmethod
    def outputs(self, rows: slice, weights: FloatArray) -> Array:
        """Outputs on the examples `rows` for C masks, (C, B, *out).

        Member j's activation a becomes base_j + weights[c, j] (a - base_j): 0 silences it, 1
        leaves it as it is. However many masks there are, the adapter holds no more than its
        budget of memory beside what it returns.
        """

    def additive(self) -> Contributions | None:
        """Return the members' contributions where what follows them is linear, else None.

        Linear up to the outputs, or to the logits of a softmax.
        """
        return None

    def activity(self) -> FloatArray | None:
        """On which share of the examples each member's activation is not 0, (N,), where known."""
        return None


class Grouped(NamedTuple):
    """The members that the units of one layer make.

    Attributes
    ----------
    names : tuple of str
    member_of : (units,) int array
        Which member each unit belongs to; N for those of none, which are always there.
    """

    names: tuple[str, ...]
    member_of: IntArray

    @property
    def some_always_there(self) -> bool:
        """Whether there are units that belong to no member."""
        return bool((self.member_of == len(self.names)).any())

    def of_units(self, weights: FloatArray) -> FloatArray:
        """Weights of all units, (C, units), from those of the members, (C, N)."""
        always = np.ones((len(weights), 1))
        return np.asarray(np.concatenate([weights, always], axis=1)[:, self.member_of])


def of_layer(name: str, units: int, asked: Asked, heads: int | None = None) -> Grouped:
    """Share out a layer's units: where several layers are asked for, each is one member."""
    if len(asked.layers) > 1:
        return Grouped((name,), np.zeros(units, dtype=int))
    return grouped(units, asked.blocks, heads)


def of_units(groups: Sequence[Grouped], weights: FloatArray) -> list[FloatArray]:
    """Weights of the units of each layer, (C, units), from those of the members, (C, N)."""
    parts = [weights] if len(groups) == 1 else np.split(weights, len(groups), axis=1)
    return [group.of_units(part) for group, part in zip(groups, parts, strict=True)]


def grouped(units: int, blocks: Any, heads: int | None = None) -> Grouped:
    """Share out a layer's units or channels among members.

    Parameters
    ----------
    units : int
    blocks : None, int, 'heads' or list of lists of int
        As `Asked` has it.
    heads : int or None
        How many attention heads the layer has, if it has any.

    Examples
    --------
    >>> grouped(6, 2).names
    ('0-2', '3-5')
    >>> grouped(4, [[0, 2], [3]]).member_of.tolist()
    [0, 2, 0, 1]
    """
    if blocks is None:
        return Grouped(tuple(map(str, range(units))), np.arange(units))
    if blocks == "heads":
        if not heads:
            raise InputError(
                "blocks is 'heads', but how many attention heads the layer has was not found: "
                "give their number instead, as blocks=12"
            )
        return Grouped(tuple(f"head {j}" for j in range(heads)), _neighbours(units, heads))
    if isinstance(blocks, (int, np.integer)):
        number = whole("blocks", blocks, least=1, most=units)
        member_of = _neighbours(units, number)
        ends = [np.flatnonzero(member_of == j)[[0, -1]] for j in range(number)]
        return Grouped(
            tuple(f"{first}-{last}" if first < last else f"{first}" for first, last in ends),
            member_of,
        )
    if isinstance(blocks, str):
        one_of("blocks", blocks, ("heads",))
    parts = [listed("a block", block) for block in listed("blocks", blocks)]
    if not parts or not all(parts):
        raise InputError(f"blocks is {given(blocks)}, but must name at least one unit in each")
    member_of = np.full(units, len(parts))
    for member, part in enumerate(parts):
        for unit in part:
            at = whole("a unit of a block", unit, least=0, most=units - 1)
            if member_of[at] < len(parts):
                raise InputError(f"unit {at} stands in the blocks twice: a unit is in one only")
            member_of[at] = member
    names = tuple(_named(part) for part in parts)
    return Grouped(names, member_of)


def _neighbours(units: int, blocks: int) -> IntArray:
    """As equal as can be."""
    return np.asarray(np.arange(units) * blocks // units)


def _named(part: Sequence[int]) -> str:
    return ",".join(map(str, part))


def no_such_layer(name: str, names: Sequence[str]) -> NoReturn:
    """Say that a network has no layer of this name, and which it has, the nearest first.

    Those that are not near stand in the order in which the network has them.
    """
    near = difflib.get_close_matches(name, names)
    shown = [*near, *(each for each in names if each not in near)]
    more = f", and {len(shown) - 12} more" if len(shown) > 12 else ""
    raise InputError(
        f"members names the layer {given(name)}, but the network has: "
        f"{', '.join(shown[:12]) or 'none'}{more}"
    )
