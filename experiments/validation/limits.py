"""Where the analogy breaks: what it leaves out or gets wrong, measured and not only said.

A limit is no claim, so it has no verdict; its finding is a sentence that its numbers write, by
rules that stand in the code before the run (`limit_findings`).
"""

from __future__ import annotations

from dataclasses import dataclass

from experiments.processes import Job
from experiments.validation.conditions import NOISY
from experiments.validation.limit_findings import FINDINGS, Results
from experiments.validation.limit_measures import (
    NETWORK_BEYOND,
    TEAM_BEYOND,
    absences_together,
    absent_units_move,
    deep_ensembles,
    frequent_absences_network,
    frequent_absences_team,
    reliance_and_softmax,
)
from experiments.validation.other_learners import measure_tinkerers
from experiments.validation.plan import Plan
from simulation.statistics import Effect


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
    """

    id: str
    title: str
    statement: str
    measured: str


@dataclass(frozen=True)
class LimitResult:
    """What was measured there.

    Attributes
    ----------
    limit : Limit
    rows : tuple of (label, Effect or float)
        An effect goes from the first condition that its label names to the second; a plain figure
        has its unit in its label.
    finding : str
        In one sentence, written by the figures.
    """

    limit: Limit
    rows: tuple[tuple[str, Effect | float], ...]
    finding: str


LIMITS = {
    limit.id: limit
    for limit in (
        Limit(
            "L1",
            "Absences that come together, or last",
            "Absences loosen dependence between people whom they separate; real ones come in "
            "couples, or last for weeks.",
            "six presenters, everyone absent from 30% of rehearsals: independently, in couples "
            "who are only ever absent together, or for twenty rehearsals on end; what each law "
            "gains on always complete rehearsals",
        ),
        Limit(
            "L2",
            "Absences that are too frequent",
            "The analogy names no dose, but a team in which hardly anyone ever comes does not "
            "rehearse.",
            "quality with everyone there against that of always complete rehearsals, for rising "
            "rates of independent absences; a rate is too much if quality is lower, or learning "
            "diverges in more than half of the teams; the fall from the best rate to the highest "
            "that does not diverge is judged with the best rate chosen on the other seeds",
        ),
        Limit(
            "L3",
            "An audience that only names a winner",
            "To rely on others as often as they come is exactly what dropout learns on average if "
            "the audience says how far off each answer was; a softmax audience, which hears all "
            "answers against each other, is not linear.",
            "five presenters on 300 digits, each absent half of the time: the direction in which "
            "they learn by that reliance, against the mean dropout gradient over all 2^5 masks",
        ),
        Limit(
            "L4",
            "Networks that remember where they were going",
            "Who misses a rehearsal learns nothing from it, but a unit that was dropped still "
            "moves if the optimizer remembers earlier steps.",
            "a network with 32 hidden units on 300 digits, masks handed in for the batch: how far "
            "weights of dropped units move at the very step at which they are dropped",
        ),
        Limit(
            "L5",
            "Deep networks",
            "With one layer of presenters, one full talk is exactly the geometric mean of the "
            "talks of all sub-teams; with a layer that listens to a layer it need not be.",
            "one and two hidden layers of 40 units on digits, Dropout(0.5) after each in groups of "
            "8, all 2^5 or 2^10 sub-networks: the share of probability that lies elsewhere (total "
            "variation), mean over 100 unseen digits",
        ),
        Limit(
            "L6",
            "People who are not gradient descent",
            "Presenters here learn by a gradient; people may only try something, and keep it if it "
            "went better.",
            "five presenters who change delivery and understanding a little at random, keep it if "
            "the talk as they count on it got better, hear only how good it was, and count on "
            "others as often as they came; always complete against one or two absent; by the rules "
            "of the claims co-adaptation falls if losing one costs less, contributions agree more "
            "and the co-adaptation score is lower",
        ),
        Limit(
            "L7",
            "Noise helps, too",
            "Not all that absences bring needs anyone to be absent: an audience that is hard to "
            "hear may bring part of it.",
            "always complete rehearsals with noise on the answers, as strong as absences would "
            "make it, against absences: gain in quality with two presenters, or two of eight "
            f"blocks of hidden units, missing; the network on '{NOISY.name}'",
        ),
    )
}


def limit_jobs(plan: Plan) -> dict[tuple[str, ...], Job]:
    """Name the jobs of the limits. L2 and L7 also use conditions of the worlds."""
    seeds, rehearsals = plan.seeds, plan.rehearsals
    # Trial and error takes longer to get anywhere than a gradient does.
    tinkering = rehearsals if plan.quick else 2 * rehearsals
    jobs: dict[tuple[str, ...], Job] = {
        ("limit", "L2", "network"): (
            frequent_absences_network,
            (seeds, plan.epochs, NETWORK_BEYOND),
        ),
        ("limit", "L5"): (deep_ensembles, (seeds, plan.epochs)),
        ("limit", "L1"): (absences_together, (seeds, rehearsals)),
        ("limit", "L2", "team"): (frequent_absences_team, (seeds, rehearsals, TEAM_BEYOND)),
        ("limit", "L4"): (absent_units_move, (seeds, 100 if plan.quick else 1_000)),
    }
    for seed in seeds:
        jobs["limit", "L6", str(seed)] = measure_tinkerers, (seed, tinkering)
        jobs["limit", "L3", str(seed)] = reliance_and_softmax, (seed, rehearsals // 2)
    return jobs


def judge_limits(plan: Plan, results: Results) -> list[LimitResult]:
    """Say what the results of `limit_jobs`, and of the worlds, show about each limit."""
    found = []
    for name, limit in LIMITS.items():
        rows, finding = FINDINGS[name](plan, results)
        found.append(LimitResult(limit, tuple(rows), finding))
    return found
