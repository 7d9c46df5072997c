"""Functions that tests make games of: with a synergy, with stand-ins, with chance."""

import numpy as np


def weighed(mask):
    """Anyone counts, and the first two need each other."""
    return float(mask @ np.arange(1.0, len(mask) + 1)) + 5.0 * mask[:2].all()


def of_three(mask):
    """Any one of the first three is enough; the rest add a little each."""
    return float(mask[:3].any()) + 0.01 * float(mask[3:].sum())


def rolled(mask, rng):
    return weighed(mask) + rng.normal()


class Counted:
    """A function that knows what it was called for."""

    def __init__(self, value):
        self.value, self.masks = value, []

    def __call__(self, mask):
        self.masks.append(tuple(mask.tolist()))
        return self.value(mask)
