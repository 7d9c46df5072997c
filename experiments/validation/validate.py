"""The whole validation, or a part of it: which jobs it needs, and what their results say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.processes import Job
from experiments.validation import controls, remedies
from experiments.validation.claims import CLAIMS, Outcome, judge_claim
from experiments.validation.conditions import Condition, NetworkCondition, World
from experiments.validation.controls import ControlResult
from experiments.validation.exact_controls import exact_controls
from experiments.validation.limits import LimitResult, dose, judge_limits, limit_jobs
from experiments.validation.limits.dose import Dose
from experiments.validation.plan import Plan
from experiments.validation.remedies import Remedy
from experiments.validation.theorems import THEOREMS, run_theorem
from experiments.validation.theorems.comparison import Comparison
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

    def jobs(self, plan: Plan) -> dict[Any, Job]:
        """Name the jobs that this part needs, the network's first: they take longest."""
        jobs: dict[Any, Job] = {}
        if self.claims:
            jobs |= plan.jobs(each for p in plan.places() for each in (p.without, p.absences))
        if self.controls:
            jobs |= plan.jobs(controls.CONDITIONS) | exact_controls(plan)
        if "C9" in self.claims:
            jobs |= plan.jobs(remedies.CONDITIONS)
        if self.dose:
            jobs |= plan.jobs(dose.conditions(plan))
        if self.limits:
            jobs |= limit_jobs(plan)
        for name in self.theorems:
            jobs["theorem", name] = run_theorem, (name, plan.seeds[0], plan.quick)
        return dict(sorted(jobs.items(), key=lambda job: not isinstance(job[0], NetworkCondition)))


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
    remedies : list of Remedy
    doses : list of Dose
    limits : list of LimitResult
    world : mapping of Condition to Figures
        What is behind them, seed by seed.
    """

    plan: Plan
    theorems: list[Comparison]
    outcomes: list[Outcome]
    controls: list[ControlResult]
    remedies: list[Remedy]
    doses: list[Dose]
    limits: list[LimitResult]
    world: World

    @property
    def sound(self) -> bool:
        """Whether all theorems hold and all controls come out as predicted."""
        return all(theorem.holds for theorem in self.theorems) and all(
            control.verdict == "holds" for control in self.controls
        )


def judge(plan: Plan, scope: Scope, results: Mapping[Any, Any]) -> Validation:
    """Judge the results of the jobs that `scope` names."""
    world = {key: found for key, found in results.items() if isinstance(key, Condition)}
    theorems = [results["theorem", name] for name in scope.theorems]
    holding = {theorem.id: theorem.holds for theorem in theorems}
    controlled = []
    if scope.controls:
        exact = [result for key in exact_controls(plan) for result in results[key]]
        controlled = [*exact, *controls.judge_controls(world)]
    return Validation(
        plan=plan,
        theorems=theorems,
        outcomes=[
            outcome
            for name in scope.claims
            for outcome in judge_claim(CLAIMS[name], plan, world, holding)
        ],
        controls=controlled,
        remedies=remedies.remedies(world) if "C9" in scope.claims else [],
        doses=dose.dose_response(plan, world) if scope.dose else [],
        limits=judge_limits(plan, results) if scope.limits else [],
        world=world,
    )
