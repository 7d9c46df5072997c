"""T2: to rely on each other as often as you meet is to follow dropout's mean gradient."""

from __future__ import annotations

import numpy as np

from experiments.validation.theorems.comparison import EXACT, Check, Comparison, largest
from experiments.validation.theorems.snapshot import LAWS, Snapshot
from simulation.arrays import FloatArray
from simulation.attendance import AttendanceLaw
from simulation.laws import AlwaysWithout, one_or_two_absent
from simulation.talk import synthetic_talk
from simulation.team import Team


def reliance_follows_dropout(seed: int = 0, quick: bool = False) -> Comparison:
    """Let presenters rely on j at rate E[m_j | m_i = 1], and compare what they learn with dropout.

    The mean over all sub-teams of what `Presenter.learn` changes, against the mean gradient of the
    network. The mean movement of reliance is a q_i (E[m_j | m_i = 1] - rho_ij), so that value is
    its only resting point. With a constant a, reliance goes on swinging about it, where absences
    are drawn anew at each rehearsal with variance p (1 - p) a / (2 - a), by which its distance is
    judged.
    """
    trust, rehearsals = 0.005, 1_000 if quick else 4_000
    gradients, drifts, swings = [], [], []
    for number, law in enumerate((*LAWS, AlwaysWithout(5, 1))):
        team = Snapshot.of(law, seed, number)
        _, descent = team.ensemble.loss_and_gradients(team.questions, team.wanted)
        moved, _ = team.mean_learning(law.moments().given_present, 0.0)
        gradients += [m + g for m, g in zip(moved[:-1], descent[:-1], strict=True)]
        rates, given_present = team.presence()
        start = np.random.default_rng([seed, number, 2]).uniform(size=(5, 5))
        np.fill_diagonal(start, 1.0)
        _, drift = team.mean_learning(start, 0.25)
        drifts.append(drift - 0.25 * rates[:, None] * (given_present - start))
    for law in LAWS[1:5]:  # without memory or turns, so that the variance is known
        swings.append(_swing(law, seed, trust, rehearsals))
    article = one_or_two_absent(5).moments()
    return Comparison(
        id="T2",
        statement="Under squared error, linear in the answer, presenters whose reliance is held at "
        "rho_ij = E[m_j given m_i = 1] change in the mean over the absences by exactly minus the "
        "learning rate times the expected dropout gradient, whatever the law. Learned reliance "
        "moves towards that value p in the mean, and in the long run swings about it, with "
        "variance p(1-p)a/(2-a) if absences are drawn anew each time. It is j's keep probability "
        "q_j only where i's and j's presences are independent.",
        source="this project: feedback is linear in the answer, so its mean given that i is there "
        "is the feedback on the mean answer",
        checks=(
            Check(
                "mean change that presenters make over all sub-teams, and minus the mean gradient "
                "of the dropout network",
                largest(gradients),
            ),
            Check(
                "mean change of learned reliance over all sub-teams, and "
                "a q_i (E[m_j given m_i = 1] - rho_ij)",
                largest(drifts),
            ),
            Check(
                "learned reliance and E[m_j given m_i = 1], in standard deviations of the "
                "exponential average",
                largest(swings),
                6.0,
            ),
        ),
        detail=f"{len(LAWS) + 1} laws, all sub-teams of five; reliance learned with a = {trust:g} "
        f"in {rehearsals} rehearsals under {len(swings)} of them is at most "
        f"{largest(swings):.1f} standard deviations away; with one or two of five absent it is "
        f"{article.given_present[0, 1]:.4f} in the mean, beside q = {article.rates[0]:g}",
    )


def _swing(law: AttendanceLaw, seed: int, trust: float, rehearsals: int) -> FloatArray:
    """How far learned reliance is from E[m_j | m_i = 1], in its own standard deviations, (N, N).

    After n rehearsals, each with chance p of meeting, the exponential average that started at 1
    has mean p + (1 - a)^n (1 - p) and variance p (1 - p) a/(2 - a) (1 - (1 - a)^(2n)).
    """
    talk = synthetic_talk(np.random.default_rng([seed, 2]), show=60)
    team = Team(talk, law, abilities=1, trust=trust, learning_rate=1e-3, questions=1, rng=seed)
    team.rehearse(rehearsals)
    p = law.moments().given_present
    forgotten = (1.0 - trust) ** np.array(team.agents.get("rehearsals_attended"))[:, None]
    mean = p + forgotten * (1.0 - p)
    variance = p * (1.0 - p) * trust / (2.0 - trust) * (1.0 - forgotten**2)
    return np.asarray((team.reliance - mean) / np.maximum(np.sqrt(variance), EXACT))
