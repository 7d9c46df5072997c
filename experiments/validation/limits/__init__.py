"""Where the analogy breaks: what it leaves out or gets wrong, measured and not only said.

A limit is no claim, so it has no verdict. Each file holds one: its statement, its measure (the job
that any process can take), and what was found, a sentence that the figures write by rules that
stand in the code before the run (`limit`).

- `together`: L1, absences that come together, or last
- `dose`: L2, absences that are too frequent; and the dose-response of both worlds
- `softmax`: L3, an audience that only names a winner
- `optimizers`: L4, networks that remember where they were going
- `depth`: L5, deep networks
- `other_learners`: L6, people who are not gradient descent
- `noise`: L7, noise helps, too
"""

from __future__ import annotations

from experiments.validation.limits import (
    depth,
    dose,
    noise,
    optimizers,
    other_learners,
    softmax,
    together,
)
from experiments.validation.limits.limit import Jobs, Limit, LimitResult, Results
from experiments.validation.plan import Plan

__all__ = ["LIMITS", "Limit", "LimitResult", "judge_limits", "limit_jobs"]

LIMITS: dict[str, Limit] = {
    module.LIMIT.id: module.LIMIT
    for module in (together, dose, softmax, optimizers, depth, other_learners, noise)
}


def limit_jobs(plan: Plan) -> Jobs:
    """Name the jobs of all limits."""
    return {key: job for limit in LIMITS.values() for key, job in limit.jobs(plan).items()}


def judge_limits(plan: Plan, results: Results) -> list[LimitResult]:
    """Say what the results of `limit_jobs`, and of the worlds' conditions, show."""
    return [LimitResult(limit, *limit.find(plan, results)) for limit in LIMITS.values()]
