"""Effects: the verdict's rule, and an interval that covers what it should."""

import numpy as np
import pytest

from simulation import InputError
from simulation.statistics import Effect, paired_effect


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.1, 0.5, "higher"),
        (-0.5, -0.1, "lower"),
        (-0.1, 0.5, "no difference shown"),
        (0.0, 0.5, "no difference shown"),
        (-0.5, 0.0, "no difference shown"),
        (0.0, 0.0, "no difference shown"),
        (float("nan"), float("nan"), "no difference shown"),
    ],
)
def test_the_verdict_needs_the_whole_interval_on_one_side(low, high, verdict):
    assert Effect(1.0, 1.0, low, high, 10).verdict == verdict


def test_equivalence_needs_the_whole_interval_closer_to_0_than_what_is_worth_it():
    assert Effect(1.0, 1.0, -0.009, 0.009, 10).within(0.01)
    assert Effect(1.0, 1.0, 0.001, 0.009, 10).within(0.01)  # higher, and equivalent all the same
    for low, high in ((-0.01, 0.0), (0.0, 0.01), (-0.5, 0.5), (0.02, 0.03), (float("nan"),) * 2):
        assert not Effect(1.0, 1.0, low, high, 10).within(0.01)


@pytest.mark.parametrize("gain", [0.0, 0.25, -2.0])
def test_seeds_that_all_say_the_same_leave_no_interval(gain):
    before = np.arange(5.0)
    effect = paired_effect(before, before + gain)
    assert (effect.low, effect.high, effect.difference) == (gain, gain, gain)
    assert effect.verdict == {0.0: "no difference shown", 0.25: "higher", -2.0: "lower"}[gain]


def test_pairs_count_and_not_the_spread_between_seeds():
    before = 1000.0 * np.arange(8)
    after = before + np.array([1.0, 1.2, 0.8, 1.1, 0.9, 1.0, 1.3, 0.7])
    effect = paired_effect(before, after)
    assert effect.verdict == "higher"
    assert 0.8 < effect.low < 1.0 < effect.high < 1.2
    assert effect.before == pytest.approx(before.mean())
    assert effect.after == pytest.approx(after.mean())
    assert effect.difference == pytest.approx(1.0)
    assert effect.seeds == 8
    assert paired_effect(before, after[::-1]).verdict != "higher"


def test_turning_the_comparison_round_turns_the_verdict_round():
    rng = np.random.default_rng(0)
    before, after = rng.normal(size=12), rng.normal(size=12) + 3
    forth, back = paired_effect(before, after), paired_effect(after, before)
    assert (forth.verdict, back.verdict) == ("higher", "lower")
    assert back.difference == pytest.approx(-forth.difference)
    width = forth.high - forth.low
    np.testing.assert_allclose([back.low, back.high], [-forth.high, -forth.low], atol=0.05 * width)


def test_the_interval_belongs_to_the_data():
    rng = np.random.default_rng(1)
    before, after = rng.normal(size=6), rng.normal(size=6)
    assert paired_effect(before, after) == paired_effect(before.tolist(), after.tolist())


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng, repetitions, covered = np.random.default_rng(0), 300, 0
    for _ in range(repetitions):
        gain = rng.normal(loc=1.0, scale=2.0, size=10)
        effect = paired_effect(np.zeros(10), gain)
        covered += effect.low <= 1.0 <= effect.high
    assert 0.90 <= covered / repetitions <= 0.98


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], []),
        ([1.0], [2.0]),
        ([1.0, 2.0], [1.0, 2.0, 3.0]),
        ([[1.0, 2.0]], [[1.0, 2.0]]),
        (1.0, 2.0),
    ],
)
def test_fewer_than_two_pairs_are_refused(before, after):
    with pytest.raises(InputError, match=r"shapes .* at least two seeds"):
        paired_effect(before, after)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_figure_that_is_no_number_is_refused(bad):
    with pytest.raises(InputError, match="finite"):
        paired_effect([0.1, 0.2, bad], [1.0, 1.1, 1.3])
