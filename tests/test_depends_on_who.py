"""What `simulate` and `network` say of how much a talk or a network depends on its members."""

import json
import math

import numpy as np
import pytest

import run
from simulation import Team, one_or_two_absent, synthetic_talk
from simulation.coalitions import coalition_values, shapley_values


def told(capsys, *arguments):
    assert run.main(list(arguments)) == 0
    return capsys.readouterr().out


def test_simulate_says_who_carries_the_talk(capsys):
    given = ["simulate", "--rehearsals", "200", "--seed", "4"]
    found = json.loads(told(capsys, *given, "--json"))["dependence"]
    team = Team(synthetic_talk(np.random.default_rng([4, 0])), one_or_two_absent(5), rng=4)
    team.rehearse(200)
    values = shapley_values(coalition_values(team.game()))
    assert list(found["Shapley values"].values()) == pytest.approx(values.tolist())
    carriers = values.sum() ** 2 / np.square(values).sum()
    assert found["effective carriers"] == {"value": pytest.approx(carriers), "standard_error": 0}
    out = told(capsys, *given)
    for name in ("effective carriers", "fragility", "by interaction", "bus factor"):
        (line,) = (line for line in out.splitlines() if line.strip().startswith(name))
        assert "±" not in line
    assert f"{carriers:.3f}" in out
    assert f"{found['fragility']['value']:.3f}" in out
    pairs = np.array(found["Shapley interactions"])
    first, second = np.unravel_index(np.argmin(pairs), pairs.shape)
    (line,) = (line for line in out.splitlines() if "stand in for each other best" in line)
    assert line.startswith(f"{team.names[first]} and {team.names[second]}")
    assert f"{pairs.min():.3f}" in line
    assert all(f"{value:.3f}" in out for value in values)


def test_simulate_samples_above_twenty_presenters_and_says_how_sure_it_is(capsys):
    given = ["simulate", "--presenters", "30", "--rehearsals", "20"]
    found = json.loads(told(capsys, *given, "--json"))["dependence"]
    assert found["bus factor"] is None
    assert found["Shapley interactions"] is None
    assert found["fragility"]["standard_error"] > 0
    out = told(capsys, *given)
    (line,) = (line for line in out.splitlines() if line.startswith("fragility"))
    assert f"± {found['fragility']['standard_error']:.4f}" in line
    assert "bus factor" not in out
    assert "standard error, from sub-teams drawn at random" in out


def test_one_presenter_has_nobody_to_count_on(capsys):
    out = told(capsys, "simulate", "--presenters", "1", "--rehearsals", "5",
               "--attendance", "everyone")  # fmt: skip
    assert "effective carriers" in out
    assert "each other" not in out


def test_network_says_how_many_units_carry_it_and_what_silencing_leaves(capsys):
    given = ["network", "--epochs", "1", "--seeds", "2", "--practice", "100", "--hidden", "16",
             "--workers", "1"]  # fmt: skip
    found = json.loads(told(capsys, *given, "--json"))
    for name, rate in (("before", "rate 0"), ("after", "rate 0.5")):
        curve = found["ablation"][rate]
        by_hand = (sum(curve) - (curve[0] + curve[-1]) / 2) / 9  # ten equal steps
        assert found["measures"]["ablation curve, area"][name] == pytest.approx(by_hand)
        assert 0 < found["measures"]["effective carriers"][name] <= 16
        assert math.isfinite(found["measures"]["effective carriers"]["low"])
    out = told(capsys, *given)
    assert "\nablation curve, area:" in out
    assert "\neffective carriers:" in out


def test_a_network_of_units_that_are_dead_has_no_carriers(capsys, monkeypatch):
    monkeypatch.setattr(
        "experiments.article_measures.answer_shares", lambda game: np.full((16, 10), np.nan)
    )
    given = ["network", "--epochs", "1", "--seeds", "2", "--practice", "100", "--hidden", "16",
             "--workers", "1", "--json"]  # fmt: skip
    found = json.loads(told(capsys, *given))["measures"]["effective carriers"]
    assert (found["before"], found["after"]) == (0.0, 0.0)
