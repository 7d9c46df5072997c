"""Theorems about the team: what presenters do under absences is what dropout does (T1-T3, T5, T8).

Means over absences are not sampled: all 2^N sub-teams are gone through, each with its chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.crossing import CASES, Case, cross
from experiments.validation import regularisers
from experiments.validation.comparison import EXACT, Check, Comparison, largest
from experiments.validation.ensemble import Ensemble, possible_sub_teams
from nn_bridge.twin import Twin
from simulation.attendance import AttendanceLaw
from simulation.checks import whole
from simulation.coalitions import all_coalitions, coalition_values, mean_quality, moebius, sub_teams
from simulation.laws import (
    AlwaysWithout,
    Bursts,
    Couples,
    Everyone,
    Independent,
    NumberAbsent,
    Recorded,
    Rota,
    independent,
    one_or_two_absent,
)
from simulation.presenter import Presenter, Rehearsal
from simulation.talk import synthetic_talk
from simulation.team import Team

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LAWS: tuple[AttendanceLaw, ...] = (
    Everyone(5),
    one_or_two_absent(5),
    Independent(5, (0.1, 0.2, 0.3, 0.4, 0.6)),
    independent(5, 0.5),
    Couples(5, 0.4),
    Rota(5, 2),
    Bursts(5, 0.3, 4.0),
    Recorded(5, ((1, 1, 0, 1, 0), (0, 1, 1, 1, 1), (1, 0, 1, 0, 1), (1, 0, 1, 0, 1))),
)
"""Laws of five people, all of whom come sometimes; T2 and T8 need not even that."""

STEADY = 1e-300
"""A trust so small that reliance stays what it is set to."""

SKILLS = ("understanding", "understanding_bias", "delivery", "reliance")


def team_is_network(seed: int = 0, quick: bool = False, steps: int | None = None) -> Comparison:
    """T1: rehearse team and network side by side and compare all weights after every step.

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


def reliance_is_keep_probability(seed: int = 0, quick: bool = False) -> Comparison:
    """T2: presenters who rely on j at rate E[m_j | m_i = 1] learn what dropout learns on average.

    The mean over all sub-teams of what `Presenter.learn` changes, against the mean gradient of the
    network. The mean movement of reliance is a q_i (E[m_j | m_i = 1] - rho_ij), so that value is
    its only resting point. With a constant a, reliance goes on swinging about it with variance
    p (1 - p) a / (2 - a), by which its distance is judged.
    """
    trust, rehearsals = 0.005, 1_000 if quick else 4_000
    gradients, drifts, swings = [], [], []
    for number, law in enumerate((*LAWS, AlwaysWithout(5, 1))):
        room = _Room.of(law, seed, number)
        _, descent = room.ensemble.loss_and_gradients(room.questions, room.wanted)
        moved, _ = room.mean_learning(law.moments().given_present, STEADY)
        gradients += [m + g for m, g in zip(moved[:-1], descent[:-1], strict=True)]
        rates, given_present = room.presence()
        start = np.random.default_rng([seed, number, 2]).uniform(size=(5, 5))
        np.fill_diagonal(start, 1.0)
        _, drift = room.mean_learning(start, 0.25)
        drifts.append(drift - 0.25 * rates[:, None] * (given_present - start))
    for law in LAWS[1:5]:  # without memory or turns, so that the variance is known
        swings.append(_swing(law, seed, trust, rehearsals))
    return Comparison(
        id="T2",
        statement="Under squared error, presenters who rely on each other exactly as often as they "
        "meet, rho_ij = E[m_j given m_i = 1], follow the exact expected dropout gradient whatever "
        "the law of absences, and that value is where the reliance that they learn settles.",
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
        f"{largest(swings):.1f} standard deviations away",
    )


def mean_of_sub_teams(seed: int = 0, quick: bool = False) -> Comparison:
    """T3: average the answers of all sub-teams, presenters' and network's, without a softmax."""
    spoken, computed, predicted = [], [], []
    for number, law in enumerate(LAWS):
        room = _Room.of(law, seed, number)
        full = room.full_answer()
        mean = sum(p * room.rehearsal(m).talk_given() for m, p in room.sub_teams())
        spoken.append(mean - full)
        outputs = room.ensemble.outputs(room.questions)  # (C, B, K)
        computed.append(np.tensordot(room.ensemble.chances, outputs, axes=1) - full)
        predicted.append(room.ensemble.network.predict(room.questions) - full)
    return Comparison(
        id="T3",
        statement="With linear outputs, the answer rehearsed by a random sub-team, who speak up by "
        "1/q, is on average the answer of the full team, if everybody comes sometimes.",
        source="Baldi, Sadowski (2013), dropout in linear networks; for any law, this project",
        checks=(
            Check(
                "mean over all sub-teams of the talk given, and the full team's answer worked out "
                "from everybody's skills",
                largest(spoken),
            ),
            Check(
                "mean over all sub-networks of the output in training, and the same answer",
                largest(computed),
            ),
            Check("output of the network at inference, and the same answer", largest(predicted)),
        ),
        detail=f"{len(LAWS)} laws, all sub-teams of five",
    )


