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
    torch.manual_seed(0)
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


class Always(nn.Module):
    """Drops in evaluation too."""

    def __init__(self, rate=0.0):
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(8, 16), nn.BatchNorm1d(16), nn.Linear(16, 3)
        self.drop = nn.Dropout(rate)

    def forward(self, x):
        return self.last(self.norm(F.dropout(self.drop(self.first(x)), 0.5)))


def test_nothing_is_told_of_dropouts_own_part_while_evaluation_drops():
    found = tf.check_up(Always(), X, LABELS, validation=(X[:50], LABELS[:50]), passes=5)
    gap = found.gap
    assert (gap.own, gap.without, gap.averaged, gap.matches) == (None, None, (), None)
    assert gap.gap.value == pytest.approx(gap.validation.value - gap.training.value)
    said = " ".join(str(found).split())
    assert "same data; chance is on here too" in said
    assert "cannot be told, nor how many passes" in said
    assert "Monte Carlo" not in said
    assert "own part" not in said
    # Nor is the shift of the variance before batch normalisation there yet.
    assert [each.kind for each in found.findings] == ["drops in evaluation"]
    assert "before the batch normalisation norm can be measured once it does not" in said


def test_a_shift_is_laid_to_what_evaluation_is_without():
    found = tf.check_up(Always(0.5), X).findings
    assert {(each.kind, each.where) for each in found if each.where == "drop"} == {
        ("before batch norm", "drop")
    }


def test_whose_evaluation_is_meant_is_told_where_the_users_own_goes_wrong():
    def scores(model):
        model(torch.from_numpy(X))

    found = tf.check_up(linear(0.25), X, Y, evaluate=scores, passes=3)
    assert found.gap.own is not None
    said = " ".join(str(found).split())
    assert "not that of scores, which runs in training mode." in said
    found = tf.check_up(linear(0.25), X, Y, evaluate=lambda model: model.eval(), passes=3)
    assert "own evaluation here" not in str(found)


@pytest.mark.parametrize("loss", [None, nn.CrossEntropyLoss()])
def test_y_of_another_length_is_told_as_measure_does(loss):
    model = nn.Sequential(nn.Linear(8, 16), nn.Dropout(0.5), nn.Linear(16, 3))
    message = "x and y hold 200 and 150 examples: their first axes must be of one length"
    with pytest.raises(InputError, match=message):
        tf.check_up(model, X, LABELS[:150], loss=loss, passes=2)
    with pytest.raises(InputError, match=message):
        tf.measure(model, X, LABELS[:150], members="1")


def test_examples_may_stand_along_the_second_axis():
    class Sequence(nn.Module):
        def __init__(self):
            super().__init__()
            self.drop, self.last = nn.Dropout(0.5), nn.Linear(8, 3)

        def forward(self, x):
            return self.last(self.drop(x[-1]))

    gap = tf.check_up(Sequence(), X.reshape(5, 40, 8), LABELS[:40], passes=2).gap
    assert gap.examples == 40


def test_labels_must_be_whole_numbers():
    model = nn.Sequential(nn.Linear(8, 16), nn.Dropout(0.5), nn.Linear(16, 3))
    with pytest.raises(InputError, match="labels must be whole numbers"):
        tf.check_up(model, X, LABELS + 0.0, passes=2)


def test_the_reduction_of_a_loss_is_put_back():
    loss = nn.MSELoss()
    tf.check_up(linear(0.5), X, Y, loss=loss)
    assert loss.reduction == "mean"


def test_a_loss_that_fails_is_told_in_one_line():
    with pytest.raises(InputError, match=r"loss cannot be run on .*ValueError: no"):
        tf.check_up(linear(0.5), X, Y, loss=failing)


def failing(outputs, y):
    raise ValueError("no")
