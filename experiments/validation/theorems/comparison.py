"""What checking a theorem returns: two quantities, how far apart they are, and may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

EXACT = 1e-12
"""Largest difference that still counts as the same: rounding of float64, added up."""


@dataclass(frozen=True)
class Check:
    """Two quantities that must be the same, or one that must not exceed a bound.

    Attributes
    ----------
    compared : str
        Which two, in words.
    difference : float
        The largest found.
    tolerance : float
    """

    compared: str
    difference: float
    tolerance: float = EXACT

    @property
    def holds(self) -> bool:
        """Whether the difference is a number within the tolerance."""
        return self.difference <= self.tolerance


@dataclass(frozen=True)
class Comparison:
    """A theorem, and how far it is from holding.

    Attributes
    ----------
    id : str
        'T1' to 'T9'.
    statement : str
        With all its conditions.
    source : str
        Where it is from.
    checks : tuple of Check
        The first is the theorem's own; all must hold.
    detail : str
        What was gone through, and further figures.
    """

    id: str
    statement: str
    source: str
    checks: tuple[Check, ...]
    detail: str

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)

    @property
    def decisive(self) -> Check:
        """The first check that fails; if all hold, the theorem's own."""
        return next((check for check in self.checks if not check.holds), self.checks[0])


def largest(differences: Sequence[npt.ArrayLike]) -> float:
    """Return the largest absolute value in all arrays; nan if there is one, 0 for none at all.

    Examples
    --------
    >>> largest([[0.5, -2.0], 1.0])
    2.0
    """
    return float(np.max([np.abs(difference).max(initial=0.0) for difference in differences]))
