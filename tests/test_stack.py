"""Stacks: each member is the team that its talk, law, seed and rates make."""

import itertools
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from rooms import small_talk

from experiments.control_team import ControlTeam
from experiments.stack import TeamStack, bytes_per_team, chunk_size
from experiments.stack.size import FIXED_BYTES, members_at_once, shape_of
from simulation import (
    AlwaysWithout,
    Bursts,
    Couples,
    Everyone,
    Rota,
    Team,
    digits_talk,
    independent,
    one_or_two_absent,
    synthetic_talk,
)
from simulation.checks import DivergedError, InputError
from simulation.coalitions import agreement, co_adaptation_score

pytestmark = pytest.mark.slow

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


def rehearsed_teams(
    talks, laws, seeds, trusts, rates, rehearsals, *, alone=0, kind=Team, **options
):
    teams = []
    for talk, law, seed, trust, rate in zip(talks, laws, seeds, trusts, rates, strict=True):
        team = kind(talk, law, trust=trust, learning_rate=rate, rng=seed, **options)
        if alone:
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


@pytest.fixture(params=[False, True], ids=["NumPy", "Numba"])
def compiled(request):
    return request.param


# Numba takes a second for each combination of sizes, audience and trust, so the tests share four.
BY_NUMBA = [
    ("squared error", False, 3), ("softmax", False, 1),
    ("squared error", True, 1), ("softmax", True, 3),
]  # fmt: skip
BY_NUMPY = list(itertools.product(("squared error", "softmax"), (False, True), (1, 3)))


@pytest.mark.parametrize(
    ("audience_name", "trusting", "questions", "compiled"),
    [(*each, False) for each in BY_NUMPY] + [(*each, True) for each in BY_NUMBA],
)
def test_every_member_is_its_team(audience_name, trusting, questions, compiled):
    members = len(LAWS)
    talks = [small_talk(audience_name, seed) for seed in range(members)]
    seeds = list(range(10, 10 + members))
    trusts = [1.0] * members if not trusting else np.linspace(0.02, 1.0, members).tolist()
    rates = np.linspace(0.005, 0.03, members).tolist()
    options = {"questions": questions, "abilities": 3}
    rehearsals = 600
    stack = TeamStack(
        talks, LAWS, seeds, trust=trusts, learning_rate=rates, compiled=compiled, **options
    )
    stack.practise_alone("B", 20)
    for part in (1, 0, rehearsals - 1):
        stack.rehearse(part)
    teams = rehearsed_teams(talks, LAWS, seeds, trusts, rates, rehearsals, alone=20, **options)
    assert largest_difference(stack, teams) <= CLOSE
    assert not stack.diverged.any()
    assert stack.rehearsals == rehearsals


@pytest.mark.parametrize(("questions", "compiled"), [(1, False), (3, False), (3, True)])
def test_a_talk_may_be_shared(questions, compiled):
    talk = small_talk("squared error", 3)
    options = {"questions": questions, "abilities": 3}
    stack = TeamStack([talk], LAWS, range(7), trust=1.0, compiled=compiled, **options)
    stack.practise_alone("B", 50)
    stack.rehearse(100)
    given = [talk] * 7, LAWS, range(7), [1.0] * 7, [0.02] * 7, 100
    teams = rehearsed_teams(*given, alone=50, **options)
    assert largest_difference(stack, teams) <= CLOSE


def test_one_talk_given_to_each_member_is_looked_up_in_one_table():
    one, other = small_talk("squared error", 0), small_talk("squared error", 1)
    for talks, tables in (([one], 1), ([one] * 3, 1), ([one, one, other], 3)):
        stack = TeamStack(talks, LAWS[:3], range(3))
        assert len(stack._blocks[0]._given.table) == tables


@pytest.mark.parametrize(
    ("options", "kernel"),
    [
        ({}, "Matrices"),
        ({"questions": 1}, "OneQuestion"),
        ({"compiled": True}, "Compiled"),
        ({"questions": 1, "compiled": True}, "Compiled"),
    ],
)
def test_the_kernel_is_the_one_asked_for(options, kernel):
    stack = TeamStack([small_talk("squared error")], LAWS[:1], [0], abilities=3, **options)
    assert type(stack._blocks[0]._kernel).__name__ == kernel


