"""T1 to T9 of the design hold, and each notices when the code that it is about is broken."""

from __future__ import annotations

import dataclasses
import json
import re

import numpy as np
import pytest

from experiments.validation.theorems import THEOREMS, run_theorem
from experiments.validation.theorems import t3_mean_of_sub_teams as t3
from experiments.validation.theorems import t5_absences_regularise as t5
from experiments.validation.theorems import t6_input_dropout_is_ridge as t6
from experiments.validation.theorems import t7_loads_become_equal as t7
from experiments.validation.theorems import t8_cooperation_is_discounted as t8
from experiments.validation.theorems.comparison import Check, Comparison, largest
from experiments.validation.theorems.ensemble import Ensemble
from experiments.validation.theorems.t1_team_is_network import team_is_network
from nn_bridge import dense as layers
from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.dense import Dense
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from simulation import (
    AlwaysWithout,
    InputError,
    Moments,
    NumberAbsent,
    Presenter,
    one_or_two_absent,
)
from simulation.coalitions import SubTeams


def check(name, seed=0):
    if name == "T1":
        return team_is_network(seed, quick=True, steps=10)
    return run_theorem(name, seed, quick=True)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", THEOREMS)
def test_holds(name, seed):
    comparison = check(name, seed)
    assert comparison.holds, comparison.decisive
    assert comparison.id == name
    assert comparison.decisive is comparison.checks[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9"])
def test_holds_in_full(name):  # T1 in full: test_bridge.py
    assert run_theorem(name).holds


# What breaks, and which theorems must notice. Each breaks the project's code, not the theorem.


def absent_presenters_learn(patch):
    learn = Presenter.learn

    def regardless(self, rehearsal):
        here = rehearsal.attendance.copy()
        here[..., self.seat] = True
        learn(self, dataclasses.replace(rehearsal, attendance=here))

    patch.setattr(Presenter, "learn", regardless)


def presenters_do_not_speak_up(patch):
    prepare = Presenter.prepare
    patch.setattr(Presenter, "prepare", lambda self, x: prepare(self, x) / self.speak_up)


def presenters_learn_as_if_not_speaking_up(patch):
    improve = Presenter._improve
    patch.setattr(
        Presenter, "_improve", lambda self, missing, step: improve(self, missing, step / 1.4)
    )


def reliance_stays_at_one(patch):
    patch.setattr(Presenter, "_note_who_came", lambda self, attendance: None)


def presenters_rely_on_nobody(patch):
    def learn(self, rehearsal):
        if rehearsal.attendance[..., self.seat].any():
            missing = rehearsal.missing_from(rehearsal.handout + rehearsal.table[self.seat])
            self._improve(missing, self.speak_up * rehearsal.learning_rate / len(missing))

    patch.setattr(Presenter, "learn", learn)


def network_does_not_scale(patch):
    patch.setattr(Dropout, "scale", property(lambda self: 1.0))


def network_of_a_team_does_not_scale(patch):
    patch.setattr(AttendanceDropout, "scale", property(lambda self: 1.0))


def mask_is_forgotten_going_back(patch):
    patch.setattr(Dropout, "backward", lambda self, gradient: gradient)


def mask_is_not_scaled_going_back(patch):
    patch.setattr(Dropout, "backward", lambda self, gradient: gradient * (self._factor > 0))


def inference_is_scaled(patch):
    forward = Dropout.forward

    def scaled(self, x, training=False, mask=None):
        return forward(self, x, training, mask) * (1.0 if training else 1.0 - self.rate)

    patch.setattr(Dropout, "forward", scaled)


def rate_is_the_fraction_kept(patch):
    draw = Dropout.draw_mask
    patch.setattr(
        Dropout, "draw_mask", lambda self, shape: ~draw(self, shape) if self.rate else None
    )


def softmax_is_not_normalised(patch):
    backward = layers.ACTIVATIONS["softmax"][1]
    patch.setitem(layers.ACTIVATIONS, "softmax", (lambda z: np.exp(z - 50.0), backward))


def absences_are_taken_for_independent(patch):
    def moments(self):
        rate = 1.0 - np.mean(self.counts) / self.n_presenters
        joint = np.full((self.n_presenters, self.n_presenters), rate * rate)
        np.fill_diagonal(joint, rate)
        return Moments(joint.diagonal().copy(), joint)

    patch.setattr(NumberAbsent, "moments", moments)


def penalty_ignores_who_is_absent_with_whom(patch):
    penalty = t5.absence_penalty

    def independent(said, moments):
        joint = np.outer(moments.rates, moments.rates)
        np.fill_diagonal(joint, moments.rates)
        return penalty(said, Moments(moments.rates, joint))

    patch.setattr(t5, "absence_penalty", independent)


def penalty_forgets_speaking_up(patch):
    def plain(said, moments):
        covariance = moments.joint - np.outer(moments.rates, moments.rates)
        alike = np.einsum("ibk,jbk->ij", said, said) / said.shape[1]
        return 0.5 * float((covariance * alike).sum())

    patch.setattr(t5, "absence_penalty", plain)


def ridge_is_not_in_the_metric_of_the_features(patch):
    def ridge(x, y, keep):
        size = np.square(x).sum() / x.shape[1]
        penalised = x.T @ x + (1 - keep) / keep * size * np.eye(x.shape[1])
        return np.linalg.solve(penalised, x.T @ y) / keep

    patch.setattr(t6, "dropout_ridge", ridge)


def input_loss_without_its_penalty(patch):
    patch.setattr(t6, "dropped_input_loss", lambda x, y, w, q: np.square(y - q * x @ w).sum())


def threshold_counts_all_units(patch):
    right = t7.equal_loads

    def wrong(wanted, units, keep):
        left, s, rows = np.linalg.svd(wanted, full_matrices=False)
        r, penalty = min(units, len(s)), (1 - keep) / keep
        alpha = penalty * s[:r].sum() / (units + penalty * r)
        return (left[:, :r] * (s[:r] - alpha)) @ rows[:r], right(wanted, units, keep)[1]

    patch.setattr(t7, "equal_loads", wrong)


def loads_are_only_those_of_the_rank(patch):
    right = t7.equal_loads

    def wrong(wanted, units, keep):
        product, load = right(wanted, units, keep)
        return product, load * units / np.linalg.matrix_rank(product)

    patch.setattr(t7, "equal_loads", wrong)


def groups_meet_as_if_independent(patch):
    def together(self):
        n = len(self.probabilities).bit_length() - 1
        members = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        rates = self.probabilities @ members
        return np.where(members, rates, 1.0).prod(axis=1)

    patch.setattr(SubTeams, "together", property(together))


def coefficients_are_not_differences(patch):
    patch.setattr(t8, "moebius", lambda values: np.asarray(values))


def mean_quality_counts_all_sub_teams_alike(patch):
    patch.setattr(t8, "mean_quality", lambda values, law: float(np.mean(values)))


BROKEN = [
    (absent_presenters_learn, "T1 T2"),
    (presenters_do_not_speak_up, "T1 T2 T3 T5"),
    (presenters_learn_as_if_not_speaking_up, "T1 T2"),
    (reliance_stays_at_one, "T1 T2"),
    (presenters_rely_on_nobody, "T1 T2"),
    (network_does_not_scale, "T4 T6 T7 T9"),
    (network_of_a_team_does_not_scale, "T1 T2 T3 T4 T5 T9"),
    (mask_is_forgotten_going_back, "T1 T2 T7 T9"),
    # Not T7: all gradients of the hidden layer being too small alike, descent ends where it should.
    (mask_is_not_scaled_going_back, "T1 T2 T9"),
    (inference_is_scaled, "T3 T4 T9"),
    (rate_is_the_fraction_kept, "T9"),
    (softmax_is_not_normalised, "T4"),
    (absences_are_taken_for_independent, "T2 T5 T8"),
    (penalty_ignores_who_is_absent_with_whom, "T5"),
    (penalty_forgets_speaking_up, "T5"),
    (ridge_is_not_in_the_metric_of_the_features, "T6"),
    (input_loss_without_its_penalty, "T6"),
    (threshold_counts_all_units, "T7"),
    (loads_are_only_those_of_the_rank, "T7"),
    (groups_meet_as_if_independent, "T8"),
    (coefficients_are_not_differences, "T8"),
    (mean_quality_counts_all_sub_teams_alike, "T8"),
]


@pytest.mark.parametrize(
    ("break_it", "name"),
    [
        pytest.param(break_it, name, marks=pytest.mark.slow if name == "T7" else ())
        for break_it, names in BROKEN
        for name in names.split()
    ],
    ids=lambda part: getattr(part, "__name__", part),
)
def test_fails_when_the_code_is_broken(monkeypatch, break_it, name):
    break_it(monkeypatch)
    comparison = check(name)
    assert not comparison.holds
    failed = comparison.decisive
    assert failed in comparison.checks
    assert not failed.difference <= 1.5 * failed.tolerance  # broken, not on the brink


def test_every_theorem_can_fail():
    assert {name for _, names in BROKEN for name in names.split()} == set(THEOREMS)


def test_t1_shows_how_far_the_team_is_from_dropout_sgd():
    ranges = re.findall(r"([\d.]+) to ([\d.]+) away after rehearsal (\d+)", check("T1").detail)
    assert [number for *_, number in ranges] == ["1", "10"]
    assert all(1e-3 < float(low) <= float(high) < 0.5 for low, high, _ in ranges)


@pytest.mark.parametrize("name", ["T3", "T5"])
def test_the_mean_over_sub_teams_needs_everybody_to_come_sometimes(monkeypatch, name):
    for module in (t3, t5):
        monkeypatch.setattr(module, "LAWS", (AlwaysWithout(5, 1),))
    assert not check(name).holds


def test_t7_comes_from_descent_not_from_the_start(monkeypatch):
    monkeypatch.setattr(t7, "_finish", lambda ensemble, x, y: 0.0)
    after_200_steps = check("T7").decisive.difference
    monkeypatch.setattr(Ensemble, "descend", lambda self, x, y, steps: 0.0)
    assert 1e-6 < after_200_steps < 0.3 * check("T7").decisive.difference


@pytest.mark.slow
def test_every_theorem_says_what_it_went_through_and_fits_into_json(monkeypatch):
    monkeypatch.setitem(THEOREMS, "T1", lambda seed, quick: team_is_network(seed, quick, steps=2))
    comparisons = [run_theorem(name, 3, quick=True) for name in THEOREMS]
    assert [comparison.id for comparison in comparisons] == [f"T{k}" for k in range(1, 10)]
    for comparison in comparisons:
        assert comparison.holds
        assert comparison.statement.endswith(".")
        assert comparison.source
        assert comparison.detail
        json.dumps(dataclasses.asdict(comparison))


def test_the_same_seed_gives_the_same_figures():
    assert check("T2", 5) == check("T2", 5)
    assert check("T2", 5) != check("T2", 6)


# The others build twins, whose start is drawn and then overwritten by a team's.
@pytest.mark.parametrize("name", ["T4", "T6", "T7", "T9"])
def test_nothing_is_drawn_without_the_seed(name, monkeypatch):
    class Seeded(np.random.SeedSequence):
        def __init__(self, entropy=None, **options):
            assert entropy is not None, "drawn from the system's entropy"
            super().__init__(entropy, **options)

    def default_rng(seed, new=np.random.default_rng):
        return new(seed)

    monkeypatch.setattr(np.random, "SeedSequence", Seeded)
    monkeypatch.setattr(np.random, "default_rng", default_rng)
    assert check(name).holds


def test_an_unknown_theorem_is_told_which_there_are():
    with pytest.raises(InputError, match=r"theorem is .T10., but must be one of: T1, T2, .*, T9"):
        run_theorem("T10")


def test_seeds_and_steps_are_checked():
    with pytest.raises(InputError, match="seed is -1"):
        run_theorem("T3", -1)
    with pytest.raises(InputError, match="steps is 0"):
        team_is_network(steps=0)


def test_a_comparison_tells_of_the_first_check_that_fails():
    good, bad, worse = Check("a and b", 0.0), Check("c and d", 2e-12), Check("e and f", 1.0)
    holds = Comparison("T0", "So.", "nowhere", (good, good), "")
    fails = Comparison("T0", "So.", "nowhere", (good, bad, worse), "")
    assert holds.holds
    assert holds.decisive is good
    assert not fails.holds
    assert fails.decisive is bad
    assert bad.tolerance == 1e-12


def test_nan_is_no_agreement():
    assert np.isnan(largest([0.0, [1.0, np.nan]]))
    assert not Check("a and b", float("nan")).holds


def test_nothing_absent_nothing_changes():
    rng = np.random.default_rng(0)
    x, y, wanted = rng.normal(size=(9, 3)), rng.normal(size=9), rng.normal(size=(4, 3))
    np.testing.assert_allclose(t6.dropout_ridge(x, y, 1.0), np.linalg.lstsq(x, y)[0], atol=1e-12)
    product, load = t7.equal_loads(wanted, 5, 1.0)
    np.testing.assert_allclose(product, wanted, atol=1e-12)
    assert load == pytest.approx(np.linalg.svd(wanted, compute_uv=False).sum() / 5)


def test_equal_loads_with_fewer_units_than_needed_or_nothing_to_learn():
    wanted = np.diag([5.0, 4.0, 3.0])
    product, load = t7.equal_loads(wanted, 1, 0.5)  # alpha = 5 / (1 + 1)
    np.testing.assert_allclose(product, np.diag([2.5, 0.0, 0.0]), atol=1e-12)
    assert load == pytest.approx(2.5)
    product, load = t7.equal_loads(np.zeros((2, 3)), 4, 0.5)
    assert (np.abs(product).max(), load) == (0.0, 0.0)


def small_network(*middle, seed=0):
    network = Sequential([Dense(4, "relu", input_shape=(3,)), *middle, Dense(2)], seed=seed)
    network.compile("sgd", "half_squared_error")
    return network


def test_an_ensemble_lists_who_can_be_there():
    assert len(Ensemble.of(small_network(Dropout(0.5))).masks) == 16
    assert len(Ensemble.of(small_network(Dropout(0.5, group_size=2))).masks) == 4
    assert Ensemble.of(small_network(Dropout(0.0))).masks.tolist() == [[True] * 4]
    assert len(Ensemble.of(small_network(AttendanceDropout(one_or_two_absent(4)))).masks) == 10


def test_an_ensemble_leaves_the_mean_gradient_in_the_layers():
    network = small_network(Dropout(0.5))
    ensemble = Ensemble.of(network)
    x, y = np.ones((5, 3)), np.ones((5, 2))
    _, means = ensemble.loss_and_gradients(x, y)
    left = [gradient for layer in network.layers for gradient in layer.gradients.values()]
    for mean, gradient in zip(means, left, strict=True):
        np.testing.assert_allclose(mean, gradient, rtol=1e-6)
    assert ensemble.outputs(x).shape == (16, 5, 2)


@pytest.mark.parametrize(
    "network",
    [
        small_network(),
        small_network(Dropout(0.5), Dropout(0.5)),
        small_network(Dropout(0.5), seed=[0, 1]),
        Sequential([Dropout(0.5), Dense(2)]),
    ],
    ids=["none", "two", "a stack", "unknown input"],
)
def test_an_ensemble_says_what_it_needs(network):
    with pytest.raises(InputError, match="one layer, one network, and a known input"):
        Ensemble.of(network)


def test_an_ensemble_of_too_many_says_so():
    network = Sequential([Dropout(0.5, input_shape=(21,)), Dense(2)])
    with pytest.raises(InputError, match="at most 20"):
        Ensemble.of(network)
