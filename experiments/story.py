"""The main job: run the teams, the bridge and the article's network, and keep what was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from experiments.article import Setting
from experiments.article_measures import NetworkResult, network_effects, train_and_measure
from experiments.article_stack import Figures
from experiments.costs import Cost, costing
from experiments.costs.bounds import MOST_SEEDS
from experiments.costs.teams import TeamSize
from experiments.crossing import CASES, Crossing, cross
from experiments.other_conditions import CONDITIONS, USUAL, rehearse_pairs
from experiments.other_remedies import REMEDIES, WEIGHT_DECAY
from experiments.parting import Parting, part
from experiments.processes import Job, OnProgress, run_jobs
from simulation.checks import whole
from simulation.scenario import PRESENTERS, Schedule, TeamResult, article_pair
from simulation.statistics import Effect, paired_effect
from simulation.versions import versions

LABEL_NOISES = (0.0, 0.3)
RATES = (0.0, 0.5)
TEAMS = ("always complete", "one or two absent")
SEEDS = 10
"""Paired seeds of the full story; with fewer, a verdict is not to be trusted."""


@dataclass(frozen=True)
class StoryPlan:
    """How much is run.

    Attributes
    ----------
    seed : int
        The first of `seeds` consecutive seeds.
    seeds : int
        Paired seeds, at least 2, for teams and for networks.
    teams : Schedule
    bridge_rehearsals : int
    epochs : int
        For the article's network, through 3,000 images of MNIST.
    """

    seed: int = 0
    seeds: int = SEEDS
    teams: Schedule = field(default_factory=Schedule)
    bridge_rehearsals: int = 1_000
    epochs: int = 10

    @classmethod
    def quick(cls, seed: int) -> StoryPlan:
        """Return a plan for a first look: too few seeds to trust a verdict."""
        return cls(seed, 3, Schedule(rehearsals=1_500, show_every=100), 100, 3)

    def __post_init__(self) -> None:
        whole("seed", self.seed, least=0)
        whole("seeds", self.seeds, least=2, most=MOST_SEEDS)

    @property
    def all_seeds(self) -> list[int]:
        """The seeds themselves."""
        return list(range(self.seed, self.seed + self.seeds))

    @property
    def first_look(self) -> bool:
        """Whether there are too few seeds to trust a verdict."""
        return self.seeds < SEEDS


@dataclass(frozen=True, eq=False)
class Story:
    """What was measured.

    Attributes
    ----------
    plan : StoryPlan
    pairs : list of (TeamResult, TeamResult)
        Always complete, and one or two absent; a pair a seed.
    remedies : dict of str to dict of str to (S,) array
        The team that is always complete under each of `REMEDIES`, by measure.
    conditions : dict of str to (dict, dict)
        The two teams under each of `CONDITIONS`, by measure.
    crossings : list of Crossing
    parting : Parting
        Of a team with a < 1 from dropout SGD with the same masks.
    networks : dict of (label noise, rate) to NetworkResult
    """

    plan: StoryPlan
    pairs: list[tuple[TeamResult, TeamResult]]
    remedies: dict[str, Figures]
    conditions: dict[str, tuple[Figures, Figures]]
    crossings: list[Crossing]
    parting: Parting
    networks: dict[tuple[float, float], NetworkResult]

    def team_figures(self, team: int) -> Figures:
        """Gather what was measured of one team of each pair, 0 or 1, by measure."""
        results = [pair[team] for pair in self.pairs]
        return {name: np.array([r.measures[name] for r in results]) for name in results[0].measures}

    def team_effects(self) -> dict[str, Effect]:
        """Compare the two teams, by measure."""
        return _effects(self.team_figures(0), self.team_figures(1))

    def remedy_effects(self, remedy: str) -> dict[str, Effect]:
        """Compare absences to a remedy that lets everybody come, by measure."""
        return _effects(self.remedies[remedy], self.team_figures(1))

    def remedy_parts(self, remedy: str) -> dict[str, float]:
        """Return what a remedy changes, as a part of what absences change; nan of nothing."""
        both = self.team_effects()
        return {
            name: (effect.before - both[name].before) / (both[name].difference or math.nan)
            for name, effect in self.remedy_effects(remedy).items()
        }

    def condition_effects(self, condition: str) -> dict[str, Effect]:
        """Compare the two teams under another condition, by measure."""
        return _effects(*self.conditions[condition])

    def network_effects(self, label_noise: float) -> dict[str, Effect]:
        """Compare the article's network with rate 0 and 0.5, by measure."""
        return network_effects(*(self.networks[label_noise, rate] for rate in RATES))

    def to_json(self) -> dict[str, Any]:
        """Return every figure that is printed, the seeds and the versions, as JSON can hold it."""
        rates = [f"rate {rate:g}" for rate in RATES]
        plan = asdict(self.plan) | {"all_seeds": self.plan.all_seeds, "presenters": PRESENTERS}
        return {
            "plan": plan | {**asdict(USUAL), "weight_decay": WEIGHT_DECAY},
            "versions": versions(),
            "teams": _by_seed(
                self.team_effects(), TEAMS, self.team_figures(0), self.team_figures(1)
            ),
            "remedies": {
                name: _by_seed(
                    self.remedy_effects(name), (name, TEAMS[1]), figures, self.team_figures(1)
                )
                for name, figures in self.remedies.items()
            },
            "part of what absences change": {name: self.remedy_parts(name) for name in REMEDIES},
            "conditions": {
                name: _by_seed(self.condition_effects(name), TEAMS, *pair)
                for name, pair in self.conditions.items()
            },
            "bridge": [crossing.to_json() for crossing in self.crossings],
            "beside dropout SGD": self.parting.to_json(),
            "network": {
                f"{noise:.0%} wrong labels": _by_seed(
                    self.network_effects(noise),
                    rates,
                    *(self.networks[noise, rate].on_all_images for rate in RATES),
                )
                for noise in LABEL_NOISES
            },
        }


