"""What a watched pass drew, told as `check_up` takes it; and how far it went.

Masks are drawn by `bernoulli`. Other numbers are noise, also where somebody compares them with a
rate: `uniform(..) < p`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from nn_bridge.adapters.flax_nnx.tracing import Entry, Trace
from nn_bridge.checking.sites import Mask
from nn_bridge.checking.watching import Draw, Norm
from simulation.arrays import Array

OTHERS = (0.0, 1.0)
"""What takes the place of draws, to see how far they reach."""


@dataclass(frozen=True)
class Reach:
    """How far the draws at a place go.

    Attributes
    ----------
    used : bool
        Whether outputs depend on them.
    norms : frozenset of str
        Batch normalisations that do.
    dropped : float or None
        By hand, with which number the examples differ less in the outputs: that drops.
    """

    used: bool
    norms: frozenset[str]
    dropped: float | None


class Told:
    """Tells of passes of one model.

    A place's reach is found out in the first pass that draws there, by playing the pass again with
    other numbers.
    """

    def __init__(self) -> None:
        self._reached: dict[tuple[str, bool], Reach] = {}

    def of(
        self, trace: Trace, training: bool, outputs: Any, again: Callable[[], Any]
    ) -> tuple[tuple[Draw, ...], dict[str, Norm]]:
        """Return the draws of a pass, and what came into its batch normalisations.

        Parameters
        ----------
        trace : Trace
            Still watching.
        training : bool
        outputs : object
            Of the pass.
        again : function()
            Makes the same pass once more.
        """
        norms = dict(trace.norms)
        for entry in trace.entries:
            key = (entry.draw.where, training)
            if entry.drawn is not None and key not in self._reached:
                self._reached[key] = _reach(trace, entry.draw.where, outputs, norms, again)
        reached = {
            each.draw.where: self._reached[each.draw.where, training]
            for each in trace.entries
            if each.drawn is not None
        }
        draws = tuple(_told(each, reached.get(each.draw.where)) for each in trace.entries)
        places = dict.fromkeys(each.where for each in draws if each.drops and each.where in reached)
        return draws, {
            path: Norm(
                each,
                tuple(where for where in places if path in reached[where].norms),
                path in trace.learning,
            )
            for path, each in norms.items()
        }


def _told(entry: Entry, reach: Reach | None) -> Draw:
    draw, drawn = entry.draw, entry.drawn
    if drawn is None or reach is None:
        return draw
    draw = replace(draw, used=reach.used)
    if drawn.function != "bernoulli":
        return replace(draw, noise=True)
    kept = np.asarray(drawn.value)
    if draw.layer is None and reach.dropped == 1:
        kept = ~kept
    return replace(draw, mask=Mask.of(kept, draw.shape, entry.channels))


def _reach(
    trace: Trace,
    where: str,
    outputs: Any,
    norms: Mapping[str, Array],
    again: Callable[[], Any],
) -> Reach:
    """Play a pass again with other numbers at a place."""
    drawn = [each.drawn for each in trace.entries if each.draw.where == where and each.drawn]
    spreads, used, reached = [], False, frozenset[str]()
    for other in OTHERS:
        trace.norms = {}
        with trace.source.again(trace.tape, dict.fromkeys(drawn, other)):
            changed = again()
        spreads.append(sum(float(np.var(each, axis=0).sum()) for each in _arrays(changed)))
        pairs = zip(_arrays(outputs), _arrays(changed), strict=False)
        used = used or any(not np.array_equal(*pair, equal_nan=True) for pair in pairs)
        reached |= {
            path
            for path, each in norms.items()
            if path not in trace.norms or not np.array_equal(each, trace.norms[path])
        }
    return Reach(used, reached, OTHERS[int(np.argmin(spreads))] if used else None)


def _arrays(outputs: Any) -> list[Array]:
    return [np.asarray(each, dtype=float) for each in jax.tree.leaves(outputs)]
