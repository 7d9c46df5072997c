"""Stacks: each member is the team that its talk, law, seed and rates make."""

import numpy as np
import pytest
from rooms import small_talk

from nn_bridge.stack import TeamStack
from simulation import (
    AlwaysWithout,
    Bursts,
    Couples,
    Everyone,
    Rota,
    Team,
    independent,
    one_or_two_absent,
    synthetic_talk,
)
from simulation.coalitions import agreement, co_adaptation_score
from simulation.team import squared_weights

CLOSE = 1e-12
LAWS = (
    Everyone(5),
    one_or_two_absent(5),
    independent(5, 0.3),
    Couples(5, 0.3),
    Bursts(5, 0.3, 4.0),
    Rota(5, 2),
    AlwaysWithout(5, 3),
)


def rehearsed_teams(talks, laws, seeds, trusts, rates, rehearsals, *, alone=0, **options):
    teams = []
    for talk, law, seed, trust, rate in zip(talks, laws, seeds, trusts, rates, strict=True):
        team = Team(talk, law, trust=trust, learning_rate=rate, rng=seed, **options)
        team.practise_alone("B", alone)
        team.rehearse(rehearsals)
        teams.append(team)
    return teams


def largest_difference(stack, teams):
    learned = {
        "understanding": [[a.understanding for a in team.agents] for team in teams],
        "understanding_bias": [[a.understanding_bias for a in team.agents] for team in teams],
        "delivery": [[a.delivery for a in team.agents] for team in teams],
        "handout": [team.handout for team in teams],
        "reliance": [team.reliance for team in teams],
    }
    return max(np.abs(getattr(stack, name) - np.array(v)).max() for name, v in learned.items())


@pytest.mark.parametrize("per", ["rehearsal", "question"])
@pytest.mark.parametrize("questions", [1, 2, 8])
@pytest.mark.parametrize("trusting", [False, True])
@pytest.mark.parametrize("audience_name", ["squared error", "softmax"])
def test_every_member_is_its_team(audience_name, trusting, questions, per):
    members = len(LAWS)
    talks = [small_talk(audience_name, seed) for seed in range(members)]
    seeds = list(range(10, 10 + members))
    trusts = [1.0] * members if not trusting else np.linspace(0.02, 1.0, members).tolist()
    rates = np.linspace(0.005, 0.03, members).tolist()
    options = {"questions": questions, "attendance_per": per, "abilities": 3}
    rehearsals = 600 if per == "rehearsal" else 150
    stack = TeamStack(talks, LAWS, seeds, trust=trusts, learning_rate=rates, **options)
    stack.practise_alone("B", 20)
    for part in (1, 0, rehearsals - 1):
        stack.rehearse(part)
    teams = rehearsed_teams(talks, LAWS, seeds, trusts, rates, rehearsals, alone=20, **options)
    assert largest_difference(stack, teams) <= CLOSE
    assert not stack.diverged.any()
    assert stack.rehearsals == rehearsals


def test_a_talk_may_be_shared():
    talk = synthetic_talk(np.random.default_rng(3))
    stack = TeamStack([talk], LAWS, range(7), trust=1.0)
    stack.practise_alone("B", 50)
    stack.rehearse(100)
    teams = rehearsed_teams([talk] * 7, LAWS, range(7), [1.0] * 7, [0.02] * 7, 100, alone=50)
    assert largest_difference(stack, teams) <= CLOSE


def measures_of(team):
    """Judge one team by the functions for one."""
    show, game = team.show(), team.game()
    others = ~np.eye(team.n_presenters, dtype=bool)
    return {
        "quality": show.complete,
        "one missing, mean": show.one_missing.mean,
        "one missing, worst": show.one_missing.worst,
        "two missing, mean": show.two_missing.mean,
        "two missing, worst": show.two_missing.worst,
        "solo quality, mean": show.solo.mean(),
        "hard section": show.hard_without(None),
        "hard section, without its carrier": show.hard_without(int(np.argmax(show.hard_shares))),
        "agreement": agreement(game),
        "co-adaptation score": co_adaptation_score(game, np.random.default_rng(0)),
        "reliance, mean": team.reliance[others].mean(),
        "squared weights": squared_weights(team),
    }


@pytest.mark.parametrize("presenters", [2, 5, 7])
@pytest.mark.parametrize("audience_name", ["squared error", "softmax"])
@pytest.mark.parametrize("shared", [False, True])
def test_measures_of_a_stack_are_those_of_its_teams(audience_name, presenters, shared):
    talks = [small_talk(audience_name, seed) for seed in range(3)]
    talks = talks[:1] if shared else talks
    laws = [one_or_two_absent(presenters), Everyone(presenters), Couples(presenters, 0.4)]
    stack = TeamStack(talks, laws, [4, 5, 6], abilities=2)
    stack.rehearse(200)
    talks = talks * 3 if shared else talks
    teams = rehearsed_teams(talks, laws, [4, 5, 6], [0.02] * 3, [0.02] * 3, 200, abilities=2)
    measured = stack.game_measures()
    for member, team in enumerate(teams):
        alone = measures_of(team)
        assert set(measured) == set(alone)
        for name, value in alone.items():
            assert measured[name][member] == pytest.approx(value, abs=CLOSE, rel=CLOSE), name
        assert np.abs(stack.game(member).contributions - team.game().contributions).max() <= CLOSE
