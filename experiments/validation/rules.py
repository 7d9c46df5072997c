"""How a claim is decided: rules that stand in the code before anything is run.

A rule looks at one figure, measured for the same seeds without and with absences, and says
'holds', 'does not hold' or 'undecided'. A claim with several rules holds if all of them do, and
does not hold if one of them does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from simulation.checks import one_of
from simulation.statistics import Effect, paired_effect

FloatArray = npt.NDArray[np.float64]
Verdict = Literal["holds", "does not hold", "undecided"]
Figures = Mapping[str, FloatArray]
"""Measures of one condition by name, each (S,), one figure a seed."""

QUALITY_WORTH = 0.01
"""Smallest difference of a quality or an accuracy that anyone would care about."""

RELATIVE_WORTH = 0.05
"""Smallest difference of any other measure that anyone would care about, of its size without."""


@dataclass(frozen=True)
class Rule:
    """What must become of one measure for a claim to hold.

    Attributes
    ----------
    measure : str
        A name in the figures of both conditions.
    expect : {'higher', 'lower', 'not lower', 'same'}
        With absences against without. 'higher' and 'lower' hold if the whole 95% interval of the
        paired difference lies on that side of 0. They do not hold if it lies on the other side, or
        within what anyone would care about of 0: then the data show equivalence. 'not lower' holds
        if the whole interval lies above minus what anyone would care about, and does not if it
        lies below. 'same' holds if the whole interval lies within what anyone would care about of
        0, and does not if it lies outside. Anything else is undecided.
    against : str or None
        Compare with this other measure of the same runs with absences, not with those without.
    relative : bool
        Whether 'what anyone would care about' is relative to the size of the measure (weights,
        variances) or absolute (qualities).
    """

    measure: str
    expect: str
    relative: bool = False
    against: str | None = None

    def __post_init__(self) -> None:
        one_of("expect", self.expect, ("higher", "lower", "not lower", "same"))

    def decide(self, without: Figures, absences: Figures) -> Finding:
        """Apply the rule to the figures of two conditions with the same seeds."""
        before = without[self.measure] if self.against is None else absences[self.against]
        effect = paired_effect(before, absences[self.measure])
        worth = RELATIVE_WORTH * abs(effect.before) if self.relative else QUALITY_WORTH
        low, high = effect.low, effect.high
        if self.expect == "lower":
            low, high = -high, -low
        verdict: Verdict = "undecided"
        if self.expect == "same":
            if effect.within(worth):
                verdict = "holds"
            elif low > worth or high < -worth:
                verdict = "does not hold"
        elif self.expect == "not lower":
            if low > -worth:
                verdict = "holds"
            elif high < -worth:
                verdict = "does not hold"
        elif low > 0:
            verdict = "holds"
        elif high < 0 or effect.within(worth):
            verdict = "does not hold"
        return Finding(self.measure, self.expect, effect, worth, verdict)


@dataclass(frozen=True)
class Finding:
    """What a rule found.

    Attributes
    ----------
    measure, expect : str
        As in the rule.
    effect : Effect
    worth : float
        Smallest difference that anyone would care about.
    verdict : {'holds', 'does not hold', 'undecided'}
    """

    measure: str
    expect: str
    effect: Effect
    worth: float
    verdict: Verdict


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Join the verdicts of a claim's rules.

    Examples
    --------
    >>> all_of(["holds", "undecided"]), all_of(["holds", "does not hold", "undecided"])
    ('undecided', 'does not hold')
    """
    given = set(verdicts)
    if "does not hold" in given:
        return "does not hold"
    return "undecided" if "undecided" in given or not given else "holds"
