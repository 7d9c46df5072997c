"""What several tests need: laws written out as probabilities, and small talks."""

import itertools
import math

import numpy as np

from simulation import (
    AlwaysWithout,
    Couples,
    Everyone,
    Independent,
    NumberAbsent,
    Recorded,
    Rota,
    Talk,
    Team,
    synthetic_talk,
)

AUDIENCE_NAMES = ("squared error", "softmax")


def mask_probabilities(law):
    """Return all 2^N masks (C, N) and the chance of each (C,), from the law's definition."""
    n = law.n_presenters
    masks = np.array(list(itertools.product((False, True), repeat=n)))
    return masks, np.array([_chance(law, mask) for mask in masks])


def _chance(law, mask):
    n, absent = len(mask), int((~mask).sum())
    if isinstance(law, Everyone):
        return float(absent == 0)
    if isinstance(law, NumberAbsent):
        return law.counts.count(absent) / len(law.counts) / math.comb(n, absent)
    if isinstance(law, Independent):
        rates = law.absence_rates
        return math.prod(1 - r if here else r for r, here in zip(rates, mask, strict=True))
    if isinstance(law, AlwaysWithout):
        return float(absent == 1 and not mask[law.who])
    if isinstance(law, Couples):
        chance = 1.0
        for first in range(0, n, 2):
            couple = mask[first : first + 2]
            if couple.any() != couple.all():
                return 0.0
            chance *= 1 - law.rate if couple.all() else law.rate
        return chance
    if isinstance(law, Recorded):
        return law.rows.count(tuple(int(here) for here in mask)) / len(law.rows)
    if isinstance(law, Rota):
        turns = [{(t * law.absent + k) % n for k in range(law.absent)} for t in range(n)]
        return turns.count({seat for seat in range(n) if not mask[seat]}) / n
    raise NotImplementedError(type(law))


def small_talk(audience_name, seed=0, *, features=6, sections=3, practice=12, show=40):
    """Build a talk small enough to differentiate by hand, for either audience."""
    rng = np.random.default_rng([seed, 99])
    if audience_name == "squared error":
        return synthetic_talk(
            rng, features=features, sections=sections, practice=practice, show=show
        )
    return Talk(
        name="small",
        practice_questions=rng.normal(size=(practice, features)),
        practice_answers=np.eye(sections)[rng.integers(sections, size=practice)],
        show_questions=rng.normal(size=(show, features)),
        show_answers=np.eye(sections)[rng.integers(sections, size=show)],
        sections=tuple(f"section {k}" for k in range(sections)),
        audience_name="softmax",
    )


def weights_of(presenter):
    """Copy a presenter's weights: understanding, its bias, delivery."""
    return [
        part.copy()
        for part in (presenter.understanding, presenter.understanding_bias, presenter.delivery)
    ]


def team_bytes(team):
    """Give all that a team has learned, as bytes."""
    parts = [team.handout.tobytes(), team.reliance.tobytes()]
    for presenter in team.agents:
        parts += [part.tobytes() for part in weights_of(presenter)]
    return b"".join(parts)


def team_of(law, audience="squared error", **settings):
    return Team(small_talk(audience), law, **{"learning_rate": 0.05, "rng": 0, **settings})
