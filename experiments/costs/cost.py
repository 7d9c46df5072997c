"""A job's cost, hung on its function, and what many jobs come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from experiments.costs.machine import CORES, memory, pace
from simulation.checks import InputError

Function = TypeVar("Function", bound=Callable[..., Any])

PROCESS_BYTES = 200 * 2**20
"""Memory of a process that has imported the program and runs nothing (measured: 150 to 205 MiB)."""

START_SECONDS = 1.5
"""Until a process has imported the program."""

_PRICES: dict[Callable[..., Any], Callable[..., Cost]] = {}


@dataclass(frozen=True)
class Cost:
    """What a piece of work takes.

    Attributes
    ----------
    seconds : float
    bytes : int
        Of memory, at its peak; if not said, what a job takes that holds little.
    processes : int
        That it is done by.
    """

    seconds: float
    bytes: int = 50 * 2**20
    processes: int = 1

    def here(self) -> Cost:
        """Scale seconds of the core that all were measured on to this machine's."""
        return replace(self, seconds=self.seconds * pace())


def costing(price: Callable[..., Cost]) -> Callable[[Function], Function]:
    """Hang on a function what a call of it costs on the measured core: `price` of its arguments.

    Examples
    --------
    >>> @costing(lambda size: Cost(1e-9 * size, 8 * size))
    ... def total(size):
    ...     return sum(range(size))
    >>> cost_of((total, (1000,))).bytes
    8000
    """

    def hang(function: Function) -> Function:
        _PRICES[function] = price
        return function

    return hang


def cost_of(job: tuple[Callable[..., Any], tuple[Any, ...]]) -> Cost:
    """Say what a job costs, one of a function with `costing`."""
    function, arguments = job
    return _PRICES[function](*arguments).here()


def on_processes(costs: Iterable[Cost], workers: int) -> Cost:
    """Say what pieces of work cost together: the time until the last ends, and all memory.

    Examples
    --------
    >>> both = on_processes([Cost(4.0, 0), Cost(5.0, 0), Cost(0.5, 0)], 8)
    >>> both.processes, both.bytes == 4 * PROCESS_BYTES
    (3, True)
    """
    listed = list(costs)
    if not listed:
        return Cost(0.0, 0)
    seconds = [each.seconds for each in listed]
    largest = sorted((each.bytes for each in listed), reverse=True)[:workers]
    processes = len(largest)
    there = processes + (processes > 1)  # one more hands out the work
    return Cost(
        START_SECONDS + max(sum(seconds) / min(processes, CORES), *seconds),
        there * PROCESS_BYTES + sum(largest),
        processes,
    )


def check_fits(cost: Cost) -> None:
    """Raise InputError if this machine has not the memory."""
    there = memory()
    if cost.bytes > there:
        raise InputError(
            f"this takes about {cost.bytes / 2**30:,.1f} GiB of memory, but this machine has "
            f"{there / 2**30:,.1f}: ask for less at a time, or for fewer workers"
        )
