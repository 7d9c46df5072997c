"""A training step of the article's network: the problem, and the plain NumPy step as its yardstick.

One hidden layer of relu, dropout behind it, softmax, mean cross-entropy, float32. All contenders
start from the same weights. For the check all get the same batches and masks, and the losses and
the ways the weights moved are compared with the plain step's in float64; when they are timed each
shuffles the data, gathers its batches and draws its masks in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from benchmarks.worker import Entry
from simulation.arrays import Array

CHECKED_STEPS = 5
TOLERANCES = {"sgd": 1e-3, "adam": 1e-2}
"""Of the check, relative, in float32. Adam moves a weight by about its learning rate however small
the gradient, so one gradient in 200,000 that rounds to the other sign is seen. Who gets a mask or
its scale wrong is more than 0.1 away (the tests try)."""

ROUNDING = float(np.finfo(np.float32).eps)
"""Times the number of inputs: how near to 0 the input of a relu may not lie in the check. float32
sums up to a sixtieth of that away from float64 (784 inputs), so on the other side of 0 it never is.
Where it may be, contenders that are right differ: one of 262,144 inputs of 2,048 relus was -2e-7 in
float64 and 1e-7 in float32, and a sample more in one unit's gradient is 2.3e-3 of all of it."""

EPSILON = 1e-10
"""Adam's, the same for all. So small because PyTorch adds it elsewhere than Keras and we do."""

LEARNING_RATES = {"sgd": 0.1, "adam": 0.001}
BETA_1, BETA_2 = 0.9, 0.999


@dataclass(frozen=True)
class Step:
    """A training step to be timed.

    Attributes
    ----------
    inputs, hidden, outputs, batch : int
    optimizer : {'sgd', 'adam'}
    batches : int
        Batches in an epoch, which is one piece of the timed work.
    rate : float
        Fraction dropped.
    """

    inputs: int = 784
    hidden: int = 256
    outputs: int = 10
    batch: int = 128
    optimizer: str = "sgd"
    batches: int = 32
    rate: float = 0.5

    @property
    def learning_rate(self) -> float:
        """What suits the optimizer."""
        return LEARNING_RATES[self.optimizer]

    @property
    def scale(self) -> float:
        """By what those who are kept are multiplied."""
        return 1.0 / (1.0 - self.rate)

    @cached_property
    def data(self) -> tuple[Array, Array]:
        """Samples (P, inputs) and their labels (P,), the same at every call."""
        rng = np.random.default_rng(1)
        samples = self.batches * self.batch
        x = rng.random((samples, self.inputs), dtype=np.float32)
        return x, rng.integers(self.outputs, size=samples, dtype=np.int32)

    @cached_property
    def start(self) -> list[Array]:
        """Weights (hidden, inputs), (hidden,), (outputs, hidden), (outputs,)."""
        rng = np.random.default_rng(2)
        shapes = [(self.hidden, self.inputs), (self.outputs, self.hidden)]
        weights = [rng.normal(size=s).astype(np.float32) / np.float32(s[1] ** 0.5) for s in shapes]
        biases = [rng.normal(size=s[0]).astype(np.float32) / np.float32(10) for s in shapes]
        return [weights[0], biases[0], weights[1], biases[1]]

    @cached_property
    def masks(self) -> Array:
        """Who is kept at the checked steps, (CHECKED_STEPS, batch, hidden) bool."""
        rng = np.random.default_rng(3)
        return rng.random((CHECKED_STEPS, self.batch, self.hidden)) >= self.rate

    @cached_property
    def checked_batches(self) -> list[tuple[Array, Array]]:
        """Samples and labels of the checked steps, with dropout and without clear of rounding."""
        rng = np.random.default_rng(4)
        nets = [PlainStep(each, np.float64) for each in (self, without_dropout(self))]
        found = []
        for mask in self.masks:
            batch = clear_batch(self, rng, *nets)
            found.append(batch)
            for net, kept in zip(nets, (mask, np.ones_like(mask)), strict=True):
                net.step(batch[0], one_hot(batch[1], self), kept)
        return found


