"""How a claim is decided: rules that stand in the code before anything is run.

A `Change` compares a measure with absences and without, for the same seeds, against the smallest
effect that would matter. A `Threshold` holds one condition to the article's words. A claim with
several rules is worth what the least of them is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from experiments.validation.conditions import Figures, on_all
from simulation.arrays import FloatArray
from simulation.checks import one_of
from simulation.intervals import CONFIDENCE, FEWEST_SEEDS
from simulation.significance import holm, one_sided_p
from simulation.statistics import SMALLEST_EFFECT, Effect, paired_effect

Verdict = Literal[
    "too few seeds to say",
    "the other way",
    "does not hold",
    "equivalent",
    "undecided",
    "holds, but too small to matter",
    "holds",
]
"""From the one that settles a claim with several rules before any other, to the last."""

SMALLEST_RELATIVE_EFFECT = 0.05
"""Smallest effect of interest on weights, variances and shares, relative to without absences."""

SMALLEST_PART = 0.1
"""Smallest effect of interest on what losing somebody costs: this part of what it costs without."""

KEPT = 0.9
"""The part of the quality that must be left for it to count as kept."""

PUBLISHED_GAIN = 0.0035
"""What dropout gained in accuracy on MNIST: error 1.60% to 1.25% (Srivastava et al. 2014, table 2).

