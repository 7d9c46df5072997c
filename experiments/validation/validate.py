"""The whole validation, or a part of it: which jobs it needs, and what their results say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.processes import Job
from experiments.validation import controls, remedies
from experiments.validation.claims import CLAIMS, Outcome, judge_claim
from experiments.validation.conditions import Condition, NetworkCondition, World
from experiments.validation.controls import ControlResult
from experiments.validation.exact_controls import exact_controls
from experiments.validation.facts import FACTS
from experiments.validation.limits import LimitResult, dose, judge_limits, limit_jobs
from experiments.validation.limits.dose import Dose
from experiments.validation.plan import Plan
from experiments.validation.remedies import Remedy
from experiments.validation.reruns import Rerun, held_against
from experiments.validation.rules import Multiplicity, count_findings
from experiments.validation.theorems import THEOREMS, run_theorem
from experiments.validation.theorems.comparison import Comparison
from simulation.checks import InputError

PARTS = ("controls", "remedies", "limits", "dose")


@dataclass(frozen=True)
class Scope:
    """Which part of a validation is asked for.

    Attributes
    ----------
    claims, facts, theorems : tuple of str
        Their ids.
    controls, remedies, limits, dose : bool
    """

    claims: tuple[str, ...] = tuple(CLAIMS)
    facts: tuple[str, ...] = tuple(FACTS)
    theorems: tuple[str, ...] = tuple(THEOREMS)
    controls: bool = True
    remedies: bool = True
    limits: bool = True
    dose: bool = True

    @classmethod
    def only(cls, names: Sequence[str]) -> Scope:
        """Read a selection such as C5, F1, T3, controls, remedies, limits, dose; empty for all."""
        if not names:
            return cls()
        every = (*CLAIMS, *FACTS, *THEOREMS, *PARTS)
        for name in names:
            if name not in every:
                raise InputError(
                    f"{name!r} is no part of the validation: choose from {', '.join(every)}"
                )
        facts = tuple(name for name in FACTS if name in names)
        # A fact may rest on theorems; they are checked with it.
        resting = {theorem for name in facts for theorem in FACTS[name].theorems}
        return cls(
            tuple(name for name in CLAIMS if name in names),
            facts,
            tuple(name for name in THEOREMS if name in names or name in resting),
            *(part in names for part in PARTS),
        )

    def jobs(self, plan: Plan) -> dict[Any, Job]:
        """Name the jobs that this part needs, the network's first: they take longest."""
        jobs: dict[Any, Job] = {}
        if self.claims or self.facts:
            jobs |= plan.jobs(each for p in plan.places() for each in (p.without, p.absences))
        if self.controls:
            jobs |= plan.jobs(controls.CONDITIONS) | exact_controls(plan)
        if self.remedies:
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
    outcomes, facts : list of Outcome
        One for each claim, or fact, world and setting.
    controls : list of ControlResult
    remedies : list of Remedy
    doses : list of Dose
    limits : list of LimitResult
    world : mapping of Condition to Figures
        What is behind them, seed by seed.
    reruns : list of Rerun
        Other runs that the claims' verdicts are held against.
    """

    plan: Plan
    theorems: list[Comparison]
    outcomes: list[Outcome]
    facts: list[Outcome]
    controls: list[ControlResult]
    remedies: list[Remedy]
    doses: list[Dose]
    limits: list[LimitResult]
    world: World
    reruns: list[Rerun] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether all theorems and facts hold and no control comes out against its prediction."""
        return (
            all(theorem.holds for theorem in self.theorems)
            and all(fact.verdict == "holds" for fact in self.facts)
            and all(control.verdict != "does not hold" for control in self.controls)
        )

    @property
    def multiplicity(self) -> Multiplicity:
        """How many directional findings about claims hold, and how many after Holm's correction."""
        return count_findings([f for outcome in self.outcomes for f in outcome.findings])


def judge(
    plan: Plan, scope: Scope, results: Mapping[Any, Any], reruns: Sequence[Rerun] = ()
) -> Validation:
    """Judge the results of the jobs that `scope` names, and hold them against other runs."""
    world = {key: found for key, found in results.items() if isinstance(key, Condition)}
    theorems = [results["theorem", name] for name in scope.theorems]
    holding = {theorem.id: theorem.holds for theorem in theorems}
    controlled = []
    if scope.controls:
        exact = [result for key in exact_controls(plan) for result in results[key]]
        controlled = [*exact, *controls.judge_controls(world)]
    outcomes, facts = (
        [outcome for each in asked for outcome in judge_claim(each, plan, world, holding)]
        for asked in (
            [CLAIMS[name] for name in scope.claims],
            [FACTS[name] for name in scope.facts],
        )
    )
    return Validation(
        plan=plan,
        theorems=theorems,
        outcomes=[held_against(reruns, outcome) for outcome in outcomes],
        facts=facts,
        controls=controlled,
        remedies=remedies.remedies(world) if scope.remedies else [],
        doses=dose.dose_response(plan, world) if scope.dose else [],
        limits=judge_limits(plan, results) if scope.limits else [],
        world=world,
        reruns=list(reruns),
    )
