"""A network as a game: how good its outputs are when only some of its members are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import log_softmax, softmax

from nn_bridge.measuring.metrics import R2, Accuracy, AllTogether, Metric, OfLabels, metric_of
from nn_bridge.measuring.silencing import Ablation, Asked, Contributions, Silenced
from nn_bridge.samples import one_hot
from simulation.arrays import Array, BoolArray, FloatArray
from simulation.audience import AUDIENCES
from simulation.checks import InputError, boolean, unsaid
from simulation.coalitions import AdditiveGame, Game, Reading
from simulation.coalitions.game import Described, scale_of_size
from simulation.parts import drawn_sets

COPIES = 4
"""Arrays of the outputs' size that judging them makes, at most."""


def game_of(silenced: Silenced, wanted: Array, metric: Any, asked: Asked) -> Game:
    """Make a network a game: an `AdditiveGame` where it can be one.

    Parameters
    ----------
    silenced : Silenced
    wanted : (M, ...) array
    metric : None, str or function
        See `metric_of`.
    asked : Asked
    """
    there = np.ones((1, len(silenced.members)))
    complete = np.concatenate([out[0] for _, out in _by_chunk(silenced, there)])  # (M, *out)
    if not np.isfinite(complete).all():
        raise InputError(
            "the model's outputs on x are not all finite: did it diverge, or is x not as it "
            "expects?"
        )
    judged = metric_of(metric, complete, wanted)
    numbers = complete[0].size
    parts = silenced.additive()
    if parts is None:
        return NetworkGame(silenced, judged, asked, numbers)
    if silenced.examples > 1:  # with one example there are no others to leave out
        if isinstance(judged, Accuracy) and judged.plain:
            rows = one_hot(judged.labels, numbers, float)
            return AdditiveNetwork(
                *parts[:2], rows, AUDIENCES["softmax"], silenced.members, asked.ablation
            )
        if isinstance(judged, R2) and not parts.then:
            flat = judged.wanted.reshape(len(wanted), -1)
            return AdditiveNetwork(
                *parts[:2], flat, AUDIENCES["squared error"], silenced.members, asked.ablation
            )
    summed = _Sums(silenced, parts, complete.shape[1:])
    # Who judges labels hears logits and probabilities alike.
    additive = not parts.then or isinstance(judged, OfLabels)
    return NetworkGame(summed, judged, asked, numbers, additive=additive)


@dataclass(frozen=True, eq=False)
class AdditiveNetwork(AdditiveGame):
    """A network whose members' parts add up, by their names."""

    names: tuple[str, ...]
    ablation: Ablation

    @property
    def members(self) -> tuple[str, ...]:
        """Their names."""
        return self.names

    def described(self) -> Described:
        """What a result is to say of this game."""
        return super().described()._replace(ablation=self.ablation)


class NetworkGame(Game):
    """Quality of a network whose members are silenced.

    Parameters
    ----------
    silenced : Silenced
    metric : Metric
    asked : Asked
    numbers : int
        In the outputs on one example.
    additive : bool
        Whether the members' parts add up to the outputs.
    """

    def __init__(
        self,
        silenced: Silenced,
        metric: Metric,
        asked: Asked,
        numbers: int,
        *,
        additive: bool = False,
    ) -> None:
        self.silenced, self.metric, self.asked = silenced, metric, asked
        self._additive = additive
        sets = drawn_sets(silenced.examples)
        self._sets = sets if silenced.examples > 1 else sets[:1]  # (1 + G, M)
        held = silenced.examples if isinstance(metric, AllTogether) else silenced.chunk
        self._at_once = max(1, asked.memory // 4 // (8 * COPIES * numbers * held))

    @property
    def members(self) -> tuple[str, ...]:
        """Their names."""
        return self.silenced.members

    def described(self) -> Described:
        """What a result is to say of this game."""
        metric, ablation = self.metric.name, self.asked.ablation
        return Described(self.silenced.examples, metric, ablation, self._additive)

    def quality(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray:
        """Quality with the members of each mask there, (C,)."""
        return self._judged(masks, reading, self._sets[:1])[:, 0]

    def qualities(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray:
        """Quality on all examples and without each part of them, (C, 1 + G)."""
        return self._judged(masks, reading, self._sets)

    def heard(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray | None:
        """Probabilities of classes, or outputs, with each mask, (C, M, K)."""
        if not self.silenced.scales and reading == "fill the time":
            return None
        heard = [
            self.metric.heard(outputs).reshape(*outputs.shape[:2], -1)
            for _, outputs in _by_chunk(self.silenced, self._weights(masks, reading))
        ]
        return np.concatenate(heard, axis=1).astype(float)

    def _weights(self, masks: BoolArray, reading: Reading) -> FloatArray:
        masks = boolean("sub-teams", masks, "sub-teams", self.n_members)
        return np.asarray(masks * scale_of_size(self.n_members, reading)[masks.sum(axis=1), None])

    @unsaid
    def _judged(self, masks: BoolArray, reading: Reading, sets: FloatArray) -> FloatArray:
        """Quality on sets of examples (S, M), (C, S)."""
        weights = self._weights(masks, reading)
        found = []
        for at in range(0, len(weights), self._at_once):
            some = weights[at : at + self._at_once]
            if isinstance(self.metric, AllTogether):
                outputs = [out for _, out in _by_chunk(self.silenced, some)]
                found.append(self.metric.of_sets(np.concatenate(outputs, axis=1), sets))
                continue
            sums = np.zeros((len(some), len(sets)))
            for rows, out in _by_chunk(self.silenced, some):
                sums += self.metric.scores(out, rows) @ sets[:, rows].T
            found.append(self.metric.quality(sums, sets))
        return np.concatenate(found)


class _Sums(Silenced):
    """Outputs as sums of the members' contributions, which costs less than running the network."""

    def __init__(self, silenced: Silenced, parts: Contributions, shape: tuple[int, ...]) -> None:
        self.members, self.examples, self.chunk, self.notes = (
            silenced.members, silenced.examples, silenced.chunk, silenced.notes
        )  # fmt: skip
        self._parts, self._shape = parts, shape

    def outputs(self, rows: slice, weights: FloatArray) -> Array:
        said = self._parts.contributions[:, rows]  # (N, B, K)
        sums = self._parts.handout + np.tensordot(weights, said, axes=1)  # (C, B, K)
        shaped = sums.reshape(*sums.shape[:2], *self._shape)
        if self._parts.then == "softmax":
            return np.asarray(softmax(shaped, axis=-1))
        return np.asarray(log_softmax(shaped, axis=-1)) if self._parts.then else shaped


def _by_chunk(silenced: Silenced, weights: FloatArray) -> Iterator[tuple[slice, Array]]:
    """Outputs (C, B, *out) on one chunk of examples after another."""
    for start in range(0, silenced.examples, silenced.chunk):
        rows = slice(start, min(start + silenced.chunk, silenced.examples))
        yield rows, silenced.outputs(rows, weights)