@pytest.mark.parametrize("trust", [0.02, 1.0])
def test_with_weight_decay_every_member_is_its_team(trust):
    talks = [small_talk("squared error", seed) for seed in range(7)]
    rates = np.linspace(0.005, 0.03, 7).tolist()
    options = {"abilities": 3, "questions": 3, "weight_decay": 0.3}
    stack = TeamStack(talks, LAWS, range(7), trust=trust, learning_rate=rates, **options)
    stack.practise_alone("B", 20)
    stack.rehearse(300)
    given = talks, LAWS, range(7), [trust] * 7, rates, 300
    teams = rehearsed_teams(*given, alone=20, kind=ControlTeam, **options)
    assert largest_difference(stack, teams) <= CLOSE


@pytest.mark.parametrize("options", [{"questions": 1}, {"compiled": True}])
def test_kernels_that_know_no_weight_decay_refuse_it(options):
    with pytest.raises(InputError, match="weight decay: ask for more questions"):
        TeamStack([small_talk("squared error", 0)], [Everyone(5)], [0], weight_decay=0.1, **options)


@pytest.mark.parametrize(("presenters", "abilities"), [(1, 3), (9, 1)])
def test_compiled_members_of_any_size_are_their_teams(presenters, abilities):
    """Compiled loops take four units at a time, and then the rest: of 3, all; of 9, one."""
    talks = [small_talk("squared error", seed) for seed in range(9)]
    laws, seeds = [independent(presenters, 0.3)] * 9, range(9)
    stack = TeamStack(talks, laws, seeds, abilities=abilities, compiled=True)
    stack.rehearse(100)
    options = {"abilities": abilities}
    teams = rehearsed_teams(talks, laws, seeds, [0.02] * 9, [0.02] * 9, 100, **options)
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
        "reliance, mean": team.reliance[others].mean() if others.any() else np.nan,
        "squared weights": team.squared_weights,
    }


@pytest.mark.parametrize("presenters", [1, 2, 5, 7])
@pytest.mark.parametrize("audience_name", ["squared error", "softmax"])
@pytest.mark.parametrize("shared", [False, True])
def test_measures_of_a_stack_are_those_of_its_teams(audience_name, presenters, shared):
    talks = [small_talk(audience_name, seed) for seed in range(3)]
    talks = talks[:1] if shared else talks
    laws = [independent(presenters, 0.3), Everyone(presenters), Couples(presenters, 0.4)]
    stack = TeamStack(talks, laws, [4, 5, 6], abilities=2)
    stack.rehearse(200)
    talks = talks * 3 if shared else talks
    teams = rehearsed_teams(talks, laws, [4, 5, 6], [0.02] * 3, [0.02] * 3, 200, abilities=2)
    measured = stack.game_measures()
    for member, team in enumerate(teams):
        alone = measures_of(team)
        assert set(measured) == set(alone)
        for name, value in alone.items():
            assert measured[name][member] == pytest.approx(
                value, abs=CLOSE, rel=CLOSE, nan_ok=True
            ), name
        assert np.abs(stack.game(member).contributions - team.game().contributions).max() <= CLOSE


def test_a_softmax_audience_on_digits(compiled):
    talk = digits_talk(np.random.default_rng(0), practice=100)
    laws = [one_or_two_absent(8), independent(8, 0.5)]
    options = {"abilities": 2}
    rates = {"trust": [1.0, 0.1], "learning_rate": 0.1}
    stack = TeamStack([talk], laws, [1, 2], compiled=compiled, **rates, **options)
    stack.rehearse(500)
    teams = rehearsed_teams([talk] * 2, laws, [1, 2], [1.0, 0.1], [0.1] * 2, 500, **options)
    assert largest_difference(stack, teams) <= CLOSE
    measured = stack.game_measures()
    assert measured["quality"].min() > 0.5
    for member, team in enumerate(teams):
        for name, value in measures_of(team).items():
            assert measured[name][member] == pytest.approx(
                value, abs=CLOSE, rel=CLOSE, nan_ok=True
            ), name


