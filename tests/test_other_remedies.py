"""Remedies beside absences, and the two teams with one thing changed: each is what it is called."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from experiments.article_stack import TOLD
from experiments.control_team import ControlTeam
from experiments.other_conditions import CONDITIONS, USUAL, Condition, rehearse_pairs
from experiments.other_remedies import WEIGHT_DECAY, decayed, stopped_early
from experiments.stack import TeamStack
from simulation import Everyone, Team, one_or_two_absent, synthetic_talk
from simulation.coalitions import AdditiveGame
from simulation.scenario import HEAD_START, PRESENTERS, Schedule, article_pair, team_result

SEEDS = (3, 4)
PLAN = Schedule(rehearsals=170, alone=50, show_every=40)
COMPLETE = Everyone(PRESENTERS)
CLOSE = {"rtol": 1e-9, "atol": 1e-12}


def mesa_team(seed, kind=Team, law=COMPLETE, condition=USUAL, **options):
    talk = synthetic_talk(
        np.random.default_rng([seed, 0]), practice=condition.practice, noise=condition.noise
    )
    team = kind(talk, law, abilities=condition.abilities, rng=seed, **options)
    team.practise_alone(HEAD_START, PLAN.alone)
    return team


def measured(team):
    team.collect()
    return team_result(team).measures


def check(figures, teams):
    assert set(figures) == set(TOLD)
    for name, values in figures.items():
        np.testing.assert_allclose(values, [team[name] for team in teams], err_msg=name, **CLOSE)


def test_the_usual_condition_is_that_of_the_articles_pair():
    pairs = [article_pair(seed, PLAN) for seed in SEEDS]
    for side, figures in enumerate(rehearse_pairs(USUAL, SEEDS, PLAN)):
        check(figures, [pair[side].measures for pair in pairs])


@pytest.mark.parametrize("condition", [*CONDITIONS.values(), Condition(noise=1.0)], ids=str)
def test_a_condition_is_that_of_its_teams(condition):
    assert condition != USUAL
    for law, figures in zip(
        (COMPLETE, one_or_two_absent(PRESENTERS)),
        rehearse_pairs(condition, SEEDS, PLAN),
        strict=True,
    ):
        teams = [mesa_team(seed, law=law, condition=condition) for seed in SEEDS]
        for team in teams:
            team.rehearse(PLAN.rehearsals)
        check(figures, [*map(measured, teams)])


def test_the_decayed_team_is_the_decaying_one():
    kind = partial(ControlTeam, weight_decay=WEIGHT_DECAY)
    teams = [mesa_team(seed, kind) for seed in SEEDS]
    for team in teams:
        team.rehearse(PLAN.rehearsals)
    check(decayed(SEEDS, PLAN), [*map(measured, teams)])


def test_early_stopping_takes_the_team_as_it_was_when_best_on_questions_to_choose_on():
    plan = replace(PLAN, rehearsals=1_000, show_every=90)
    expected, stops = [], []
    for seed in SEEDS:
        team = mesa_team(seed)
        along = []
        for upto in (*range(90, 1_000, 90), 1_000):
            team.rehearse(upto - team.rehearsals)
            quality = team.game("choice").quality(np.ones((1, PRESENTERS), dtype=bool))[0]
            along.append((quality, upto, measured(team)))
        _, stop, best = max(along, key=lambda each: each[0])
        expected.append(best)
        stops.append(stop)
    assert min(stops) < 1_000  # else there would be nothing to see
    check(stopped_early(SEEDS, plan), expected)


def test_of_times_that_are_alike_early_stopping_takes_the_first(monkeypatch):
    asked = TeamStack.game

    def always_alike(stack, member, part="show"):
        game = asked(stack, member, part)
        return game if part == "show" else AdditiveGame(0 * game.contributions, 0 * game.handout,
                                                game.wanted, game.audience)  # fmt: skip

    monkeypatch.setattr(TeamStack, "game", always_alike)
    teams = [mesa_team(seed) for seed in SEEDS]
    for team in teams:
        team.rehearse(PLAN.show_every)
    check(stopped_early(SEEDS, PLAN), [*map(measured, teams)])
