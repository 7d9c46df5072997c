"""The rules that decide claims: each verdict from figures made for it, with seeds to spare."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from scipy import stats

from experiments.validation import rules
from experiments.validation.rules import (
    Change,
    Finding,
    Margin,
    Threshold,
    Verdict,
    all_of,
    count_findings,
)
from simulation import InputError
from simulation.intervals import FEWEST_SEEDS
from simulation.parts import PARTS
from simulation.statistics import SMALLEST_EFFECT, Effect

SPREAD = np.linspace(-1.0, 1.0, 10)  # mean 0; scaled, the differences between seeds
MARGIN = Margin(0.25)
TINY, WIDE = 0.01, 2.0  # spreads; with none every seed says exactly the same
NEAR = 0.4  # an interval of about .17 to each side


def figures(value: float, spread: float = 0.0, seeds: int = 10) -> dict[str, np.ndarray]:
    return {"measure": value + spread * SPREAD[:seeds]}


def verdict(expect: str, difference: float, spread: float, seeds: int = 10) -> Verdict:
    rule = Change("measure", expect, MARGIN)
    without, absences = figures(2.0, seeds=seeds), figures(2.0 + difference, spread, seeds)
    return rule.decide(without, absences).verdict


# One direction. Exactly on a border a verdict is not shown yet.

HIGHER = [
    (1.0, TINY, "holds"),
    (0.5, NEAR, "holds"),
    (0.25, 0.0, "undecided"),
    (0.3, NEAR, "undecided"),  # reaches below the margin
    (0.2, NEAR, "undecided"),  # all above 0, and beyond the margin
    (0.125, TINY, "holds, but too small to matter"),
    (0.0, TINY, "equivalent"),
    (0.0, 0.0, "equivalent"),
    (-0.125, TINY, "equivalent"),  # shown to be the other way, but too little to matter
    (-0.2, NEAR, "the other way"),
    (-0.25, 0.0, "the other way"),
    (-0.1, NEAR, "undecided"),
    (-1.0, TINY, "the other way"),
    (0.0, WIDE, "undecided"),
]


@pytest.mark.parametrize(("difference", "spread", "said"), HIGHER)
def test_higher_must_lie_beyond_the_margin(difference, spread, said):
    assert verdict("higher", difference, spread) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-1.0, 0.0, "undecided"),
        (-1.0, -1e-9, "the other way"),
        (0.0, 1.0, "undecided"),
        (0.0, 0.2, "equivalent"),
        (1e-9, 0.2, "holds, but too small to matter"),
        (-0.25, 0.0, "undecided"),
        (0.25, 1.0, "undecided"),
        (0.1, 0.25, "undecided"),
    ],
)
def test_an_interval_that_ends_on_a_border(low, high, said):
    effect = Effect(0.0, (low + high) / 2, low, high, 10)
    assert Change("measure", "higher")._verdict(effect, 0.25) == said


@pytest.mark.parametrize(("difference", "spread", "said"), HIGHER)
def test_lower_is_the_same_mirrored(difference, spread, said):
    assert verdict("lower", -difference, spread) == said


@pytest.mark.parametrize(
    ("difference", "spread", "said"),
    [
        (0.0, TINY, "holds"),
        (0.5, WIDE, "undecided"),
        (1.0, WIDE, "holds"),
        (-0.125, TINY, "holds"),
        (-0.25, 0.0, "undecided"),
        (-0.2, NEAR, "undecided"),
        (-0.25 - 1e-9, 0.0, "the other way"),
        (-1.0, TINY, "the other way"),
    ],
)
def test_not_lower_allows_for_less_than_the_margin(difference, spread, said):
    assert verdict("not lower", difference, spread) == said


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("difference", "spread", "said"),
    [
        (0.0, TINY, "holds"),
        (0.125, TINY, "holds"),
        (0.25, 0.0, "undecided"),
        (0.3, NEAR, "undecided"),
        (1.0, TINY, "does not hold"),
        (0.0, WIDE, "undecided"),
    ],
)
def test_the_same_must_lie_within_the_margin_on_both_sides(difference, spread, said, sign):
    assert verdict("same", sign * difference, spread) == said


# Thresholds: one condition against the words


@pytest.mark.parametrize(
    ("value", "spread", "at_least", "at_most"),
    [
        (2.0, TINY, "holds", "does not hold"),
        (1.5, 0.0, "undecided", "undecided"),  # exactly three quarters
        (1.5 + 1e-9, 0.0, "holds", "does not hold"),
        (1.0, TINY, "does not hold", "holds"),
        (1.6, NEAR, "undecided", "undecided"),
    ],
)
def test_a_threshold_needs_the_whole_interval_on_its_side(value, spread, at_least, at_most):
    of = {"of": np.full(10, 2.0)}
    for expect, said in (("at least", at_least), ("at most", at_most)):
        for where in ("without", "absences"):
            rule = Threshold("measure", expect, 0.75, "of", where)
            both = {"without": {}, "absences": {}} | {where: figures(value, spread) | of}
            finding = rule.decide(**both)
            assert (finding.verdict, finding.margin) == (said, 0.0)
            assert finding.effect.before == 1.5
            assert finding.effect.after == pytest.approx(value)


def test_a_threshold_is_paired_seed_by_seed():
    """Seeds far apart, each with a fifth more than three quarters of its own."""
    of = 2.0 + SPREAD
    found = {"measure": 0.9 * of, "of": of}
    assert Threshold("measure", "at least", 0.75, "of").decide({}, found).verdict == "holds"
    assert (
        Threshold("measure", "at least", 0.75, "of").decide({}, found | {"of": of[::-1]}).verdict
        == "undecided"
    )


# Few seeds


@pytest.mark.parametrize("seeds", [2, 3, 4, 5, 6])
def test_fewer_than_five_seeds_never_give_a_verdict(seeds):
    assert FEWEST_SEEDS == 5
    few = seeds < 5
    for expect in ("higher", "lower", "not lower", "same"):
        for difference in (-1.0, 0.0, 1.0):
            said = verdict(expect, difference, 1e-9, seeds)
            assert (said == "too few seeds to say") == few, (expect, difference)
    for expect in ("at least", "at most"):
        rule = Threshold("measure", expect, 0.5, "of")
        said = rule.decide({}, figures(2.0, seeds=seeds) | {"of": np.ones(seeds)}).verdict
        assert (said == "too few seeds to say") == few


# Margins


def test_a_margin_is_absolute_or_a_part_of_what_there_was_without_absences():
    without = {"measure": np.array([-1.0, -3.0])}
    assert Margin(0.1).value({}) == 0.1
    assert Margin(0.1, of="measure").value(without) == pytest.approx(0.2)
    # Of a network's figures it is that on all images; the rest are without a part of them.
    network = {"measure": np.column_stack([[1.0, 3.0], np.full((2, PARTS), 99.0)])}
    assert Margin(0.1, of="measure").value(network) == pytest.approx(0.2)
    assert Change("measure", "higher").margin == Margin(SMALLEST_EFFECT)


def test_a_relative_margin_goes_by_the_figures_without_absences():
    rule = Change("measure", "lower", Margin(0.1, of="other"))
    without = figures(2.0) | {"other": np.full(10, 4.0)}
    absences = figures(1.5) | {"other": np.full(10, 40.0)}
    assert rule.decide(without, absences).margin == pytest.approx(0.4)
    assert rule.decide(without, absences).verdict == "holds"
    assert rule.decide(without, figures(1.7)).verdict == "holds, but too small to matter"


def test_against_compares_two_measures_of_the_same_runs():
    found = {"one": np.full(10, 1.0) + 1e-6 * SPREAD, "other": np.full(10, 1.0)}
    rule = Change("one", "same", against="other")
    assert rule.decide({}, found).verdict == "holds"
    assert rule.decide({}, found | {"other": np.full(10, 1.5)}).effect.before == 1.5


def test_the_margins_are_those_that_stood_before_the_run():
    assert (SMALLEST_EFFECT, rules.SMALLEST_RELATIVE_EFFECT, rules.SMALLEST_PART) == (
        0.01, 0.05, 0.1,
    )  # fmt: skip
    assert (rules.KEPT, rules.PUBLISHED_GAIN) == (0.9, 0.0035)


# A p-value for each, and all of them together


@pytest.mark.parametrize(
    ("rule", "beyond", "alternative"),
    [
        (Change("measure", "higher", MARGIN), 0.25, "greater"),
        (Change("measure", "lower", MARGIN), -0.25, "less"),
        (Change("measure", "not lower", MARGIN), -0.25, "greater"),
        (Threshold("measure", "at least", 0.5, "of"), 0.0, "greater"),
        (Threshold("measure", "at most", 0.5, "of"), 0.0, "less"),
    ],
)
def test_p_is_that_of_a_one_sided_t_test_beyond_the_margin(rule, beyond, alternative):
    without, absences = figures(2.0, 0.3), figures(2.1)
    gain = absences["measure"] - without["measure"]
    if isinstance(rule, Threshold):
        absences |= {"of": np.full(10, 4.0) + 0.5 * SPREAD}
        gain = absences["measure"] - 0.5 * absences["of"]
    expected = stats.ttest_1samp(gain, beyond, alternative=alternative).pvalue
    assert rule.decide(without, absences).p == pytest.approx(expected)


@pytest.mark.parametrize("sign", [1, -1])
def test_p_is_a_fortieth_where_the_interval_ends(sign):
    gain = sign * np.exp(np.linspace(-1.0, 2.5, 10))  # a skewed one
    without, absences = {"measure": np.zeros(10)}, {"measure": gain}
    ends = Change("measure", "higher").decide(without, absences).effect
    assert ends.low < 0 if sign < 0 else ends.low > 0
    at_its_end = Change("measure", "higher", Margin(ends.low)).decide(without, absences)
    assert at_its_end.p == pytest.approx(0.025)


def test_where_every_seed_says_the_same_p_is_0_or_1():
    for difference, p in ((0.5, 0.0), (0.25, 1.0), (0.125, 1.0)):
        rule = Change("measure", "higher", MARGIN)
        assert rule.decide(figures(2.0), figures(2.0 + difference)).p == p


def found(p: float, verdict: Verdict, expect: str = "higher") -> Finding:
    """Make up a finding with this p: of ten seeds, with a standard error of 1."""
    away = float(-stats.t.ppf(p, df=9))
    effect = Effect(0.0, away, math.nan, math.nan, 10, error=1.0, degrees=9)
    return Finding(Change("measure", expect, Margin(0.0)), effect, 0.0, verdict)


def test_many_findings_are_corrected_together_by_hand():
    """Four times the smallest, three times the next, ..: .016, .036 and .040 against .025."""
    first, second, third = (found(p, "holds") for p in (0.004, 0.012, 0.020))
    assert first.p == pytest.approx(0.004)
    failing, of_no_direction = found(0.6, "undecided"), found(0.001, "holds", "same")
    counted = count_findings([third, failing, first, of_no_direction, second])
    assert (counted.directional, counted.hold, counted.hold_after_holm) == (4, 3, 1)
    assert counted.lost == [third, second]
    # .012, .024 and .024: what has not been asked does not count.
    assert count_findings([third, first, second]).lost == []
    assert count_findings([]).directional == 0


def test_a_finding_that_does_not_hold_is_not_saved_by_its_p():
    counted = count_findings([found(1e-9, "holds, but too small to matter")])
    assert (counted.directional, counted.hold, counted.lost) == (1, 0, [])


def test_what_holds_with_room_still_holds_among_many_and_what_just_holds_does_not():
    rule = Change("measure", "higher", Margin(0.1))
    sure = rule.decide(figures(0.0), figures(1.0, TINY))
    barely = rule.decide(figures(0.0), figures(0.6, 0.9))
    assert (sure.verdict, barely.verdict) == ("holds", "holds")
    assert count_findings([sure, barely] * 3).lost == [barely] * 3


# Claims with several rules


def test_a_claim_needs_all_of_its_rules():
    assert all_of(["holds", "holds"]) == "holds"
    assert all_of([]) == "undecided"


def test_the_least_of_the_verdicts_is_the_claims():
    order = (
        "too few seeds to say", "the other way", "does not hold", "equivalent", "undecided",
        "holds, but too small to matter", "holds",
    )  # fmt: skip
    assert get_args(Verdict) == order
    for worse, better in pairwise(order):
        assert all_of([better, worse, better]) == worse


def test_an_unknown_expectation_is_refused():
    with pytest.raises(InputError, match="expect is 'better', but must be one of: higher, lower"):
        Change("measure", "better")
    with pytest.raises(InputError, match="expect is 'higher', but must be one of: at least"):
        Threshold("measure", "higher", 0.9, "other")
    with pytest.raises(InputError, match="where is 'both', but must be one of: without, absences"):
        replace(Threshold("measure", "at least", 0.9, "other"), where="both")
