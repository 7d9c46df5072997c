"""Sampled figures against those of all coalitions; what an interruption leaves; progress."""

from __future__ import annotations

import numpy as np
import pytest
from games import random_game
from planted_games import Judged, Planted, additive, couples, stand_ins
from populations import Whole

from simulation import InputError
from simulation.coalitions import AdditiveGame, coalition_values, effective_carriers, shapley_values
from simulation.coalitions.estimates import asking, compared, measured, start
from simulation.coalitions.estimates.carrying import logarithms_of_number

GAME = random_game("softmax", 9, questions=60)
GAME = Whole(AdditiveGame(6.0 * GAME.contributions, GAME.handout, GAME.wanted, GAME.audience))


@pytest.mark.slow
def test_sampled_figures_are_as_sure_as_they_say():
    """Over 150 samples: no bias, and as far from the truth as their standard errors say."""
    v = coalition_values(GAME)
    carried, size = shapley_values(v), np.bitwise_count(np.arange(2**9))
    curve = np.array([v[size == 9 - k].mean() for k in range(10)])
    found = [measured(GAME, seed, draws=15) for seed in range(150)]
    assert not found[0].exact  # fewer coalitions than the 512 there are
    for truth, of in (
        (carried[4], lambda one: one.shapley[4]),
        (curve[4], lambda one: one.half),
        (np.trapezoid(curve) / 9, lambda one: one.area),
        (effective_carriers(carried), lambda one: one.carriers),
    ):
        off = np.array([of(one).value for one in found]) - truth
        claimed = np.sqrt(np.mean([of(one).error ** 2 for one in found]))
        assert claimed / off.std() == pytest.approx(1, abs=0.2)
        assert abs(off.mean()) < 4 * off.std() / np.sqrt(150)
        held = np.mean([of(one).low <= truth <= of(one).high for one in found])
        assert 0.89 <= held <= 0.99


def test_noise_of_few_draws_would_make_carriers_look_fewer():
    truth = effective_carriers(shapley_values(coalition_values(GAME)))
    found = [measured(GAME, seed, draws=4) for seed in range(40)]
    plain = np.mean([effective_carriers([max(m.value, 0) for m in one.shapley]) for one in found])
    freed = np.mean([one.carriers.value for one in found])
    assert abs(freed - truth) < abs(plain - truth) / 2


def test_where_noise_is_all_there_is_no_number_of_carriers_is_told():
    rng = np.random.default_rng(0)
    told = {}
    for noise in (0.02, 0.4):
        brought = 0.05 + rng.normal(scale=noise, size=(200, 4, 20, 1))  # 200 times 4 draws of 20
        told[noise] = np.isfinite([logarithms_of_number(gains).mean() for gains in brought])
    assert told[0.02].all()
    assert told[0.4].mean() < 0.5


def test_all_draws_serve_however_many_are_asked_at_a_time(monkeypatch):
    game = Judged(24, stand_ins, np.arange(40.0))
    once = measured(game, 0, draws=12)
    monkeypatch.setattr(asking, "AT_ONCE", 7)
    monkeypatch.setattr(start, "AT_ONCE", 7)
    again = measured(game, 0, draws=12)
    assert once.shapley == again.shapley
    assert once.at_random == again.at_random
    assert once.shapley != measured(game, 1, draws=12).shapley


def test_up_to_twenty_members_no_coalition_is_asked_twice():
    seen = []
    measured(Planted(7, additive, lambda masks: seen.extend(map(tuple, masks.tolist()))), 0)
    assert len(seen) == len(set(seen)) == 2**7


def test_precision_ends_the_draws():
    game = Judged(24, couples, np.arange(40.0))
    rough = measured(game, 0, draws=400, precision=0.2)
    assert 10 <= rough.draws < 100
    half = [measured(game, 0, draws=400, precision=p).draws for p in (0.1, 0.05)]
    assert rough.draws < half[0] < half[1] <= 400


