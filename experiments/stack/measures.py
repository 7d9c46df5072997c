"""The yardstick on a whole stack: the measures of single teams, for many games at a time.

The same numbers as `simulation.coalitions` and `simulation.scenario.team_result` give for each
member's game, by array operations on some members at a time: from their Gram matrices, and for a
softmax audience from the answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from experiments.stack.kernel import Shape, Skills
from simulation.arrays import BoolArray, FloatArray
from simulation.audience import AUDIENCES
from simulation.coalitions.game import scale_of_size
from simulation.coalitions.gram import Gram
from simulation.coalitions.measures import half_teams, standard_sub_teams
from simulation.talk import Talk

WORKED_ON = 2**21
"""Bytes of answers worked on at a time, about a core's second-level cache."""


def game_measures(shape: Shape, talks: Sequence[Talk], skills: Skills) -> dict[str, FloatArray]:
    """Measure the games of R members.

    Parameters
    ----------
    shape : Shape
    talks : sequence of Talk
        One for all or one each.
    skills : Skills
        Of R members.

    Returns
    -------
    dict of str to (R,) array
        nan for members whose answers are not finite.
    """
    members = len(skills.handout)
    each = 8 * shape.show * (shape.units + (shape.presenters + 1) * shape.sections)
    at_once = max(1, WORKED_ON // each)
    parts = []
    for first in range(0, members, at_once):
        own = slice(first, first + at_once)
        some = talks if len(talks) == 1 else talks[own]
        parts.append(_measure(shape, some, Skills(*(part[own] for part in skills.parts()))))
    measured = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    others = ~np.eye(shape.presenters, dtype=bool)
    measured["reliance, mean"] = (
        skills.reliance[:, others].mean(axis=1) if others.any() else np.full(members, np.nan)
    )
    measured["squared weights"] = squared_weights(skills)
    return measured


def squared_weights(skills: Skills) -> FloatArray:
    """Sum of all presenters' squared weights and biases, (R,)."""
    flat = (part.reshape(len(part), -1) for part in skills.parts()[:3])
    return np.asarray(sum(np.einsum("ri,ri->r", part, part) for part in flat))


def talk_vectors(
    questions: FloatArray,
    wanted: FloatArray,
    understanding: FloatArray,
    bias: FloatArray,
    delivery: FloatArray,
    handout: FloatArray,
) -> FloatArray:
    """Give the talk, of which `Gram.of_vectors` makes what can be measured.

    Leading axes are replicates; questions and wanted have 1 in their place where all share them.

    Parameters
    ----------
    questions : (..., M, D) array
    wanted : (..., K, M) array
    understanding, bias, delivery : (..., N, H, D), (..., N, H) and (..., N, K, H) array
    handout : (..., K) array

    Returns
    -------
    (..., N + 1, K, M) array
        What each presenter says, c_i(x), and last handout - wanted.
    """
    *lead, n, h, d = understanding.shape
    k, m = wanted.shape[-2:]
    thoughts = understanding.reshape(*lead, n * h, d) @ questions.swapaxes(-1, -2)  # (..., N H, M)
    thoughts += bias.reshape(*lead, n * h, 1)
    np.maximum(thoughts, 0.0, out=thoughts)
    vectors = np.empty((*lead, n + 1, k, m))
    np.matmul(delivery, thoughts.reshape(*lead, n, h, m), out=vectors[..., :n, :, :])
    np.subtract(handout[..., None], wanted, out=vectors[..., n, :, :])
    return vectors


def _measure(shape: Shape, talks: Sequence[Talk], skills: Skills) -> dict[str, FloatArray]:
    hard = talks[0].hard_section
    wanted = np.stack([talk.show_answers for talk in talks]).swapaxes(1, 2)  # (R or 1, K, M)
    questions = np.stack([talk.show_questions for talk in talks])  # (R or 1, M, D)
    vectors = talk_vectors(questions, wanted, *skills.parts()[:4])  # (R, N + 1, K, M)
    gram = Gram.of_vectors(vectors.swapaxes(1, 2), wanted)

    masks, ones, twos, alone = standard_sub_teams(shape.presenters)
    if shape.softmax:
        said = vectors[:, :-1]
        quality, sections = _heard_quality(said, skills.handout, wanted, masks)
        score = _heard_variance(said, skills.handout)
    else:
        quality, sections = gram.qualities(masks)
        score = gram.co_adaptation_score()
    carrier = gram.answer_shares()[:, :, hard].argmax(axis=1)
    # Who is missing comes in the order of seats.
    without = sections[np.arange(len(carrier)), ones[carrier], hard]
    measured = {
        "quality": quality[:, 0],
        "one missing, mean": quality[:, ones].mean(axis=1),
        "one missing, worst": quality[:, ones].min(axis=1),
        "two missing, mean": quality[:, twos].mean(axis=1),
        "two missing, worst": quality[:, twos].min(axis=1),
        "solo quality, mean": sections[:, alone].mean(axis=(1, 2)),
        "hard section": sections[:, 0, hard],
        "hard section, without its carrier": without,
        "agreement": gram.agreement(),
        "co-adaptation score": score,
    }
    lost = ~np.isfinite(gram.products).all(axis=(1, 2, 3))
    for values in measured.values():
        values[lost] = np.nan
    return measured


def _heard_quality(
    said: FloatArray, handout: FloatArray, wanted: FloatArray, masks: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Accuracy of sub-teams (C, N), whole (R, C) and by section (R, C, K)."""
    wanted = np.broadcast_to(wanted, (len(said), *wanted.shape[1:]))
    asked = wanted.sum(axis=2)  # (R, K)
    asked = np.where(asked > 0, asked, np.nan)
    whole, sections = [], []
    for answers in _answers(said, handout, masks.astype(float)):  # (R, K, M)
        right = (answers.argmax(axis=1) == wanted.argmax(axis=1)).astype(float)  # (R, M)
        whole.append(right.mean(axis=1))
        sections.append((wanted @ right[..., None])[..., 0] / asked)
    return np.stack(whole, axis=1), np.stack(sections, axis=1)


def _heard_variance(said: FloatArray, handout: FloatArray) -> FloatArray:
    """Co-adaptation score of a softmax audience's games, from the half-teams of seed 0, (R,)."""
    masks = half_teams(said.shape[1], np.random.default_rng(0))
    weights = masks * scale_of_size(said.shape[1], "fill the time")[masks.sum(axis=1), None]
    different, times = np.unique(weights, axis=0, return_counts=True)
    # Differences to the mean, in a second walk, do not cancel as sums of squares would.
    report, count = AUDIENCES["softmax"].report, len(weights)
    mean = np.zeros(said[:, 0].swapaxes(1, 2).shape)  # (R, M, K)
    for answers, often in zip(_answers(said, handout, different), times, strict=True):
        mean += report(answers.swapaxes(1, 2)) * (often / count)
    squares = np.zeros(len(said))
    for answers, often in zip(_answers(said, handout, different), times, strict=True):
        squares += np.square(report(answers.swapaxes(1, 2)) - mean).mean(axis=(1, 2)) * often
    return squares / (count - 1)


def _answers(said: FloatArray, handout: FloatArray, weights: FloatArray) -> Iterator[FloatArray]:
    """Yield the answers (R, K, M) of each team in `weights` (C, N)."""
    for row in weights:
        yield np.einsum("n,rnkm->rkm", row, said) + handout[..., None]
