"""How the report says things: texts with their blanks filled, and numbers as they are printed."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.texts import load

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Wording:
    """The report's texts in one language.

    Attributes
    ----------
    language : {'en', 'ja'}
    """

    language: str

    def __call__(self, key: str, **blanks: object) -> str:
        """Return a text with its blanks filled; a missing one raises KeyError."""
        return load("report", self.language)[key].format(**blanks)

    def joined(self, parts: list[str], key: str = "alt.join") -> str:
        """Join parts as this language lists them."""
        return self(key).join(parts)

    def labels(self, noise: float) -> str:
        """Name the practice labels of which the fraction `noise` is wrong."""
        return self("labels.wrong", share=f"{noise:.0%}") if noise else self("labels.clean")


def number(figure: str) -> str:
    """Set a figure's minus as one.

    Examples
    --------
    >>> number("-0.28")
    '−0.28'
    """
    return figure.replace("-", "\N{MINUS SIGN}")


def power(value: float, digits: int = 1) -> str:
    """Write a very small number as people do.

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
