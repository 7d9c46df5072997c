"""Who is told how far long work is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nn_bridge.results.screen import Screen
from simulation.checks import InputError, given

Progress = bool | None | Callable[[int, int], object]
"""A function(done, of), a bar or none; None: a bar if a terminal looks on."""


@contextmanager
def looked_on(progress: Progress, what: str) -> Iterator[Callable[[int, int], object] | None]:
    """Have somebody told how far the work is: a function, a bar, or nobody."""
    if callable(progress):
        yield progress
        return
    if progress is not None and not isinstance(progress, bool):
        raise InputError(
            f"progress is {given(progress)}, but must be True, False, None or a function(done, of)"
        )
    if progress is False or not (progress or sys.stderr.isatty()):
        yield None
        return
    from rich.progress import Progress as Bar

    with Bar(console=Screen(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
