"""L3: an audience that only names a winner."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from experiments.costs import Cost, costing
from experiments.validation.conditions import SMALL
from experiments.validation.limits.limit import (
    Jobs,
    Limit,
    Results,
    Rows,
    by_condition,
    sentence,
    shown,
)
from experiments.validation.plan import Plan
from experiments.validation.theorems.comparison import EXACT
from experiments.validation.theorems.ensemble import Ensemble
from experiments.validation.theorems.snapshot import Snapshot
from nn_bridge.twin import Twin
from simulation.arrays import FloatArray
from simulation.audience import AUDIENCES
from simulation.laws import independent
from simulation.real_talks import mnist_sample_talk
from simulation.scenario import PRESENTERS
from simulation.statistics import paired_effect
from simulation.team import Team


def jobs(plan: Plan) -> Jobs:
    """One for each seed."""
    return {
        ("limit", "L3", str(seed)): (reliance_and_softmax, (seed, plan.rehearsals // 2))
        for seed in plan.seeds
    }


@costing(lambda _, rehearsals: Cost(6e-4 * rehearsals))
def reliance_and_softmax(seed: int, rehearsals: int) -> dict[str, dict[str, float]]:
    """Set reliance-weighted learning against the exact mean dropout gradient, by audience.

    Five presenters, each absent from half of the rehearsals, practise 300 images of MNIST until
    they are no longer beginners. Then, on all 300, the direction in which they learn if they rely
    on each other exactly as often as they meet is set beside minus the mean gradient over all 2^5
    masks.
    """
    digits = mnist_sample_talk(np.random.default_rng([seed, 1]), practice=SMALL)
    found = {}
    for audience in AUDIENCES:
        talk = replace(digits, audience_name=audience)
        qualities = {}
        # The last team is the one looked at; the first shows what the difference comes to.
        for trust in (1.0, 0.02) if audience == "softmax" else (0.02,):
            team = Team(talk, independent(PRESENTERS, 0.5), trust=trust, rng=seed)
            team.rehearse(rehearsals)
            qualities[trust] = team.quality()
        learned, exact = directions(team)
        found[audience] = {
            "cosine": float(learned @ exact / np.linalg.norm(learned) / np.linalg.norm(exact)),
            "relative difference": float(np.linalg.norm(learned - exact) / np.linalg.norm(exact)),
            **{f"quality, trust {trust:g}": quality for trust, quality in qualities.items()},
        }
    return found


def directions(team: Team) -> tuple[FloatArray, FloatArray]:
    """Return where presenters go with reliance E[m_j | m_i = 1], and minus the mean gradient.

    Both over all practice questions and all skills, as flat vectors. The team is changed.
    """
    talk, moments = team.talk, team.attendance.moments()
    network = Twin.of(team).network
    snapshot = Snapshot(
        team.attendance, team, Ensemble.of(network), talk.practice_questions, talk.practice_answers
    )
    _, gradients = snapshot.ensemble.loss_and_gradients(snapshot.questions, snapshot.wanted)
    exact = np.concatenate([-gradient.ravel() for gradient in gradients[:-1]])  # no handout
    before = network.parameters()[:-1]
    rehearsal = snapshot.rehearsal(np.ones(PRESENTERS, dtype=bool))
    for presenter in snapshot.presenters:
        presenter.trust = 0.0  # reliance stays what it is set to
        presenter.reliance[...] = moments.given_present[presenter.seat]
        presenter.learn(rehearsal)
    after = Twin.of(team).network.parameters()[:-1]
    # With reliance held still each learns the same whoever else is there, and nothing when away.
    there = moments.rates.repeat(team.abilities)  # (N H,)
    change = [new - old for new, old in zip(after, before, strict=True)]
    learned = [change[0] * there[:, None], change[1] * there, change[2] * there]
    return np.concatenate([part.ravel() for part in learned]), exact


def found(plan: Plan, results: Results) -> tuple[Rows, str]:
    """How far reliance is from the mean dropout gradient, by audience."""
    audiences = by_condition(plan, results, "L3")
    squared, softmax = audiences["squared error"], audiences["softmax"]
    difference, cosine = (
        paired_effect(squared[name], softmax[name]) for name in ("relative difference", "cosine")
    )
    accuracy = paired_effect(softmax["quality, trust 1"], softmax["quality, trust 0.02"])
    exact = [name for name in audiences if audiences[name]["relative difference"].max() <= EXACT]
    names = ", ".join(exact) if exact else "neither audience"
    rows: Rows = [
        ("relative difference of directions: squared error, softmax", difference),
        ("cosine between directions: squared error, softmax", cosine),
        ("accuracy, softmax: counting on whoever is there, reliance", accuracy),
    ]
    return rows, sentence(
        [
            f"reliance is exact for {names}",
            f"directions differ by {difference.before:.1g} of their length under squared error, "
            f"by {difference.after:.2g} under softmax ({shown(difference, 'less', 'more')}), with "
            f"cosine {cosine.after:.3g}",
            f"accuracy by reliance is {accuracy.after:.3g}, by dropout {accuracy.before:.3g} "
            f"({shown(accuracy, 'lower', 'higher')})",
        ]
    )


LIMIT = Limit(
    "L3",
    "An audience that only names a winner",
    "To rely on others as often as they come is exactly what dropout learns on average if the "
    "audience says how far off each answer was; a softmax audience, which hears all answers "
    "against each other, is not linear.",
    "five presenters on 300 images of MNIST, each absent half of the time: the direction in which "
    "they learn by that reliance, against the mean dropout gradient over all 2^5 masks",
    jobs,
    found,
)