def stopping(after):
    """Ctrl-C when so many coalitions have been asked."""
    asked = 0

    def count(masks):
        nonlocal asked
        asked += len(masks)
        if asked > after:
            raise KeyboardInterrupt

    return count


def test_a_start_that_was_stopped_after_some_draws_counts_only_if_it_is_the_first():
    games = [Planted(12, couples), Planted(12, additive, stopping(after=700))]
    assert measured(games[1:], 0).complete.value == 78
    found = measured([games[0], Planted(12, additive, stopping(after=700))], 0)
    assert (found.starts, found.exact, found.complete.value) == (1, True, 6)
    assert found.interrupted


@pytest.mark.parametrize("n", [12, 24])
def test_interrupted_it_gives_what_it_has(n, monkeypatch):
    monkeypatch.setattr(start, "AT_ONCE", 60)
    found = measured(Planted(n, couples, stopping(after=900)), 0)
    assert found.interrupted
    assert "interrupted" in found.warnings
    assert not found.exact
    assert found.draws >= 2
    assert found.least_carrying is None
    assert found.bus_factor is None
    assert abs(found.shapley[0].value - 0.5) < 4 * found.shapley[0].error
    whole = measured(Planted(n, couples), 0)
    assert not whole.interrupted
    assert whole.least_carrying is not None


def test_interrupted_before_two_draws_there_is_nothing_to_give():
    for after in (0, 30):
        with pytest.raises(KeyboardInterrupt):
            measured(Planted(24, couples, stopping(after)), 0)


def test_a_start_that_was_interrupted_does_not_count_beside_others():
    games = [Planted(6, couples), Planted(6, additive), Planted(6, couples, stopping(after=20))]
    found = measured(games, 0)
    assert found.interrupted
    assert found.starts == 2
    assert found.complete.value == (3 + 21) / 2


def test_interrupted_pairs_are_compared_where_both_were_measured():
    few = [Planted(6, couples)] * 3
    many = [Planted(6, additive)] * 2 + [Planted(6, additive, stopping(after=20))]
    found = compared(few, many, 0)
    assert found.interrupted
    assert found.effects["quality complete"].seeds == 2
    with pytest.raises(KeyboardInterrupt):
        compared(few, [Planted(6, additive, stopping(after=20))] * 3, 0)


@pytest.mark.parametrize("n", [6, 24])
def test_progress_goes_up_to_the_end(n):
    told = []
    games = [Judged(n, couples, np.arange(40.0))] * 2
    measured(games, 0, draws=10, progress=lambda *at: told.append(at))
    done, of = map(list, zip(*told, strict=True))
    assert done == sorted(done)
    assert done[-1] <= of[-1] <= 1.1 * done[-1]
    assert len(set(of)) == 1


NAN = Planted(4, lambda masks: np.where(masks.any(axis=1), 1.0, np.nan))


@pytest.mark.parametrize(
    ("games", "options", "said"),
    [
        ([], {}, "games is an empty list"),
        ([Planted(4, additive), Planted(5, additive)], {}, "games have 4 and 5 members"),
        ([Planted(4, additive), Judged(4, additive, np.ones(9))], {}, "games are judged differ"),
        ("all", {}, "games is 'all', but must be a list"),
        ([3], {}, "a game is 3, but must be of the class Game"),
        (Planted(4, additive), {"worth": -0.1}, "worth is -0.1"),
        (Planted(4, additive), {"draws": 1}, "draws is 1"),
        (Planted(4, additive), {"progress": 3}, "progress is 3"),
        (Planted(4, additive), {"precision": 0.0}, "precision is 0"),
        (Planted(4, additive), {"reading": "loudly"}, "reading is 'loudly'"),
        (NAN, {}, "the quality of a coalition of 0 of 4 members is not a finite number"),
    ],
)  # fmt: skip
def test_what_cannot_be_measured_is_told_in_one_line(games, options, said):
    with pytest.raises(InputError, match=f"^{said}") as error:
        measured(games, 0, **options)
    assert "\n" not in str(error.value)
