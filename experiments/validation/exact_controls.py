"""Controls that hold to the bit: rate 0 changes nothing, who is never there learns nothing."""

from __future__ import annotations

import numpy as np

from experiments.article import (
    HIDDEN_UNITS,
    Setting,
    article_network,
    digits_of,
    fit_article_network,
)
from experiments.processes import Job
from experiments.validation.conditions import BLOCKS
from experiments.validation.controls import ControlResult
from experiments.validation.plan import Plan
from simulation.laws import AlwaysWithout, Everyone, independent
from simulation.scenario import PRESENTERS
from simulation.statistics import paired_effect
from simulation.talk import synthetic_talk
from simulation.team import Team


def exact_controls(plan: Plan) -> dict[tuple[str, ...], Job]:
    """Name their jobs."""
    seeds = list(plan.seeds[:3])
    return {
        ("control", "rate 0, team"): (rate_zero_team, (seeds, 500)),
        ("control", "fixed, team"): (fixed_absence_team, (seeds, 500)),
        ("control", "exact, network"): (exact_networks, (seeds, 5)),
    }


def rate_zero_team(seeds: list[int], rehearsals: int) -> ControlResult:
    """Compare a team with absence rate 0 to one that is always complete, weight by weight."""
    differences = []
    for seed in seeds:
        talk = synthetic_talk(np.random.default_rng([seed, 0]))
        weights = []
        for law in (Everyone(PRESENTERS), independent(PRESENTERS, 0.0)):
            team = Team(talk, law, rng=seed)
            team.rehearse(rehearsals)
            weights.append(np.concatenate([agent.delivery.ravel() for agent in team.agents]))
        differences.append(float(np.abs(weights[0] - weights[1]).max()))
    return _exact(
        "rate 0",
        "team",
        "bit-identical to always complete",
        "largest difference of any delivery weight, against 0",
        differences,
    )


def fixed_absence_team(seeds: list[int], rehearsals: int) -> ControlResult:
    """Measure how far a presenter who is never there moves."""
    moved = []
    for seed in seeds:
        talk = synthetic_talk(np.random.default_rng([seed, 0]))
        team = Team(talk, AlwaysWithout(PRESENTERS, PRESENTERS - 1), rng=seed)
        (absent,) = team.agents.select(lambda agent: agent.seat == PRESENTERS - 1)
        before = absent.delivery.copy(), absent.understanding.copy(), absent.reliance.copy()
        team.rehearse(rehearsals)
        after = absent.delivery, absent.understanding, absent.reliance
        moved.append(max(float(np.abs(a - b).max()) for a, b in zip(before, after, strict=True)))
    return _exact(
        "one fixed person always absent",
        "team",
        "that person learns nothing",
        "largest change of any of their skills or reliances, against 0",
        moved,
    )


def exact_networks(seeds: list[int], epochs: int) -> list[ControlResult]:
    """Compare Dropout(0) to complete attendance; see that a block always absent learns nothing."""
    settings = [Setting(rate=0.0, practice=300, epochs=epochs)]
    settings += [
        Setting(practice=300, epochs=epochs, law=law)
        for law in (Everyone(BLOCKS), AlwaysWithout(BLOCKS, 0))
    ]
    talks = [digits_of(settings[0], seed) for seed in seeds]
    start = article_network(0.0, (8, 8), seeds).layers[1].parameters["weight"]
    no_rate, everyone, fixed = (
        fit_article_network(setting, seeds, talks).model.layers[1].parameters["weight"]
        for setting in settings
    )  # each (S, units, pixels)
    block = slice(0, HIDDEN_UNITS // BLOCKS)
    return [
        _exact(
            "rate 0",
            "network",
            "bit-identical to always complete",
            "largest difference of any hidden weight, against 0",
            np.abs(no_rate - everyone).max(axis=(1, 2)).tolist(),
        ),
        _exact(
            "one fixed block always absent",
            "network",
            "that block learns nothing",
            "largest change of any of its weights, against 0",
            np.abs(fixed - start)[:, block].max(axis=(1, 2)).tolist(),
        ),
    ]


def _exact(
    name: str, world: str, prediction: str, compared: str, differences: list[float]
) -> ControlResult:
    effect = paired_effect(np.zeros(len(differences)), differences)
    same = max(differences) == 0.0
    return ControlResult(
        name, world, prediction, compared, effect, "holds" if same else "does not hold"
    )
