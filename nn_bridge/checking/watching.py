"""What an adapter tells of a model: what is declared, and what happens in one forward pass."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nn_bridge.checking.sites import Mask
from simulation.arrays import Array
from simulation.checks import InputError, given, shortened

Batch = Any
"""One batch of inputs as the model takes it: an array, a tuple or a dict of them."""


@contextmanager
def users_own(what: str, handed: Any) -> Iterator[None]:
    """Tell in one line what somebody's own code raises, and what it had been handed.

    Parameters
    ----------
    what : str
        Such as 'the model'.
    handed : object
        An array, a tuple or a dict of them, or something else.
    """
    try:
        yield
    except InputError:
        raise  # says all
    except Exception as error:
        raise InputError(
            f"{what} cannot be run on {described(handed)}: {type(error).__name__}: "
            f"{shortened(str(error), 300)}"
        ) from error


def described(handed: Any) -> str:
    """Say of what kind and shape data are.

    Examples
    --------
    >>> described({"x": np.ones((2, 3))})
    '{x: float64 (2, 3)}'
    """
    if isinstance(handed, Mapping):
        inside = ", ".join(f"{name}: {described(part)}" for name, part in handed.items())
        return f"{{{inside}}}"
    if isinstance(handed, tuple | list):
        return f"({', '.join(map(described, handed))})"
    if hasattr(handed, "shape") and hasattr(handed, "dtype"):
        kind = getattr(handed.dtype, "name", str(handed.dtype).removeprefix("torch."))
        return f"{kind} {tuple(handed.shape)}"
    return given(handed)


@dataclass(frozen=True)
class Declared:
    """A rate that is written down in the model, whether anything carries it out or not.

    Attributes
    ----------
    where : str
        Path of the layer; of a setting: the layer that has it, and the setting's name.
    kind : str
        The layer's class, such as 'Dropout'; 'setting' for a number or a configuration's entry.
    rate : float
    scope : str
        Path of the part in which a site may carry the rate out though this layer is not called:
        BERT's attention hands its layer's rate to a function. '' is the whole model.
    part : str
        Path of the smallest part around it that has weights: where no layer of it runs, the data
        handed in are no test of it. '' is the whole model.
    runs : bool
        Whether the layer is to be called itself: False for settings and for parts that hand their
        rate on (recurrent layers, attention).
    lowest : float or None
        For a setting from which smaller rates are made (stochastic depth): the least that counts.
    one_layer : bool
        A recurrent layer whose rate does nothing for want of a second layer.
    """

    where: str
    kind: str
    rate: float
    scope: str = ""
    part: str = ""
    runs: bool = True
    lowest: float | None = None
    one_layer: bool = False


@dataclass(frozen=True)
class Draw:
    """One time that a forward pass came by a place where chance enters.

    Attributes
    ----------
    where, kind : str
        As in `Site`. The same place has the same `where` in each pass.
    layer : str or None
        `Declared.where` of the layer whose call this was.
    within : str
        Path of the innermost layer that was being called.
    asked : float or None
        The rate that the call asked for; None where it is not written down.
    mask : Mask or None
        None where nothing was dropped, and for noise.
    noise : bool
        Chance that is no mask.
    scales : tuple of float
        By what survivors may have been multiplied, all readings: a factor just before or after may
        belong to the scaling or not. Empty if that cannot be seen, or if nothing is to be scaled.
    used : bool
        Whether the result went on to the outputs.
    shape : tuple
        Of the values.
    misfit : {'', 'axes', 'features'}
        Where whole channels are to be dropped: there are more axes or fewer than the layer looks
        for, or features lie along another axis.
    features : int or None
        Along which axis features or channels lie, where that is known.
    """

    where: str
    kind: str
    layer: str | None = None
    within: str = ""
    asked: float | None = None
    mask: Mask | None = None
    noise: bool = False
    scales: tuple[float, ...] = ()
    used: bool = True
    shape: tuple[int, ...] = ()
    misfit: str = ""
    features: int | None = None

    @property
    def drops(self) -> bool:
        """Whether chance entered."""
        return self.noise or (self.mask is not None and self.mask.dropped > 0)


@dataclass(frozen=True)
class Norm:
    """What came into a batch normalisation: the variances of its channels, and chance before it.

    Attributes
    ----------
    variances : (C,) array
    before : tuple of str
        `Draw.where` of the sites whose results came into it, the nearest last.
    training : bool
        Whether it took the statistics of the batch.
    """

    variances: Array
    before: tuple[str, ...]
    training: bool = False


@dataclass(frozen=True)
class Pass:
    """One forward pass.

    Attributes
    ----------
    outputs : object
        As the model gives them.
    draws : tuple of Draw
        In the order in which they happened.
    called : Mapping of str to int
        How often each layer was called, by path; layers not called may be left out.
    norms : Mapping of str to Norm
        Batch normalisations, by path.
    factors : Mapping of str to set of float
        Numbers by which values were multiplied, by the path of the innermost layer.
    anew : tuple of str
        Layers of chance that were made during the pass: where.
    training : bool
        Whether the model as a whole was in training mode, or was called so.
    """

    outputs: Any
    draws: tuple[Draw, ...] = ()
    called: Mapping[str, int] = field(default_factory=dict)
    norms: Mapping[str, Norm] = field(default_factory=dict)
    factors: Mapping[str, frozenset[float]] = field(default_factory=dict)
    anew: tuple[str, ...] = ()
    training: bool = False


class Watched(ABC):
    """A model of some framework, as `check_up` sees it: what `watched(model)` of an adapter gives.

    What the user's own model or function raises is told by `users_own`.

    Attributes
    ----------
    framework : str
        As people call it.
    mode : {'training', 'evaluation', 'mixed', ''}
        As the model was handed in; '' where a model has no mode, but a call has.
    """

    framework: str
    mode: str = ""

    @abstractmethod
    def kept(self, seed: int) -> AbstractContextManager[None]:
        """Leave all as found at the end, whatever happens; random numbers come from `seed`.

        Modes, rates, weights, statistics, gradients and their flags, hooks, random states.
        """

    @abstractmethod
    def declared(self) -> list[Declared]:
        """Return the rates that are written down now."""

    @abstractmethod
    def switch(self, training: bool, by: Callable[[Any], Any] | None = None) -> Pass | None:
        """Switch to training or evaluation; `by`, the user's own function of the model, may.

        Returns
        -------
        Pass or None
            What happened in the first forward pass that `by` made, if it made one.
        """

    def unreached(self, training: bool) -> list[str]:
        """Return the topmost parts with chance or batch statistics that are in the other mode."""
        return []

    @abstractmethod
    def run(self, batch: Batch) -> Pass:
        """Make one forward pass in the present mode, watched."""

    @abstractmethod
    def chance_alone(self) -> None:
        """Switch to evaluation, batch normalisation too, but let chance enter as in training."""

    @abstractmethod
    def outputs(self, batch: Batch) -> Any:
        """Make one forward pass in the present mode, unwatched."""

    @abstractmethod
    def own(self, arrays: Any) -> Any:
        """Return arrays, alone, in a tuple or in a dict, as the model and losses take them."""

    @abstractmethod
    def numbers(self, outputs: Any) -> list[Array]:
        """Return all arrays of what a model gave, as NumPy's."""

    def losses(self, loss: Callable[..., Any], outputs: Any, y: Any) -> Array:
        """Return what the user's loss gives: (B,), or a mean over the batch, ()."""
        return np.asarray(loss(outputs, y), dtype=float)

    def gives(self, loss: Callable[..., Any]) -> str:
        """Say what a loss takes outputs for, so that those of several passes can be averaged.

        Returns
        -------
        'logits', 'logarithms', 'a logit' or ''
            Of the classes' probabilities along axis 1, their logarithms; of one probability each;
            the numbers themselves, where that is not known either.
        """
        return ""
