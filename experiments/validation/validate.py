"""The whole validation, or a part of it: which jobs it needs, and what their results say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.processes import Job
from experiments.validation.claims import CLAIMS
from experiments.validation.comparison import Comparison
from experiments.validation.controls import ControlResult
from experiments.validation.judgements import (
    Beside,
    Dose,
    Outcome,
    World,
    beside_dropout,
    control_jobs,
    dose_response,
    judge_claim,
    judge_controls,
)
from experiments.validation.limits import LimitResult, judge_limits, limit_jobs
from experiments.validation.plan import Plan, all_jobs
from experiments.validation.theorems import THEOREMS, run_theorem
from simulation.checks import InputError


@dataclass(frozen=True)
class Scope:
    """Which part of a validation is asked for.

    Attributes
    ----------
    claims, theorems : tuple of str
        Their ids.
    controls, limits, dose : bool
    """

    claims: tuple[str, ...] = tuple(CLAIMS)
    theorems: tuple[str, ...] = tuple(THEOREMS)
    controls: bool = True
    limits: bool = True
    dose: bool = True

    @classmethod
    def only(cls, names: Sequence[str]) -> Scope:
        """Read a selection such as C5, T3, controls, limits, dose; empty for all of it."""
        if not names:
            return cls()
        parts = ("controls", "limits", "dose")
        for name in names:
            if name not in (*CLAIMS, *THEOREMS, *parts):
                known = ", ".join((*CLAIMS, *THEOREMS, *parts))
                raise InputError(f"{name!r} is no part of the validation: choose from {known}")
        claims = tuple(name for name in CLAIMS if name in names)
        # A claim may rest on theorems; they are checked with it.
        resting = {theorem for name in claims for theorem in CLAIMS[name].theorems}
        theorems = tuple(name for name in THEOREMS if name in names or name in resting)
        return cls(claims, theorems, *(part in names for part in parts))

    def jobs(self, plan: Plan) -> dict[tuple[str, ...], Job]:
        """Name the jobs that this part needs, the longest first."""
        jobs: dict[tuple[str, ...], Job] = {}
        for key, job in all_jobs(plan).items():
            if self.needs(key[1]):
                jobs[key] = job
        if self.limits:
            jobs |= limit_jobs(plan)
        jobs |= {
            ("theorem", name): (run_theorem, (name, plan.seeds[0], plan.quick))
            for name in self.theorems
        }
        return jobs | (control_jobs(plan) if self.controls else {})

    def needs(self, condition: str) -> bool:
        """Say whether a condition of the worlds has to be run."""
        match condition.split()[0]:
            case "decay":
                return "C9" in self.claims
            case "rate":
                return self.dose or self.limits
            case "noise":
                return self.controls or self.limits
            case "fixed" | "couples" | "six" | "slow":
                return self.controls
            case _:  # without and with absences, in every setting
                return bool(self.claims) or self.controls or self.limits


@dataclass(frozen=True, eq=False)
class Validation:
    """Everything that was found.

    Attributes
    ----------
    plan : Plan
    theorems : list of Comparison
    outcomes : list of Outcome
        One for each claim, world and setting.
    controls : list of ControlResult
    beside : list of Beside
    doses : list of Dose
    limits : list of LimitResult
    world : World
        The figures behind them, seed by seed.
    """

    plan: Plan
    theorems: list[Comparison]
    outcomes: list[Outcome]
    controls: list[ControlResult]
    beside: list[Beside]
    doses: list[Dose]
    limits: list[LimitResult]
    world: World

    @property
    def sound(self) -> bool:
        """Whether all theorems hold and all controls come out as predicted."""
        return all(theorem.holds for theorem in self.theorems) and all(
            control.verdict == "holds" for control in self.controls
        )


def judge(plan: Plan, scope: Scope, results: dict[tuple[str, ...], Any]) -> Validation:
    """Judge the results of the jobs that `scope` names."""
    world = World.of(results)
    theorems = [results["theorem", name] for name in scope.theorems]
    holding = {theorem.id: theorem.holds for theorem in theorems}
    controls: list[ControlResult] = []
    if scope.controls:
        for key in control_jobs(plan):
            found = results[key]
            controls += found if isinstance(found, list) else [found]
        controls += judge_controls(world)
    return Validation(
        plan=plan,
        theorems=theorems,
        outcomes=[
            outcome
            for name in scope.claims
            for outcome in judge_claim(CLAIMS[name], plan, world, holding)
        ],
        controls=controls,
        beside=beside_dropout(world) if "C9" in scope.claims else [],
        doses=dose_response(plan, world) if scope.dose else [],
        limits=judge_limits(plan, results) if scope.limits else [],
        world=world,
    )
