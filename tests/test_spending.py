"""Shapley values within a number of calls: right, as sure as they say, and where the calls went."""

import itertools

import numpy as np
import pytest
from games import random_game
from scipy.stats import binom

from simulation import InputError
from simulation.coalitions import Game, all_coalitions, coalition_values, shapley_values
from simulation.coalitions import shapley_within as within
from simulation.coalitions.spending.fit import Sample, fit
from simulation.coalitions.spending.pairs import strata_of
from simulation.coalitions.spending.within import FIRST, _Spending


def saturating(mask):
    """Skilled to different degrees; the more there are, the less one more adds."""
    return 1 - float(np.prod(np.linspace(0.3, 0.95, len(mask))[mask]))


def planted(mask):
    """Stand-ins of three, a couple who need each other, and some who add a little."""
    return float(mask[:3].any()) + 0.5 * float(mask[3:5].all()) + 0.05 * float(mask[5:].sum())


def noisy(value, size):
    return lambda mask, rng: value(mask) + size * rng.normal()


def exact(value, n):
    return shapley_values([value(mask) for mask in all_coalitions(n)])


@pytest.mark.parametrize("n", range(1, 9))
@pytest.mark.parametrize("value", [saturating, planted])
def test_where_every_coalition_can_be_asked_values_are_exact(value, n):
    game = Game.of(value, n)
    found = within(game, 1000)
    np.testing.assert_allclose(found.values, exact(value, n), atol=1e-12)
    assert {(each.exact, each.over) for each in found.shapley} == {(True, ())}
    assert found.asked == game.calls == 2**n


@pytest.mark.parametrize("calls", [60, 100, 180])
def test_values_add_up_to_what_all_bring(calls):
    found = within(Game.of(saturating, 9), calls)
    assert found.values.sum() == pytest.approx(saturating(np.ones(9, dtype=bool)))
    assert found.asked == calls


def test_where_no_three_interact_few_calls_are_enough_but_nothing_is_called_certain():
    game = random_game("squared error", 30)
    found = within(game, 400)
    # Each with all others there and with nobody: their mean, as no three interact.
    one, none = np.eye(30, dtype=bool), np.zeros((1, 30), dtype=bool)
    bring = game.quality(one) - game.quality(none), game.quality(~none) - game.quality(~one)
    np.testing.assert_allclose(found.values, np.mean(bring, axis=0), rtol=1e-5, atol=1e-9)
    assert all(each.error > 0 and not each.exact for each in found.shapley)


def test_what_was_not_looked_at_is_never_called_certain():
    only_all = within(Game.of(lambda mask: float(mask.all()), 30), 200)
    assert all(each.error > 0 and each.over == ("masks",) for each in only_all.shapley)
    nothing = within(Game.of(lambda mask: 0.0, 30), 200)
    assert all(np.isnan(each.error) and not each.exact for each in nothing.shapley)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("value", "n", "noise", "calls"),
    [
        (planted, 10, 0.0, 200),
        (planted, 10, 0.2, 300),
        (saturating, 12, 0.0, 120),
        (saturating, 4, 0.1, 150),
        (saturating, 5, 0.1, 100),
    ],
)
def test_intervals_cover_the_truth_as_often_as_they_say(value, n, noise, calls):
    """Of 60 runs' values together, dependent within a run: bounds are those of the runs."""
    true, runs = exact(value, n), 60
    values = np.array([value(mask) for mask in all_coalitions(n)])
    numbers = 1 << np.arange(n)

    def asked(mask, rng):
        return values[mask @ numbers] + noise * rng.normal()

    covered = np.zeros(n)
    for seed in range(runs):
        game = Game.of(asked, n, repeats=2 if noise else 1, seed=seed)
        found = within(game, calls, rng=seed)
        low, high = np.array([(each.low, each.high) for each in found.shapley]).T
        covered += (low <= true) & (true <= high)
    least, most = binom.ppf([1e-4, 1 - 1e-4], runs, 0.95)
    assert least <= covered.mean() <= most
    assert covered.min() >= binom.ppf(1e-6, runs, 0.95)


def test_the_variance_of_noise_alone_is_what_it_is():
    """Every pair of five asked three times; what differences vary by is known."""
    rng, n, rounds = np.random.default_rng(0), 5, 3
    strata = strata_of(n, rng)
    pairs = [np.array([each.next()[0] for _ in range(int(each.pairs))]) for each in strata]
    found = []
    for _ in range(300):
        samples = []
        for stratum, smaller in zip(strata, pairs, strict=True):
            asked = np.tile(smaller, (rounds, 1))
            differences = n - 2 * asked.sum(axis=1) + rng.normal(size=len(asked))
            samples.append(Sample(stratum.weight, stratum.pairs, asked, differences))
        found.append(fit(samples, noisy=True))
    values = np.array([each.values for each in found])
    said = np.mean([each.added.sum(axis=0) for each in found], axis=0)
    known = sum(
        (one.weight / n) ** 2 * np.square(one.lever).sum(axis=0) / len(one.differences) ** 2
        for one in samples
    )
    np.testing.assert_allclose(said, known, rtol=0.05)
    np.testing.assert_allclose(values.var(axis=0), known, rtol=0.4)
    np.testing.assert_allclose(values.mean(axis=0), 1, atol=5 * np.sqrt(known.max() / 300))


