"""The check-up itself: what is run, in which order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np

from nn_bridge.checking.gap import gap_of
from nn_bridge.checking.report import Gap
from nn_bridge.checking.result import CheckUp
from nn_bridge.checking.rules import judged
from nn_bridge.checking.seen import Seen
from nn_bridge.checking.watching import Pass, Watched
from nn_bridge.frameworks import adapter
from nn_bridge.measuring.data import as_array, as_arrays, batches, is_data, parts_of, taken
from nn_bridge.measuring.metrics import name_of
from simulation.arrays import Array
from simulation.checks import InputError, given, whole

WATCHED = 32
"""Examples in each watched pass, at most where they can be told apart."""

EXAMPLES, BATCHES = 64, 4
"""For the losses: what is handed in as one array is cut into batches; so many are taken at most."""

EVALUATIONS = 3
"""Passes in evaluation that are watched: chance that enters there shows in the first."""

SAME = 1e-4
"""By which part of their size outputs may differ between evaluations: floating point."""


def check_up(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    loss: Any = None,
    validation: Any = None,
    train: Callable[[Any], Any] | None = None,
    evaluate: Callable[[Any], Any] | None = None,
    passes: int = 30,
    seed: int = 0,
) -> CheckUp:
    """Look at where chance enters a network, and whether it does what was meant.

    The network is run in training, in evaluation, and in training again; each draw of chance is
    watched. It is left as it was found: mode, weights, statistics, random states, hooks.

    Parameters
    ----------
    model : object
        A model of PyTorch, Keras 3, or of nn_bridge.
    x : array, tensor, tuple or dict of them, DataLoader, tf.data.Dataset or iterable of batches
        Inputs as the model takes them; of iterables the first few batches are taken.
    y : array or tensor, optional
        What is wanted; batches may hold it. Without it nothing is said of the loss.
    loss : 'cross-entropy', 'mse' or function(outputs, y), optional
        None: by y, 'cross-entropy' if it holds labels. A function gives a loss for each example,
        or their mean.
    validation : (x, y), optional
        Data not trained on: how much of the gap to their loss is dropout's own?
    train, evaluate : function(model), optional
        Your own ones, which switch the model to training, and evaluate it once. None: the
        framework's own.
    passes : int
        Forward passes in training, before an evaluation and again after it.
    seed : int
        Of the chance in the check-up.

    Returns
    -------
    CheckUp

    Raises
    ------
    InputError
        If the model cannot be run on x, or there are no data.

    Examples
    --------
    >>> from nn_bridge import Dense, Dropout, Sequential
    >>> model = Sequential([Dense(8, input_shape=(4,)), Dropout(0.5), Dense(3, "softmax")], seed=0)
    >>> found = check_up(model, np.ones((32, 4)), np.arange(32) % 3)
    >>> [(site.where, site.asked, site.mask) for site in found.sites]
    [('dropout', 0.5, 'per value')]
    >>> found.findings
    ()
    """
    whole("passes", passes, least=2)
    whole("seed", seed)
    for name, function in (("train", train), ("evaluate", evaluate)):
        if function is not None and not callable(function):
            raise InputError(f"{name} is {given(function)}, but must be a function of the model")
    watched: Watched = adapter(model, "watching").watched(model)
    data = first_batches(x, y)
    others = [] if validation is None else _validation(validation)
    inputs = _first(data[0][0])
    seen = _watched(watched, inputs, passes, seed, train, evaluate)
    sites, findings = judged(seen, watched.framework)
    gap: Gap | None = None
    if all(wanted is not None for _, wanted in data):
        learns = bool(seen.chance)  # batch normalisation
        gap = gap_of(watched, data, others, loss, passes, seed, learns)  # type: ignore[arg-type]
    elif loss is not None or others:
        raise InputError("the loss needs y: hand it in, or batches of pairs (x, y)")
    return CheckUp(
        watched.framework, type(model).__name__, watched.mode, tuple(sites), tuple(findings), gap,
        passes, len(parts_of(inputs)[0]),
    )  # fmt: skip


def first_batches(x: Any, y: Any = None) -> list[tuple[Any, Array | None]]:
    """Return the first few batches of what was handed in, inputs and what is wanted of them."""
    if not is_data(x):
        found = list(islice(batches(x, with_labels=y is None), BATCHES))
        if not found or not all(part.size for one, _ in found for part in parts_of(one)):
            raise InputError("x holds no examples: the loader is empty")
        if y is not None:
            raise InputError("x is an iterable of batches: let them hold y, as pairs (x, y)")
        return found
    inputs, wanted = as_arrays("x", x), None if y is None else as_array("y", y)
    if not all(part.size for part in parts_of(inputs)):
        raise InputError("x holds no examples: give at least one")
    arrays = parts_of(inputs) if wanted is None else [*parts_of(inputs), wanted]
    lengths = {np.shape(part)[:1] for part in arrays}
    if len(lengths) > 1 or () in lengths:  # not examples first: all together
        return [(inputs, wanted)]
    number = lengths.pop()[0]
    rows = [slice(at, at + EXAMPLES) for at in range(0, number, EXAMPLES)][:BATCHES]
    return [(taken(inputs, one), None if wanted is None else wanted[one]) for one in rows]


def _first(inputs: Any) -> Any:
    """Return the first examples of a batch, all of it where its first axes differ."""
    alike = len({np.shape(part)[:1] for part in parts_of(inputs)}) == 1
    return taken(inputs, slice(WATCHED)) if alike else inputs


def _validation(validation: Any) -> list[tuple[Any, Array]]:
    if isinstance(validation, (tuple, list)) and len(validation) == 2 and is_data(validation[1]):
        found = first_batches(*validation)
    else:
        found = first_batches(validation)
    whole_ones = [(inputs, wanted) for inputs, wanted in found if wanted is not None]
    if len(whole_ones) < len(found):
        raise InputError("validation must hold what is wanted too: give (x, y)")
    return whole_ones


def _watched(
    watched: Watched,
    inputs: Any,
    passes: int,
    seed: int,
    train: Callable[[Any], Any] | None,
    evaluate: Callable[[Any], Any] | None,
) -> Seen:
    """Run the model in training, in evaluation and in training again."""
    seen = Seen()
    with watched.kept(seed):
        batch = watched.own(inputs)

        def switched(training: bool) -> bool:
            one = watched.switch(training, train if training else evaluate)
            if evaluate is not None and not training:
                wrong = "" in watched.unreached(False) if one is None else in_training(one, watched)
                seen.misled = name_of(evaluate) if wrong else ""
            return one is not None or bool(seen.misled)  # and may have switched back

        def seen_in_evaluation() -> None:
            seen.unreached[False] = watched.unreached(False)
            seen.evaluation = [watched.run(batch) for _ in range(EVALUATIONS)]

        switched(True)
        seen.unreached[True] = watched.unreached(True)
        seen.declared = watched.declared()
        seen.training = [watched.run(batch) for _ in range(passes)]
        switched_back = switched(False)
        if not switched_back:
            seen_in_evaluation()
        switched(True)
        seen.later = watched.declared()
        seen.again = [watched.run(batch) for _ in range(passes)]
        if switched_back:
            watched.switch(training=False)
            seen_in_evaluation()
    if any(norm.before for one in seen.training for norm in one.norms.values()):
        with watched.kept(seed):
            watched.switch(training=False)
            seen.still = watched.run(batch)
            watched.chance_alone()
            seen.chance = [watched.run(batch) for _ in range(passes)]
    seen.difference = _difference(watched, seen)
    return seen


def in_training(one: Pass, watched: Watched) -> bool:
    """Whether a pass was one in training.

    A call that says so is. A model's mode is that of its outermost layer: of what it has inside,
    chance must have entered, or batch normalisation learned.
    """
    inside = [*(each.drops for each in one.draws), *(each.training for each in one.norms.values())]
    return one.training and (not watched.mode or any(inside))


def _difference(watched: Watched, seen: Seen) -> float:
    """By how much outputs differ between evaluations, 0 if only by rounding."""
    first, *others = (watched.numbers(one.outputs) for one in seen.evaluation)
    largest = 0.0
    for other in others:
        for one, again in zip(first, other, strict=False):
            if one.shape != again.shape:
                return np.inf
            if one.size:
                size = float(np.nanmax(np.abs(one), initial=0.0))
                apart = float(np.nanmax(np.abs(one - again), initial=0.0))
                if apart > SAME * max(size, 1e-30):
                    largest = max(largest, apart)
    return largest
