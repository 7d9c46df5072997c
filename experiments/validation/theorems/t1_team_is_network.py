"""T1: when the team is the network, step for step; and how far from dropout SGD it is otherwise."""

from __future__ import annotations

import math

from experiments.crossing import CASES, Case, cross
from experiments.parting import part
from experiments.validation.theorems.comparison import Check, Comparison, largest
from simulation.checks import whole


def team_is_network(seed: int = 0, quick: bool = False, steps: int | None = None) -> Comparison:
    """Rehearse team and network side by side and compare all weights after every step.

    The detail says how far a team with a < 1 is from a network trained by dropout SGD, which is no
    check: the two follow different rules and must part.

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
    parted = [part(rehearsals, s).after for s in seeds]
    partings = {n: [after[n] for after in parted] for n in parted[0]}
    return Comparison(
        id="T1",
        statement="With the same start, questions and masks, one a batch or a sample, presenters "
        "with trust a = 1, who count on whoever is there, and a network Dense(relu), dropout by "
        "the same law, Dense(linear or softmax), trained by plain SGD on the same loss, have the "
        "same weights after every step; for a < 1 they have if the network trains by the "
        "presenters' reliance-weighted backward pass, which is not dropout SGD.",
        source="this project; the analogy is that of Srivastava et al. (2014) section 2",
        checks=checks,
        detail=f"{len(CASES)} cases, {len(seeds)} seeds each, {rehearsals} rehearsals (of the "
        "article's network one seed in full); largest difference "
        f"{largest([check.difference for check in checks]):.1e}; beside dropout SGD with the same "
        "masks, which is another rule, weights of the team with a = 0.02 are "
        + " and ".join(
            f"{min(apart):.2g} to {max(apart):.2g} away after rehearsal {n:,}"
            for n, apart in partings.items()
        ),
    )
