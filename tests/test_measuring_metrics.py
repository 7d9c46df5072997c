"""How outputs are judged, held to scikit-learn's metrics, also without parts of the examples."""

import numpy as np
import pytest
from scipy.special import expit, log_softmax, softmax
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error, r2_score

from nn_bridge.measuring.labels import NOT_JUDGED
from nn_bridge.measuring.metrics import metric_of
from simulation.parts import drawn_sets

RNG = np.random.default_rng(0)
M, K = 50, 3
LOGITS = RNG.normal(size=(4, M, K))
LABELS = RNG.integers(0, K, M)
PROBABILITIES = softmax(LOGITS, axis=-1)
NUMBERS = RNG.normal(size=(M, K))
BITS = RNG.integers(0, 2, M)
SETS = drawn_sets(M)


def judged(metric, outputs, wanted):
    """Quality of each of C outputs on all examples and without each part of them."""
    found = metric_of(metric, outputs[0], wanted)
    rows = [slice(0, 30), slice(30, M)]
    sums = sum(found.scores(outputs[:, some], some) @ SETS[:, some].T for some in rows)
    return found, found.quality(sums, SETS)


def by_hand(outputs, wanted, score):
    return [[score(each[one > 0], wanted[one > 0]) for one in SETS] for each in outputs]


def named(outputs, wanted):
    return accuracy_score(wanted, outputs.argmax(-1))


def likelihood(outputs, wanted):
    return -log_loss(wanted, softmax(outputs, axis=-1), labels=range(K))


def variance(outputs, wanted):
    return (
        r2_score(wanted.ravel(), outputs.ravel())
        if wanted.ndim < 2
        else 1 - (np.square(wanted - outputs).sum() / np.square(wanted - wanted.mean(0)).sum())
    )


CASES = {
    "accuracy": ("accuracy", LOGITS, LABELS, named),
    "accuracy of labels in a column": (
        None, LOGITS, LABELS[:, None], lambda o, y: named(o, y[:, 0])
    ),
    "accuracy of one-hot rows": (
        None, LOGITS, np.eye(K)[LABELS], lambda o, y: named(o, y.argmax(1))
    ),
    "accuracy of one logit": (
        None, LOGITS[..., :1], BITS, lambda o, y: accuracy_score(y, o[:, 0] > 0)
    ),
    "accuracy of one probability": (
        None, expit(LOGITS[..., 0]), BITS, lambda o, y: accuracy_score(y, o > 0.5)
    ),
    "cross-entropy of logits": ("cross-entropy", LOGITS, LABELS, likelihood),
    "cross-entropy of probabilities": (
        "cross-entropy", PROBABILITIES, LABELS, lambda o, y: -log_loss(y, o, labels=range(K))
    ),
    "cross-entropy of log-probabilities": (
        "cross-entropy", log_softmax(LOGITS, axis=-1), LABELS, likelihood
    ),
    "cross-entropy of one logit": (
        "cross-entropy", LOGITS[..., :1], BITS, lambda o, y: -log_loss(y, expit(o[:, 0]))
    ),
    "r2": (None, LOGITS, NUMBERS, variance),
    "r2 of one output": ("r2", LOGITS[..., :1], NUMBERS[:, 0], variance),
    "mse": ("mse", LOGITS, NUMBERS, lambda o, y: -mean_squared_error(y, o)),
    "a function, one an example": (
        lambda o, y: -np.abs(o - y).sum(axis=1), LOGITS, NUMBERS,
        lambda o, y: -np.abs(o - y).sum(axis=1).mean(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_metric_is_what_it_is_by_hand(name):
    metric, outputs, wanted, score = CASES[name]
    _, found = judged(metric, outputs, wanted)
    np.testing.assert_allclose(found, by_hand(outputs, wanted, score), rtol=1e-9)


def test_a_function_that_gives_one_number_is_asked_for_each_set():
    def macro(outputs, wanted):
        return np.mean([(outputs.argmax(1) == k)[wanted == k].mean() for k in range(K)])

    found = metric_of(macro, LOGITS[0], LABELS)
    np.testing.assert_allclose(found.of_sets(LOGITS, SETS), by_hand(LOGITS, LABELS, macro))
    assert found.name == "macro"


@pytest.mark.parametrize("axis", [1, -1])
def test_places_are_judged_each_and_those_that_do_not_count_are_not(axis):
    outputs = RNG.normal(size=(2, M, K, 5))
    labels = RNG.integers(0, K, (M, 5))
    labels[RNG.random((M, 5)) < 0.4] = NOT_JUDGED
    judging = labels != NOT_JUDGED
    given = outputs if axis == 1 else np.moveaxis(outputs, 2, -1)
    metric, found = judged("accuracy", given, labels)
    right = (outputs.argmax(2) == labels) & judging
    np.testing.assert_allclose(found[:, 0], right.sum((1, 2)) / judging.sum())
    left = SETS[3] > 0
    np.testing.assert_allclose(found[:, 3], right[:, left].sum((1, 2)) / judging[left].sum())
    heard = metric.heard(given)
    np.testing.assert_allclose(heard, softmax(np.moveaxis(outputs, 2, -1), axis=-1))


def test_what_is_heard_of_classes_are_probabilities():
    for outputs in (LOGITS, PROBABILITIES):
        found, _ = judged("accuracy", outputs, LABELS)
        np.testing.assert_allclose(found.heard(outputs), PROBABILITIES)
    found, _ = judged("r2", LOGITS, NUMBERS)
    assert found.heard(LOGITS) is LOGITS


def test_whole_numbers_are_labels_only_where_there_are_outputs_for_them():
    assert metric_of(None, LOGITS[0], LABELS).name == "accuracy"
    assert metric_of(None, LOGITS[0][:, :1], BITS).name == "accuracy"
    assert metric_of(None, LOGITS[0][:, :1], LABELS * 7).name == "r2"
    assert metric_of(None, LOGITS[0], NUMBERS).name == "r2"
