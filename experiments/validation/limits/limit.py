"""What a limit is, and how its finding is put into words.

Rules, which stand here before the run: conditions are compared seed by seed; a measure is higher or
lower in one of them if the whole 95% interval of the paired difference lies on that side of 0, and
where it does not, the sentence says that no difference is shown. What must be exact is so if it is
within rounding of float64 for every seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from experiments.processes import Job
from experiments.validation.conditions import Figures
from experiments.validation.game_measures import stacked
from experiments.validation.plan import Plan
from simulation.statistics import Effect

Results = Mapping[Any, Any]
"""Of all jobs, by their keys."""

Jobs = dict[Any, Job]
Rows = list[tuple[str, Effect | float]]


@dataclass(frozen=True)
class Limit:
    """A place where the analogy breaks, or may.

    Attributes
    ----------
    id : str
        L1 .. L7.
    title : str
    statement : str
        In one sentence, for someone who has never seen the code.
    measured : str
        How.
    jobs : function of a Plan
        What it needs to run.
    find : function of a Plan and the results of all jobs
        Rows, and the sentence that they write.
    """

    id: str
    title: str
    statement: str
    measured: str
    jobs: Callable[[Plan], Jobs]
    find: Callable[[Plan, Results], tuple[Rows, str]]


@dataclass(frozen=True)
class LimitResult:
    """What was measured there.

    Attributes
    ----------
    limit : Limit
    rows : list of (label, Effect or float)
        An effect goes from the first condition that its label names to the second; a plain figure
        has its unit in its label.
    finding : str
        In one sentence, written by the figures.
    """

    limit: Limit
    rows: Rows
    finding: str


def by_condition(plan: Plan, results: Results, name: str) -> dict[str, Figures]:
    """Gather a limit's results, one a seed, as figures by condition."""
    rows = [results["limit", name, str(seed)] for seed in plan.seeds]
    return {condition: stacked([row[condition] for row in rows]) for condition in rows[0]}


def shown(effect: Effect, lower: str, higher: str) -> str:
    """Put in brackets what is shown of a difference."""
    return {"lower": lower, "higher": higher}.get(effect.verdict, effect.verdict)


def sentence(parts: Iterable[str]) -> str:
    """Join what was found into one sentence."""
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."
