"""Teams that are pickled, copied or saved go on bit for bit, and leave the original alone."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from rooms import small_talk

from simulation import (
    Bursts,
    InputError,
    Recorded,
    Rota,
    Team,
    digits_talk,
    independent,
    mnist_sample_talk,
    one_or_two_absent,
    synthetic_talk,
)
from simulation.coalitions import ablation_curve, co_adaptation_score, dependence, quality_kept

WAYS = {
    "pickle": lambda team: pickle.loads(pickle.dumps(team)),
    "old pickle": lambda team: pickle.loads(pickle.dumps(team, protocol=2)),
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
}
LAWS = (one_or_two_absent(4), Bursts(4, 0.3), Rota(4), Recorded(4, ((1, 0, 1, 1), (1, 1, 1, 0))))


def state(team):
    """Return all that a team is, as bytes."""
    parts = [team.handout.tobytes(), team.reliance.tobytes(), str(team.rehearsals).encode()]
    for one in team.agents:
        weights = (one.understanding, one.understanding_bias, one.delivery)
        parts += [weight.tobytes() for weight in weights]
        parts.append(f"{one.name} {one.seat} {one.speak_up} {one.rehearsals_attended}".encode())
    return parts


def frames(team):
    return (
        team.datacollector.get_model_vars_dataframe(),
        team.datacollector.get_agent_vars_dataframe(),
    )


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
@pytest.mark.parametrize("held", [0, 1, 255, 256, 300])
def test_a_copy_goes_on_as_the_team_does(way, law, held):
    per = "question" if held == 1 else "rehearsal"
    team = Team(small_talk("softmax"), law, show_every=100, attendance_per=per, rng=3)
    team.practise_alone("B", 5)
    team.rehearse(held)
    other = way(team)
    before = state(team)
    other.rehearse(120)
    assert state(team) == before
    team.rehearse(120)
    assert state(other) == state(team)
    for one, two in zip(frames(team), frames(other), strict=True):
        pd.testing.assert_frame_equal(one, two)
    for each in (team, other):
        each.practise_alone("A", 3)
        each.change_attendance(independent(4, 0.25))
        each.rehearse(300)
    assert state(other) == state(team)
    assert other.game().quality(np.ones((1, 4), bool)) == team.game().quality(np.ones((1, 4), bool))


def test_a_saved_team_goes_on_in_another_process(tmp_path):
    team = Team(synthetic_talk(0), one_or_two_absent(5), show_every=50, rng=1)
    team.rehearse(70)
    (tmp_path / "team.pickle").write_bytes(pickle.dumps(team))
    program = (
        "import pickle, sys\n"
        "team = pickle.load(open(sys.argv[1], 'rb'))\n"
        "team.rehearse(80)\n"
        "pickle.dump(team, open(sys.argv[1], 'wb'))\n"
    )
    file = str(tmp_path / "team.pickle")
    subprocess.run([sys.executable, "-c", program, file], check=True)
    team.rehearse(80)
    assert state(pickle.loads((tmp_path / "team.pickle").read_bytes())) == state(team)


def test_presenters_belong_to_their_own_copy():
    team = Team(small_talk("squared error"), one_or_two_absent(3), rng=0)
    for way in WAYS.values():
        other = way(team)
        assert all(one.model is other for one in other.agents)
        assert pickle.loads(pickle.dumps(other.agents[1])).model.rehearsals == 0


LEFT = {
    "removed": lambda team: team.agents[0].remove(),
    "all removed": lambda team: team.remove_all_agents(),
    "added": lambda team: type(team.agents[0]).create_agents(
        team, 1, seat=0, name="A", speak_up=1.0, trust=1.0, n_presenters=3, abilities=4,
        features=team.talk.n_features, sections=team.talk.n_sections, rng=np.random.default_rng(0),
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", LEFT.values(), ids=LEFT)
def test_a_team_whose_seats_are_not_taken_says_so_in_one_line(change):
    team = Team(small_talk("squared error"), one_or_two_absent(3), rng=0)
    team.rehearse(2)
    change(team)
    for each in (team, pickle.loads(pickle.dumps(team))):
        for call in (
            each.step,
            each.show,
            each.collect,
            each.quality,
            lambda each=each: each.reliance,
            lambda each=each: each.squared_weights,
            lambda each=each: each.practise_alone("B", 1),
            lambda each=each: each.change_attendance(independent(3, 0.1)),
        ):
            with pytest.raises(InputError, match=r"^the agents of the team are .*, but its seats"):
                call()
    assert team.rehearsals == 2


def test_who_stands_where_in_mesas_set_of_agents_changes_nothing():
    team, other = (Team(small_talk("softmax"), one_or_two_absent(3), rng=0) for _ in range(2))
    other.random.seed(1)  # shuffles to another order
    other.agents.shuffle(inplace=True)
    assert [one.seat for one in other.agents] != [0, 1, 2]
    for each in (other, copy.deepcopy(other)):
        each.rehearse(team.rehearsals + 5 - each.rehearsals)
        each.agents.sort("seat", ascending=True, inplace=True)
    team.rehearse(5)
    assert state(other) == state(team)


def seeds(number):
    """Return the three forms of one seed."""
    return [number, np.random.SeedSequence(number), np.random.default_rng(number)]


def of_team(seed):
    team = Team(small_talk("squared error"), one_or_two_absent(3), rng=seed)
    team.rehearse(3)
    return state(team)


GAME = Team(small_talk("softmax"), one_or_two_absent(3), rng=0).game()
DRAWS = {
    "team": of_team,
    "numpy's whole number": lambda seed: of_team(np.int64(seed) if isinstance(seed, int) else seed),
    "law": lambda seed: one_or_two_absent(5).draw(seed, 10).tobytes(),
    "stream": lambda seed: next(one_or_two_absent(5).stream(seed)).tobytes(),
    "synthetic talk": lambda seed: synthetic_talk(seed).practice_answers.tobytes(),
    "digits": lambda seed: digits_talk(seed, label_noise=0.2).practice_answers.tobytes(),
    "mnist": lambda seed: mnist_sample_talk(seed, practice=50).practice_answers.tobytes(),
    "ablation": lambda seed: ablation_curve(GAME, seed, np.array([0.0, 0.5]), draws=3).tobytes(),
    "score": lambda seed: co_adaptation_score(GAME, seed),
    "kept": lambda seed: quality_kept(GAME, 1, rng=seed).mean,
    "dependence": lambda seed: dependence(GAME, one_or_two_absent(3), seed).values.tobytes(),
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_the_three_forms_of_a_seed_are_one_seed(draw):
    number, sequence, source = (draw(seed) for seed in seeds(7))
    assert number == sequence == source


@pytest.mark.parametrize("seed", [7, np.random.SeedSequence(7)], ids=["int", "SeedSequence"])
@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_a_seed_is_the_same_however_often_it_was_used(draw, seed):
    if isinstance(seed, np.random.SeedSequence):
        seed.spawn(3)
    assert draw(seed) == draw(seed)


def test_a_generator_goes_on_and_makes_another_team_each_time():
    source, alike = np.random.default_rng(7), np.random.default_rng(7)
    teams = [of_team(rng) for rng in (source, source, alike, alike)]
    assert teams[:2] == teams[2:]
    assert teams[0] != teams[1]


@pytest.mark.parametrize(
    "seed",
    [-1, 1.0, "7", True, [1, 2], np.random.RandomState(0), np.random.PCG64(0), -(10**400)],
)
def test_other_seeds_are_refused_in_one_line(seed):
    with pytest.raises(InputError, match="the seed is"):
        Team(small_talk("squared error"), one_or_two_absent(3), rng=seed)
    with pytest.raises(InputError, match="the seed is"):
        synthetic_talk(seed)


def test_a_generator_that_cannot_spawn_is_refused_by_a_team():
    bits = np.random.RandomState(0)._bit_generator
    with pytest.raises(InputError, match=r"no others can be spawned: make it by"):
        Team(small_talk("squared error"), one_or_two_absent(3), rng=np.random.Generator(bits))


def test_a_team_without_a_seed_has_one_of_its_own():
    one, two = (Team(small_talk("softmax"), one_or_two_absent(3)) for _ in range(2))
    assert state(one) != state(two)
