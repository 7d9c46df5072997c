"""Stacks of networks in JAX: one team's step, mapped over teams, scanned over steps, compiled."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

from benchmarks.stacks import BLOCK, CHECKED_STEPS, Stack, moved
from simulation.arrays import FloatArray

jax: Any = import_module("jax")
jnp: Any = import_module("jax.numpy")
jax.config.update("jax_enable_x64", True)


class Scan:
    """`jax.jit` of `jax.lax.scan` of `jax.vmap`, weights donated."""

    steps = BLOCK

    def __init__(self, case: Stack) -> None:
        self.case = case
        weights, questions, scaled_masks = case.drawn
        self.weights = [jnp.array(part) for part in weights]
        self.given = jnp.asarray(questions), jnp.asarray(scaled_masks)
        x, wanted = (
            jnp.asarray(part) for part in (case.talk.practice_questions, case.talk.practice_answers)
        )
        one = partial(_step, x, wanted, case.learning_rate / case.questions)

        def take(weights: Any, given: Any) -> Any:
            return jax.lax.scan(lambda w, g: (jax.vmap(one)(w, *g), None), weights, given)[0]

        self.take = jax.jit(take, donate_argnums=0)

    def check(self) -> dict[str, FloatArray]:
        self.weights = self.take(self.weights, [part[:CHECKED_STEPS] for part in self.given])
        return moved(self.case, self.weights)

    def run(self) -> None:
        self.weights = self.take(self.weights, list(self.given))
        jax.block_until_ready(self.weights)


def _step(x: Any, wanted: Any, rate: float, weights: Any, rows: Any, scaled_mask: Any) -> Any:
    s, b, r, handout = weights
    z = x[rows] @ s.T + b  # (B, U)
    h = jax.nn.relu(z) * scaled_mask
    missing = (wanted[rows] - handout - h @ r.T) * rate  # (B, K)
    back = (missing @ r) * scaled_mask * (z > 0.0)
    return [s + back.T @ x[rows], b + back.sum(0), r + missing.T @ h, handout + missing.sum(0)]
