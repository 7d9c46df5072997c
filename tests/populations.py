"""Games whose examples are drawn from a population that is known: what is true is what it says."""

from __future__ import annotations

import numpy as np

from simulation.audience import AUDIENCES
from simulation.coalitions import AdditiveGame, Game, missing_masks
from simulation.coalitions.estimates.asking import Asked, Told
from simulation.coalitions.estimates.carrying import logarithms_of_number
from simulation.coalitions.estimates.measuring import planned
from simulation.coalitions.estimates.start import looked_at
from simulation.coalitions.estimates.summary import area, half_silenced
from simulation.coalitions.game import EXACT_MEMBERS, Described, scale_of_size
from simulation.parts import on_sets

PEOPLE = 20_000
"""Examples in a population."""

SURE = 200
"""Random orders, with their reverses, that the truth rests on above 20 members."""

SURER = {
    name: tuple(range(100, 110))
    for name in ("accuracy near 1, 24 members", "accuracy, 24 units silenced")
}
"""Seeds, `SURE` orders each, of truths that rest on more: there masks vary most."""

POPULATIONS = {
    "accuracy, 8 members": ("accuracy", 8),
    "r2, 8 members": ("r2", 8),
    "accuracy, 24 members": ("accuracy", 24),
    "accuracy near 1, 24 members": ("accuracy", 24, 0.0, 3),
    "r2, 24 members": ("r2", 24),
    "accuracy, 24 units silenced": ("silenced", 24),
}
"""By name, what each `Population` is made of."""


class SilencedNet(Game):
    """A ReLU network whose first hidden layer's units are the members: their parts do not add up.

    hidden (N, M) are the units' activations, wanted (M,) the labels, after what follows them.
    """

    def __init__(self, hidden, wanted, after):
        self.hidden, self.wanted, self.after = hidden, wanted, after

    @property
    def members(self):
        return tuple(f"unit {j}" for j in range(len(self.hidden)))

    def answers(self, masks, reading):
        """(C, K, M)."""
        weights, outgoing = self.after
        there = masks * scale_of_size(self.n_members, reading)[masks.sum(axis=1), None]
        return np.array(
            [outgoing.T @ np.maximum((weights.T * one) @ self.hidden, 0.0) for one in there]
        )

    def right(self, masks, reading):
        answers = self.answers(masks, reading)
        return (answers[:, self.wanted, np.arange(len(self.wanted))] >= answers.max(axis=1)) + 0.0

    def quality(self, masks, reading="nobody covers"):
        return self.right(masks, reading).mean(axis=-1)

    def qualities(self, masks, reading="nobody covers"):
        return on_sets(self.right(masks, reading))

    def heard(self, masks, reading="nobody covers"):
        return AUDIENCES["softmax"].report(self.answers(masks, reading).swapaxes(1, 2))

    def described(self):
        return Described(len(self.wanted), "accuracy", "zero")


class Population:
    """A network of N hidden units, fitted to noisy answers, and all it will ever be asked.

    kind is 'accuracy' or 'r2' (the units' parts add up), or 'silenced' (accuracy, they do not).
    """

    def __init__(self, kind, n, noise=0.1, features=6):
        rng = np.random.default_rng(n)
        inputs = rng.normal(size=(PEOPLE, features))
        bent = np.maximum(inputs @ rng.normal(size=(features, 10)), 0.0)
        teacher = bent @ rng.normal(size=(10, 3))
        teacher = teacher - teacher.mean(axis=0)
        heard = teacher + noise * teacher.std() * rng.standard_normal(teacher.shape)
        wanted = heard if kind == "r2" else np.eye(3)[heard.argmax(axis=1)]
        if not noise:  # three kinds that lie apart, and hardly one is taken for another
            inputs = 3.3 * (wanted - wanted.mean(axis=0)) + rng.normal(size=wanted.shape)
        hidden = np.maximum(
            inputs @ rng.normal(size=(features, n)) / 2 + rng.normal(size=n) / 2, 0.0
        )
        self.kind, self.n, self.wanted, self.hidden = kind, n, wanted, hidden
        last = hidden
        if kind == "silenced":
            self.weights = rng.normal(size=(n, n)) / np.sqrt(n)
            last = np.maximum(hidden @ self.weights, 0.0)
        products = last.T @ last
        dropped = products + np.diag(np.diag(products))  # linear regression with half dropped: T6
        self.outgoing = 2 * np.linalg.solve(dropped, last.T @ (wanted - wanted.mean(axis=0)))
        self.whole = self.game(slice(None))

    def game(self, rows):
        """The game on these of the people."""
        if self.kind == "silenced":
            hidden = np.ascontiguousarray(self.hidden[rows].T)
            after = (self.weights, self.outgoing)
            return SilencedNet(hidden, self.wanted[rows].argmax(axis=1), after)
        contributions = self.hidden[rows].T[:, :, None] * self.outgoing[:, None]
        audience = AUDIENCES["squared error" if self.kind == "r2" else "softmax"]
        return AdditiveGame(contributions, np.zeros(3), self.wanted[rows], audience)


class Whole(Game):
    """The same game without parts of its examples to leave out: they are all there are."""

    def __init__(self, game):
        self.game = game

    @property
    def members(self):
        return self.game.members

    def quality(self, masks, reading="nobody covers"):
        return self.game.quality(masks, reading)


def truth_of(population, seeds=(1,)):
    """What is true of all people: exact up to 20 members, and of very many masks above."""
    n, k = population.n, max(1, population.n // 2)
    plan = planned([population.whole], "nobody covers", SURE if n > EXACT_MEMBERS else None, None)
    asked = Asked(Whole(population.whole), "nobody covers", Told(None, 0))
    starts = [looked_at(asked, np.random.default_rng(seed), plan) for seed in seeds]
    start = starts[0]
    start.gains = np.concatenate([one.gains for one in starts])
    start.sizes = np.concatenate([one.sizes for one in starts])
    gains = start.gains.mean(axis=0)[:, 0]
    middling = int(np.argsort(gains)[n // 2])
    return {
        "complete": float(start.complete[0]),
        "half": float(half_silenced(start).mean()),
        "area": float(area(start).mean()),
        "middling": middling,
        "shapley": float(gains[middling]),
        "carriers": float(np.exp(logarithms_of_number(start.gains).mean())),
        "costs": (start.complete[0] - start.sizes.mean(axis=0)[::-1, 0]).tolist(),
        "co-adaptation": variance_of_answers(population.whole, missing_masks(n, n - k, 2)),
    }


def variance_of_answers(game, masks):
    """Of what is heard of these sub-teams, all there are or very many."""
    total = squares = 0.0
    for mask in masks:
        heard = game.heard(mask[None], "fill the time")[0]
        total, squares = total + heard, squares + heard**2
    return float((squares / len(masks) - (total / len(masks)) ** 2).mean())
