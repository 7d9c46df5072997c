"""How gradients change the parameters: SGD and Adam, with Keras's formulas and defaults.

Parameters are updated in place, so whoever holds an array of weights sees them move.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.linalg import get_blas_funcs

from nn_bridge.refusals import NamesWhatThereIs, kerass
from simulation.arrays import Array
from simulation.checks import InputError, one_of, real

_BLAS = {
    dtype: get_blas_funcs(("scal", "axpy"), dtype=dtype)
    for dtype in (np.dtype("float32"), np.dtype("float64"))
}
"""scal(a, x) sets x to a x, and axpy(x, y, n, a) sets y to y + a x, both in place: on a few
thousand numbers in a third of the time that NumPy takes."""


class Optimizer(NamesWhatThereIs):
    """Base of the optimizers. One optimizer belongs to one network.

    Attributes
    ----------
    weight_decay : float
        Before each step all parameters shrink by learning_rate times this, as in Keras.
    iterations : int
        Steps taken.
    taken : bool
        Whether a network has it.
    slots : dict of str to list of arrays
        What is remembered of each parameter, in the order of the parameters.
    """

    name: str
    slot_names: tuple[str, ...] = ()

    def __init__(self, learning_rate: float, weight_decay: float) -> None:
        self.learning_rate = learning_rate
        self.weight_decay = real("weight_decay", weight_decay, least=0)
        self.iterations = 0
        self.taken = False
        self.slots: dict[str, list[Array]] = {}

    @property
    def learning_rate(self) -> float:
        """How far a step goes; may be changed between steps."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._learning_rate = real("learning_rate", value, above=0)

    def step(self, parameters: Sequence[Array], gradients: Sequence[Array]) -> None:
        """Move each parameter, in place, by its gradient of the same shape.

        Raises
        ------
        InputError
            If a parameter is not in one piece, C-contiguous, or not float32 or float64.
        """
        for parameter in parameters:
            if not parameter.flags.c_contiguous or parameter.dtype not in _BLAS:
                raise InputError(
                    f"a parameter is an array of {parameter.dtype} with strides "
                    f"{parameter.strides}, but can be changed in place only as a C-contiguous one "
                    "of float32 or float64: hand in such a copy"
                )
        self.prepare(parameters)
        self.iterations += 1
        remembered = [self.slots[name] for name in self.slot_names]
        for parameter, gradient, *slots in zip(parameters, gradients, *remembered, strict=True):
            # `move` uses its gradient up, so it gets a copy.
            self.move(parameter.reshape(-1), gradient.flatten(), *(s.reshape(-1) for s in slots))

    def move(self, parameter: Array, gradient: Array, *slots: Array) -> None:
        """Move one vector of parameters, in place, as `step` moves each of its parameters.

        Parameters
        ----------
        parameter : (n,) array
        gradient : (n,) array
            Used up: what is in it afterwards means nothing.
        *slots : (n,) arrays
            What is remembered of these parameters, in the order of `slot_names`.
        """
        if self.weight_decay:
            parameter *= 1.0 - self.learning_rate * self.weight_decay
        self._update(parameter, gradient, *slots)

    def prepare(self, parameters: Sequence[Array]) -> None:
        """Make the slots, zeros in the shape of each parameter, unless they are there."""
        if not self.slots:
            self.slots = {s: [np.zeros_like(p) for p in parameters] for s in self.slot_names}

    def _update(self, parameter: Array, gradient: Array, *slots: Array) -> None:
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that build an optimizer like this one."""
        return {
            name.removeprefix("_"): value
            for name, value in vars(self).items()
            if name not in ("iterations", "slots", "slot_names", "taken")
        }


_UNUSED: dict[str, tuple[Any, ...]] = {
    "clipnorm": (None,),
    "clipvalue": (None,),
    "global_clipnorm": (None,),
    "name": (None,),
    "use_ema": (False,),
    "weight_decay": (None,),
}
"""Arguments of Keras's optimizers that are taken where they ask for nothing."""


class SGD(Optimizer):
    """Stochastic gradient descent: v = momentum v - learning_rate g, w += v.

    Parameters
    ----------
    learning_rate : float
        Above 0.
    momentum : float
        In [0, 1).
    weight_decay : float
        At least 0.
    """

    name = "sgd"

    @kerass(**_UNUSED, nesterov=(False,))
    def __init__(
        self, learning_rate: float = 0.01, momentum: float = 0.0, weight_decay: float = 0.0
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.momentum = real("momentum", momentum, least=0, below=1)
        if self.momentum:
            self.slot_names = ("velocity",)

    def _update(self, parameter: Array, gradient: Array, *slots: Array) -> None:
        gradient *= self.learning_rate
        if slots:
            (velocity,) = slots
            velocity *= self.momentum
            velocity -= gradient
            parameter += velocity
        else:
            parameter -= gradient


class Adam(Optimizer):
    """Adam (Kingma & Ba 2015) as Keras computes it: epsilon is added to the uncorrected root.

    Parameters
    ----------
    learning_rate, epsilon : float
        Above 0.
    beta_1, beta_2 : float
        How slowly the means of gradients and of squared gradients are forgotten, in [0, 1).
    weight_decay : float
        At least 0.
    """

    name = "adam"
    slot_names = ("mean", "square")

    @kerass(**_UNUSED, amsgrad=(False,))
    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weight_decay)
        self.beta_1 = real("beta_1", beta_1, least=0, below=1)
        self.beta_2 = real("beta_2", beta_2, least=0, below=1)
        self.epsilon = real("epsilon", epsilon, above=0)

    def _update(self, parameter: Array, gradient: Array, *slots: Array) -> None:
        mean, square = slots
        t, size = self.iterations, parameter.size
        rate = self.learning_rate * math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        scal, axpy = _BLAS[parameter.dtype]
        scal(self.beta_1, mean)
        axpy(gradient, mean, size, 1 - self.beta_1)
        np.square(gradient, out=gradient)
        scal(self.beta_2, square)
        axpy(gradient, square, size, 1 - self.beta_2)
        np.sqrt(square, out=gradient)
        gradient += self.epsilon
        np.divide(mean, gradient, out=gradient)
        axpy(gradient, parameter, size, -rate)


OPTIMIZERS: dict[str, type[SGD] | type[Adam]] = {"sgd": SGD, "adam": Adam}


def get(optimizer: str | Optimizer) -> Optimizer:
    """Return a new optimizer by its name, or the given one unless a network has it already."""
    if not isinstance(optimizer, Optimizer):
        name = optimizer.lower() if isinstance(optimizer, str) else optimizer  # as in Keras
        optimizer = OPTIMIZERS[one_of("optimizer", name, tuple(OPTIMIZERS))]()
    elif optimizer.taken:
        raise InputError(
            f"this {type(optimizer).__name__} optimizer is in use already, but what it remembers "
            "belongs to one training: make a new one"
        )
    optimizer.taken = True
    return optimizer
