"""Random draws told while a model runs, and played again: what is of no framework's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Generic, TypeVar

Drawn = TypeVar("Drawn")
Draw = Callable[[str, Callable[..., Any], Any, Any], Any]
"""Stands in for a function of chance: gets its name, itself, and what it was called with."""


class Replayed(Generic[Drawn]):
    """What a framework draws from while it is watched.

    Parameters
    ----------
    drawn : function(Drawn)
        Is told of each draw.
    """

    def __init__(self, drawn: Callable[[Drawn], None]) -> None:
        self.drawn = drawn
        self._ahead: Iterator[tuple[Drawn, Any]] | None = None

    @property
    def playing(self) -> bool:
        """Whether draws are played again."""
        return self._ahead is not None

    @contextmanager
    def again(self, tape: Sequence[Drawn], instead: Mapping[Drawn, Any]) -> Iterator[None]:
        """Play draws again, telling nobody, some with other values.

        Where a model draws otherwise than it did, because its course depends on chance, it gets
        new numbers from there on.

        Parameters
        ----------
        tape : sequence of Drawn
        instead : mapping of Drawn to number
            Of which its values are all to be.
        """
        self._ahead = iter([(each, instead.get(each)) for each in tape])
        try:
            yield
        finally:
            self._ahead = None

    def _next(self, fits: Callable[[Drawn], bool]) -> tuple[Drawn | None, Any]:
        """Return what was drawn at this point before, and what is to take its place, if anything.

        None where nothing fits: this draw is a new one.
        """
        before, other = next(self._ahead or iter(()), (None, None))
        if before is not None and fits(before):
            return before, other
        self._ahead = iter(())
        return None, None


@contextmanager
def drawing_by(draw: Draw, holders: Sequence[Any], names: Sequence[str]) -> Iterator[None]:
    """Let `draw` stand in for the functions of these names that modules or classes have."""
    with ExitStack() as stack:
        for holder in holders:
            for name in names:
                function = vars(holder).get(name)
                if function is not None:
                    stack.callback(setattr, holder, name, function)
                    setattr(holder, name, _standing_in(draw, name, function))
        yield


def _standing_in(draw: Draw, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def drawn(*args: Any, **kwargs: Any) -> Any:
        return draw(name, function, args, kwargs)

    return drawn
