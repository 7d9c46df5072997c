"""What one public function gives, the others take."""

import csv

import numpy as np
import pandas as pd
import pytest
from rooms import small_talk

from simulation import (
    Bursts,
    Couples,
    Everyone,
    Moments,
    Presenter,
    Recorded,
    Rota,
    Show,
    Team,
    digits_talk,
    independent,
    law_from_text,
    mnist_sample_talk,
    one_or_two_absent,
    read_attendance_log,
    real_talk,
    synthetic_talk,
)
from simulation import coalitions as c

TALKS = {
    "synthetic": lambda: synthetic_talk(0, practice=10, show=20),
    "digits": lambda: digits_talk(0, practice=30),
    "mnist sample": lambda: mnist_sample_talk(0, practice=30),
    "real": lambda: real_talk(0, "digits", practice=30, choice=True),
    "softmax": lambda: small_talk("softmax"),
}


@pytest.mark.parametrize("make", TALKS.values(), ids=TALKS)
def test_every_talk_is_one_for_a_team_and_every_game_one_for_every_measure(make):
    law = one_or_two_absent(3)
    team = Team(make(), law, show_every=2, rng=0)
    team.practise_alone("B", 2)
    team.rehearse(4)
    for game in (team.game(), team.game("practice"), team.show().game, team.game().on(slice(10))):
        values = c.coalition_values(game)
        shares = c.shapley_values(values)
        curve = c.ablation_curve(game, 0, [0, 0.5, 1], draws=3)
        found = [
            c.ablation_area([0, 0.5, 1], curve),
            c.effective_carriers(shares),
            c.bus_factor(values),
            c.fragility(values, law).interaction,
            c.mean_quality(values, law),
            c.co_adaptation_score(game, 0),
            c.agreement(game),
            c.quality_kept(game, 1).mean,
            c.dependence(game, law, 0).fragility.value,
            c.moebius(values)[-1],
            c.sub_teams(law).probabilities @ values,
            game.quality(law.draw(0, 4)).mean(),
            Show(game, 0).hard_without(2),
        ]
        assert not np.isinf(found).any()  # nan: the shares of a talk may add up to 0
        assert c.shapley_interactions(values).shape == c.pair_synergy(game).shape == (3, 3)
        assert c.solo_quality(game).shape == c.answer_shares(game).shape
    assert c.coalition_values(team.show().game)[-1] == pytest.approx(team.quality())


LAWS = (
    Everyone(3), one_or_two_absent(3), independent(3, 0.3), Rota(3), Couples(3, 0.4),
    Bursts(3, 0.2),
)  # fmt: skip


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_what_was_drawn_is_a_record_a_log_and_what_moments_count(law, tmp_path):
    drawn = law.draw(0, 20)
    log = Recorded(3, drawn)
    assert log == Recorded(3, pd.DataFrame(drawn).to_numpy()) == Recorded(3, drawn.tolist())
    assert hash(log) == hash(Recorded(3, drawn.astype(int)))
    np.testing.assert_array_equal(log.draw(0, 20), drawn)
    np.testing.assert_array_equal(Moments.of_rows(drawn).joint, log.moments().joint)
    with open(tmp_path / "log.csv", "w", newline="") as file:
        csv.writer(file).writerows([["A", "B", "C"], *drawn.astype(int).tolist()])
    team = Team(small_talk("softmax"), law, rng=0)
    assert read_attendance_log(tmp_path / "log.csv", team.names) == log
    assert law_from_text(f"log:{tmp_path / 'log.csv'}", 3) == log
    team.change_attendance(log)
    team.rehearse(2)
    np.testing.assert_array_equal(team.last_rehearsal.attendance, drawn[1])


def test_frames_of_a_team_are_arguments_like_any_other():
    team = Team(small_talk("squared error"), one_or_two_absent(3), show_every=1, rng=0)
    team.rehearse(5)
    frame = team.datacollector.get_model_vars_dataframe()
    people = team.datacollector.get_agent_vars_dataframe().loc[5]
    assert c.effective_carriers(people["Share of hard section"]) > 0
    assert c.ablation_area(frame["Rehearsal"], frame["Quality"]) < 1
    assert team.quality(people["Name"]) == frame["Quality"].iloc[-1]
    assert team.quality({"A", "B"}) == team.quality(["B", "A"])
    team.practise_alone(people["Name"].iloc[1], np.int64(2), section=np.int64(1))
    reliance = np.array(people["Reliance"].tolist())
    np.testing.assert_array_equal(reliance, team.reliance)


def test_a_presenter_takes_a_rehearsal_that_was_held():
    team = Team(small_talk("squared error"), Everyone(3), rng=0)
    team.step()
    held, one = team.last_rehearsal, team.agents[2]
    said = one.prepare(held.questions)
    one.learn(held)
    assert said.shape == one.contribution(held.questions.tolist()).shape == held.wanted.shape
    other = Presenter(
        team, seat=0, name="D", speak_up=1, trust=1, n_presenters=3, abilities=2,
        features=team.talk.n_features, sections=3, rng=np.random.SeedSequence(1),
    )  # fmt: skip
    assert other.prepare(held.questions).shape == held.wanted.shape