def test_noise_is_in_the_intervals_and_more_calls_make_them_narrower():
    game = Game.of(noisy(saturating, 0.1), 4, repeats=2)
    few, many = within(game, 100).shapley, within(game, 1600).shapley
    for one, other in zip(few, many, strict=True):
        assert one.over == other.over == ("calls",)
        assert not one.exact
        assert other.error < one.error / 2


def test_calls_go_where_they_narrow_the_widest_interval():
    """Only coalitions of one, and of all but one, are noisy: there the calls go."""

    def value(mask, rng):
        return float(mask.sum()) + rng.normal() * (mask.sum() in (1, 7))

    game = Game.of(value, 8, repeats=2)
    spending = _Spending(game, "nobody covers", 600, np.random.default_rng(0))
    spending.begin()
    assert spending._counts() == [FIRST] * 5
    while spending.go_on():
        pass
    counts = spending._counts()
    assert counts[1] > 4 * max(counts[0], *counts[2:])


def test_a_call_is_not_made_twice_and_a_budget_is_spent_to_the_last_pair():
    masks = []

    def value(mask):
        masks.append(mask.tobytes())
        return saturating(mask)

    game = Game.of(value, 12, budget=101)
    game.quality(np.eye(12, dtype=bool))
    found = within(game)
    assert game.calls in (100, 101)
    assert len(masks) == len({*masks}) == game.calls
    again = within(game)
    assert again == found
    assert within(game, 60).asked == 60
    assert game.calls == len(masks)


def test_what_others_have_spent_of_a_budget_is_gone():
    game = Game.of(saturating, 12, budget=101)
    masks = np.random.default_rng(0).random((40, 12)) < 0.5
    game.quality(masks)
    found = within(game)
    assert game.calls in (100, 101)
    assert found.asked <= 101 - 35


def test_what_does_not_allow_a_beginning_is_refused():
    game = Game.of(saturating, 12, budget=20)
    with pytest.raises(
        InputError, match=r"^50 calls are needed to begin with 12 members, but .* 2"
    ):
        within(game)
    assert game.calls == 0
    with pytest.raises(InputError, match=r"^calls is None, but the game has no budget: say how"):
        within(Game.of(saturating, 12))
    with pytest.raises(InputError, match=r"^calls is None, but the game has no budget"):
        within(random_game("softmax", 4))
    with pytest.raises(InputError, match=r"^calls is 0"):
        within(game, 0)
    with pytest.raises(InputError, match=r"^progress is 3, but must be None or a function"):
        within(game, 60, progress=3)


def test_somebody_may_look_on_and_what_came_out_is_a_line_for_each():
    told = []
    game = Game.of(saturating, ["A", "BB", *"CDEFGHIJ"])
    found = within(game, 200, progress=lambda asked, most: told.append((asked, most)))
    assert told == sorted(told)
    assert {most for _, most in told} == {200}
    assert str(found).splitlines()[:2] == [f"A   {found.shapley[0]}", f"BB  {found.shapley[1]}"]
    assert repr(game) == "<game of 10 members: quality, 200 calls>"
    assert str(game) == (
        "a game of 10 members: A, BB, C, D, E, F, G, H, ...; quality, 200 calls made"
    )


def test_the_same_seed_gives_the_same():
    assert within(Game.of(saturating, 12), 80, rng=3) == within(Game.of(saturating, 12), 80, rng=3)
    assert within(Game.of(saturating, 12), 80, rng=4) != within(Game.of(saturating, 12), 80, rng=3)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 40])
def test_strata_hold_all_pairs_and_weigh_as_many_sizes_as_there_are(n):
    strata = strata_of(n, np.random.default_rng(0))
    assert sum(each.weight for each in strata[1:]) == (n - 1) / 2
    assert len(strata) <= 17
    if n < 10:
        pairs = [
            frozenset({mask.tobytes(), (~mask).tobytes()})
            for each in strata
            for mask, before in (each.next() for _ in range(int(each.pairs)))
            if before == 0
        ]
        assert len(pairs) == len({*pairs}) == 2 ** (n - 1)
    for each in strata:
        for mask, _ in itertools.islice(iter(each.next, None), 50):
            assert mask.sum() <= n / 2


def test_many_members_begin_with_few_calls():
    found = within(Game.of(lambda mask: float(mask.mean()), 300), 140)
    np.testing.assert_allclose(found.values, 1 / 300, atol=2e-5)


def test_the_games_own_values_come_out_whatever_is_asked_first():
    game = random_game("softmax", 6)
    np.testing.assert_allclose(within(game, 64).values, shapley_values(coalition_values(game)))
