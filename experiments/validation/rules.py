"""How a claim is decided: rules that stand in the code before anything is run.

A rule looks at one figure, measured for the same seeds without and with absences, and says
'holds', 'does not hold' or 'undecided'. A claim with several rules holds if all of them do, and
does not hold if one of them does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from experiments.validation.conditions import Figures
from simulation.checks import one_of
from simulation.statistics import SMALLEST_EFFECT, Effect, paired_effect

Verdict = Literal["holds", "does not hold", "undecided"]

SMALLEST_RELATIVE_EFFECT = 0.05
"""Smallest effect of interest on what is no quality, relative to its size without absences."""


@dataclass(frozen=True)
class Rule:
    """What must become of one measure for a claim to hold.

    Attributes
    ----------
    measure : str
        A name in the figures of both conditions.
    expect : {'higher', 'lower', 'not lower', 'same'}
        With absences against without, by the 95% interval of the paired difference and by delta,
        the smallest effect of interest. Superiority ('higher', 'lower') holds if the whole interval
        lies on that side of 0, and does not if it lies on the other side or between -delta and
        delta. Non-inferiority ('not lower') holds if it lies above -delta, and does not if it lies
        below. Equivalence ('same') holds if it lies between -delta and delta, and does not if it
        lies wholly outside. Anything else is undecided.
    against : str or None
        Compare with this other measure of the same runs with absences, not with those without.
    relative : bool
        Whether delta is relative to the size of the measure (weights, variances) or absolute
        (qualities).
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
        delta = SMALLEST_EFFECT
        if self.relative:
            delta = SMALLEST_RELATIVE_EFFECT * abs(effect.before)
        low, high = effect.low, effect.high
        if self.expect == "lower":
            low, high = -high, -low
        equivalent = effect.within(delta)
        match self.expect:
            case "same":
                holds, fails = equivalent, low > delta or high < -delta
            case "not lower":
                holds, fails = low > -delta, high < -delta
            case _:
                holds, fails = low > 0, high < 0 or equivalent
        verdict: Verdict = "holds" if holds else "does not hold" if fails else "undecided"
        return Finding(self, effect, delta, verdict)


@dataclass(frozen=True)
class Finding:
    """What a rule found.

    Attributes
    ----------
    rule : Rule
    effect : Effect
    smallest_effect : float
        Of interest: delta.
    verdict : {'holds', 'does not hold', 'undecided'}
    """

    rule: Rule
    effect: Effect
    smallest_effect: float
    verdict: Verdict

    @property
    def equivalent(self) -> bool:
        """Whether the whole interval lies within the smallest effect of interest."""
        return self.effect.within(self.smallest_effect)


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
