"""L2: absences that are too frequent; and the dose-response of both worlds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.costs import Cost, costing
from experiments.stack import TeamStack
from experiments.validation.conditions import (
    NOISY,
    Condition,
    NetworkCondition,
    TeamCondition,
    World,
    on_all,
)
from experiments.validation.limits.limit import Jobs, Limit, Results, Rows, sentence, shown
from experiments.validation.plan import Plan
from experiments.validation.rehearsed_teams import ALONE
from simulation.arrays import FloatArray
from simulation.laws import independent
from simulation.scenario import HEAD_START, PRESENTERS
from simulation.statistics import Effect, paired_effect
from simulation.talk import synthetic_talk

MEASURES = ("co-adaptation score", "quality", "two missing, mean")

TEAM_BEYOND, NETWORK_BEYOND = (0.85, 0.9), (0.95, 0.98)
"""Absence rates of L2 beyond those of the dose-response."""

_NETWORKS_BEYOND = [NetworkCondition(NOISY, rate) for rate in NETWORK_BEYOND]


@dataclass(frozen=True, eq=False)
class Dose:
    """What becomes of the talk as the absence rate grows.

    Attributes
    ----------
    world : {'team', 'network'}
    rates : (D,) array
    measures : dict of str to (D, S) or (D, S, 1 + G) array
        As `Figures`, for each rate.
    """

    world: str
    rates: FloatArray
    measures: dict[str, FloatArray]

    def means(self, measure: str) -> FloatArray:
        """Mean over the seeds at each rate, (D,)."""
        return np.array([on_all(row).mean() for row in self.measures[measure]])

    def effects(self, measure: str) -> list[Effect]:
        """Compare each rate with the first, by one measure."""
        return [paired_effect(self.measures[measure][0], row) for row in self.measures[measure]]


def conditions(plan: Plan) -> list[Condition]:
    """List every rate in both worlds."""
    return [*_network(plan), *_team(plan)]


def dose_response(plan: Plan, world: World) -> list[Dose]:
    """Line up the measures of both worlds against the absence rate."""
    return [
        Dose(
            where,
            np.array(rates),
            {name: np.array([world[each][name] for each in conditions]) for name in MEASURES},
        )
        for where, rates, conditions in (
            ("team", plan.team_rates, _team(plan)),
            ("network", plan.network_rates, _network(plan)),
        )
    ]


def _team(plan: Plan) -> list[Condition]:
    return [TeamCondition(independent(PRESENTERS, rate)) for rate in plan.team_rates]


def _network(plan: Plan) -> list[Condition]:
    return [NetworkCondition(NOISY, rate) for rate in plan.network_rates]


def jobs(plan: Plan) -> Jobs:
    """The rates of the dose-response, and those beyond."""
    seeds = plan.seeds
    return plan.jobs([*conditions(plan), *_NETWORKS_BEYOND]) | {
        ("limit", "L2", "team"): (beyond_in_teams, (seeds, plan.rehearsals, TEAM_BEYOND)),
    }


@costing(lambda seeds, rehearsals, _: Cost(1.1e-5 * rehearsals * len(seeds)))
def beyond_in_teams(seeds: Sequence[int], rehearsals: int, rates: Sequence[float]) -> FloatArray:
    """Quality with everyone there after absences at each of `rates`, (rates, S).

    nan where learning diverged.
    """
    talks = [synthetic_talk(np.random.default_rng([seed, 0])) for seed in seeds]
    laws = [independent(PRESENTERS, rate) for rate in rates for _ in seeds]
    stack = TeamStack(talks * len(rates), laws, [*seeds] * len(rates))
    stack.practise_alone(HEAD_START, ALONE)
    stack.rehearse(rehearsals)
    return stack.game_measures()["quality"].reshape(len(rates), -1)


def found(plan: Plan, results: Results) -> tuple[Rows, str]:
    """The best rate, and the first one beyond it that is too much, in both worlds."""
    team, network = dose_response(plan, results)
    rows: Rows = []
    said = []
    networks = np.array([results[each]["quality"] for each in _NETWORKS_BEYOND])
    for dose, rates, more in (
        (team, TEAM_BEYOND, results["limit", "L2", "team"]),
        (network, NETWORK_BEYOND, networks),
    ):
        own, finding = _too_much(dose, rates, more)
        rows += own
        said.append(finding)
    return rows, sentence(said)


def _too_much(dose: Dose, beyond: tuple[float, ...], more: FloatArray) -> tuple[Rows, str]:
    """Find the best rate and the first one beyond it that is too much; nan is a talk diverged."""
    new = [at for at, rate in enumerate(beyond) if rate not in dose.rates]
    rates = np.concatenate([dose.rates, np.array(beyond)[new]])
    qualities = np.concatenate([dose.measures["quality"], more[new]])  # (D, S) or (D, S, 1 + G)
    overall = np.array([on_all(row) for row in qualities])  # (D, S)
    diverged = np.isnan(overall).sum(axis=1)  # (D,)
    sound = np.flatnonzero(diverged == 0)
    complete, seeds = qualities[0], qualities.shape[1]
    best, highest = int(sound[overall[sound].mean(axis=1).argmax()]), int(sound[-1])
    gain = paired_effect(complete, qualities[best])
    fall = paired_effect(_best_of_the_others(qualities[sound]), qualities[highest])
    quality = f"{dose.world}, quality"
    rows: Rows = [
        (f"{quality}: always complete, best rate {rates[best]:g}", gain),
        (f"{quality}: best rate, rate {rates[highest]:g}", fall),
    ]
    said = (
        f"in the {dose.world} rate {rates[best]:g} is best ({gain.after:.3g}; always complete "
        f"{gain.before:.3g}), rate {rates[highest]:g} brings {fall.after:.3g} "
        f"({shown(fall, 'worse than the best', 'better than the best')})"
    )
    for at in range(best + 1, len(rates)):
        rate = f"rate {rates[at]:g}"
        if diverged[at]:
            part = float(diverged[at] / seeds)
            rows.append((f"{dose.world}, share of talks that diverge at {rate}", part))
            if part > 0.5:
                return rows, f"{said}, and at {rate} {diverged[at]} of {seeds} talks diverge"
            continue
        effect = paired_effect(complete, qualities[at])
        if effect.verdict == "lower":
            rows.append((f"{quality}: always complete, {rate}", effect))
            return rows, f"{said}, and {rate} is the first to be worse than always complete"
    return rows, f"{said}, and no rate tried is shown to be worse than always complete"


def _best_of_the_others(qualities: FloatArray) -> FloatArray:
    """Quality of each seed at the rate that is best for the other seeds, (S,) or (S, 1 + G)."""
    # Chosen on the same seed, the best rate would be better than it is by luck alone.
    overall = np.array([on_all(row) for row in qualities])  # (D, S)
    others = overall.sum(axis=1, keepdims=True) - overall  # (D, S)
    return np.asarray(qualities[others.argmax(axis=0), np.arange(overall.shape[1])])


LIMIT = Limit(
    "L2",
    "Absences that are too frequent",
    "The analogy names no dose, but a team in which hardly anyone ever comes does not rehearse.",
    "quality with everyone there against that of always complete rehearsals, for rising rates of "
    "independent absences; a rate is too much if quality is lower, or learning diverges in more "
    "than half of the teams; the fall from the best rate to the highest that does not diverge is "
    "judged with the best rate chosen on the other seeds",
    jobs,
    found,
)
