"""Games worked out by hand, for any number of members."""

from __future__ import annotations

import numpy as np

from simulation.coalitions import Game
from simulation.coalitions.game import Described


class Planted(Game):
    """A game of a function of masks (C, N) that says what each coalition is worth."""

    def __init__(self, n, value, asked=lambda masks: None):
        self.n, self.value, self.asked = n, value, asked

    @property
    def members(self):
        return tuple(f"member {j}" for j in range(self.n))

    def quality(self, masks, reading="nobody covers"):
        self.asked(masks)
        return np.asarray(self.value(masks), dtype=float)


class Judged(Planted):
    """The same with examples: each adds noise of its own, whoever is there."""

    def __init__(self, n, value, noise, asked=lambda masks: None):
        super().__init__(n, value, asked)
        self.noise = noise  # (M,)

    def qualities(self, masks, reading="nobody covers"):
        from simulation.parts import on_sets

        return self.quality(masks, reading)[:, None] + on_sets(self.noise)

    def described(self):
        return Described(len(self.noise), "score")


def additive(masks):
    """Member i brings i + 1."""
    return masks @ np.arange(1.0, masks.shape[1] + 1)


def couples(masks):
    """Members 0 and 1, 2 and 3, .. bring 1 a couple, and nothing without the other."""
    return (masks[:, 0::2] & masks[:, 1::2]).sum(axis=1)


def stand_ins(masks):
    """Any of the first three is enough for 1; each of the others but the last brings 0.1."""
    return masks[:, :3].any(axis=1) + 0.1 * masks[:, 3:-1].sum(axis=1)