@pytest.mark.parametrize(("questions", "compiled"), [(1, False), (3, False), (1, True)])
def test_a_member_is_the_same_whoever_stands_beside_it(questions, compiled):
    """Alone, in a block, in a block of which it is the last: bit for bit but by einsum."""
    talks = [small_talk("squared error", seed) for seed in range(3)]
    options = {"questions": questions, "abilities": 3}
    shape = shape_of(talks[0], 5, **options)
    many = members_at_once(shape) + 3
    numbers = [0, 1, many - 4, many - 1]
    options["compiled"] = compiled
    stack = TeamStack([talks[m % 3] for m in range(many)], [LAWS[1]] * many, range(many), **options)
    stack.rehearse(40)
    for m in numbers:
        alone = TeamStack([talks[m % 3]], [LAWS[1]], [m], **options)
        alone.rehearse(40)
        for name in ("understanding", "understanding_bias", "delivery", "handout", "reliance"):
            apart = np.abs(getattr(stack, name)[m] - getattr(alone, name)[0]).max()
            assert apart <= (CLOSE if questions == 1 and not compiled else 0.0), (name, m)


@pytest.mark.parametrize(
    ("questions", "trust", "compiled"),
    [(1, 1.0, False), (3, 1.0, False), (1, 0.1, False), (3, 0.1, False),
     (3, 1.0, True), (1, 0.1, True)],
)  # fmt: skip
def test_a_member_that_diverges_stops_alone(questions, trust, compiled):
    talk = small_talk("squared error")
    rates = [0.02, 3.0, 0.02]
    options = {"questions": questions, "abilities": 3}
    stack = TeamStack([talk], [Everyone(5)] * 3, [1, 2, 3], learning_rate=rates, trust=trust,
                      compiled=compiled, **options)  # fmt: skip
    stack.rehearse(30)
    stack.rehearse(40)
    team = Team(talk, Everyone(5), learning_rate=3.0, trust=trust, rng=2, **options)
    with pytest.raises(DivergedError):
        team.rehearse(70)
    assert stack.diverged.tolist() == [0, team.rehearsals, 0]
    assert all(np.isnan(values[1]) for values in stack.game_measures().values())
    assert np.isnan(stack.delivery[1]).all()
    assert np.isnan(stack.reliance[1]).all()
    with pytest.raises(DivergedError, match=f"member 1 diverged at rehearsal {team.rehearsals}"):
        stack.game(1)
    fine = TeamStack([talk], [Everyone(5)], [3], trust=trust, compiled=compiled, **options)
    fine.rehearse(70)
    assert np.abs(stack.delivery[2] - fine.delivery[0]).max() <= CLOSE
    assert np.isfinite(stack.game_measures()["quality"][[0, 2]]).all()


def test_a_softmax_audience_may_be_as_sure_as_it_likes(compiled):
    """e^1000 is no number, but a share of 1 is."""
    options = {"questions": 3, "abilities": 3}
    stack = TeamStack([small_talk("softmax")], [Everyone(5)], [1], compiled=compiled, **options)
    skills = stack.skills()
    skills.handout[:, 1] = 1000.0
    stack._blocks[0]._kernel.load(skills)
    stack.rehearse(3)
    assert not stack.diverged.any()
    assert np.isfinite(stack.delivery).all()


def test_a_head_start_can_diverge():
    talk = small_talk("squared error")
    stack = TeamStack([talk], [Everyone(3)] * 2, [1, 2], learning_rate=[0.02, 9.0])
    stack.practise_alone("B", 400)
    stack.rehearse(5)
    assert stack.diverged.tolist() == [0, 1]
    with pytest.raises(DivergedError, match="head start"):
        Team(talk, Everyone(3), learning_rate=9.0, rng=2).practise_alone("B", 400)


