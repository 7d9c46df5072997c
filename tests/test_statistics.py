"""Effects: the verdict's rule, and the interval of a mean over seeds, and over seeds and images."""

import numpy as np
import pytest
from scipy.stats import t as student

from simulation import InputError
from simulation.significance import holm, one_sided_p, smallest_shown
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
    assert Effect(1.0, 1.0, low, high, 5).verdict == verdict
    assert Effect(1.0, 1.0, low, high, 4).verdict == "too few seeds to say"


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
    assert one_sided_p(effect, 0.1, +1) == float(gain <= 0.1)


@pytest.mark.parametrize("gain", [1e-17, np.array([1e-17, 2e-16, 0, 1e-13, 1e-15])])
def test_rounding_is_no_difference(gain):
    for scale in (0.0, 1.0, 1e6):
        before = np.full(5, 0.3 * scale)
        effect = paired_effect(before, before + max(1, scale) * gain)
        assert (effect.low, effect.high) == (0.0, 0.0)
        assert effect.verdict == "no difference shown"
    assert paired_effect(np.zeros(5), np.full(5, 1e-11)).verdict == "higher"


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
    assert effect.values == pytest.approx(after - before)
    assert paired_effect(before, after[::-1]).verdict != "higher"


def test_turning_the_comparison_round_turns_the_verdict_round():
    rng = np.random.default_rng(0)
    before, after = rng.normal(size=(2, 12))
    forth, back = paired_effect(before, after + 3), paired_effect(after + 3, before)
    assert (forth.verdict, back.verdict) == ("higher", "lower")
    assert back.difference == pytest.approx(-forth.difference)
    assert (back.low, back.high) == pytest.approx((-forth.high, -forth.low))


def test_figures_without_skewness_have_the_interval_of_students_t():
    effect = paired_effect(np.zeros(10), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0])
    error = np.sqrt(55 / 6) / np.sqrt(10)  # the variance of 1 to 10, n - 1 in the denominator
    assert effect.error == pytest.approx(error)
    half = student.ppf(0.975, 9) * error
    assert (effect.low, effect.high) == pytest.approx((5.5 - half, 5.5 + half))


def test_a_tail_draws_the_interval_its_way():
    tail = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 5.0]
    effect = paired_effect(np.zeros(10), tail)
    half = student.ppf(0.975, 9) * effect.error
    below, above = effect.difference - effect.low, effect.high - effect.difference
    assert below < half < above
    # Hall's cubic, written as he does, takes either end back to Student's quantile.
    skewness = np.mean((np.array(tail) - np.mean(tail)) ** 3) / np.std(tail) ** 3
    for t, quantile in ((below / effect.error, 1), (-above / effect.error, -1)):
        cubic = (
            t
            + skewness * t**2 / (3 * np.sqrt(10))
            + skewness**2 * t**3 / (27 * 10)
            + skewness / (6 * np.sqrt(10))
        )
        assert cubic == pytest.approx(quantile * student.ppf(0.975, 9))


@pytest.mark.parametrize("seeds", [5, 9])
def test_with_few_seeds_no_side_is_shorter_than_students(seeds):
    tail = np.arange(seeds) ** 3.0
    effect = paired_effect(np.zeros(seeds), tail)
    half = student.ppf(0.975, seeds - 1) * effect.error
    assert effect.difference - effect.low == pytest.approx(half)
    assert effect.high - effect.difference > 1.2 * half


def test_below_five_seeds_the_interval_is_students_and_the_values_are_listed():
    effect = paired_effect([0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 2.0])
    half = student.ppf(0.975, 3) * 0.25
    assert (effect.low, effect.high) == pytest.approx((1.25 - half, 1.25 + half))
    assert effect.to_json()["values"] == [1.0, 1.0, 1.0, 2.0]
    assert "values" not in paired_effect(np.zeros(5), np.arange(5.0)).to_json()


def test_overlapping_training_sets_widen_by_nadeau_and_bengio():
    gain = np.array([1.0, 1.2, 0.8, 1.1, 0.9, 1.0, 1.3, 0.7, 0.1, 2.0])
    apart = paired_effect(np.zeros(10), gain)
    overlapping = paired_effect(np.zeros(10), gain, test_to_train=1 / 3)
    assert overlapping.error == pytest.approx(gain.std(ddof=1) * np.sqrt(1 / 10 + 1 / 3))
    wider = overlapping.error / apart.error
    mean = gain.mean()
    assert mean - overlapping.low == pytest.approx(wider * (mean - apart.low))
    assert overlapping.high - mean == pytest.approx(wider * (apart.high - mean))
    with pytest.raises(InputError, match="test_to_train"):
        paired_effect(np.zeros(10), gain, test_to_train=-0.1)


def by_parts(contributions):
    """Figures that are means over images, (S, 1 + G), of what each part has on average, (S, G)."""
    parts = contributions.shape[1]
    total = contributions.sum(axis=1, keepdims=True)
    return np.concatenate([total / parts, (total - contributions) / (parts - 1)], axis=1)


