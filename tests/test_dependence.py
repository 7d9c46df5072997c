"""What a user asks of a team as a whole: exact, sampled, and the one against the other."""

import numpy as np
import pytest
from games import random_game
from rooms import AUDIENCE_NAMES

from simulation import independent, one_or_two_absent
from simulation.coalitions import (
    AdditiveGame,
    bus_factor,
    coalition_values,
    dependence,
    effective_carriers,
    fragility,
    shapley_interactions,
    shapley_values,
)
from simulation.coalitions.dependence import sampled_dependence


@pytest.mark.parametrize("audience_name", AUDIENCE_NAMES)
def test_small_teams_are_measured_exactly(audience_name):
    game, law = random_game(audience_name, 6), one_or_two_absent(6)
    found, v = dependence(game, law, np.random.default_rng(0)), coalition_values(game)
    np.testing.assert_array_equal(found.values, shapley_values(v))
    np.testing.assert_array_equal(found.interactions, shapley_interactions(v))
    assert found.bus_factor == bus_factor(v)
    assert found.carriers.value == effective_carriers(shapley_values(v))
    assert found.fragility.value == fragility(v, law).total
    assert found.interaction.value == fragility(v, law).interaction
    assert not found.sampled
    errors = [found.carriers, found.fragility, found.interaction]
    assert [figure.standard_error for figure in errors] == [0.0] * 3


@pytest.mark.parametrize("n", [21, 30])
def test_large_teams_are_sampled_and_near_the_exact_value(n):
    """Under squared error no three interact: Shapley values and v's mean have closed forms."""
    game, law = random_game("squared error", n), independent(n, 0.3)
    found = dependence(game, law, np.random.default_rng(0))
    assert found.sampled
    assert found.bus_factor is None
    total = np.square(game.wanted - game.wanted.mean(axis=0)).sum()
    judged = 2 * (game.wanted - game.handout) - game.contributions.sum(axis=0)
    exact = np.einsum("nmk,mk->n", game.contributions, judged) / total
    np.testing.assert_allclose(found.values, exact, rtol=1e-9)
    assert found.carriers.value == pytest.approx(effective_carriers(exact), rel=1e-9)
    assert found.carriers.standard_error < 1e-9
    # Absent with rate r, each loses what it brings alone, and of what a pair overlaps 1 - q^2.
    said = game.contributions.reshape(n, -1)
    overlap = said @ said.T
    pairs = overlap.sum() - overlap.trace()
    between = (0.7**2 - 0.7) * pairs / total
    lost = 0.3 * exact.sum() + between
    assert abs(found.fragility.value - lost) < 4.5 * found.fragility.standard_error
    assert abs(found.interaction.value - between) < 4.5 * found.interaction.standard_error


def test_a_softmax_audience_is_sampled_above_twelve():
    law = one_or_two_absent(13)
    assert dependence(random_game("softmax", 13), law, np.random.default_rng(0)).sampled
    law = one_or_two_absent(12)
    assert not dependence(random_game("softmax", 12), law, np.random.default_rng(0)).sampled


def test_where_nobody_brings_anything_nobody_carries():
    found = sampled_dependence(
        lambda masks: np.full(len(masks), 0.3), independent(30, 0.3), np.random.default_rng(0)
    )
    assert np.isnan(found.carriers.value)
    assert found.fragility.value == pytest.approx(0)


def test_sampled_figures_are_as_sure_as_they_say():
    game, law = random_game("softmax", 8, questions=60), independent(8, 0.4)
    game = AdditiveGame(6.0 * game.contributions, game.handout, game.wanted, game.audience)
    exact = dependence(game, law, np.random.default_rng(0))
    drawn = [sampled_dependence(game.quality, law, np.random.default_rng(s)) for s in range(100)]
    for name in ("carriers", "fragility", "interaction"):
        figures = [getattr(each, name) for each in drawn]
        off = np.array([figure.value for figure in figures]) - getattr(exact, name).value
        claimed = np.sqrt(np.mean([figure.standard_error**2 for figure in figures]))
        assert claimed / off.std() == pytest.approx(1, abs=0.25), name
        assert abs(off.mean()) < 0.5 * claimed, name