def test_members_must_be_alike():
    talk, law = small_talk("squared error"), Everyone(3)
    for other, what in (
        (small_talk("squared error", practice=13), "shape of practice questions"),
        (small_talk("squared error", show=41), "shape of show questions"),
        (small_talk("squared error", sections=4), "number of sections"),
        (small_talk("softmax"), "audience"),
        (replace(talk, hard_section=1), "hard section"),
    ):
        with pytest.raises(InputError, match=f"member 1's talk has the {what}.*alike"):
            TeamStack([talk, other], [law, law], [1, 2])
    with pytest.raises(InputError, match=r"member 1's law is for 4 presenters.*alike"):
        TeamStack([talk], [law, Everyone(4)], [1, 2])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"seeds": []}, "no members"),
        ({"seeds": [1, -2]}, "seed is -2"),
        ({"laws": [Everyone(3)]}, "1 laws for 2 members"),
        ({"talks": [small_talk("softmax")] * 3}, "3 talks for 2 members"),
        ({"trust": 0.0}, "trust is 0"),
        ({"trust": [0.5, 0.5, 0.5]}, "3 values of trust for 2 members"),
        ({"learning_rate": [0.1, float("nan")]}, "learning rate is nan"),
        ({"questions": 0}, "questions in a rehearsal is 0"),
        ({"abilities": 0}, "abilities is 0"),
    ],
)
def test_bad_input_is_one_clear_line(change, says):
    given = {"talks": [small_talk("softmax")], "laws": [Everyone(3)] * 2, "seeds": [1, 2]}
    with pytest.raises(InputError, match=says) as error:
        TeamStack(**(given | change))
    assert "\n" not in str(error.value)


def test_what_compiles_not_is_refused(monkeypatch):
    given = {"talks": [small_talk("softmax")], "laws": [Everyone(3)], "seeds": [1]}
    with pytest.raises(InputError, match="compiled kernel cannot call: leave out one"):
        TeamStack(**given, compiled=True, target_noise=lambda seeds: None)
    monkeypatch.setattr("experiments.stack.team_stack.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"Numba, which is not installed: pip install .*compiled"):
        TeamStack(**given, compiled=True)


def test_unknown_names_and_members_are_refused():
    stack = TeamStack([small_talk("softmax")], [Everyone(3)] * 2, [1, 2])
    with pytest.raises(InputError, match="'Z' is not in the team: A to C are"):
        stack.practise_alone("Z", 1)
    with pytest.raises(InputError, match="member is 2, but must be 0 to 1"):
        stack.game(2)
    with pytest.raises(InputError, match="rehearsals is -1"):
        stack.rehearse(-1)


@pytest.mark.parametrize(("questions", "trust"), [(1, 1.0), (8, 0.02)])
def test_memory_stays_within_what_is_said(questions, trust):
    sizes = {"abilities": 4, "questions": questions}
    talk = synthetic_talk(np.random.default_rng(0))
    members = 200
    tracemalloc.start()
    talks = [synthetic_talk(np.random.default_rng(seed)) for seed in range(members)]
    stack = TeamStack(talks, [one_or_two_absent(5)] * members, range(members), trust=trust, **sizes)
    stack.rehearse(600)
    stack.game_measures()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    said = members * bytes_per_team(talk, 5, **sizes) + FIXED_BYTES
    assert 0.5 * said < peak < said


def test_chunks_are_bounded_by_memory_and_by_what_a_block_holds():
    talk = synthetic_talk(np.random.default_rng(0))
    each = bytes_per_team(talk, 5)
    assert chunk_size(talk, 5, memory=FIXED_BYTES + 10 * each) == 10
    most = chunk_size(talk, 5, memory=2**40)
    assert most == members_at_once(shape_of(talk, 5, abilities=4, questions=8))
    assert most % 8 == 0
    with pytest.raises(InputError, match="too small for one team"):
        chunk_size(talk, 5, memory=each)


@pytest.mark.parametrize("before", [None, np.array([True, False, True])])
def test_bursts_are_the_chain_written_out(before):
    for rate, length in ((0.3, 4.0), (0.6, 1.5), (0.5, 1.01), (0.0, 2.0)):
        law = Bursts(3, rate, length)
        uniforms = np.random.default_rng(5).random((300, 3))
        here, chain = before, []
        for u in uniforms:
            ill = u < rate / (1 - rate) / length
            here = u >= rate if here is None else np.where(here, ~ill, u < 1 / length)
            chain.append(here)
        assert np.array_equal(law.present(uniforms, 0, before), chain)