class PlainStep:
    """The step in plain NumPy, as one would write it down: the yardstick, and a contender."""

    def __init__(self, case: Step, dtype: npt.DTypeLike = np.float32) -> None:
        self.case = case
        self.steps = case.batches
        self.scale = np.asarray(case.scale, dtype)
        self.weights = [part.astype(dtype) for part in case.start]
        self.means = [np.zeros_like(part) for part in self.weights]
        self.squares = [np.zeros_like(part) for part in self.weights]
        self.taken = 0
        self.rng = np.random.default_rng(0)
        self.x, labels = case.data
        self.targets = one_hot(labels, case)  # (P, outputs)

    def step(self, x: Array, targets: Array, mask: Array) -> float:
        """Take one step on a batch; return the mean loss from before it."""
        w1, b1, w2, b2 = self.weights
        factor = mask * self.scale  # (B, hidden)
        z = x @ w1.T + b1
        h = np.maximum(z, 0) * factor
        logits = h @ w2.T + b2  # (B, outputs)
        logits -= logits.max(axis=1, keepdims=True)
        p = np.exp(logits)
        p /= p.sum(axis=1, keepdims=True)
        loss = -np.log((p * targets).sum(axis=1)).mean()
        out = (p - targets) / len(x)
        back = (out @ w2) * factor * (z > 0)  # (B, hidden)
        self._move([back.T @ x, back.sum(axis=0), out.T @ h, out.sum(axis=0)])
        return float(loss)

    def _move(self, gradients: list[Array]) -> None:
        self.taken += 1
        rate = self.case.learning_rate
        if self.case.optimizer == "sgd":
            for weight, gradient in zip(self.weights, gradients, strict=True):
                weight -= rate * gradient
            return
        rate *= (1 - BETA_2**self.taken) ** 0.5 / (1 - BETA_1**self.taken)
        for weight, gradient, mean, square in zip(
            self.weights, gradients, self.means, self.squares, strict=True
        ):
            mean += (1 - BETA_1) * (gradient - mean)
            square += (1 - BETA_2) * (gradient * gradient - square)
            weight -= rate * mean / (np.sqrt(square) + EPSILON)

    def check(self) -> dict[str, Array]:
        return self.checked(self.case.masks, self.case.checked_batches)

    def run(self) -> None:
        shape = (self.case.batch, self.case.hidden)
        for rows in self.rng.permutation(len(self.x)).reshape(self.case.batches, -1):
            mask = self.rng.random(shape, dtype=np.float32) >= self.case.rate
            self.step(self.x[rows], self.targets[rows], mask)

    def checked(
        self, masks: Array, batches: list[tuple[Array, Array]], where: str = ""
    ) -> dict[str, Array]:
        """Take a step for each mask and batch; name what came of them as `results` does."""
        losses, after_one = [], None
        for mask, (x, labels) in zip(masks, batches, strict=True):
            losses.append(self.step(x, one_hot(labels, self.case), mask))
            after_one = after_one or self.moved()
        assert after_one is not None
        return results(losses, after_one, self.moved(), where)

    def nearest_to_zero(self, x: Array) -> Array:
        """Say for each sample how near to 0 the input of a relu lies, (B,)."""
        return np.asarray(np.abs(x @ self.weights[0].T + self.weights[1]).min(axis=1))

    def moved(self) -> list[Array]:
        """Return how far each weight is from where it started."""
        return [now - then for now, then in zip(self.weights, self.case.start, strict=True)]


def results(
    losses: list[float], after_one: list[Array], after_all: list[Array], where: str = ""
) -> dict[str, Array]:
    """Name what contenders return from `check`.

    Parameters
    ----------
    losses : list of float
        Before each checked step.
    after_one, after_all : list of array
        How `Step.start` has moved after one step, and after all.
    where : {'', 'without dropout: '}
        Under what the steps were taken.
    """
    found = {f"{where}losses": np.asarray(losses)}
    for name, moved in (("one step", after_one), ("all steps", after_all)):
        for part, array in zip(("w1", "b1", "w2", "b2"), moved, strict=True):
            found[f"{where}{part} after {name}"] = np.asarray(array)
    return found