An accuracy that is said to rise must rise by as much. Can 1,000 test images show it? In a pilot on
seeds 1,000,000 to 1,000,009, which are judged nowhere (3,000 clean images, Adam, 20 epochs), the
difference that Dropout(0.5) makes had a standard error of .0025 with seeds and images both drawn at
random, so that .0072 is the smallest difference shown four times in five: more than .0035. So on
these images C9 is expected to stay undecided for clean labels, unless dropout gains twice as much
as it did in its paper; all of MNIST, with ten times the test images, can decide it.
"""

Which = Literal["without", "absences"]


@dataclass(frozen=True)
class Margin:
    """The smallest effect of interest of a rule.

    Attributes
    ----------
    size : float
    of : str or None
        The measure whose mean without absences `size` is a part of; None: `size` is absolute.
    """

    size: float
    of: str | None = None

    def value(self, without: Figures) -> float:
        """Return it in units of the measure."""
        return (
            self.size
            if self.of is None
            else self.size * abs(float(on_all(without[self.of]).mean()))
        )


@dataclass(frozen=True)
class Change:
    """What must become of one measure for a claim to hold.

    Attributes
    ----------
    measure : str
        A name in the figures of both conditions.
    expect : {'higher', 'lower', 'not lower', 'same'}
        With absences against without. 'Higher' holds if the whole 95% interval of the paired
        difference lies above the margin; it holds, but too small to matter, if it lies between 0
        and the margin; it is equivalent if it lies within the margin on both sides; it is the other
        way if it lies below 0. 'Lower' is the same, mirrored. 'Not lower' holds above minus the
        margin and is the other way below it. 'Same' holds within the margin on both sides, and does
        not hold wholly outside. Anything else is undecided.
    margin : Margin
    against : str or None
        Compare with this other measure of the same runs with absences, not with those without.
    """

    measure: str
    expect: str
    margin: Margin = Margin(SMALLEST_EFFECT)
    against: str | None = None

    def __post_init__(self) -> None:
        one_of("expect", self.expect, ("higher", "lower", "not lower", "same"))

    def decide(self, without: Figures, absences: Figures) -> Finding:
        """Apply the rule to the figures of two conditions with the same seeds."""
        before = without[self.measure] if self.against is None else absences[self.against]
        return self.compare(before, absences[self.measure], self.margin.value(without))

    def compare(self, before: FloatArray, after: FloatArray, margin: float) -> Finding:
        """Apply the rule to two sets of figures of its measure, see `Figures`."""
        effect = paired_effect(before, after)
        return Finding(self, effect, margin, self._verdict(effect, margin))

    def _verdict(self, effect: Effect, margin: float) -> Verdict:
        if effect.seeds < FEWEST_SEEDS:
            return "too few seeds to say"
        low, high = effect.low, effect.high
        if self.expect == "lower":
            low, high = -high, -low
        within = -margin < low and high < margin
        match self.expect:
            case "same":
                outside = low > margin or high < -margin
                return "holds" if within else "does not hold" if outside else "undecided"
            case "not lower":
                return (
                    "holds"
                    if low > -margin
                    else ("the other way" if high < -margin else "undecided")
                )
        if low > margin:
            return "holds"
        if within:
            return "holds, but too small to matter" if low > 0 else "equivalent"
        return "the other way" if high < 0 else "undecided"


@dataclass(frozen=True)
class Threshold:
    """What a measure must reach for the article's words to be true, in one condition.

    Attributes
    ----------
    measure : str
    expect : {'at least', 'at most'}
        It holds if the whole 95% interval lies on that side of `share` times `of`, and does not
        hold if it lies on the other side. Anything else is undecided.
    share : float
    of : str
        Another measure of the same runs.
    where : {'without', 'absences'}
        The condition that is held to it.
    """

    measure: str
    expect: str
    share: float
    of: str
    where: Which = "absences"

    def __post_init__(self) -> None:
        one_of("expect", self.expect, ("at least", "at most"))
        one_of("where", self.where, get_args(Which))

    def decide(self, without: Figures, absences: Figures) -> Finding:
        """Apply the rule to the figures of the condition that it is about."""
        figures = without if self.where == "without" else absences
        effect = paired_effect(self.share * figures[self.of], figures[self.measure])
        return Finding(self, effect, 0.0, self._verdict(effect))

    def _verdict(self, effect: Effect) -> Verdict:
        if effect.seeds < FEWEST_SEEDS:
            return "too few seeds to say"
        low, high = effect.low, effect.high
        if self.expect == "at most":
            low, high = -high, -low
        return "holds" if low > 0 else "does not hold" if high < 0 else "undecided"


Rule = Change | Threshold


@dataclass(frozen=True)
class Finding:
    """What a rule found.

    Attributes
    ----------
    rule : Change or Threshold
    effect : Effect
        From what it is held against to what was measured.
    margin : float
        The smallest effect of interest, in units of the measure.
    verdict : Verdict
    """

    rule: Rule
    effect: Effect
    margin: float
    verdict: Verdict

    @property
    def p(self) -> float:
        """One-sided p: how often chance alone would go so far beyond the margin."""
        downward = self.rule.expect in ("lower", "at most")
        beyond = -self.margin if self.rule.expect == "not lower" else self.margin
        return one_sided_p(self.effect, beyond, -1 if downward else 1)


@dataclass(frozen=True)
class Multiplicity:
    """How many findings stand when it is remembered that there are many.

    Attributes
    ----------
    directional, hold, hold_after_holm : int
    lost : list of Finding
        Those that hold by their own interval, but not after the correction.
    """

    directional: int
    hold: int
    hold_after_holm: int
    lost: list[Finding]


def count_findings(findings: Iterable[Finding]) -> Multiplicity:
    """Correct all directional findings by Holm's method.

    Holm, not Benjamini-Hochberg: each finding is printed, and quoted, as a statement of its own, so
    what has to be rare is that even one of them is false (Holm 1979). Verdicts go by each interval;
    this count says what they are worth together.
    """
    directional = [finding for finding in findings if finding.rule.expect != "same"]
    adjusted = holm([finding.p for finding in directional])
    held = [
        (finding, p) for finding, p in zip(directional, adjusted, strict=True)
        if finding.verdict == "holds"
    ]  # fmt: skip
    lost = [finding for finding, p in held if p >= (1.0 - CONFIDENCE) / 2]
    return Multiplicity(len(directional), len(held), len(held) - len(lost), lost)


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Join the verdicts of a claim's rules: the first in the order of `Verdict`.

    Examples
    --------
    >>> all_of(["holds", "undecided"]), all_of(["holds", "equivalent", "undecided"])
    ('undecided', 'equivalent')
    """
    given = set(verdicts)
    return next((verdict for verdict in get_args(Verdict) if verdict in given), "undecided")
