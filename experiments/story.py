"""The main job: run the teams, the bridge and the article's network, and keep what was measured."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from experiments.article import Setting
from experiments.article_measures import NetworkResult, train_and_measure
from experiments.crossing import CASES, Crossing, cross
from experiments.parting import Parting, part
from experiments.processes import Job, OnProgress, run_jobs
from experiments.versions import versions
from simulation.checks import whole
from simulation.scenario import Schedule, TeamResult, article_pair
from simulation.statistics import Effect, paired_effect

LABEL_NOISES = (0.0, 0.3)
RATES = (0.0, 0.5)
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
        whole("seeds", self.seeds, least=2)

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
    crossings : list of Crossing
    parting : Parting
        Of a team with a < 1 from dropout SGD with the same masks.
    networks : dict of (label noise, rate) to NetworkResult
    """

    plan: StoryPlan
    pairs: list[tuple[TeamResult, TeamResult]]
    crossings: list[Crossing]
    parting: Parting
    networks: dict[tuple[float, float], NetworkResult]

    def team_effects(self) -> dict[str, Effect]:
        """Compare the two teams, by measure."""
        return {
            name: paired_effect(
                [complete.measures[name] for complete, _ in self.pairs],
                [absent.measures[name] for _, absent in self.pairs],
            )
            for name in self.pairs[0][0].measures
        }

    def network_effects(self, label_noise: float) -> dict[str, Effect]:
        """Compare the article's network with rate 0 and 0.5, by measure."""
        without, dropout = (self.networks[label_noise, rate] for rate in RATES)
        return {
            name: paired_effect(without.measures[name], dropout.measures[name])
            for name in without.measures
        }

    def to_json(self) -> dict[str, Any]:
        """Return every figure that is printed, the seeds and the versions, as JSON can hold it."""
        return {
            "plan": asdict(self.plan) | {"all_seeds": self.plan.all_seeds},
            "versions": versions(),
            "teams": {
                name: effect.to_json()
                | {
                    "always complete, by seed": [pair[0].measures[name] for pair in self.pairs],
                    "one or two absent, by seed": [pair[1].measures[name] for pair in self.pairs],
                }
                for name, effect in self.team_effects().items()
            },
            "bridge": [crossing.to_json() for crossing in self.crossings],
            "beside dropout SGD": self.parting.to_json(),
            "network": {
                f"{noise:.0%} wrong labels": {
                    name: effect.to_json()
                    | {
                        f"rate {rate:g}, by seed": self.networks[noise, rate]
                        .measures[name]
                        .tolist()
                        for rate in RATES
                    }
                    for name, effect in self.network_effects(noise).items()
                }
                for noise in LABEL_NOISES
            },
        }


def run_story(plan: StoryPlan, workers: int, on_progress: OnProgress) -> Story:
    """Run everything that `plan` asks for.

    Parameters
    ----------
    plan : StoryPlan
    workers : int
        Processes. The result is the same, to the byte, whatever their number.
    on_progress : function(what, done, of)
        Called before the first and after each piece of work.
    """
    # The longest pieces come first, so that no process is left alone with one at the end.
    jobs: dict[tuple[Any, ...], Job] = {
        ("bridge", case.name): (cross, (case, plan.bridge_rehearsals, plan.seed))
        for case in sorted(CASES, key=lambda case: not case.article_net)
    }
    jobs["bridge", "beside dropout SGD"] = part, (plan.bridge_rehearsals, plan.seed)
    for noise in LABEL_NOISES:
        for rate in RATES:
            setting = Setting(rate=rate, label_noise=noise, epochs=plan.epochs)
            jobs["network", noise, rate] = train_and_measure, (setting, plan.all_seeds)
    for seed in plan.all_seeds:
        jobs["team", seed] = article_pair, (seed, plan.teams)
    results = run_jobs(jobs, workers, on_progress)
    return Story(
        plan=plan,
        pairs=[results["team", seed] for seed in plan.all_seeds],
        crossings=[results["bridge", case.name] for case in CASES],
        parting=results["bridge", "beside dropout SGD"],
        networks={
            (noise, rate): results["network", noise, rate]
            for noise in LABEL_NOISES
            for rate in RATES
        },
    )
