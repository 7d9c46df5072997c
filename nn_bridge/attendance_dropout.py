"""Dropout whose masks come from an attendance law instead of independent coins."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

import simulation
from nn_bridge.dropout import Dropout
from nn_bridge.layer import IN_KERAS, Layer, Shape, Streams, register_layer
from nn_bridge.refusals import kerass
from simulation.arrays import Array, BoolArray
from simulation.attendance import AttendanceLaw
from simulation.checks import InputError, given, one_of, whole

MOST_PRESENTERS = 10_000
"""Of a law: how often each two of so many are there together takes 800 MB."""


@register_layer
class AttendanceDropout(Dropout):
    """Drop groups of units as a team's absences would: any law, each group scaled by its 1/q_i.

    Parameters
    ----------
    law : AttendanceLaw
        Who comes; it says how many groups there are.
    group_size : int
        H, units in a group: the abilities of a presenter.
    per : {'rehearsal', 'question'}
        One mask for the batch, or one for each sample of it.
    """

    @kerass(**IN_KERAS)
    def __init__(
        self,
        law: AttendanceLaw | dict[str, Any],
        group_size: int = 1,
        per: str = "rehearsal",
        *,
        input_shape: Shape | None = None,
        name: str | None = None,
    ) -> None:
        self.law = law_from_config(law) if isinstance(law, dict) else law
        if not isinstance(self.law, AttendanceLaw):
            raise InputError(
                f"law is {given(law)}, but must be a law of attendance such as "
                "simulation.one_or_two_absent(5)"
            )
        whole("presenters of the law", self.law.n_presenters, least=1, most=MOST_PRESENTERS)
        self.per = one_of("per", per, ("rehearsal", "question"))
        self._moments = self.law.moments()
        super().__init__(
            rate=1.0 - float(self._moments.rates.mean()),
            noise_shape=(1 if per == "rehearsal" else None, None),
            group_size=group_size,
            input_shape=input_shape,
            name=name,
        )
        # Laws with turns or memory need to know where they stand, for each network of a stack.
        self._held = 0
        self._before: list[BoolArray | None] = []

    @property
    def scale(self) -> Array:
        """1/q_i for each group, (N,)."""
        return self._moments.speak_up

    def build(self, input_shape: Shape, streams: Streams, dtype: npt.DTypeLike) -> None:
        """Take on the shape of the input, which must hold one group for each presenter."""
        needed = self.law.n_presenters * self.group_size
        if input_shape != (needed,):
            raise InputError(
                f"the layer before has {input_shape} units, but {self.law.n_presenters} presenters "
                f"with {self.group_size} abilities need {needed}: give it as many"
            )
        super().build(input_shape, streams, dtype)
        self._before = [None for _ in self.rngs]

    def draw_mask(self, shape: Shape) -> BoolArray:
        """Draw the next attendance, ((R,) B or 1, N)."""
        drawn = [
            self.law.present(rng.random((shape[0], self.law.n_uniforms)), self._held, before)
            for rng, before in zip(self.rngs, self._before, strict=True)
        ]
        self._held += shape[0]
        self._before = [masks[-1] for masks in drawn]
        return np.array(drawn).reshape((*self.replicates, *shape))

    def get_random_state(self) -> Any:
        """Return where chance and the law's turns and memory stand."""
        before = [None if mask is None else mask.tolist() for mask in self._before]
        return {"rngs": super().get_random_state(), "held": self._held, "before": before}

    def set_random_state(self, state: Any) -> None:
        """Go on from what `get_random_state` returned."""
        super().set_random_state(state["rngs"])
        self._held = whole("rehearsals held", state["held"])
        self._before = [
            None if mask is None else np.array(mask, dtype=bool).reshape(self.law.n_presenters)
            for _, mask in zip(self.rngs, state["before"], strict=True)
        ]

    def get_config(self) -> dict[str, Any]:
        """Return law, group_size, per and what every layer returns."""
        own = {"law": law_to_config(self.law), "group_size": self.group_size, "per": self.per}
        return Layer.get_config(self) | own


def law_to_config(law: AttendanceLaw) -> dict[str, Any]:
    """Write a law as JSON can hold it: its class name and its fields."""
    return {"name": type(law).__name__, **dataclasses.asdict(law)}


def law_from_config(config: dict[str, Any]) -> AttendanceLaw:
    """Read a law from what `law_to_config` wrote; only the project's own laws are known."""
    fields = dict(config)
    kind = getattr(simulation, str(fields.pop("name", "")), None)
    if not (isinstance(kind, type) and issubclass(kind, AttendanceLaw)):
        raise InputError(f"the attendance law {config.get('name')!r} is not one of this project's")
    return kind(**{name: _as_tuple(value) for name, value in fields.items()})


def _as_tuple(value: Any) -> Any:
    return tuple(_as_tuple(part) for part in value) if isinstance(value, list) else value
