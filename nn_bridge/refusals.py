"""What Keras has and this package has not: refused in a line that names what there is."""

from __future__ import annotations

import dis
import functools
import inspect
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

from simulation.checks import InputError, given

P = ParamSpec("P")
T = TypeVar("T")


def kerass(**as_here: tuple[Any, ...]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let a function refuse arguments that only Keras's has; a decorator.

    Parameters
    ----------
    **as_here : tuple
        Arguments of Keras's, with the values for which Keras does what is done here anyway: these
        are taken.

    Examples
    --------
    >>> @kerass(use_bias=(True,))
    ... def dense(units):
    ...     return units
    >>> dense(3, use_bias=True)
    3
    >>> dense(3, use_bias=False)
    Traceback (most recent call last):
    simulation.checks.InputError: dense has no use_bias=False: it takes units
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        signature = inspect.signature(function)
        name = function.__qualname__.removesuffix(".__init__").rpartition(".")[2]
        takes = ", ".join(each for each in signature.parameters if each != "self") or "nothing"

        @functools.wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> T:
            for other in as_here.keys() & kwargs.keys():
                value = kwargs[other]
                if isinstance(value, (bool, int, float, str, type(None))) and (
                    value in as_here[other]
                ):
                    del kwargs[other]
            try:
                return function(*args, **kwargs)
            except TypeError:
                for unknown in kwargs.keys() - signature.parameters.keys():
                    raise InputError(
                        f"{name} has no {unknown}={given(kwargs[unknown])}: it takes {takes}"
                    ) from None
                try:
                    signature.bind(*args, **kwargs)
                except TypeError as error:
                    raise InputError(f"{name}: {error}; it takes {takes}") from None
                raise

        return checked

    return decorate


def absent_from(module: str, names: Sequence[str]) -> Callable[[str], NoReturn]:
    """Make the `__getattr__` of a module that has `names` and no others of Keras's."""

    def __getattr__(name: str) -> NoReturn:
        line = f"{module} has no {name}: there are {', '.join(names)}"
        # 'from module import name' makes a message of its own of an AttributeError.
        caller = sys._getframe(1)
        if caller.f_code.co_code[caller.f_lasti] == dis.opmap["IMPORT_FROM"]:
            raise ImportError(line, name=name)
        raise AttributeError(line, name=name)

    return __getattr__


class NamesWhatThereIs:
    """Base of what people hold in their hands: an attribute that is not there is told in a line."""

    if not TYPE_CHECKING:  # mypy would take it that everything is there

        def __getattr__(self, name: str) -> NoReturn:
            there = ", ".join(each for each in dir(self) if not each.startswith("_"))
            raise AttributeError(f"{type(self).__name__} has no {name}: there are {there}")


class AlwaysTrainable:
    """`trainable` is True and stays so: nothing here can be frozen."""

    @property
    def trainable(self) -> bool:
        """True; what does not learn has no parameters."""
        return True

    @trainable.setter
    def trainable(self, value: Any) -> None:
        if value is not True:
            raise InputError(
                f"trainable is {given(value)}, but everything here learns: it can be True only"
            )