NO_DROPOUT = "without dropout: "


def reference(case: Step) -> dict[str, Array]:
    """Return what the checked steps come to in float64, with dropout and (rate 0) without."""
    bare, everyone = PlainStep(without_dropout(case), np.float64), np.ones_like(case.masks)
    return PlainStep(case, np.float64).check() | bare.checked(
        everyone, case.checked_batches, NO_DROPOUT
    )


def clear_batch(case: Step, rng: np.random.Generator, *nets: PlainStep) -> tuple[Array, Array]:
    """Draw samples and labels that leave no relu of `nets` to rounding (see `ROUNDING`).

    Samples that would are drawn anew: at 256 hidden units up to 6 in 100, at 4,096 up to 78.
    """
    clear = np.empty((0, case.inputs), np.float32)
    while len(clear) < case.batch:
        x = rng.random((case.batch, case.inputs), dtype=np.float32)
        nearest = np.min([net.nearest_to_zero(x) for net in nets], axis=0)
        clear = np.concatenate([clear, x[nearest > ROUNDING * case.inputs]])
    return clear[: case.batch], rng.integers(case.outputs, size=case.batch, dtype=np.int32)


def one_hot(labels: Array, case: Step) -> Array:
    """Return what the outputs should be, (B, outputs)."""
    return np.eye(case.outputs, dtype=np.float32)[labels]


def without_dropout(case: Step) -> Step:
    """Return the same step at rate 0."""
    return replace(case, rate=0.0)


OURS = "ours: Sequential.fit"
FLOORS = ("bare matrix products, np.matmul", "bare matrix products, SciPy's BLAS")

_FLOOR = "benchmarks.peers.floor"
_KERAS = "benchmarks.peers.keras_step"
_TENSORFLOW = (("KERAS_BACKEND", "tensorflow"), ("TF_CPP_MIN_LOG_LEVEL", "3"))
ENTRIES = (
    Entry(OURS, "benchmarks.peers.our_step:Fit"),
    Entry(FLOORS[0], f"{_FLOOR}:Products", note="a floor: a part only", checked=False),
    Entry(FLOORS[1], f"{_FLOOR}:BlasProducts", note="a floor: a part only", checked=False),
    Entry("plain NumPy", "benchmarks.step:PlainStep"),
    Entry("JAX, scan and jit", "benchmarks.peers.jax_step:Scan", ("jax",)),
    Entry("PyTorch, eager", "benchmarks.peers.torch_step:Eager", ("torch",)),
    Entry("scikit-learn, partial_fit", "benchmarks.peers.sklearn_step:PartialFit",
          note="no dropout"),
    Entry("Keras on JAX, fit", f"{_KERAS}:Fit", ("keras", "jax"), (("KERAS_BACKEND", "jax"),)),
    Entry("Keras on JAX, train_on_batch", f"{_KERAS}:OnBatch", ("keras", "jax"),
          (("KERAS_BACKEND", "jax"),)),
    Entry("Keras on TensorFlow, fit", f"{_KERAS}:Fit", ("keras", "tensorflow"), _TENSORFLOW),
    Entry("Keras on TensorFlow, train_on_batch", f"{_KERAS}:OnBatch", ("keras", "tensorflow"),
          _TENSORFLOW),
    Entry("Keras on PyTorch, fit", f"{_KERAS}:Fit", ("keras", "torch"),
          (("KERAS_BACKEND", "torch"),)),
    Entry("Keras on PyTorch, train_on_batch", f"{_KERAS}:OnBatch", ("keras", "torch"),
          (("KERAS_BACKEND", "torch"),)),
    Entry("PyTorch, compiled", "benchmarks.peers.torch_step:Compiled", ("torch",)),
)  # fmt: skip

ON_CURVES = (OURS, *FLOORS, "plain NumPy", "JAX, scan and jit", "PyTorch, eager")
"""Who takes part where cost grows."""