def absences_regularise(seed: int = 0, quick: bool = False) -> Comparison:
    """T5: the mean loss over all sub-teams, against that of the full team and the penalty."""
    spoken, computed, penalties = [], [], []
    for number, law in enumerate(LAWS):
        room = _Room.of(law, seed, number)
        said = np.array([p.contribution(room.questions) for p in room.presenters])  # (N, B, K)
        missing = room.wanted - room.full_answer()
        penalty = regularisers.covariance_penalty(said, law.moments())
        predicted = 0.5 * float(np.square(missing).sum(axis=1).mean()) + penalty
        heard = sum(
            p * room.team.talk.audience.loss(room.rehearsal(m).talk_given(), room.wanted)
            for m, p in room.sub_teams()
        )
        mean_loss, _ = room.ensemble.loss_and_gradients(room.questions, room.wanted)
        spoken.append(heard - predicted)
        computed.append(mean_loss - predicted)
        penalties.append(penalty)
    formula = "loss of the full team + 1/2 sum_ij Cov(m_i, m_j)/(q_i q_j) <c_i, c_j>"
    return Comparison(
        id="T5",
        statement="The mean squared-error loss over absences, 1/2 |t - y|^2, is the loss of the "
        "full team plus a penalty on contributions, 1/2 sum_ij Cov(m_i, m_j)/(q_i q_j) <c_i, c_j>, "
        "if everybody comes sometimes.",
        source="Srivastava et al. (2014) section 9.1 and Wager, Wang, Liang (2013) for independent "
        "dropout; for any law, this project",
        checks=(
            Check(
                f"mean loss of the talk given over all sub-teams, and {formula}", largest(spoken)
            ),
            Check(f"mean loss over all sub-networks, and {formula}", largest(computed)),
        ),
        detail=f"{len(LAWS)} laws; penalties from {min(penalties):.3g} to {max(penalties):.3g}",
    )


def cooperation_is_discounted(seed: int = 0, quick: bool = False) -> Comparison:
    """T8: mean quality over all sub-teams, against what groups add times how often they meet."""
    means, rates, pairs = [], [], []
    for number, law in enumerate((*LAWS, AlwaysWithout(5, 1))):
        room = _Room.of(law, seed, number)
        game = room.team.game()
        adds = moebius(coalition_values(game))  # (2^N,)
        together = sub_teams(law).together
        masks, chances = possible_sub_teams(law)
        mean = chances @ game.quality(masks)
        means += [mean - adds @ together, mean - mean_quality(coalition_values(game), law)]
        rates.append(together - _meeting_rates(law))
        both = together[[[1 << i | 1 << j for j in range(5)] for i in range(5)]]  # (N, N)
        pairs.append(both - law.moments().joint)
    article = sub_teams(one_or_two_absent(5)).together[[1, 3, 7, 15, 31]]
    return Comparison(
        id="T8",
        statement="What a group adds as a group counts, in the mean quality under absences, only "
        "as often as all of the group are there together: q^n for n people who come independently, "
        ".70, .45, .25, .10, 0 for 1 to 5 people when one or two of five are absent.",
        source="Harsanyi (1963) for the coefficients; compare Lengerich, Xing, Caruana (2022), "
        "whose formula (1 - p)^n gives 6.25% for n = 4, p = .5, where their text says 12.5%",
        checks=(
            Check(
                "mean quality over all sub-teams, and sum_A a_A P(all of A are there) with Moebius "
                "coefficients a_A",
                largest(means),
            ),
            Check("P(all of A are there) counted over sub-teams, and in theory", largest(rates)),
            Check("the same for pairs, and the closed-form moments of the law", largest(pairs)),
            Check(
                "discounts for one or two of five absent, and .70, .45, .25, .10, 0",
                largest([article - [0.70, 0.45, 0.25, 0.10, 0.0]]),
            ),
        ),
        detail=f"{len(LAWS) + 1} laws, all 32 groups of five; four people at rate .5 are all there "
        f"in {100 * sub_teams(independent(5, 0.5)).together[15]:.2f}% of rehearsals",
    )


