"""`measure` and `compare`: somebody's network, or several, on the yardstick."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nn_bridge.frameworks import CALLED, adapter, framework_of
from nn_bridge.measuring.by_callable import SilencedByCallable, by_callable
from nn_bridge.measuring.comparison import Comparison
from nn_bridge.measuring.data import Examples, gathered
from nn_bridge.measuring.measured import Measured
from nn_bridge.measuring.metrics import name_of
from nn_bridge.measuring.network_game import game_of
from nn_bridge.measuring.silencing import MEMORY, Ablation, Asked, Silenced
from nn_bridge.results.waiting import Progress, looked_on
from simulation.checks import InputError, listed
from simulation.coalitions import Game, Reading
from simulation.coalitions.estimates import Measures, compared, measured
from simulation.streams import Seed


def measure(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    members: Any,
    metric: Any = None,
    blocks: Any = None,
    ablation: Ablation = "zero",
    reading: Reading = "nobody covers",
    worth: float = 0.01,
    seed: Seed = 0,
    draws: int | None = None,
    precision: float | None = None,
    memory: int = MEMORY,
    progress: Progress = None,
) -> Measured:
    """Measure who carries how much in a network, and how many of its members may fall silent.

    Members are silenced, sets of them after sets, and the network judged by what is left of its
    quality on x and y. The model is evaluated, never trained, and left exactly as it was found.

    Parameters
    ----------
    model : model, or list of models
        Of PyTorch, Keras 3, Flax NNX, scikit-learn (MLPClassifier, MLPRegressor) or `nn_bridge`.
        A list: the same network trained from several seeds, so that intervals cover starts too.
    x : array, tensor, tuple or dict of them, or an iterable of batches
        Examples, along the first axis; a DataLoader or a tf.data.Dataset will do.
    y : array or tensor, optional
        Left out where the batches of x hold it.
    members : str, list of str, or (names, silence)
        A layer's name: its units or channels. Several: each layer is a member. Or N names and a
        function silence(model, present) that gives a context manager, in which the members with
        present[j] False (N,) are silent.
    metric : {'accuracy', 'r2', 'cross-entropy', 'mse'} or function(outputs, y), optional
        Losses count negatively; a function gives a number or one an example, higher is better.
        None: accuracy where y holds labels, else r2 = 1 - SSE/SST.
    blocks : int, 'heads' or list of lists of int, optional
        Members are so many blocks of neighbouring units, attention heads, or these units.
    ablation : {'zero', 'mean'}
        What a silenced activation becomes: 0, or its mean over the examples.
    reading : {'nobody covers', 'fill the time'}
        Whether those left are scaled by N/|S|, as inverted dropout does.
    worth : float
        What members that fall silent may cost, in units of quality.
    seed : int, SeedSequence or Generator
    draws, precision
        How long to draw above 20 members; see `simulation.coalitions.estimates.measured`.
    memory : int
        Bytes to hold at most, beside the data and the model.
    progress : bool, optional, or function(done, of)
        None: a bar on the standard error if a terminal looks on.

    Returns
    -------
    Measured
        Interrupted by Ctrl-C: of what was asked until then.

    Raises
    ------
    InputError
        If there is no such layer, the metric or y does not fit, or the model cannot be run on x.

    Examples
    --------
    >>> from nn_bridge import keras
    >>> model = keras.Sequential([
    ...     keras.layers.Dense(6, "relu", input_shape=(4,)),
    ...     keras.layers.Dense(3, "softmax"),
    ... ], seed=0)
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(50, 4))
    >>> found = measure(model, x, model.predict(x).argmax(axis=1), members="dense")
    >>> found.complete.value, found.exact, len(found.shapley)
    (1.0, True, 6)
    """
    models = list(model) if isinstance(model, list | tuple) else [model]
    if not models:
        raise InputError("model is empty, but must be a model, or a list of them, one a seed")
    asking = _Asking(members, metric, blocks, ablation, memory)
    examples = examples_of(x, y)
    games, looks = zip(*(asking.game(one, examples) for one in models), strict=True)
    with looked_on(progress, "coalitions") as tell:
        found = measured(
            list(games), seed, worth=worth, reading=reading, draws=draws, precision=precision,
            progress=tell,
        )  # fmt: skip
    return asking.result(found, looks, _settings(models[0], seed))


def compare(
    without: Sequence[Any],
    with_: Sequence[Any],
    x: Any,
    y: Any = None,
    *,
    members: Any,
    metric: Any = None,
    blocks: Any = None,
    ablation: Ablation = "zero",
    reading: Reading = "nobody covers",
    worth: float = 0.01,
    seed: Seed = 0,
    draws: int | None = None,
    memory: int = MEMORY,
    progress: Progress = None,
) -> Comparison:
    """Measure networks trained in two ways, seed by seed, and what differs between them.

    Parameters
    ----------
    without, with_ : lists of models
        One a seed, in the same order: trained without and with something, such as dropout.
    x, y, members, metric, blocks, ablation, reading, worth, seed, draws, memory, progress
        As for `measure`.

    Returns
    -------
    Comparison
        The measures of both, and the paired difference of each figure with its interval.
    """
    pair = [listed("models without", without), listed("models with", with_)]
    if len(pair[0]) != len(pair[1]) or len(pair[0]) < 2:
        raise InputError(
            f"there are {len(pair[0])} models without and {len(pair[1])} with, but pairs need as "
            "many of both, one a seed, and at least two"
        )
    asking = _Asking(members, metric, blocks, ablation, memory)
    examples = examples_of(x, y)
    (first, seen_first), (second, seen_second) = (
        zip(*(asking.game(one, examples) for one in models), strict=True) for models in pair
    )
    with looked_on(progress, "coalitions") as tell:
        found = compared(
            first, second, seed, worth=worth, reading=reading, draws=draws, progress=tell
        )
    settings = _settings(pair[0][0], seed)
    sides = replace(
        found,
        without=asking.result(found.without, seen_first, settings),
        with_=asking.result(found.with_, seen_second, settings),
    )
    return Comparison.of(sides, *asking.about(seen_first), **settings)


def _settings(model: Any, seed: Seed) -> dict[str, Any]:
    """What the result was made with."""
    return {"framework": CALLED[framework_of(model)]} | (
        {"seed": int(seed)} if isinstance(seed, numbers.Integral) else {}
    )


def examples_of(x: Any, y: Any) -> Examples:
    """Gather all examples, which must hold what is wanted of them."""
    examples = gathered(x, y)
    if examples.wanted is None:
        raise InputError(
            "y is missing, and the batches of x do not hold it: give y, or batches (inputs, y)"
        )
    return examples


class _Asking:
    """How networks are made games, and what the result says of it."""

    def __init__(
        self, members: Any, metric: Any, blocks: Any, ablation: Ablation, memory: int
    ) -> None:
        self.metric, self.function = metric, by_callable(members)
        layers = members if self.function is None else name_of(self.function[1])
        self.asked = Asked(layers, blocks, ablation, memory)

    def game(self, model: Any, examples: Examples) -> tuple[Game, Silenced]:
        """Make a network a game."""
        reads = adapter(model, "silencing")
        if self.function is None:
            silenced = reads.silenced(model, examples.inputs, self.asked)
        else:
            silenced = SilencedByCallable(model, examples.inputs, reads.outputs_of, *self.function)
        wanted: Any = examples.wanted
        if hasattr(reads, "wanted_of"):  # scikit-learn's labels may be anything
            wanted = reads.wanted_of(model, wanted)
        return game_of(silenced, wanted, self.metric, self.asked), silenced

    def result(
        self, found: Measures, looks: Sequence[Silenced], settings: dict[str, Any]
    ) -> Measured:
        """Add to the figures what the networks themselves tell."""
        active = [each for look in looks if (each := look.activity()) is not None]
        notes = {note.partition(":")[0]: note for look in looks for note in look.notes}
        where, noun = self.about(looks)
        never = None
        if len(active) == len(looks):
            never = tuple(np.array(found.members, dtype=object)[np.sum(active, axis=0) == 0])
            if np.min(active) == 1:
                never = None  # as before a ReLU: it is not here that they fire or do not
                notes["nothing is ever 0"] = f"nothing is ever 0: {where}"
        told = replace(found, never_fire=never, warnings={**found.warnings, **notes})
        return Measured.of(told, where, noun, **settings)

    def about(self, looks: Sequence[Silenced]) -> tuple[str, str]:
        """Which layers they are of, and what members are."""
        noun = "members" if self.function else looks[0].noun or self.asked.noun
        return ", ".join(self.asked.layers), noun
