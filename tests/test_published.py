"""Published figures measured again: each measure by hand, the rules both ways, the pages whole."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dashboard.published.page import page, study_json, write_study
from experiments.processes import run_jobs
from experiments.published import figure_9, figure_10, morcos
from experiments.published.figure_11 import wrong_on_average
from experiments.published.networks import joined, stacks
from experiments.published.studies import STUDIES
from experiments.published.study import Plan, judged
from nn_bridge.results.numbers import Said
from simulation.audience import Softmax
from simulation.coalitions import AdditiveGame
from simulation.outputs import outputs
from simulation.parts import PARTS, left_out
from simulation.statistics import paired_effect

TINY = Plan((0, 1, 2, 3, 4), 64, 5, (40, 600), 1, 40, 2, hidden=16, data="digits")


def test_a_statement_is_worth_what_the_least_of_its_comparisons_is():
    before = np.arange(10.0)
    clear, faint = before + 2 + before / 100, before + 0.5 + before / 100
    both = {"clear": (before, clear), "faint": (before, faint)}
    assert judged("x", "higher", 1.0, {"clear": (before, clear)}).verdict == "holds"
    assert judged("x", "higher", 1.0, both).verdict == "holds, but too small to matter"
    few = {"clear": (before[:4], clear[:4])}
    assert judged("x", "higher", 1.0, few).verdict == "too few seeds to say"


def test_stacks_come_back_in_the_order_of_seeds():
    plan = Plan((4, 5, 6), 60, 1, hidden=16, data="digits")
    jobs = stacks(lambda *_: None, figure_9.settings(plan), plan.seeds)
    results = {key: {"seed": np.array(job[1][1])} for key, job in jobs.items()}
    assert joined(results, "rate 0.3, 16 units")["seed"].tolist() == [4, 5, 6]


def test_half_as_many_units_as_at_rate_0_are_left_on_average():
    plan = Plan.full(0)
    left = [(1 - rate) * figure_9.units(plan, rate) for rate in figure_9.RATES_ALIKE_LEFT]
    assert left == pytest.approx([128] * 7, abs=0.3)
    assert figure_9.units(plan, 0.9) == 1280


def test_every_size_is_trained_for_about_as_many_steps():
    settings = figure_10.settings(Plan.full(0)).values()
    steps = [setting.epochs * -(-setting.practice // 32) for setting in settings]
    assert steps == pytest.approx([10 * 94] * 10, rel=0.06)


def one_unit(says: float) -> AdditiveGame:
    """One hidden unit speaks for the first digit, which is right, the handout for the other."""
    return AdditiveGame(
        np.array([[[says, 0.0]]]), np.array([0.0, 1.0]), np.array([[1.0, 0.0]]), Softmax()
    )


def wrong_share(game: AdditiveGame, rate: float, passes: tuple[int, ...]) -> np.ndarray:
    drawn = [
        wrong_on_average(game, rate, passes, np.random.default_rng(seed)) for seed in range(400)
    ]
    return np.mean(drawn, axis=0)[:, 0]


def test_sub_networks_vote_with_their_probabilities():
    # The whole network is right. At rate 0.9 the unit says 15 where it is kept, else nothing: on
    # average the first digit has .1 + .9 / (1 + e) = .34.
    rng = np.random.default_rng(0)
    assert wrong_on_average(one_unit(1.5), 0.9, (100, 400), rng).tolist() == [[1.0], [1.0]]
    assert wrong_on_average(one_unit(1.5), 0.0, (1, 2), rng).tolist() == [[0.0], [0.0]]


def test_those_kept_are_scaled_up():
    # Kept in one draw of ten, the unit says 5 and is right; unscaled it would never be.
    assert wrong_share(one_unit(0.5), 0.9, (1,)) == pytest.approx([0.9], abs=0.05)


def test_an_average_goes_on_from_the_one_before():
    # Kept it gives .88 to the first digit, dropped .27: two draws are wrong if both are without it.
    assert wrong_share(one_unit(1.5), 0.5, (1, 2)) == pytest.approx([0.5, 0.25], abs=0.07)


def curve_of(loss_at: dict[float, float]) -> np.ndarray:
    """Accuracy that is lost as said from a fraction on, one seed."""
    curve = np.full(len(morcos.SILENCED), 100.0)
    for fraction, loss in loss_at.items():
        curve[fraction - 1e-9 <= morcos.SILENCED] = 100 - 0.9 * loss
    return curve[None]


def test_the_knee_is_where_a_tenth_is_lost():
    assert morcos.lost(curve_of({0.2: 20.0}))[0, [3, 4]] == pytest.approx([0, 20])
    assert morcos.knee(curve_of({0.2: 20.0})) == pytest.approx(17.5)
    assert morcos.knee(curve_of({0.2: 5.0, 0.5: 25.0})) == pytest.approx(46.25)
    assert morcos.knee(curve_of({0.2: 5.0})) == pytest.approx(95)


def curves(dropout) -> dict[tuple[str, float], np.ndarray]:
    """Ten seeds: a control that loses evenly, and dropout that keeps what it is told to."""
    rng = np.random.default_rng(0)
    control = 100 - 90 * morcos.SILENCED
    kept = {rate: np.where(dropout(rate), 100.0, control) for rate in morcos.RATES}
    kept[0.0] = control
    return {
        (labels, rate): kept[rate] - rng.uniform(0, 0.5, (10, 1)) * morcos.SILENCED
        for labels in morcos.LABELS
        for rate in morcos.RATES
    }


def verdicts(of, containing: str) -> set[str]:
    return {each.verdict for each in morcos.statements_of(of) if containing in each.claim}


def test_a_cut_off_at_the_trained_fraction_is_seen():
    cut_off = curves(lambda rate: rate + 1e-9 >= morcos.SILENCED)
    for claim in ("dropout protects with", "protects no more", "knee stands"):
        assert verdicts(cut_off, claim) == {"holds"}
    assert verdicts(cut_off, "similarly robust") == {"does not hold"}


def test_protection_that_goes_on_is_seen():
    on = curves(lambda rate: morcos.SILENCED >= 0)
    assert verdicts(on, "dropout protects with") == {"holds"}
    assert verdicts(on, "protects no more") == {"the other way"}
    assert verdicts(on, "knee stands") == {"does not hold"}
    assert verdicts(on, "are lost sooner") == {"equivalent"}
    assert verdicts(on, "similarly robust") == {"holds"}


def test_no_protection_is_seen():
    never = curves(lambda rate: morcos.SILENCED < 0)
    assert verdicts(never, "dropout protects with") == {"equivalent"}
    assert verdicts(never, "protects no more") == {"holds"}


@pytest.fixture(scope="module", params=list(STUDIES))
def ran(request):
    study = STUDIES[request.param]
    return study, study.find(TINY, run_jobs(study.jobs(TINY), 1, lambda *_: None))


def test_a_page_says_all_that_was_found(ran, tmp_path):
    study, found = ran
    with outputs(tmp_path) as files:
        name = write_study(files, study, TINY, found)
    written = (tmp_path / name).read_text()
    assert written == page(study, TINY, found)
    for statement in found.statements:
        assert statement.claim in written
    for panel in found.panels:
        for curve in panel.curves:
            for point in curve.points:
                assert f"| {Said.of(point).difference.lstrip('+')} [" in written
    for fact in [*found.facts, *study.same, *study.different, study.published, study.source]:
        assert fact in written
    stem = written.split("](")[1].split(".png")[0]
    assert (tmp_path / f"{stem}.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((tmp_path / f"{stem}.json").read_text()) == json.loads(
        json.dumps(study_json(study, TINY, found))
    )


def test_levels_are_those_of_the_networks(ran):
    _, found = ran
    for panel in found.panels:
        for curve in panel.curves:
            assert len(curve.at) == len(curve.points)
            assert all(point.low <= point.difference <= point.high for point in curve.points)


@pytest.mark.slow
def test_the_number_of_processes_changes_nothing():
    def told(workers: int) -> str:
        study = STUDIES["11"]
        found = study.find(TINY, run_jobs(study.jobs(TINY), workers, lambda *_: None))
        return json.dumps(study_json(study, TINY, found))

    assert told(1) == told(2)


def test_ten_seeds_and_their_images_are_counted_as_drawn():
    # The same difference in every seed, on one part of the images alone: sure of the seeds, not of
    # the images.
    wrong = np.zeros((10, 5 * PARTS))
    wrong[:, ::PARTS] = 1
    shown = paired_effect(left_out(np.zeros_like(wrong)), left_out(100 * wrong))
    assert shown.difference == pytest.approx(5)
    assert shown.low < 1
