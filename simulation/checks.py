"""What the project says when it is given something it cannot work with.

Every message is one line and has three parts: what was given, what is allowed, how to mend it.
"""

from __future__ import annotations

import math
import numbers
import unicodedata
from collections.abc import Mapping, Set
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from simulation.arrays import Array, BoolArray

if TYPE_CHECKING:
    from pydantic import ValidationError


Kind = TypeVar("Kind")

MOST_NUMBERS = 2**29
"""Numbers that one array may hold (4 GiB)."""


unsaid = np.errstate(all="ignore")
"""Decorates what makes of numbers too large for it ones that are not finite, and no warning."""


class InputError(ValueError):
    """Bad input, told in one line for the person who gave it.

    Only these are turned into exit code 2 by the command line; any other exception is a bug of
    ours and keeps its traceback.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable(message if isinstance(message, str) else given(message)))


class DivergedError(InputError):
    """Training left the finite numbers; the message says when."""


_BIDIRECTIONAL = frozenset(["LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"])


def printable(text: str) -> str:
    r"""Return `text` as one line that a terminal only shows.

    Escaped are control characters, line breaks, what turns the direction of writing, and the bytes
    of file names that are no UTF-8.

    Examples
    --------
    >>> print(printable("B\x1b[2J\n\udcff.csv"))
    B\x1b[2J\n\xff.csv
    """
    if text.isprintable():
        return text
    return "".join(
        f"\\x{ord(each) - 0xDC00:02x}"  # a byte of a name that is no UTF-8
        if "\udc80" <= each <= "\udcff"
        else each.encode("unicode_escape").decode()
        if unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(each) in _BIDIRECTIONAL
        else each
        for each in text
    )


def given(value: Any) -> str:
    """Write out what was given on one line, shortened."""
    try:
        return shortened(repr(value))
    except ValueError:  # a whole number of more digits than Python writes
        return f"a {type(value).__name__} too long to write"


def shortened(text: str, most: int = 60) -> str:
    """Return the beginning of a text, on one line."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 3] + "..."


def whole(name: str, value: Any, *, least: int = 0, most: int | None = None) -> int:
    """Return `value` as an int, or raise if it is no whole number in [least, most].

    Examples
    --------
    >>> whole("presenters", 5, least=1)
    5
    >>> whole("presenters", 0, least=1)
    Traceback (most recent call last):
    simulation.checks.InputError: presenters is 0, but must be a whole number of at least 1
    """
    if not isinstance(value, bool) and isinstance(value, numbers.Integral):
        number = int(value)
        if least <= number and (most is None or number <= most):
            return number
        value = number
    allowed = f"a whole number of at least {least}" if most is None else f"{least} to {given(most)}"
    raise InputError(f"{name} is {given(value)}, but must be {allowed}")


def real(
    name: str,
    value: Any,
    *,
    least: float = -math.inf,
    most: float = math.inf,
    above: float = -math.inf,
    below: float = math.inf,
) -> float:
    """Return `value` as a finite float in [least, most] and in (above, below), or raise.

    Examples
    --------
    >>> real("rate", 0.5, least=0, below=1)
    0.5
    >>> real("rate", float("nan"), least=0, below=1)
    Traceback (most recent call last):
    simulation.checks.InputError: rate is nan, but must be a number in [0, 1)
    """
    low = f"[{least:g}" if math.isfinite(least) else f"({above:g}"
    high = f"{most:g}]" if math.isfinite(most) else f"{below:g})"
    anything = (low, high) == ("(-inf", "inf)")
    allowed = "a finite number" if anything else f"a number in {low}, {high}"
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InputError(f"{name} is {given(value)}, but must be {allowed}")
    try:
        number = float(value)
    except OverflowError:
        raise InputError(f"{name} is {given(value)}, but must be {allowed}") from None
    if not (math.isfinite(number) and least <= number <= most and above < number < below):
        raise InputError(f"{name} is {number:g}, but must be {allowed}")
    return number


def one_of(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    """Return `value` if it is one of the words `allowed`, or raise an error that lists them."""
    if not isinstance(value, str) or value not in allowed:
        raise InputError(f"{name} is {given(value)}, but must be one of: {', '.join(allowed)}")
    return str(value)


def flag(name: str, value: Any) -> bool:
    """Return `value` if it is True or False, or raise."""
    if not isinstance(value, bool):
        raise InputError(f"{name} is {given(value)}, but must be True or False")
    return value


def text(name: str, value: Any) -> str:
    """Return `value` if it is a text."""
    if not isinstance(value, str):
        raise InputError(f"{name} is {given(value)}, but must be a text")
    return value


def instance(name: str, value: Kind, kind: type) -> Kind:
    """Return `value` if it is one of a class."""
    if not isinstance(value, kind):
        raise InputError(f"{name} is {given(value)}, but must be of the class {kind.__name__}")
    return value


def listed(name: str, value: Any) -> tuple[Any, ...]:
    """Return the parts of a list, a tuple or the like, in which order counts."""
    if not isinstance(value, str | bytes | Mapping | Set):
        with suppress(TypeError):  # it has no parts
            return tuple(value)
    raise InputError(f"{name} is {given(value)}, but must be a list")


def numeric(name: str, value: Any, *shape: int | str | None, finite: bool = True) -> Array:
    """Return `value` as an array of numbers, or raise.

    Parameters
    ----------
    name : str
    value : array_like
        Floats stay as they are; whole numbers and truth values become floats.
    shape : int, str or None, ..
        The length of each axis: as many, at least one (by the name of the axis), or any number.
        Without any: every shape is right.
    finite : bool
        Whether NaN and infinity are wrong.

    Examples
    --------
    >>> numeric("fractions", [0, 0.5], "fractions")
    array([0. , 0.5])
    >>> numeric("fractions", [[0, 0.5]], "fractions")
    Traceback (most recent call last):
    simulation.checks.InputError: fractions: the shape is (1, 2), but must be (fractions)
    """
    array = _array(name, value, "fiub", "numbers", shape)
    if finite and not np.isfinite(array).all():
        raise InputError(f"{name}: not all numbers are finite, take out NaN and infinity")
    return array if array.dtype.char in "df" else array.astype(float)


def boolean(name: str, value: Any, *shape: int | str | None) -> BoolArray:
    """Return `value` as an array of True and False, which may be given as 1 and 0, or raise."""
    array = _array(name, value, "biu", "True and False", shape)
    if array.dtype.kind == "b":
        return array
    if not ((array == 0) | (array == 1)).all():
        raise InputError(f"{name}: there are other numbers than 0 and 1")
    return array.astype(bool)


def _array(
    name: str, value: Any, kinds: str, what: str, shape: tuple[int | str | None, ...]
) -> Array:
    if type(value) is np.ndarray:
        array = value
    else:
        try:
            array = np.asarray(None if np.ma.is_masked(value) else value)
        except (TypeError, ValueError, OverflowError):  # rows of several lengths, too large numbers
            array = np.array(None)
    if array.dtype.kind not in kinds:
        raise InputError(f"{name} is {given(value)}, but must be an array of {what}")
    if (
        shape
        and shape != array.shape
        and not (
            array.ndim == len(shape)
            and all(
                length == axis if isinstance(axis, int) else length > 0 or axis is None
                for length, axis in zip(array.shape, shape, strict=True)
            )
        )
    ):
        axes = ", ".join("any" if axis is None else str(axis) for axis in shape)
        raise InputError(f"{name}: the shape is {array.shape}, but must be ({axes})")
    return array


def room(name: str, *lengths: int) -> None:
    """Raise if an array with axes of these lengths is too large to be made."""
    if math.prod(lengths) > MOST_NUMBERS:
        raise InputError(
            f"{name} would take {' x '.join(given(length) for length in lengths)} numbers, but "
            f"{MOST_NUMBERS} are the most: ask for fewer"
        )


def first_problem(error: ValidationError) -> str:
    """Say in one line what pydantic found wrong first.

    Examples
    --------
    >>> from pydantic import TypeAdapter, ValidationError
    >>> try:
    ...     TypeAdapter(dict[str, int]).validate_python({"seed": "many"})
    ... except ValidationError as error:
    ...     print(first_problem(error))
    seed is 'many', but input should be a valid integer, unable to parse string as an integer
    """
    first = error.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, InputError):  # raised by a validator of ours: it says all
        return str(cause)
    place = ".".join(map(str, first["loc"]))[-60:] or "the whole"
    message = first["msg"].removeprefix("Value error, ")
    message = shortened(message, 300)  # it may quote what was given
    return f"{place} is {given(first['input'])}, but {message[0].lower()}{message[1:]}"
