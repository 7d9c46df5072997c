"""What the limits of the analogy are measured by, each a job that any process can take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from experiments.article import Setting, digits_of, fit_article_network
from experiments.stack import TeamStack
from experiments.validation.conditions import COUPLED, SMALL, Figures
from experiments.validation.ensemble import Ensemble
from experiments.validation.team_world import ALONE
from nn_bridge.dense import Dense
from nn_bridge.dropout import Dropout
from nn_bridge.losses import accuracy
from nn_bridge.network import Sequential
from nn_bridge.optimizers import SGD, Adam, Optimizer
from nn_bridge.twin import Twin
from simulation.attendance import AttendanceLaw
from simulation.audience import AUDIENCES
from simulation.coalitions import agreement, all_coalitions, quality_kept
from simulation.laws import Bursts, Couples, Everyone, independent
from simulation.presenter import Presenter, Rehearsal
from simulation.real_talks import digits_talk
from simulation.scenario import HEAD_START, PRESENTERS
from simulation.talk import Talk, synthetic_talk
from simulation.team import Team

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

STEADY = 1e-300
"""A trust so small that reliance stays what it is set to."""

ABSENT_RATE = 0.3
"""Absence rate of L1, whether absences come alone, in couples or in bursts of twenty rehearsals."""

TOGETHER: dict[str, AttendanceLaw] = {
    "complete": Everyone(COUPLED),
    "independent": independent(COUPLED, ABSENT_RATE),
    "couples": Couples(COUPLED, ABSENT_RATE),
    "bursts": Bursts(COUPLED, ABSENT_RATE, 20.0),
}

TEAM_BEYOND, NETWORK_BEYOND = (0.85, 0.9), (0.95, 0.98)
"""Absence rates of L2 beyond those of the dose-response."""

OPTIMIZERS = ("plain SGD", "momentum", "Adam")

GROUPS, GROUP_SIZE = 5, 8
"""Groups of units that drop together in each layer of L5: few enough to enumerate their masks."""


def absences_together(seeds: Sequence[int], rehearsals: int) -> dict[str, Figures]:
    """L1: rehearse teams of six under each law of `TOGETHER`; return measures (S,) by law."""
    stack = _rehearsed_stack(list(TOGETHER.values()), seeds, rehearsals)
    games = [stack.game(member) for member in range(stack.n_members)]
    of_all = {
        "quality with two missing": [quality_kept(game, 2).mean for game in games],
        "agreement": [agreement(game) for game in games],
    }
    by_law = {name: np.reshape(of_all[name], (len(TOGETHER), -1)) for name in of_all}
    return {
        law: {name: figures[at] for name, figures in by_law.items()}
        for at, law in enumerate(TOGETHER)
    }


def frequent_absences_team(
    seeds: Sequence[int], rehearsals: int, rates: Sequence[float]
) -> FloatArray:
    """L2: quality with everyone there after absences at each of `rates`, (rates, S).

    nan where learning diverged.
    """
    stack = _rehearsed_stack([independent(PRESENTERS, rate) for rate in rates], seeds, rehearsals)
    return stack.game_measures()["quality"].reshape(len(rates), -1)


def _rehearsed_stack(
    laws: Sequence[AttendanceLaw], seeds: Sequence[int], rehearsals: int
) -> TeamStack:
    """Rehearse a team for each law and seed: all seeds under the first law, then the second, .."""
    talks = [synthetic_talk(np.random.default_rng([seed, 0])) for seed in seeds]
    stack = TeamStack(talks * len(laws), [law for law in laws for _ in seeds], [*seeds] * len(laws))
    stack.practise_alone(HEAD_START, ALONE)
    stack.rehearse(rehearsals)
    return stack


def frequent_absences_network(
    seeds: Sequence[int], epochs: int, rates: Sequence[float]
) -> FloatArray:
    """L2: accuracy of the article's network after each of `rates`, (rates, S); 30% labels wrong."""
    talks = [digits_of(Setting(label_noise=0.3), seed) for seed in seeds]
    return np.array(
        [
            fit_article_network(Setting(rate, 0.3, epochs=epochs), seeds, talks).unseen
            for rate in rates
        ]
    )


def reliance_and_softmax(seed: int, rehearsals: int) -> dict[str, dict[str, float]]:
    """L3: reliance-weighted learning against the exact mean dropout gradient, by audience.

    Five presenters, each absent from half of the rehearsals, practise 300 digits until they are no
    longer beginners. Then, on all 300, the direction in which they learn if they rely on each
    other exactly as often as they meet is set beside minus the mean gradient over all 2^5 masks.
    """
    digits = digits_talk(np.random.default_rng([seed, 1]), practice=SMALL)
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
    talk: Talk = team.talk
    questions, wanted = talk.practice_questions, talk.practice_answers
    ensemble = Ensemble.of(Twin.of(team).network)
    _, gradients = ensemble.loss_and_gradients(questions, wanted)
    exact = np.concatenate([-gradient.ravel() for gradient in gradients[:-1]])  # no handout

    moments = team.attendance.moments()
    presenters: list[Presenter] = list(team.agents)
    before = Twin.of(team).network.parameters()[:-1]
    rehearsal = Rehearsal(
        questions=questions,
        wanted=wanted,
        attendance=np.ones(len(presenters), dtype=bool),
        table=np.array([presenter.prepare(questions) for presenter in presenters]),
        handout=team.handout,
        audience=talk.audience,
        learning_rate=1.0,
    )
    for presenter in presenters:
        presenter.trust = STEADY
        presenter.reliance[...] = moments.given_present[presenter.seat]
        presenter.learn(rehearsal)
    after = Twin.of(team).network.parameters()[:-1]
    # With reliance held still each learns the same whoever else is there, and nothing when away.
    there = moments.rates.repeat(team.abilities)  # (N H,)
    change = [new - old for new, old in zip(after, before, strict=True)]
    learned = [change[0] * there[:, None], change[1] * there, change[2] * there]
    return np.concatenate([part.ravel() for part in learned]), exact


