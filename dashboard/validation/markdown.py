"""Numbers and tables as a report prints them: no more digits than a figure can stand behind."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from simulation.statistics import Effect


def decimals(size: float, width: float = 0.0) -> int:
    """Choose the digits after the point that a figure and its interval need.

    Parameters
    ----------
    size : float
        The figure: three significant digits of it are shown, unless it is lost in its interval.
    width : float
        The farthest end of the interval of a difference: two significant digits of it are shown.

    Examples
    --------
    >>> decimals(0.978), decimals(0.978, 0.0013), decimals(36.2), decimals(0.0003, 0.0029)
    (3, 4, 1, 5)
    """
    of_size = _digits(size, 3)
    if width == 0 or not math.isfinite(width):
        return of_size
    of_width = _digits(width, 2)
    return max(of_width, min(of_size, of_width + 1))


def figure(value: float, digits: int | None = None) -> str:
    """Print a figure; 'not defined' for nan and infinity.

    Examples
    --------
    >>> figure(0.97758), figure(1299.5634), figure(-0.0001, 2)
    ('0.978', '1,300', '0.00')
    """
    if not math.isfinite(value):
        return "not defined"
    digits = decimals(value) if digits is None else digits
    return f"{_rounded(value, digits):,.{digits}f}"


def signed(value: float, digits: int | None = None) -> str:
    """Print a difference, with its sign."""
    if not math.isfinite(value):
        return "not defined"
    digits = decimals(value) if digits is None else digits
    return f"{_rounded(value, digits):+,.{digits}f}"


def effect_cells(effect: Effect) -> tuple[str, str, str]:
    """Print an effect: the figure before, the figure after, the difference with its interval.

    Examples
    --------
    >>> effect_cells(Effect(0.9776, 0.9780, -0.0022, 0.0036, 10))
    ('0.9776', '0.9780', '+0.0004 [-0.0022, +0.0036]')
    """
    digits = _effect_decimals(effect)
    return (
        figure(effect.before, digits),
        figure(effect.after, digits),
        f"{gain(effect)} [{signed(effect.low, digits)}, {signed(effect.high, digits)}]",
    )


def gain(effect: Effect) -> str:
    """Print the difference of an effect with as many digits as `effect_cells` does."""
    return signed(effect.difference, _effect_decimals(effect))


def small(value: float) -> str:
    """Print a figure that should be tiny, such as a rounding error.

    Examples
    --------
    >>> small(1.6653e-16), small(1e-12), small(0.0)
    ('1.7e-16', '1e-12', '0')
    """
    return f"{value:.2g}"


def literal(text: str) -> str:
    r"""Escape what Markdown would take for a table's column, a tag or emphasis.

    Examples
    --------
    >>> print(literal("1/2 |t - y|^2 + <c_i, c_j>"))
    1/2 \|t - y\|^2 + &lt;c_i, c_j>
    """
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Lay out a table; the columns numbered in `right` are set flush right."""
    rule = ["---:" if column in right else "---" for column in range(len(columns))]
    lines = [columns, rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def listed(names: Sequence[str]) -> str:
    """Join names as a sentence does.

    Examples
    --------
    >>> listed(["A"]), listed(["A", "B", "C"])
    ('A', 'A, B and C')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _digits(value: float, significant: int) -> int:
    if value == 0 or not math.isfinite(value):
        return 0
    return min(max(significant - 1 - math.floor(math.log10(abs(value))), 0), 6)


def _effect_decimals(effect: Effect) -> int:
    return decimals(
        max(abs(effect.before), abs(effect.after)), max(abs(effect.low), abs(effect.high))
    )


def _rounded(value: float, digits: int) -> float:
    return round(value, digits) + 0.0  # -0.0 becomes 0.0
