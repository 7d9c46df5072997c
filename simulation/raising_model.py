"""A Mesa model that can be stepped on after an exception in a step."""

from __future__ import annotations

import copy
import numbers
from abc import abstractmethod
from typing import Self

import mesa

from simulation.checks import InputError
from simulation.streams import Seed, generator


class RaisingModel(mesa.Model):  # type: ignore[misc]
    """A model whose `step` raises what happened in it, and may be called again, or copied.

    Mesa 3.5 never steps again after an exception in a step, Ctrl-C included. So `step` keeps it
    from Mesa, and what the world calls as `step` raises it once Mesa is through.
    """

    def __init__(self, rng: Seed | None) -> None:
        if rng is not None:
            source = generator(rng)
            rng = int(rng) if isinstance(rng, numbers.Integral) else source
        super().__init__(rng=rng)
        self._stopped_by: BaseException | None = None
        self._mesa_step = self.step
        self.step = self._step_and_raise  # type: ignore[method-assign]

    def __copy__(self) -> Self:
        """Return a copy that shares nothing: what agents and steps belong to is their model."""
        return copy.deepcopy(self)

    def run_model(self) -> None:
        """Raise InputError: there is no last step."""
        raise InputError("a team never ends by itself, so say how often: rehearse(1_000)")

    @abstractmethod
    def one_step(self) -> None:
        """Do what a step of the model is."""

    def step(self) -> None:
        """Do one step."""
        try:
            self.one_step()
        except BaseException as error:  # raised by `_step_and_raise`
            self._stopped_by = error

    def _step_and_raise(self) -> None:
        self._mesa_step()
        if self._stopped_by is not None:
            stopped_by, self._stopped_by = self._stopped_by, None
            raise stopped_by
