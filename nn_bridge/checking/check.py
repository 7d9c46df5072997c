"""The check-up itself: what is run, in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nn_bridge.checking.data import first_batches, first_examples, validation_batches
from nn_bridge.checking.gap import gap_of
from nn_bridge.checking.passes import EVALUATIONS, Watch
from nn_bridge.checking.report import Gap
from nn_bridge.checking.result import CheckUp
from nn_bridge.checking.rules import judged
from nn_bridge.checking.watching import Watched
from nn_bridge.frameworks import adapter
from nn_bridge.measuring.data import parts_of
from nn_bridge.results.waiting import Progress, looked_on
from simulation.checks import InputError, given, whole


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
    progress: Progress = None,
) -> CheckUp:
    """Look at where chance enters a network, and whether it does what was meant.

    The network is run in training, in evaluation, and in training again; each draw of chance is
    watched. It is left as it was found: mode, weights, statistics, random states, hooks.

    Parameters
    ----------
    model : object
        A model of PyTorch, Keras 3, Flax NNX, or of nn_bridge.
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
    progress : bool, optional, or function(done, of)
        None: a bar on the standard error if a terminal looks on.

    Returns
    -------
    CheckUp

    Raises
    ------
    InputError
        If the model cannot be run on x, or there are no data.

    Examples
    --------
    >>> import numpy as np
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
    others = [] if validation is None else validation_batches(validation)
    inputs = first_examples(data[0][0])
    judged_data = [(one, wanted) for one, wanted in data if wanted is not None]
    with_loss = len(judged_data) == len(data)
    if not with_loss and (loss is not None or others):
        raise InputError("the loss needs y: hand it in, or batches of pairs (x, y)")
    gap: Gap | None = None
    with looked_on(progress, "passes") as tell:
        steps = Steps(2 * passes + EVALUATIONS + with_loss * (passes + 1) * len(data), tell)
        seen = Watch(watched, passes, seed, train, evaluate, steps.made).seen(inputs)
        if with_loss:
            learns = any(one.norms for one in seen.training)
            gap = gap_of(
                watched, judged_data, others, loss, passes, seed, steps.made,
                learns=learns, restless=seen.restless,
            )  # fmt: skip
    sites, findings = judged(seen, watched.framework)
    return CheckUp(
        watched.framework, type(model).__name__, watched.mode, tuple(sites), tuple(findings), gap,
        passes, len(parts_of(inputs)[0]),
    )  # fmt: skip


class Steps:
    """Forward passes made, of as many as are to be made at least."""

    def __init__(self, of: int, tell: Callable[[int, int], object] | None) -> None:
        self.done, self.of, self.tell = 0, of, tell

    def made(self, number: int) -> None:
        """Take note of so many passes more."""
        self.done += number
        if self.tell is not None:
            self.tell(self.done, max(self.done, self.of))
