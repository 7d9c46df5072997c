"""The article's claim on five people, over paired seeds; and where it must not appear."""

import numpy as np
import pytest

from simulation import Everyone, independent, synthetic_talk
from simulation.scenario import PRESENTERS, Schedule, article_pair, article_team, team_result
from simulation.statistics import paired_effect

pytestmark = pytest.mark.slow

SEEDS = range(10)
PLAN = Schedule(rehearsals=1500, alone=1000, show_every=500)


@pytest.fixture(scope="module")
def pairs():
    return [article_pair(seed, PLAN) for seed in SEEDS]


def effect_on(pairs, measure):
    before, after = ([team.measures[measure] for team in side] for side in zip(*pairs, strict=True))
    return paired_effect(before, after)


@pytest.mark.parametrize(
    ("measure", "verdict"),
    [
        ("one missing, mean", "higher"),
        ("one missing, worst", "higher"),
        ("two missing, mean", "higher"),
        ("two missing, worst", "higher"),
        ("hard section, without B", "higher"),
        ("hard section, B's share", "lower"),
        ("pair synergy, mean", "lower"),
        ("reliance, mean", "lower"),
    ],
)
def test_with_absences_the_team_depends_less_on_any_of_its_members(pairs, measure, verdict):
    effect = effect_on(pairs, measure)
    assert effect.verdict == verdict, effect


def test_with_absences_nearly_everybody_learns_to_manage_alone(pairs):
    # One team in ten falls so far that no rise of the mean is shown; by the sign test 9 of 10 are.
    assert np.sum(np.array(effect_on(pairs, "solo quality, mean").values) > 0) >= 9


def test_who_always_rehearses_complete_goes_on_counting_on_everybody(pairs):
    for complete, _ in pairs:
        np.testing.assert_array_equal(complete.reliance, 1.0)


@pytest.mark.parametrize("seed", [0, 1])
def test_both_teams_of_a_pair_begin_with_the_same_show(seed):
    complete, absent = article_pair(seed, Schedule(rehearsals=3, alone=50, show_every=3))
    for name in complete.curves:
        assert complete.curves[name][0] == absent.curves[name][0]
        assert len(complete.curves[name]) == 2


def after_rehearsals(law, seed, plan):
    talk = synthetic_talk(np.random.default_rng([seed, 0]))
    team = article_team(talk, law, plan, seed)
    team.rehearse(plan.rehearsals)
    return team_result(team)


def test_control_absence_rate_0_changes_nothing_at_all():
    plan = Schedule(rehearsals=300, alone=200, show_every=100)
    pairs = [
        tuple(after_rehearsals(law, s, plan) for law in (Everyone(5), independent(5, 0.0)))
        for s in range(5)
    ]
    for measure in pairs[0][0].measures:
        effect = effect_on(pairs, measure)
        assert (effect.low, effect.difference, effect.high) == (0.0, 0.0, 0.0)
        assert effect.verdict == "no difference shown"


@pytest.mark.parametrize("show_every", [0, 7, 20])
def test_measures_are_of_the_team_at_the_end_however_often_it_was_shown(show_every):
    results = [
        after_rehearsals(
            Everyone(PRESENTERS), 0, Schedule(rehearsals=40, alone=10, show_every=every)
        )
        for every in (show_every, 40)
    ]
    assert results[0].measures == results[1].measures
