"""T1: the team is the network, step for step."""

from __future__ import annotations

import math

from experiments.crossing import CASES, Case, cross
from experiments.validation.theorems.comparison import Check, Comparison, largest
from simulation.checks import whole


def team_is_network(seed: int = 0, quick: bool = False, steps: int | None = None) -> Comparison:
    """Rehearse team and network side by side and compare all weights after every step.

    Parameters
    ----------
    seed : int
        The first of three seeds (two if quick).
    quick : bool
    steps : int, optional
        Rehearsals of each case; 1,000, or 100 if quick. The article's network, fifty times as slow
        as the others, takes all of them with the first seed and a tenth with the rest.
    """
    rehearsals = whole("steps", (100 if quick else 1_000) if steps is None else steps, least=1)
    seeds = range(seed, seed + (2 if quick else 3))

    def apart(case: Case) -> float:
        fewer = math.ceil(rehearsals / 10) if case.article_net else rehearsals
        crossings = [cross(case, rehearsals if s == seed else fewer, s) for s in seeds]
        return largest([crossing.differences for crossing in crossings])

    checks = tuple(
        Check(f"weights and reliance of the team and of its network, {case.name}", apart(case))
        for case in CASES
    )
    return Comparison(
        id="T1",
        statement="With the same start, questions and attendance, presenters who learn by their "
        "own rule and a dropout network trained by gradient descent have the same weights after "
        "every step.",
        source="this project; the analogy is that of Srivastava et al. (2014) section 2",
        checks=checks,
        detail=f"{len(CASES)} cases, {len(seeds)} seeds each, {rehearsals} rehearsals (of the "
        "article's network one seed in full); largest difference "
        f"{largest([check.difference for check in checks]):.1e}",
    )