def _effects(before: Figures, after: Figures) -> dict[str, Effect]:
    """Compare what both have, in the order of the first."""
    return {name: paired_effect(values, after[name]) for name, values in before.items()}


def _by_seed(effects: dict[str, Effect], names: Sequence[str], *both: Figures) -> dict[str, Any]:
    """Return each effect with the figures of both sides, seed by seed."""
    return {
        name: effect.to_json()
        | {
            f"{side}, by seed": figures[name].tolist()
            for side, figures in zip(names, both, strict=True)
        }
        for name, effect in effects.items()
    }


def _price_of_pair(_: int, schedule: Schedule) -> Cost:
    one = TeamSize().cost(
        schedule.rehearsals, schedule.alone, schedule.rehearsals // schedule.show_every + 1
    )
    return Cost(2 * one.seconds, one.bytes)


costing(_price_of_pair)(article_pair)  # which knows nothing of experiments


def story_jobs(plan: StoryPlan) -> dict[tuple[Any, ...], Job]:
    """Name what `plan` asks for, the longest first: no process is left alone at the end."""
    jobs: dict[tuple[Any, ...], Job] = {
        ("bridge", case.name): (cross, (case, plan.bridge_rehearsals, plan.seed))
        for case in sorted(CASES, key=lambda case: not case.article_net)
    }
    jobs["bridge", "beside dropout SGD"] = part, (plan.bridge_rehearsals, plan.seed)
    for noise in LABEL_NOISES:
        for rate in RATES:
            setting = Setting(rate=rate, label_noise=noise, epochs=plan.epochs)
            jobs["network", noise, rate] = train_and_measure, (setting, plan.all_seeds)
    for name, condition in CONDITIONS.items():
        jobs["condition", name] = rehearse_pairs, (condition, plan.all_seeds, plan.teams)
    for name, remedy in REMEDIES.items():
        jobs["remedy", name] = remedy, (plan.all_seeds, plan.teams)
    for seed in plan.all_seeds:
        jobs["team", seed] = article_pair, (seed, plan.teams)
    return jobs


def run_story(plan: StoryPlan, workers: int, on_progress: OnProgress) -> Story:
    """Run everything that `plan` asks for.

    Parameters
    ----------
    plan : StoryPlan
    workers : int
        Processes. The result is the same, to the byte, whatever their number.
    on_progress : function(what, share)
        As of `run_jobs`.
    """
    results = run_jobs(story_jobs(plan), workers, on_progress)
    return Story(
        plan=plan,
        pairs=[results["team", seed] for seed in plan.all_seeds],
        remedies={name: results["remedy", name] for name in REMEDIES},
        conditions={name: results["condition", name] for name in CONDITIONS},
        crossings=[results["bridge", case.name] for case in CASES],
        parting=results["bridge", "beside dropout SGD"],
        networks={
            (noise, rate): results["network", noise, rate]
            for noise in LABEL_NOISES
            for rate in RATES
        },
    )
