"""Numbers as people read them, the same in every table, report and page.

No more digits than a figure can stand behind. A difference is that of the figures as they were
measured, rounded by itself: it may be off by one in the last place from the rounded figures beside
it, and whoever prints it says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulation.statistics import Effect

TINY = 1e-5
"""Below this a figure has too few digits behind six zeros."""

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


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
    return _printed(value, digits, "")


def signed(value: float, digits: int | None = None) -> str:
    """Print a difference, with its sign."""
    return _printed(value, digits, "+")


def with_interval(value: float, low: float, high: float, digits: int | None = None) -> str:
    """Print a figure with its interval, of whose longer half two significant digits are shown.

    Unless `digits` after the point are asked for.

    Examples
    --------
    >>> with_interval(0.00521, 0.00312, 0.0072), with_interval(0.5, math.nan, math.nan)
    ('0.0052 [0.0031, 0.0072]', '0.500')
    >>> with_interval(2.14e-9, 1e-9, 3e-9)
    '2.1e-09 [1e-09, 3e-09]'
    """
    if math.isnan(low) or math.isnan(high):
        return figure(value, digits)
    if digits is None:
        if 0 < max(map(abs, (value, low, high))) < TINY:
            return f"{small(value)} [{small(low)}, {small(high)}]"
        digits = interval_digits(value, low, high)
    return f"{figure(value, digits)} [{figure(low, digits)}, {figure(high, digits)}]"


def interval_digits(value: float, low: float, high: float) -> int:
    """Choose the digits after the point that `with_interval` shows."""
    half = max(value - low, high - value)
    return _digits(half, 2) if half > 0 else decimals(value)


@dataclass(frozen=True)
class Said:
    """An effect as people read it, every figure with as many digits as its interval asks for.

    Attributes
    ----------
    before, after, difference, low, high : str
    """

    before: str
    after: str
    difference: str
    low: str
    high: str

    @classmethod
    def of(cls, effect: Effect) -> Said:
        """Write an effect's figures down.

        Examples
        --------
        >>> said = Said.of(Effect(0.2164, 0.5537, 0.274, 0.385, 10))
        >>> said.before, said.after, said.change  # not +0.338
        ('0.216', '0.554', '+0.337 [+0.274, +0.385]')
        """
        digits = decimals(
            max(abs(effect.before), abs(effect.after)), max(abs(effect.low), abs(effect.high))
        )
        differences = effect.difference, effect.low, effect.high
        return cls(
            figure(effect.before, digits),
            figure(effect.after, digits),
            *(signed(value, digits) for value in differences),
        )

    @property
    def change(self) -> str:
        """The difference with its interval."""
        return f"{self.difference} [{self.low}, {self.high}]"


def small(value: float) -> str:
    """Print a figure that should be tiny, such as a rounding error.

    Examples
    --------
    >>> small(1.6653e-16), small(1e-12), small(0.0)
    ('1.7e-16', '1e-12', '0')
    """
    return f"{value:.2g}"


def power(value: float, digits: int = 1) -> str:
    """Write a very small number on a page, as people do by hand.

    Examples
    --------
    >>> power(5.6e-16), power(1e-12, 0), power(0.0)
    ('5.6 × 10⁻¹⁶', '10⁻¹²', '0')
    """
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    ten = "10" + str(int(exponent)).translate(SUPERSCRIPTS)
    return ten if mantissa == "1" else f"{mantissa} × {ten}"


def percent(share: float) -> str:
    """Print a rate or a share, exactly where it is round.

    Examples
    --------
    >>> percent(0.1875), percent(0.3)
    ('18.75%', '30%')
    """
    return f"{100 * share:.4g}%"


def part(value: float) -> str:
    """Print a part of something else, in whole percent.

    Examples
    --------
    >>> part(0.923), part(-0.07), part(math.nan)
    ('92%', '-7%', 'not defined')
    """
    return f"{value:.0%}" if math.isfinite(value) else "not defined"


def minus(text: str) -> str:
    """Set the minus of a printed number as one, as the axes of figures do."""
    return text.replace("-", "\N{MINUS SIGN}")


def hundredths(value: float) -> str:
    """Print a figure as it stands in a picture.

    Examples
    --------
    >>> hundredths(-0.284), hundredths(-0.001)
    ('−0.28', '0.00')
    """
    return minus(figure(value, 2))


def _printed(value: float, digits: int | None, sign: str) -> str:
    if not math.isfinite(value):
        return "not defined"
    digits = decimals(value) if digits is None else digits
    return f"{round(value, digits) + 0.0:{sign},.{digits}f}"  # -0.0 becomes 0.0


def _digits(value: float, significant: int) -> int:
    if value == 0 or not math.isfinite(value):
        return 0
    return min(max(significant - 1 - math.floor(math.log10(abs(value))), 0), 6)
