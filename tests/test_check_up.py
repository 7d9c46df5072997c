"""The check-up of networks: what is measured of a site, by which rules it counts as wrong."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import binom

import nn_bridge as tf
from nn_bridge.adapters.own.watching import OwnWatched
from nn_bridge.checking import KINDS, Finding, Rate
from nn_bridge.checking.rules import judged
from nn_bridge.checking.seen import Seen
from nn_bridge.checking.sites import ALARM, Mask
from nn_bridge.checking.watching import Declared, Draw, Norm, Pass
from simulation import InputError, independent, one_or_two_absent

X = np.random.default_rng(0).normal(size=(64, 6))
Y = np.arange(64) % 3


def network(*layers, **options):
    return tf.Sequential([tf.Dense(8, input_shape=(6,)), *layers, tf.Dense(3)], seed=0, **options)


def draw(rng, rate=0.5, scale=None, where="drop", draws=1000, **more):
    """A site made by hand: so many values, each dropped with chance `rate`."""
    kept = rng.random(draws) >= more.pop("true", rate)
    scales = (1 / (1 - rate) if scale is None else scale,)
    mask = Mask.of(kept[None], (1, draws))
    return Draw(where, "Dropout", where, where, rate, mask, scales=scales, **more)


def seen(made, passes=20, evaluation=None, again=None, declared=0.5, where="drop", **more):
    """Passes with the draws that functions make, in training, evaluation and training again."""
    rng = np.random.default_rng(1)

    def run(make):
        return Pass(None, () if make is None else tuple(make(rng)), {where: 1})

    rates = [Declared(where, "Dropout", declared)]
    return Seen(
        rates, rates, [run(made) for _ in range(passes)], [run(evaluation) for _ in range(3)],
        [run(again or made) for _ in range(passes)], unreached={}, **more,
    )  # fmt: skip


def kinds(found):
    return [each.kind for each in judged(found, "nn_bridge")[1]]


def test_a_site_made_by_hand_has_its_rate_within_the_exact_interval():
    (site,), findings = judged(seen(lambda rng: [draw(rng, 0.3)], declared=0.3), "nn_bridge")
    assert not findings
    assert site.rate.draws == 20_000
    assert site.rate.low < 0.3 < site.rate.high
    assert binom.cdf(site.rate.dropped, 20_000, site.rate.high) == pytest.approx(0.025)
    assert binom.sf(site.rate.dropped - 1, 20_000, site.rate.low) == pytest.approx(0.025)
    assert (site.training, site.evaluation, site.again, site.calls) == (True, False, True, 1)
    assert site.scale == pytest.approx(1 / 0.7)


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (seen(lambda rng: [draw(rng, 0.3, true=0.7)], declared=0.3), "other rate than asked"),
        (seen(lambda rng: [draw(rng, scale=1.0)]), "not scaled"),
        (seen(lambda rng: [draw(rng, 0.8)], declared=0.8), "keep probability"),
        (seen(lambda rng: [draw(rng, used=False)]), "result not used"),
        (seen(lambda rng: [draw(np.random.default_rng(2))]), "same mask every pass"),
        (seen(lambda rng: [draw(rng, misfit="axes", shape=(2, 3))]), "wrong shape"),
        (seen(lambda rng: [draw(rng)], evaluation=lambda rng: [draw(rng)]), "drops in evaluation"),
        (seen(lambda rng: [draw(rng)], again=lambda rng: []), "off after evaluation"),
        (seen(lambda rng: []), "never drops"),
        (seen(lambda rng: [], where="other"), "never drops"),
    ],
)
def test_each_rule_alone(found, kind):
    assert kinds(found) == [kind]


def test_a_layer_that_no_pass_calls():
    found = seen(lambda rng: [])
    found.training = found.evaluation = found.again = [Pass(None, called={"other": 1})] * 2
    assert kinds(found) == ["never called"]


def test_a_part_that_the_data_do_not_pass_is_no_fault():
    found = seen(lambda rng: [])
    found.training = found.evaluation = found.again = [Pass(None, called={"other": 1})] * 2
    found.declared = [Declared("head.drop", "Dropout", 0.5, part="head")]
    assert not kinds(found)


def test_a_rate_that_an_evaluation_changes():
    found = seen(lambda rng: [draw(rng)], again=lambda rng: [draw(rng, 0.2)])
    found.later = [Declared("drop", "Dropout", 0.2)]
    assert kinds(found) == ["rate changed"]


def test_a_variance_shift_before_batch_normalisation():
    found = seen(lambda rng: [draw(rng)])
    still = Norm(np.array([1.0, 2.0, 3.0]), ())
    found.still = Pass(None, norms={"bn": still})
    found.chance = [Pass(None, norms={"bn": Norm(1.5 * still.variances, ("drop",))})]
    (finding,) = judged(found, "PyTorch")[1]
    assert (finding.kind, finding.where) == ("before batch norm", "drop")
    assert "1.50 times" in finding.seen
    found.chance = [Pass(None, norms={"bn": Norm(1.05 * still.variances, ("drop",))})]
    assert not kinds(found)


def test_few_draws_are_no_ground_for_an_alarm():
    few = seen(lambda rng: [draw(rng, 0.1, draws=1)], passes=5, declared=0.1)
    assert not set(kinds(few)) & {"never drops", "off after evaluation", "same mask every pass"}


def test_right_sites_alarm_at_the_level_said():
    """The share of right sites of which the rule of rates alarms, exactly: never above ALARM."""
    for draws, rate in ((30, 0.1), (200, 0.001), (150, 0.5)):
        wrong = [k for k in range(draws + 1) if not Rate(k, draws).agrees_with(rate)]
        assert 0 < binom.pmf(wrong, draws, rate).sum() <= ALARM


def test_all_findings_are_told_in_whole_sentences():
    facts = dict.fromkeys(
        ("rate", "asked", "measured", "low", "high", "before", "after", "kept", "scale",
         "expected", "ratio", "difference"), 0.25,
    ) | {"norm": "bn", "switch": "eval()", "passes": 3, "shape": "(2, 3)", "wanted": 3,
         "features": 2, "name": "drop", "case": "axes"}  # fmt: skip
    for kind in KINDS:
        for framework in ("PyTorch", "Keras 3", "nn_bridge"):
            finding = Finding(kind, "drop", facts | {"framework": framework})
            for sentence in (finding.seen, finding.why, finding.line):
                assert sentence.endswith(".")


def test_our_own_network():
    model = network(tf.Dropout(0.3), tf.Dropout(0.2, noise_shape=(1, None)), tf.Dropout(0.0))
    found = tf.check_up(model, X, Y)
    assert not found.findings
    assert [(each.asked, each.mask, each.training) for each in found.sites] == [
        (0.3, "per value", True), (0.2, "shared by the batch", True), (0.0, "", False),
    ]  # fmt: skip
    assert found.sites[0].rate.draws == 30 * 32 * 8
    assert (found.framework, found.mode, found.passes, found.examples) == ("nn_bridge", "", 30, 32)


def test_who_looks_on_is_told_of_each_pass():
    told = []
    tf.check_up(network(tf.Dropout(0.3)), X, Y, passes=4, progress=lambda *step: told.append(step))
    assert told == [(at, 4 + 3 + 4 + 1 + 4) for at in range(1, 17)]


def test_a_law_of_attendance_is_watched_as_it_is():
    model = network(tf.AttendanceDropout(one_or_two_absent(4), 2))
    (site,) = tf.check_up(model, X).sites
    assert site.asked is None  # its draws are not independent: no binomial rule applies
    assert site.rate.value == pytest.approx(1.5 / 4, abs=0.1)
    assert not tf.check_up(network(tf.AttendanceDropout(independent(4, 0.5), 2)), X).findings


def test_our_own_network_is_left_as_found():
    model, same = network(tf.Dropout(0.3)), network(tf.Dropout(0.3))
    tf.check_up(model, X, Y)
    assert np.array_equal(model(X[:5], training=True), same(X[:5], training=True))
    unbuilt = tf.Sequential([tf.Dense(3)])
    tf.check_up(unbuilt, X)
    assert unbuilt.input_shape is None


def test_a_fault_in_our_own_network_is_found():
    class Off(tf.Dropout):
        def forward(self, x, training=False, mask=None):
            return x

    model = network(Off(0.3))
    assert [each.kind for each in tf.check_up(model, X).findings] == ["never drops"]
    assert isinstance(OwnWatched(model).model, tf.Sequential)


@pytest.mark.parametrize(
    ("model", "x", "options", "told"),
    [
        (3, X, {}, "the model is 3, but must be one of PyTorch, Keras 3"),
        (tf.Sequential, X, {}, "hand in the model itself"),
        (network(), X[:0], {}, "holds no examples"),
        (network(), [], {}, "x"),
        (network(), np.full((3, 6), np.nan), {}, "NaN"),
        (network(), X[:, :2], {}, r"takes samples of shape \(6,\)"),
        (tf.Sequential([tf.Dense(3)], seed=[0, 1]), X, {}, "a stack of networks"),
        (network(), X, {"y": Y, "loss": "hinge"}, "loss is 'hinge', but must be one of"),
        (network(), X, {"loss": "mse"}, "the loss needs y"),
        (network(), X, {"y": Y, "validation": (X,)}, "validation must hold what is wanted"),
        (network(), X, {"y": Y + 5}, "label 5"),
        (network(), X, {"y": Y[:5]}, "y"),
        (network(), X, {"passes": 1}, "passes is 1"),
        (network(), X, {"evaluate": "test"}, "evaluate is 'test', but must be a function"),
        (network(), X, {"evaluate": lambda model: 1 / 0}, "evaluate .* ZeroDivisionError"),
        (network(), iter([]), {}, "empty"),
    ],
)
def test_bad_input_is_told_in_one_line(model, x, options, told):
    with pytest.raises(InputError, match=told) as raised:
        tf.check_up(model, x, **options)
    assert "\n" not in str(raised.value)


def test_no_framework_is_imported_before_its_model_is_handed_in():
    code = "import sys, nn_bridge; print(set(sys.modules) & {'torch', 'keras', 'flax', 'jax'})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
