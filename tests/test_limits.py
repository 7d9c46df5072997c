"""Where the analogy breaks: what is measured, that it can come out otherwise, and what is said."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from validations import with_parts

from experiments.validation.conditions import (
    NOISY,
    TEAM,
    Condition,
    NetworkCondition,
    TeamCondition,
)
from experiments.validation.controls import NETWORK_NOISE, SIX_COUPLES, SIX_WITHOUT, TEAM_NOISE
from experiments.validation.limits import (
    LIMITS,
    dose,
    judge_limits,
    limit_jobs,
    optimizers,
    other_learners,
    together,
)
from experiments.validation.limits.depth import deep_ensembles
from experiments.validation.limits.dose import NETWORK_BEYOND, TEAM_BEYOND, beyond_in_teams
from experiments.validation.limits.optimizers import absent_units_move
from experiments.validation.limits.other_learners import TinkeringTeam, measure_tinkerers
from experiments.validation.limits.softmax import reliance_and_softmax
from experiments.validation.plan import Plan
from experiments.validation.theorems.comparison import EXACT
from nn_bridge import dense as layers
from nn_bridge.dropout import Dropout
from nn_bridge.optimizers import SGD
from simulation import Everyone, Team, one_or_two_absent, synthetic_talk
from simulation.attendance import Moments
from simulation.laws import AlwaysWithout, independent
from simulation.statistics import Effect

SEEDS = tuple(range(10))
SPREAD = np.linspace(-1.0, 1.0, 10)  # differences between seeds
RATES = (0.0, 0.5, 0.8)
PLAN = replace(Plan.short(0), seeds=SEEDS, team_rates=RATES, network_rates=RATES)


def by_seed(name: str, conditions: dict[str, dict[str, np.ndarray]]) -> dict:
    """Hand figures out as the jobs of a limit return them, one result a seed."""
    return {
        ("limit", name, str(seed)): {
            condition: {measure: float(figures[seed]) for measure, figures in measures.items()}
            for condition, measures in conditions.items()
        }
        for seed in SEEDS
    }


def around(level: float, number: int) -> np.ndarray:
    """Figures of ten seeds about `level`, spread otherwise for each number."""
    return level + 0.01 * np.roll(SPREAD, 3 * number)


def doses(team, network, team_beyond, network_beyond) -> dict:
    """Results of the dose-response whose quality, by rate, is as given; nan for a talk diverged."""
    names = ("co-adaptation score", "quality", "two missing, mean")
    results = {}
    for at, rate in enumerate(RATES):
        results[TeamCondition(independent(5, rate))] = dict.fromkeys(names, around(team[at], at))
    for rates, levels in ((RATES, network), (NETWORK_BEYOND, network_beyond)):
        for at, (rate, level) in enumerate(zip(rates, levels, strict=True)):
            figures = with_parts(around(level, at + 5), 0.001)
            results[NetworkCondition(NOISY, rate)] = dict.fromkeys(names, figures)
    results["limit", "L2", "team"] = np.array(
        [around(level, at) for at, level in enumerate(team_beyond, len(RATES))]
    )
    return results


def noisy(level: float) -> dict:
    """Results in which noise brings quality with two missing to `level`, absences from .5 to .7."""
    name = "two missing, mean"
    results = {}
    for place, noise in ((TEAM, TEAM_NOISE), (NOISY, NETWORK_NOISE)):
        for at, (key, figure) in enumerate(
            ((place.without, 0.5), (place.absences, 0.7), (noise, level))
        ):
            results[key] = {name: around(figure, at)}
    return results


def laws(couples: float, bursts: float, gain: float = 0.2) -> dict:
    levels = (0.4, 0.4 + gain, couples, bursts)
    conditions = (SIX_WITHOUT, together.SIX_INDEPENDENT, *together.OTHERS.values())
    return {
        condition: dict.fromkeys(together.MEASURES.values(), around(level, number))
        for number, (condition, level) in enumerate(zip(conditions, levels, strict=True))
    }


def tinkered(cost: float, agreement: float, score: float) -> dict:
    def figures(cost: float, agreement: float, score: float, quality: float):
        named = {
            "cost of losing one": cost,
            "agreement": agreement,
            "co-adaptation score": score,
            "quality": quality,
            "two missing, mean": quality / 2,
        }
        return {name: value + 0.01 * value * SPREAD for name, value in named.items()}

    return by_seed(
        "L6",
        {
            "start": figures(0.2, 0.1, 1.0, -0.5),
            "without": figures(0.2, 0.1, 1.0, 0.4),
            "absences": figures(cost, agreement, score, 0.3),
        },
    )


def said(name: str, results: dict) -> str:
    return LIMITS[name].find(PLAN, results)[1]


def test_jobs_travel_between_processes_and_are_named_by_limit():
    jobs = limit_jobs(PLAN)
    assert pickle.loads(pickle.dumps(jobs)) == jobs
    own = [key for key in jobs if not isinstance(key, Condition)]
    assert {key[0] for key in own} == {"limit"}
    assert {key[1] for key in own} | {"L1", "L7"} == set(LIMITS)
    assert {key[2] for key in own if key[1] == "L6"} == {str(seed) for seed in SEEDS}
    assert {SIX_COUPLES, TEAM_NOISE, NETWORK_NOISE} < jobs.keys()


def test_full_plans_give_trial_and_error_more_time():
    quick, full = limit_jobs(Plan.short(0)), limit_jobs(Plan.full(0))
    assert quick["limit", "L6", "0"][1] == (0, Plan.short(0).rehearsals)
    assert full["limit", "L6", "0"][1] == (0, 2 * Plan.full(0).rehearsals)


def test_every_limit_is_judged_from_what_its_jobs_return():
    plan = replace(PLAN, seeds=(3, 4), rehearsals=30, epochs=1)
    results = doses([0.5, 0.6, 0.4], [0.8, 0.9, 0.7], (0.3, 0.2), (0.6, 0.5))
    results |= noisy(0.55) | laws(0.5, 0.6)
    results = {
        key: {name: figure[:2] for name, figure in result.items()}
        for key, result in results.items()
        if isinstance(key, Condition)
    }
    needed = limit_jobs(plan)
    results |= {key: needed[key][0](*needed[key][1]) for key in needed.keys() - results.keys()}
    judged = judge_limits(plan, results)
    assert [result.limit for result in judged] == list(LIMITS.values())
    for result in judged:
        assert result.finding.endswith(".")
        assert result.rows
        for label, found in result.rows:
            assert isinstance(label, str)
            assert isinstance(found, (Effect, float))


def test_what_remains_of_the_gain_is_said_as_it_is():
    assert "couples 50% (less) and bursts 100% (no difference" in said("L1", laws(0.5, 0.6))
    assert "couples 150% (more) and bursts 50% (less)" in said("L1", laws(0.7, 0.5))
    assert "not shown to gain anything" in said("L1", laws(0.5, 0.6, gain=0.0))


def test_the_laws_that_are_set_beside_each_other_differ_in_nothing_else():
    six = [SIX_WITHOUT, together.SIX_INDEPENDENT, *together.OTHERS.values()]
    assert {replace(each, law=SIX_WITHOUT.law) for each in six} == {SIX_WITHOUT}
    assert together.OTHERS["couples"] is SIX_COUPLES
    rates = [each.law.moments().absence_rate for each in six[1:]]
    assert rates == pytest.approx([0.3, 0.3, 0.3])


def test_rates_beyond_are_rehearsed_by_their_own_teams(monkeypatch):
    """What comes out of the stack stands under the rate and the seed that it belongs to."""
    monkeypatch.setattr(dose, "ALONE", 20)
    rates = (0.1, 0.5)
    qualities = beyond_in_teams((0, 1), 60, rates)
    for row, rate in zip(qualities, rates, strict=True):
        team = Team(synthetic_talk(np.random.default_rng([1, 0])), independent(5, rate), rng=1)
        team.practise_alone("B", 20)
        team.rehearse(60)
        assert row[1] == pytest.approx(team.quality(), abs=1e-12)


def test_the_dose_that_is_too_much_is_found_wherever_it_is():
    u_shaped = doses([0.5, 0.7, 0.4], [0.8, 0.9, 0.85], (0.3, 0.2), (0.81, 0.5))
    finding = said("L2", u_shaped)
    assert "In the team rate 0.5 is best (0.7; always complete 0.5)" in finding
    assert "rate 0.8 is the first to be worse than always complete; in the network" in finding
    assert "rate 0.98 is the first to be worse than always complete." in finding
    diverging = doses([0.5, 0.6, 0.7], [0.8, 0.7, 0.6], (0.6, np.nan), (0.5, 0.4))
    finding = said("L2", diverging)
    assert "rate 0.85 brings 0.6 (worse than the best), and at rate 0.9 10 of 10 talks" in finding
    assert "in the network rate 0 is best" in finding
    rising = doses([0.5, 0.6, 0.7], [0.7, 0.8, 0.9], (0.8, 0.9), (0.92, 0.93))
    assert said("L2", rising).count("no rate tried is shown to be worse") == 2


def test_few_diverging_talks_do_not_make_a_rate_too_much():
    results = doses([0.5, 0.7, 0.6], [0.8, 0.9, 0.85], (0.55, np.nan), (0.81, 0.5))
    results["limit", "L2", "team"][:, 3] = np.nan
    rows, finding = LIMITS["L2"].find(PLAN, results)
    assert ("team, share of talks that diverge at rate 0.85", 0.1) in rows
    assert "at rate 0.9 10 of 10 talks diverge" in finding


def test_a_team_that_hardly_ever_meets_diverges():
    rare, often = beyond_in_teams((0, 1), 100, (0.9, 0.3))
    assert np.isnan(rare).all()
    assert np.isfinite(often).all()
    assert max(TEAM_BEYOND) == 0.9


def test_reliance_is_exact_for_squared_error_only():
    found = reliance_and_softmax(0, 100)
    assert found["squared error"]["relative difference"] <= EXACT
    assert found["softmax"]["relative difference"] > 1e-3
    assert 0 < found["softmax"]["cosine"] < 1


def test_the_wrong_reliance_is_exact_for_nobody(monkeypatch):
    monkeypatch.setattr(Moments, "given_present", property(lambda self: np.ones_like(self.joint)))
    found = reliance_and_softmax(0, 100)
    assert found["squared error"]["relative difference"] > 1e-3
    results = {("limit", "L3", str(seed)): found for seed in SEEDS}
    assert said("L3", results).startswith("Reliance is exact for neither audience")


def test_dropped_units_move_with_memory_only():
    found = absent_units_move(range(5), 20)
    assert not found["plain SGD"]["largest change"].any()
    assert (found["momentum"]["largest change"] > 1e-3).all()
    assert (found["Adam"]["largest change"] > 1e-4).all()
    finding = said("L4", {("limit", "L4"): found})
    assert finding.startswith("With plain SGD dropped units stay still; with momentum they move")


def test_dropped_units_would_move_if_the_backward_pass_forgot_the_mask(monkeypatch):
    monkeypatch.setattr(Dropout, "backward", lambda self, gradient: gradient)
    finding = said("L4", {("limit", "L4"): absent_units_move(range(5), 20)})
    assert finding.startswith("With plain SGD dropped units move")


def test_without_memory_no_dropped_unit_is_shown_to_move(monkeypatch):
    monkeypatch.setattr(optimizers, "_optimizer", lambda name: SGD(0.05))
    finding = said("L4", {("limit", "L4"): absent_units_move(range(5), 20)})
    assert finding.count("are not shown to move") == 2


def test_depth_ends_the_exact_geometric_mean():
    found = deep_ensembles((0, 1), 1)
    assert found[1]["distance to the geometric mean"].max() <= EXACT
    assert found[2]["distance to the geometric mean"].min() > 1e-4
    finding = said("L5", {("limit", "L5"): found})
    assert "the full network is exactly the geometric mean" in finding


def test_depth_alone_does_no_harm_where_units_are_linear(monkeypatch):
    monkeypatch.setitem(layers.ACTIVATIONS, "relu", layers.ACTIVATIONS["linear"])
    found = deep_ensembles((0, 1), 1)
    assert found[2]["distance to the geometric mean"].max() <= EXACT


def test_without_speaking_up_not_even_one_layer_is_exact(monkeypatch):
    monkeypatch.setattr(Dropout, "scale", 1.0)
    finding = said("L5", {("limit", "L5"): deep_ensembles((0, 1), 1)})
    assert "the full network is not exactly the geometric mean" in finding


def tinkering(law, rehearsals: int) -> TinkeringTeam:
    team = TinkeringTeam(synthetic_talk(np.random.default_rng(0)), law, rng=0)
    team.rehearse(rehearsals)
    return team


def test_tinkerers_start_alike_whatever_the_law():
    one, other = tinkering(Everyone(5), 0), tinkering(one_or_two_absent(5), 0)
    for a, b in zip(one.agents, other.agents, strict=True):
        np.testing.assert_array_equal(a.delivery, b.delivery)
        assert (a.seat, a.name) == (b.seat, b.name)
    assert len(one.agents) == 5


def test_tinkerers_get_better_without_ever_seeing_a_gradient(monkeypatch):
    def refuse(*_):
        raise AssertionError("a tinkerer asked what was missing")

    team = tinkering(Everyone(5), 0)
    for presenter in team.agents:
        monkeypatch.setattr(presenter, "_improve", refuse)
    everyone = np.ones((1, 5), dtype=bool)
    before = team.game("practice").quality(everyone)[0]
    team.rehearse(500)
    assert team.game("practice").quality(everyone)[0] > before + 0.3
    assert not team.handout.any()


def test_a_tinkerer_keeps_only_what_went_better():
    team = tinkering(Everyone(5), 5)
    held = team.last_rehearsal
    assert held is not None
    kept = 0
    for presenter in team.agents:
        for _ in range(20):
            table = held.table.copy()
            table[presenter.seat] = presenter.prepare(held.questions)
            now = replace(held, table=table)
            before = held.audience.loss(now.talk_given(), held.wanted)
            known = presenter.delivery
            presenter.learn(now)
            table[presenter.seat] = presenter.prepare(held.questions)
            after = held.audience.loss(now.talk_given(), held.wanted)
            if presenter.delivery is known:
                assert after == before
            else:
                assert after < before
                kept += 1
    assert 10 < kept < 90


def test_tinkerers_count_how_often_others_come():
    team = tinkering(AlwaysWithout(5, 1), 9)
    here, absent, *_ = team.agents
    np.testing.assert_allclose(here.reliance, [1, 0.1, 1, 1, 1])
    np.testing.assert_array_equal(absent.reliance, np.ones(5))
    assert absent.rehearsals_attended == 0
    start = list(tinkering(AlwaysWithout(5, 1), 0).agents)[1]
    np.testing.assert_array_equal(absent.delivery, start.delivery)


def test_without_absences_tinkerers_show_no_difference(monkeypatch):
    monkeypatch.setattr(other_learners, "one_or_two_absent", Everyone)
    results = {("limit", "L6", str(seed)): measure_tinkerers(0, 40) for seed in SEEDS}
    assert "Co-adaptation does not fall among people" in said("L6", results)


@pytest.mark.parametrize(
    ("cost", "agreement", "score", "words"),
    [
        (0.1, 0.3, 0.5, "Co-adaptation falls"),
        (0.3, 0.3, 0.5, "Co-adaptation does not fall"),
        (0.1, 0.05, 0.5, "Co-adaptation does not fall"),
        (0.1, 0.3, 0.99, "Co-adaptation falls"),
        (0.1, 0.3, 1.3, "Co-adaptation does not fall"),
    ],
)
def test_co_adaptation_falls_only_if_every_measure_of_it_does(cost, agreement, score, words):
    assert said("L6", tinkered(cost, agreement, score)).startswith(words)


def test_what_noise_brings_is_set_beside_what_absences_bring():
    assert (
        said("L7", noisy(0.6)).count("by +0.1 (higher), absences by +0.2 (noise brings less)") == 2
    )
    assert said("L7", noisy(0.9)).count("(noise brings more)") == 2
    assert "(lower)" in said("L7", noisy(0.4))
