"""What the project says when it is given something it cannot work with.

Every message is one line and has three parts: what was given, what is allowed, how to mend it.
"""

from __future__ import annotations

import math
import numbers
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError


class InputError(ValueError):
    """Bad input, told in one line for the person who gave it.

    Only these are turned into exit code 2 by the command line; any other exception is a bug of
    ours and keeps its traceback.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


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
    B\x1b[2J\n\udcff.csv
    """
    if text.isprintable():
        return text
    return "".join(
        each.encode("unicode_escape").decode()
        if unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(each) in _BIDIRECTIONAL
        else each
        for each in text
    )


def given(value: Any) -> str:
    """Write out what was given on one line, shortened."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # a whole number of more digits than Python writes
        return f"a {type(value).__name__} too long to write"
    return text if len(text) <= 60 else text[:57] + "..."


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
    allowed = f"a whole number of at least {least}" if most is None else f"{least} to {most}"
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise InputError(f"{name} is {given(value)}, but must be {allowed}")
    number = int(value)
    if number < least or (most is not None and number > most):
        raise InputError(f"{name} is {given(number)}, but must be {allowed}")
    return number


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
    return f"{place} is {given(first['input'])}, but {message[0].lower()}{message[1:]}"
