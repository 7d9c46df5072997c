"""What the tests of the yardstick share: random talks as games, and games worked out by hand."""

import itertools

import numpy as np

from simulation.audience import AUDIENCES
from simulation.coalitions import AdditiveGame

READINGS = ("nobody covers", "fill the time")


def random_game(audience_name, n, *, questions=30, sections=4, seed=0):
    """Make up what n members say, every section asked about."""
    rng = np.random.default_rng([seed, n])
    if audience_name == "squared error":
        wanted = rng.normal(size=(questions, sections))
    else:
        wanted = np.eye(sections)[np.arange(questions) % sections]
    contributions = (rng.normal(size=(n, questions, sections)) + wanted) / n
    return AdditiveGame(contributions, rng.normal(size=sections), wanted, AUDIENCES[audience_name])


def over_all_half_teams(game):
    """Variance of the answers over all half-teams that fill the time, by enumeration."""
    n = game.n_members
    half = max(1, n // 2)
    answers = [
        game.handout + n / half * sum(game.contributions[i] for i in there)
        for there in itertools.combinations(range(n), half)
    ]
    return np.var(answers, axis=0).mean()


def number(members):
    """Number of the coalition with these members."""
    return sum(1 << member for member in members)


def subsets(members):
    """Every subset of `members`, as tuples."""
    members = tuple(members)
    return [
        chosen
        for size in range(len(members) + 1)
        for chosen in itertools.combinations(members, size)
    ]


def vector(n, value):
    """Values of all coalitions of n by a function of the set of those present."""
    values = [0.0] * 2**n
    for members in subsets(range(n)):
        values[number(members)] = float(value(frozenset(members)))
    return np.array(values)


def additive(n):
    """AdditiveGame in which i brings i + 1, whoever else is there."""
    return vector(n, lambda there: sum(i + 1 for i in there))


def all_or_nothing(n):
    """AdditiveGame worth 1 if everyone is there, else 0."""
    return vector(n, lambda there: len(there) == n)


def one_is_enough(n):
    """AdditiveGame worth 1 if anyone is there, else 0."""
    return vector(n, lambda there: len(there) > 0)