def absent_units_move(seeds: Sequence[int], steps: int) -> dict[str, dict[str, FloatArray]]:
    """L4: how far dropped units move at the very steps at which they are dropped, by optimizer.

    One mask is handed to the network at each step, the same for the whole batch; batches and masks
    are the same under every optimizer.

    Returns
    -------
    dict of optimizer to dict of measure to (S,) array
    """
    talks = [digits_talk(np.random.default_rng([seed, 1]), practice=SMALL) for seed in seeds]
    x = np.stack([talk.practice_questions for talk in talks])  # (S, P, D)
    y = np.stack([talk.practice_answers.argmax(axis=1) for talk in talks])  # (S, P)
    found = {}
    for name in OPTIMIZERS:
        rng = np.random.default_rng(seeds)
        hidden, dropout, output = Dense(32, "relu"), Dropout(0.5), Dense(10, "softmax")
        network = Sequential([hidden, dropout, output], seed=list(seeds), dtype="float64")
        network.build(x.shape[2:])
        network.compile(_optimizer(name), "sparse_categorical_crossentropy")
        largest = np.zeros(len(talks))
        moved = np.zeros((2, len(talks)))  # by those dropped, and by those kept
        for _ in range(steps):
            rows = rng.integers(x.shape[1], size=32)
            kept = rng.random((len(talks), 32)) < 0.5  # (S, units)
            before = [parameter.copy() for parameter in network.parameters()]
            network.train_on_batch(x[:, rows], y[:, rows], masks={dropout: kept[:, None]})
            into, bias, out = (
                np.abs(new - old)
                for new, old in zip(network.parameters()[:3], before[:3], strict=True)
            )
            changes = np.concatenate([into, bias[..., None], out.mT], axis=2)  # (S, units, D+1+K)
            largest = np.maximum(largest, np.where(kept, 0.0, changes.max(axis=2)).max(axis=1))
            step = np.linalg.norm(changes, axis=2)  # (S, units)
            moved += [np.where(kept, 0.0, step).sum(axis=1), np.where(kept, step, 0.0).sum(axis=1)]
        found[name] = {"largest change": largest, "moved, relative to kept": moved[0] / moved[1]}
    return found


def _optimizer(name: str) -> Optimizer:
    if name == "Adam":
        return Adam(0.001)
    return SGD(0.05, momentum=0.9 if name == "momentum" else 0.0)


def deep_ensembles(seeds: Sequence[int], epochs: int) -> dict[int, dict[str, FloatArray]]:
    """L5: the full scaled network against the means over all its sub-networks, by hidden layers.

    Networks with one and with two hidden layers of 40 units, Dropout(0.5) after each by groups of
    8 units, so that all 2^5 or 2^10 sub-networks can be gone through. On 100 unseen digits.

    Returns
    -------
    dict of layers to dict of measure to (S,) array
    """
    setting = Setting()
    talks = [digits_of(setting, seed) for seed in seeds]
    x = np.stack([talk.practice_questions for talk in talks])
    y = np.stack([talk.practice_answers.argmax(axis=1) for talk in talks])
    unseen = np.stack([talk.show_questions[:100] for talk in talks])  # (S, M, D)
    wanted = np.stack([talk.show_answers[:100] for talk in talks])
    found = {}
    for depth in (1, 2):
        hidden = [
            layer
            for _ in range(depth)
            for layer in (
                Dense(GROUPS * GROUP_SIZE, "relu"),
                Dropout(0.5, group_size=GROUP_SIZE),
            )
        ]
        network = Sequential([*hidden, Dense(10, "softmax")], seed=list(seeds), dtype="float64")
        network.build(x.shape[2:])
        network.compile(setting.new_optimizer, "sparse_categorical_crossentropy")
        network.fit(x, y, epochs=epochs, verbose=0)
        full = network.predict(unseen)  # (S, M, K)
        arithmetic, geometric = means_of_sub_networks(network, unseen)
        found[depth] = {
            "distance to the geometric mean": _apart(full, geometric),
            "distance to the arithmetic mean": _apart(full, arithmetic),
            "accuracy of one scaled pass": accuracy(full, wanted),
            "accuracy of the arithmetic mean": accuracy(arithmetic, wanted),
        }
    return found


def means_of_sub_networks(network: Sequential, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Arithmetic and normalised geometric mean of what all sub-networks answer, with rate 0.5.

    Every combination of masks of the network's dropout layers is as likely as any other.
    """
    dropouts = [layer for layer in network.layers if isinstance(layer, Dropout)]
    masks = all_coalitions(GROUPS * len(dropouts))  # (C, groups of all layers)
    total, total_log = np.zeros(()), np.zeros(())
    for mask in masks:
        own = dict(zip(dropouts, np.split(mask, len(dropouts)), strict=True))
        answer = network(x, training=True, masks=own)
        total, total_log = total + answer, total_log + np.log(answer)
    geometric = np.exp(total_log / len(masks))
    return total / len(masks), geometric / geometric.sum(axis=-1, keepdims=True)


def _apart(one: FloatArray, other: FloatArray) -> FloatArray:
    """Probability that lies elsewhere, mean over questions, (S,): total variation."""
    return np.asarray(0.5 * np.abs(one - other).sum(axis=-1).mean(axis=-1))