def test_what_favours_some_images_counts_as_chance_however_many_seeds_agree():
    rng = np.random.default_rng(0)
    images = by_parts(0.3 + rng.normal(size=20) + 0.1 * rng.normal(size=(30, 20)))
    seeds = paired_effect(np.zeros(30), images[:, 0])
    both = paired_effect(np.zeros((30, 21)), images)
    assert (both.before, both.after) == (seeds.before, seeds.after)
    assert both.values == seeds.values
    assert seeds.high - seeds.low < 0.1
    assert both.high - both.low > 0.5
    assert both.error == pytest.approx(1 / np.sqrt(20), rel=0.3)
    assert both.degrees == pytest.approx(19, abs=0.5)


def test_seeds_and_images_share_out_the_variance_by_hand():
    pseudo = np.array([[0.0, 1.0, 2.0], [4.0, 6.0, 5.0]])
    effect = paired_effect(np.zeros((2, 4)), by_parts(pseudo))
    rows, columns, rest = 24.0, 1.5, 0.5  # mean squares
    of_mean = rest + (rows - rest) + (columns - rest)
    assert effect.error == pytest.approx(np.sqrt(of_mean / 6))
    satterthwaite = of_mean**2 / (rows**2 / 1 + columns**2 / 2 + rest**2 / 2)
    assert effect.degrees == pytest.approx(max(satterthwaite, 1))


def test_a_component_below_0_is_none():
    pseudo = np.array([[1.0, 3.0], [3.0, 1.0]])  # no seed and no part is better than another
    effect = paired_effect(np.zeros((2, 3)), by_parts(pseudo))
    assert effect.error == pytest.approx(np.sqrt(4 / 4))
    assert effect.degrees == 1


@pytest.mark.parametrize("seeds", [4, 6, 12])
@pytest.mark.parametrize("parts", [0, 20])
def test_p_is_below_a_fortieth_where_the_interval_lies_beyond(seeds, parts):
    rng = np.random.default_rng(seeds + parts)
    for _ in range(20):
        gain = rng.lognormal(size=(seeds, max(parts, 1))) * rng.choice([-1, 1])
        figures = by_parts(gain) if parts else gain
        effect = paired_effect(np.zeros_like(figures), figures)
        for end, sign in ((effect.low, 1), (-effect.high, -1)):
            assert one_sided_p(effect, end, sign) == pytest.approx(0.025, rel=1e-6)
            assert one_sided_p(effect, end - 0.01, sign) < 0.025


def test_p_is_that_of_students_t_without_skewness():
    effect = paired_effect(np.zeros(4), [1.0, 2.0, 3.0, 4.0])
    for beyond, sign in ((0.5, 1), (0.0, -1)):
        t = (sign * 2.5 - beyond) / effect.error
        assert one_sided_p(effect, beyond, sign) == pytest.approx(student.sf(t, 3))


def test_holm_is_as_he_wrote_it():
    # .01 * 4 = .04; .02 * 3 = .06; .03 * 2 = .06; .9
    np.testing.assert_allclose(holm([0.03, 0.01, 0.9, 0.02]), [0.06, 0.04, 0.9, 0.06])
    np.testing.assert_allclose(holm([0.4, 0.6]), [0.8, 0.8])
    np.testing.assert_allclose(holm([0.6, 0.7]), [1.0, 1.0])
    assert holm([]).tolist() == []


def test_the_smallest_difference_shown_is_shown_four_times_in_five():
    rng = np.random.default_rng(0)
    first = paired_effect(np.zeros(10), np.arange(10.0))
    true = smallest_shown(first) / first.error / np.sqrt(10)  # in standard deviations of a seed
    shown = [
        paired_effect(np.zeros(10), rng.normal(true, size=10)).verdict == "higher"
        for _ in range(1000)
    ]
    assert np.mean(shown) == pytest.approx(0.8, abs=0.05)


def test_the_interval_belongs_to_the_data():
    rng = np.random.default_rng(1)
    before, after = rng.normal(size=(2, 6))
    assert paired_effect(before, after) == paired_effect(before.tolist(), after.tolist())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], []),
        ([1.0], [2.0]),
        ([1.0, 2.0], [1.0, 2.0, 3.0]),
        ([[1.0, 2.0]], [[1.0, 2.0]]),
        ([[1.0, 2.0], [1.0, 2.0]], [[1.0, 2.0], [1.0, 2.0]]),
        (np.zeros((2, 0)), np.zeros((2, 0))),
        (np.zeros((2, 2, 2)), np.zeros((2, 2, 2))),
        (1.0, 2.0),
    ],
)
def test_fewer_than_two_pairs_or_one_part_are_refused(before, after):
    with pytest.raises(InputError, match=r"shapes .* at least two seeds"):
        paired_effect(before, after)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_figure_that_is_no_number_is_refused(bad):
    with pytest.raises(InputError, match="finite"):
        paired_effect([0.1, 0.2, bad], [1.0, 1.1, 1.3])
