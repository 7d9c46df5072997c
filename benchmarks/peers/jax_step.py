"""The step in JAX: an epoch is one compiled scan over its batches."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.step import BETA_1, BETA_2, CHECKED_STEPS, EPSILON, Step, results
from simulation.arrays import Array

jax: Any = import_module("jax")
jnp: Any = import_module("jax.numpy")


class Scan:
    """`jax.lax.scan` under `jax.jit`, weights donated; shuffling and masks inside it too."""

    def __init__(self, case: Step) -> None:
        self.case = case
        self.steps = case.batches
        self.state = self._start()
        self.x, self.labels = (jnp.asarray(part) for part in case.data)
        self.key = jax.random.key(0)
        self.epoch = jax.jit(partial(_epoch, case), donate_argnums=0)

    def check(self) -> dict[str, Array]:
        """Take the checked steps with the given masks."""
        state, losses, after_one = self._start(), [], None
        step = jax.jit(partial(_step, self.case))
        for number in range(CHECKED_STEPS):
            x, labels = (jnp.asarray(part) for part in self.case.checked_batches[number])
            state, loss = step(state, x, labels, jnp.asarray(self.case.masks[number]))
            losses.append(float(loss))
            after_one = after_one or self._moved(state)
        assert after_one is not None
        return results(losses, after_one, self._moved(state))

    def run(self) -> None:
        self.key, key = jax.random.split(self.key)
        self.state, losses = self.epoch(self.state, self.x, self.labels, key)
        losses.block_until_ready()
        jax.block_until_ready(self.state)

    def _start(self) -> Any:
        weights = [jnp.array(part) for part in self.case.start]
        slots = 0 if self.case.optimizer == "sgd" else 2
        return weights, [[jnp.zeros_like(w) for w in weights] for _ in range(slots)], jnp.array(0.0)

    def _moved(self, state: Any) -> list[Array]:
        return [np.asarray(n) - then for n, then in zip(state[0], self.case.start, strict=True)]


def _loss(case: Step, weights: Any, x: Any, labels: Any, mask: Any) -> Any:
    w1, b1, w2, b2 = weights
    h = jnp.where(mask, jax.nn.relu(x @ w1.T + b1) * case.scale, 0.0)
    log_p = jax.nn.log_softmax(h @ w2.T + b2)
    return -jnp.take_along_axis(log_p, labels[:, None], axis=1).mean()


def _step(case: Step, state: Any, x: Any, labels: Any, mask: Any) -> Any:
    weights, slots, taken = state
    loss, gradients = jax.value_and_grad(partial(_loss, case))(weights, x, labels, mask)
    rate, taken = case.learning_rate, taken + 1
    if case.optimizer == "sgd":
        weights = [w - rate * g for w, g in zip(weights, gradients, strict=True)]
        return (weights, slots, taken), loss
    means = [m + (1 - BETA_1) * (g - m) for m, g in zip(slots[0], gradients, strict=True)]
    squares = [s + (1 - BETA_2) * (g * g - s) for s, g in zip(slots[1], gradients, strict=True)]
    rate = rate * jnp.sqrt(1 - BETA_2**taken) / (1 - BETA_1**taken)
    weights = [
        w - rate * m / (jnp.sqrt(s) + EPSILON)
        for w, m, s in zip(weights, means, squares, strict=True)
    ]
    return (weights, [means, squares], taken), loss


def _epoch(case: Step, state: Any, x: Any, labels: Any, key: Any) -> Any:
    order_key, mask_key = jax.random.split(key)
    order = jax.random.permutation(order_key, len(x)).reshape(case.batches, case.batch)
    shape = (case.batch, case.hidden)

    def one(state: Any, rows_and_key: Any) -> Any:
        rows, own_key = rows_and_key
        mask = jax.random.bernoulli(own_key, 1 - case.rate, shape)
        return _step(case, state, x[rows], labels[rows], mask)

    return jax.lax.scan(one, state, (order, jax.random.split(mask_key, case.batches)))