@dataclass(frozen=True, eq=False)
class _Room:
    """A team in the middle of its rehearsals, its network, and eight questions."""

    law: AttendanceLaw
    team: Team
    ensemble: Ensemble
    questions: FloatArray  # (B, D)
    wanted: FloatArray  # (B, K)

    @classmethod
    def of(cls, law: AttendanceLaw, seed: int, number: int) -> _Room:
        talk = synthetic_talk(np.random.default_rng([seed, number, 0]), show=60)
        start = np.random.default_rng([seed, number, 1])
        team = Team(talk, law, abilities=3, learning_rate=0.05, rng=start)
        team.rehearse(30)  # so that handout and biases are not 0
        ensemble = Ensemble.of(Twin.of(team).network)
        return cls(law, team, ensemble, talk.practice_questions[:8], talk.practice_answers[:8])

    @property
    def presenters(self) -> list[Presenter]:
        return list(self.team.agents)

    def sub_teams(self) -> Iterator[tuple[BoolArray, float]]:
        return zip(*possible_sub_teams(self.law), strict=True)

    def rehearsal(self, attendance: BoolArray) -> Rehearsal:
        return Rehearsal(
            questions=self.questions,
            wanted=self.wanted,
            attendance=attendance,
            table=np.array([presenter.prepare(self.questions) for presenter in self.presenters]),
            handout=self.team.handout,
            audience=self.team.talk.audience,
            learning_rate=1.0,
        )

    def full_answer(self) -> FloatArray:
        """Work out the answers of the full team from everybody's skills, (B, K)."""
        answer = np.tile(self.team.handout, (len(self.questions), 1))
        for one in self.presenters:
            understood = self.questions @ one.understanding.T + one.understanding_bias
            answer += np.where(understood > 0, understood, 0.0) @ one.delivery.T
        return answer

    def presence(self) -> tuple[FloatArray, FloatArray]:
        """Count q_i, (N,), and E[m_j | m_i = 1], (N, N), over all sub-teams."""
        masks, chances = possible_sub_teams(self.law)
        joint = np.einsum("c,ci,cj->ij", chances, masks, masks)
        rates = joint.diagonal()
        return rates, joint / np.where(rates > 0, rates, 1.0)[:, None]

    def mean_learning(
        self, reliance: FloatArray, trust: float
    ) -> tuple[list[FloatArray], FloatArray]:
        """Let every sub-team rehearse once from the same start; return the mean changes.

        Returns
        -------
        skills : list of arrays
            In the order and shapes of the network's parameters.
        reliance : (N, N) array
        """
        for presenter in self.presenters:
            presenter.reliance[...] = reliance[presenter.seat]
            presenter.trust = trust
        saved = [[getattr(p, name).copy() for name in SKILLS] for p in self.presenters]
        before = [*Twin.of(self.team).network.parameters(), self.team.reliance]
        changes = [np.zeros(part.shape) for part in before]
        for attendance, chance in self.sub_teams():
            rehearsal = self.rehearsal(attendance)
            for presenter in self.presenters:
                presenter.learn(rehearsal)
            after = [*Twin.of(self.team).network.parameters(), self.team.reliance]
            for change, new, old in zip(changes, after, before, strict=True):
                change += chance * (new - old)
            for presenter, parts in zip(self.presenters, saved, strict=True):
                for name, part in zip(SKILLS, parts, strict=True):
                    getattr(presenter, name)[...] = part
        return changes[:-1], changes[-1]


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


def _meeting_rates(law: AttendanceLaw) -> FloatArray:
    """P(all of A are there) for every group A, (2^N,): by formula where there is one."""
    n = law.n_presenters
    groups = all_coalitions(n)
    match law:
        case Independent(absence_rates=absent):
            return np.asarray(np.where(groups, 1.0 - np.array(absent), 1.0).prod(axis=1))
        case NumberAbsent(counts=counts):
            of_size = [
                np.mean([math.comb(n - size, k) / math.comb(n, k) for k in counts])
                for size in range(n + 1)
            ]
            return np.asarray(np.array(of_size)[groups.sum(axis=1)])
    masks, chances = possible_sub_teams(law)
    return np.array([chances[masks[:, group].all(axis=1)].sum() for group in groups])
