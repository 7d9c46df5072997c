"""What chance does to the loss: against figures that are known."""

from __future__ import annotations

import numpy as np
import pytest
from frameworks import needs

import nn_bridge as tf
from nn_bridge.checking.gap import estimate
from simulation import InputError

torch = needs("torch")
nn, F = torch.nn, torch.nn.functional

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 8)).astype(np.float32)
W = RNG.normal(size=(8, 1)).astype(np.float32)
Y = (X @ W).astype(np.float32)


def linear(rate):
    """Dropout before a linear layer that is right."""
    model = nn.Sequential(nn.Dropout(rate), nn.Linear(8, 1, bias=False))
    model[1].weight.data = torch.from_numpy(W.T.copy())
    return model


def test_what_dropout_adds_to_a_squared_error_is_its_variance():
    """E of the squared error with dropout is that without, plus r/(1 - r) sum x_i^2 w_i^2."""
    gap = tf.check_up(linear(0.25), X, Y, validation=(X[:50], Y[:50] + 1)).gap
    expected = 0.25 / 0.75 * ((X**2) @ (W**2)).mean()
    assert (gap.loss, gap.unit, gap.examples, gap.passes) == ("mse", "examples", 200, 30)
    assert gap.evaluation.value == pytest.approx(0, abs=1e-9)
    assert gap.own.low < expected < gap.own.high
    assert gap.own.value == pytest.approx(gap.chance.value)
    assert gap.validation.value == pytest.approx(1, rel=1e-5)
    assert gap.gap.value == pytest.approx(1 - gap.training.value, rel=1e-5)
    assert gap.without.value == pytest.approx(1, rel=1e-5)
    # The average of k passes has 1/k of that variance; the scaled pass has none.
    assert gap.averaged[9] == pytest.approx(expected / 10, rel=0.3)
    assert gap.matches is None


def test_passes_that_are_no_worse_than_the_scaled_one():
    noise = RNG.normal(size=Y.shape).astype(np.float32) * 30
    gap = tf.check_up(linear(0.25), X, Y + noise).gap
    assert 1 <= gap.matches < 10
    without = tf.check_up(linear(0.0), X, Y).gap
    assert without.matches == 1
    assert without.own.value == without.own.low == without.own.high == 0


def test_the_interval_holds_examples_and_passes():
    """Estimates of a mean with variance 1/P + 1/U: 95% intervals hold it in 93 to 97% of cases."""
    held, cases = 0, 2000
    for _ in range(cases):
        losses = RNG.normal(size=(30, 1)) + RNG.normal(size=(1, 50))
        found = estimate(losses)
        held += found.low < 0 < found.high
    assert 0.93 < held / cases < 0.975


def test_batch_normalisation_is_no_part_of_dropouts_own():
    """Statistics far from the batch's make a loss in evaluation; chance is only the dropout."""
    model = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.Dropout(0.0), nn.Linear(16, 1))
    model[1].running_mean += 10
    gap = tf.check_up(model, X, Y).gap
    assert gap.own.value == 0
    assert abs(gap.training.value - gap.evaluation.value) > 0.1


LABELS = np.arange(200) % 3


@pytest.mark.parametrize(
    ("loss", "unit"),
    [
        (None, "examples"),
        ("cross-entropy", "examples"),
        (nn.CrossEntropyLoss(), "examples"),
        (F.cross_entropy, "examples"),
        (lambda outputs, y: F.cross_entropy(outputs, y), "batches"),
        (lambda outputs, y: F.cross_entropy(outputs, y, reduction="none"), "examples"),
    ],
)
def test_one_loss_said_in_several_ways(loss, unit):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3))
    gap = tf.check_up(model, X, LABELS, loss=loss).gap
    assert gap.unit == unit
    model.eval()
    with torch.no_grad():
        outputs = [model(torch.from_numpy(X[at : at + 64])) for at in range(0, 200, 64)]
    y = torch.from_numpy(LABELS)
    each = F.cross_entropy(torch.cat(outputs), y, reduction="none")
    by_batch = np.mean([each[at : at + 64].mean() for at in range(0, 200, 64)])
    mean = each.mean() if unit == "examples" else by_batch
    assert gap.evaluation.value == pytest.approx(float(mean), rel=1e-5)
    assert len(gap.averaged) == 30
    assert gap.averaged[-1] < gap.chance.value  # Jensen: the average of probabilities is better


def test_the_reduction_of_a_loss_is_put_back():
    loss = nn.MSELoss()
    tf.check_up(linear(0.5), X, Y, loss=loss)
    assert loss.reduction == "mean"


def test_a_loss_that_fails_is_told_in_one_line():
    with pytest.raises(InputError, match=r"loss cannot be run on .*ValueError: no"):
        tf.check_up(linear(0.5), X, Y, loss=failing)


def failing(outputs, y):
    raise ValueError("no")
