"""Controls that hold to the bit: rate 0 changes nothing, who is never there learns nothing."""

from __future__ import annotations

from copy import deepcopy

import numpy as np

from experiments.article import HIDDEN_UNITS, Setting, compiled, samples_of, talk_of
from experiments.costs import Cost, costing
from experiments.processes import Job
from experiments.validation.conditions import BLOCKS
from experiments.validation.controls import ControlResult
from experiments.validation.plan import Plan
from experiments.validation.theorems.comparison import largest
from simulation.laws import AlwaysWithout, Everyone, independent
from simulation.scenario import PRESENTERS
from simulation.statistics import paired_effect
from simulation.talk import synthetic_talk
from simulation.team import Team


def exact_controls(plan: Plan) -> dict[tuple[str, ...], Job]:
    """Name their jobs, each of which returns a list of results."""
    seeds = list(plan.seeds[:3])
    return {
        ("control", "exact, team"): (exact_teams, (seeds, 500)),
        ("control", "exact, network"): (exact_networks, (seeds, 5)),
    }


@costing(lambda _, rehearsals: Cost(1.4e-3 * rehearsals))
def exact_teams(seeds: list[int], rehearsals: int) -> list[ControlResult]:
    """Compare absence rate 0 to complete attendance; see that who is never there learns nothing."""
    apart, moved = [], []
    for seed in seeds:
        complete, no_rate, fixed = teams = [
            Team(synthetic_talk(np.random.default_rng([seed, 0])), law, rng=seed)
            for law in (
                Everyone(PRESENTERS),
                independent(PRESENTERS, 0.0),
                AlwaysWithout(PRESENTERS, PRESENTERS - 1),
            )
        ]
        *_, absent = fixed.agents
        start = deepcopy((absent.delivery, absent.understanding, absent.reliance))
        for team in teams:
            team.rehearse(rehearsals)
        pairs = zip(complete.agents, no_rate.agents, strict=True)
        apart.append(largest([one.delivery - other.delivery for one, other in pairs]))
        end = absent.delivery, absent.understanding, absent.reliance
        moved.append(largest([old - new for old, new in zip(start, end, strict=True)]))
    return [
        _exact(
            "rate 0",
            "team",
            "bit-identical to always complete",
            "largest difference of any delivery weight, against 0",
            apart,
        ),
        _exact(
            "one fixed person always absent",
            "team",
            "that person learns nothing",
            "largest change of any of their skills or reliances, against 0",
            moved,
        ),
    ]


@costing(lambda _, epochs: Cost(0.16 * epochs))
def exact_networks(seeds: list[int], epochs: int) -> list[ControlResult]:
    """Compare Dropout(0) to complete attendance; see that a block always absent learns nothing."""
    settings = [Setting(rate=0.0, practice=300, epochs=epochs, data="digits")]
    settings += [
        Setting(practice=300, epochs=epochs, law=law, data="digits")
        for law in (Everyone(BLOCKS), AlwaysWithout(BLOCKS, 0))
    ]
    talks = [talk_of(settings[0], seed) for seed in seeds]
    networks = [compiled(setting, 8, seeds) for setting in settings]
    start = networks[0].layers[1].parameters["weight"].copy()
    for network in networks:
        network.fit(*samples_of(talks, "practice"), epochs=epochs, verbose=0)
    no_rate, everyone, fixed = (
        network.layers[1].parameters["weight"] for network in networks
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
