"""How many inputs each door is given by the fuzz tests: `pytest tests/fuzz --fuzz 50000` for more.

The same inputs every time: a run of CI must not fail by chance. With more inputs come others.
"""

from hypothesis import HealthCheck, settings

INPUTS = 1_000
"""Inputs that all doors are given together, unless more are asked for."""

_given = INPUTS


def prepare(inputs):
    """Note down how many inputs all doors are given together, before the tests are collected."""
    global _given
    _given = inputs


def examples(share):
    """Give a door `share` of every thousand inputs: a decorator, below `given`'s."""
    return settings(
        max_examples=max(share * _given // INPUTS, 1),
        derandomize=True,
        database=None,
        deadline=None,  # the machine may be busy
        suppress_health_check=list(HealthCheck),
    )


def counted(share):
    """Return how many inputs a door gets that makes its own, such as whole processes."""
    return max(share * _given // INPUTS, 1)
