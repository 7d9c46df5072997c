"""What surrounds the training steps: batches, means, the history, the progress shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from nn_bridge.optimizers import Optimizer
from nn_bridge.refusals import NamesWhatThereIs
from simulation.checks import DivergedError, InputError, given

Logs = dict[str, Any]


class History(NamesWhatThereIs):
    """What `fit` saw, epoch by epoch.

    Attributes
    ----------
    epoch : list of int
    history : dict of str to list
        'loss', 'accuracy', 'val_loss', 'val_accuracy': a float an epoch, or an (R,) array for a
        stack. Training loss is the mean over the epoch, with dropout on, as in Keras.
    """

    def __init__(self) -> None:
        self.epoch: list[int] = []
        self.history: dict[str, list[Any]] = {}

    def _add(self, epoch: int, logs: Logs) -> None:
        self.epoch.append(epoch)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)


def slices(count: int, size: int) -> list[slice]:
    """Cut `count` samples into batches of `size`; the last may be smaller."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def diverged(what: str, when: str, optimizer: Optimizer | None) -> DivergedError:
    """Make the error that tells of numbers which are not finite any more."""
    rate = f" (learning rate {optimizer.learning_rate:g})" if optimizer else ""
    return DivergedError(
        f"{what} is no finite number any more in {when}{rate}: "
        "lower the learning rate, or scale x and y to about 1"
    )


def check_finite(what: str, value: Any, when: str, optimizer: Optimizer | None) -> None:
    """See that all numbers in `value` are finite."""
    if not np.isfinite(value).all():
        raise diverged(what, when, optimizer)


def mean_of_batches(weighted: list[tuple[int, Logs]]) -> Logs:
    """Return the mean of each entry, weighted by samples; floats, or (R,) arrays for a stack."""
    samples = sum(weight for weight, _ in weighted)
    return {
        name: as_float(sum(weight * np.float64(logs[name]) for weight, logs in weighted) / samples)
        for name in weighted[0][1]
    }


def as_float(value: Any) -> Any:
    """Return a float for a single network, an (R,) float64 array for a stack."""
    return float(value) if np.ndim(value) == 0 else np.asarray(value, np.float64)


def as_keras(logs: Logs) -> Any:
    """Return what Keras does: the loss, or a list of it and the metrics."""
    values = [as_float(value) for value in logs.values()]
    return values[0] if len(values) == 1 else values


def checked_verbose(verbose: Any) -> int:
    """Return 0, 1 or 2; 'auto' is 1 if a terminal looks on."""
    if type(verbose) not in (bool, int, str) or verbose not in ("auto", 0, 1, 2):
        raise InputError(f"verbose is {given(verbose)}, but must be one of: 'auto', 0, 1, 2")
    return int(sys.stdout.isatty() if verbose == "auto" else verbose)


def shown(logs: Logs) -> str:
    """Write the results of an epoch, or of an evaluation, in a line."""
    return " - ".join(f"{name}: {np.mean(value):.4f}" for name, value in logs.items())


@contextmanager
def reporting(verbose: Any, epochs: int) -> Iterator[Callable[[int, Logs], None]]:
    """Give a function that reports an epoch, on a bar, in a line, or not at all."""
    verbose = checked_verbose(verbose)
    if verbose == 0:
        yield lambda epoch, logs: None
    elif verbose == 2:
        yield lambda epoch, logs: print(f"Epoch {epoch + 1}/{epochs} - {shown(logs)}")
    else:
        from rich.progress import Progress  # takes longer to import than a small fit

        with Progress() as progress:
            bar = progress.add_task("training", total=epochs)
            yield lambda epoch, logs: progress.update(
                bar, advance=1, description=f"epoch {epoch + 1}/{epochs} - {shown(logs)}"
            )
