"""What the figures of both worlds say: claims and controls judged, doses and remedies lined up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.processes import Job
from experiments.validation.claims import Claim
from experiments.validation.controls import (
    ControlResult,
    couples_stay_together,
    exact_networks,
    fixed_absence_team,
    gains_by_large_steps_only,
    much_less,
    rate_zero_team,
)
from experiments.validation.plan import NETWORK_DECAYS, TEAM_DECAYS, Plan
from experiments.validation.rules import Figures, Finding, Verdict, all_of
from simulation.statistics import Effect, paired_effect

FloatArray = npt.NDArray[np.float64]

TEAM = "five presenters"

NOISY = "all digits, 30% wrong, adam"
"""The setting in which the network's controls and dose-response are run."""

OTHERS_STAY = "the others stay as co-adapted as before"


@dataclass(frozen=True)
class Outcome:
    """What was found about one claim in one world and setting.

    Attributes
    ----------
    claim : Claim
    world : {'team', 'network'}
    setting : str
    findings : list of Finding
    verdict : {'holds', 'does not hold', 'undecided'}
    """

    claim: Claim
    world: str
    setting: str
    findings: list[Finding]
    verdict: Verdict


@dataclass(frozen=True)
class Beside:
    """Quality on unseen questions by another remedy than absences, against nothing at all (C9)."""

    world: str
    remedy: str
    effect: Effect


@dataclass(frozen=True, eq=False)
class Dose:
    """What becomes of the talk as the absence rate grows.

    Attributes
    ----------
    world : str
    rates : (D,) array
    measures : dict of str to (D, S) array
    """

    world: str
    rates: FloatArray
    measures: dict[str, FloatArray]


@dataclass(frozen=True, eq=False)
class World:
    """Every figure of both worlds, by condition."""

    team: dict[str, Figures]
    network: dict[str, Figures]

    @classmethod
    def of(cls, results: Mapping[tuple[str, ...], Any]) -> World:
        """Gather the results of `all_jobs`."""
        team, network = (
            {key[1]: result for key, result in results.items() if key[0] == world}
            for world in ("team", "network")
        )
        return cls(team, network)


def judge_claim(claim: Claim, plan: Plan, world: World, theorems: dict[str, bool]) -> list[Outcome]:
    """Apply a claim's rules in both worlds, in every setting of the network."""
    team, network = world.team, world.network
    outcomes = [outcome_of(claim, "team", TEAM, team["without"], team["absences"], theorems)]
    for setting in plan.settings():
        name = setting.name
        figures = network[f"{name}: without"], network[f"{name}: absences"]
        outcomes.append(outcome_of(claim, "network", name, *figures, theorems))
    return outcomes


def outcome_of(
    claim: Claim,
    world: str,
    setting: str,
    without: Figures,
    absences: Figures,
    theorems: dict[str, bool],
) -> Outcome:
    """Apply a claim's rules to the figures of one world and setting."""
    exact: list[Verdict] = [
        "holds" if theorems[name] else "does not hold" for name in claim.theorems
    ]
    findings = [rule.decide(without, absences) for rule in claim.rules]
    verdict = all_of([*exact, *(finding.verdict for finding in findings)])
    return Outcome(claim, world, setting, findings, verdict)


def judge_controls(world: World) -> list[ControlResult]:
    """Decide the controls that compare conditions; see `control_jobs` for the exact ones."""
    return [*judge_team_controls(world.team), *judge_network_controls(world.network)]


def judge_team_controls(team: Mapping[str, Figures]) -> list[ControlResult]:
    """Decide them for the team, from its figures by condition."""
    return [
        much_less(
            "one fixed person always absent", "team", OTHERS_STAY, "agreement of the others", 1,
            *_of("agreement of couples", team["without"], team["fixed"], team["absences"]),
        ),
        couples_stay_together(
            "team", team["six without"], team["six couples"],
            of_couples="agreement of couples", of_others="agreement of others",
        ),
        gains_by_large_steps_only(
            "output noise of the same variance",
            *(team[name]["two missing, mean"] for name in ("without", "noise", "absences")),
            *(team[f"slow {n}"]["two missing, mean"] for n in ("without", "noise", "absences")),
        ),
    ]  # fmt: skip


def judge_network_controls(network: Mapping[str, Figures]) -> list[ControlResult]:
    """Decide them for the network, from its figures by condition."""
    without, absences = network[f"{NOISY}: without"], network[f"{NOISY}: absences"]
    return [
        # Among 256 units agreement is too small, and too noisy, to be looked at here.
        much_less(
            "one fixed block always absent", "network", OTHERS_STAY, "co-adaptation score", -1,
            *_of("co-adaptation score", without, network["fixed"], absences),
        ),
        couples_stay_together(
            "network", without, network["couples"],
            of_couples="agreement of couples", of_others="agreement of others",
        ),
    ]  # fmt: skip


def control_jobs(plan: Plan) -> dict[tuple[str, ...], Job]:
    """Name the controls that must hold to the bit."""
    seeds = list(plan.seeds[:3])
    return {
        ("control", "rate 0, team"): (rate_zero_team, (seeds, 500)),
        ("control", "fixed, team"): (fixed_absence_team, (seeds, 500)),
        ("control", "exact, network"): (exact_networks, (seeds, 5)),
    }


def beside_dropout(world: World) -> list[Beside]:
    """Set early stopping and weight decay beside absences, on the half of the show that judges."""
    rows = []
    without = f"{NOISY}: without"
    places = (
        ("team", world.team, "without", "absences", TEAM_DECAYS),
        ("network", world.network, without, f"{NOISY}: absences", NETWORK_DECAYS),
    )
    for where, figures, complete, absences, decays in places:
        nothing = figures[complete]["quality, judged half"]
        choosing = np.array([figures[f"decay {d:g}"]["quality, choosing half"] for d in decays])
        judged = np.array([figures[f"decay {d:g}"]["quality, judged half"] for d in decays])
        best = np.take_along_axis(judged, choosing.argmax(axis=0)[None], axis=0)[0]  # (S,)
        for remedy, quality in (
            ("absences", figures[absences]["quality, judged half"]),
            ("early stopping", figures[complete]["early-stopped quality"]),
            ("weight decay, best of four", best),
        ):
            rows.append(Beside(where, remedy, paired_effect(nothing, quality)))
    return rows


def dose_response(plan: Plan, world: World) -> list[Dose]:
    """Line up the measures of both worlds against the absence rate."""
    doses = []
    for where, figures, rates in (
        ("team", world.team, plan.team_rates),
        ("network", world.network, plan.network_rates),
    ):
        names = ("co-adaptation score", "quality", "two missing, mean")
        measures = {
            name: np.array([figures[f"rate {rate:g}"][name] for rate in rates]) for name in names
        }
        doses.append(Dose(where, np.array(rates), measures))
    return doses


def _of(measure: str, *conditions: Figures) -> Sequence[FloatArray]:
    return [figures[measure] for figures in conditions]
