"""A Mesa model that can be stepped on after an exception in a step."""

from __future__ import annotations

from abc import abstractmethod

import mesa
import numpy as np


class RaisingModel(mesa.Model):  # type: ignore[misc]
    """A model whose `step` raises what happened in it, and may be called again.

    Mesa 3.5 never steps again after an exception in a step, Ctrl-C included. So `step` keeps it
    from Mesa, and what the world calls as `step` raises it once Mesa is through.
    """

    def __init__(self, rng: int | np.random.SeedSequence | np.random.Generator | None) -> None:
        super().__init__(rng=rng)
        self._stopped_by: BaseException | None = None
        self._mesa_step = self.step
        self.step = self._step_and_raise  # type: ignore[method-assign]

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
