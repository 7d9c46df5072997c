"""The yardstick on a whole stack: the measures of single teams, for many games at a time.

The same numbers as `simulation.coalitions` and `simulation.scenario.team_result` give for each
member's game, by array operations on some members at a time. For a squared-error audience all of
them follow from inner products: with the contributions c_1 .. c_N and c_0 = handout - wanted, the
error of a sub-team is a quadratic form in their Gram matrix, however many questions there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from experiments.stack.kernel import Shape, Skills
from simulation.audience import AUDIENCES
from simulation.coalitions import missing_masks
from simulation.coalitions.game import scale_of_size
from simulation.talk import Talk

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

HALF_TEAMS = 200
"""Random half-teams of the co-adaptation score, the same in every game."""

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


def _measure(shape: Shape, talks: Sequence[Talk], skills: Skills) -> dict[str, FloatArray]:
    n, hard = shape.presenters, talks[0].hard_section
    wanted = np.stack([talk.show_answers for talk in talks]).swapaxes(1, 2)  # (R or 1, K, M)
    questions = np.stack([talk.show_questions for talk in talks])  # (R or 1, M, D)
    said = _said(shape, questions, skills)  # (R, N, K, M)
    vectors = np.concatenate([said, (skills.handout[..., None] - wanted)[:, None]], axis=1)
    by_section = vectors.swapaxes(1, 2)  # (R, K, N + 1, M)
    gram = by_section @ by_section.swapaxes(2, 3)  # (R, K, N + 1, N + 1)

    one, two = (missing_masks(n, min(k, n)) for k in (1, 2))
    full, solo = np.ones((1, n), dtype=bool), np.eye(n, dtype=bool)
    masks = np.concatenate([full, one, two, solo])
    weights = _half_teams(n)
    if shape.softmax:
        quality, sections = _heard_quality(said, skills.handout, wanted, masks)
        score = _heard_variance(said, skills.handout, weights)
    else:
        quality, sections = _squared_error_quality(gram, wanted, masks)
        spread = np.cov(weights, rowvar=False).reshape(n, n)
        score = np.einsum("rkij,ij->r", gram[..., :n, :n], spread) / wanted[0].size
    _, ones, twos, solos = np.split(
        np.arange(len(masks)), np.cumsum([len(full), len(one), len(two)])
    )
    carrier = _carrier(said[:, :, hard], gram[:, hard, :n, :n])
    # `missing_masks` lists who is missing in the order of seats.
    without = sections[np.arange(len(carrier)), ones[carrier], hard]
    measured = {
        "quality": quality[:, 0],
        "one missing, mean": quality[:, ones].mean(axis=1),
        "one missing, worst": quality[:, ones].min(axis=1),
        "two missing, mean": quality[:, twos].mean(axis=1),
        "two missing, worst": quality[:, twos].min(axis=1),
        "solo quality, mean": sections[:, solos].mean(axis=(1, 2)),
        "hard section": sections[:, 0, hard],
        "hard section, without its carrier": without,
        "agreement": _agreement(gram[..., :n, :n].sum(axis=1)),
        "co-adaptation score": score,
    }
    lost = ~np.isfinite(gram).all(axis=(1, 2, 3))
    for values in measured.values():
        values[lost] = np.nan
    return measured


def _said(shape: Shape, questions: FloatArray, skills: Skills) -> FloatArray:
    """What each presenter says at the show, c_i(x), (R, N, K, M)."""
    r, h = len(skills.handout), shape.abilities
    understanding = skills.understanding.reshape(r, shape.units, -1)
    thoughts = understanding @ questions.swapaxes(1, 2)  # (R, U, M)
    thoughts += skills.bias.reshape(r, -1, 1)
    np.maximum(thoughts, 0.0, out=thoughts)
    return np.asarray(skills.delivery @ thoughts.reshape(r, shape.presenters, h, -1))


def _squared_error_quality(
    gram: FloatArray, wanted: FloatArray, masks: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """1 - SSE/SST of sub-teams (C, N), whole (R, C) and by section (R, C, K)."""
    there = np.column_stack([masks, np.ones(len(masks))])  # (C, N + 1)
    error = np.einsum("rkcn,cn->rck", there @ gram, there)
    total = np.square(wanted - wanted.mean(axis=2, keepdims=True)).sum(axis=2)  # (R or 1, K)
    whole = 1.0 - error.sum(axis=2) / total.sum(axis=1)[:, None]
    return np.asarray(whole), np.asarray(1.0 - error / total[:, None])


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


def _heard_variance(said: FloatArray, handout: FloatArray, weights: FloatArray) -> FloatArray:
    """Mean variance of what a softmax audience hears from teams with `weights` (C, N), (R,)."""
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


def _half_teams(n: int) -> FloatArray:
    """By what each counts in the half-teams of `co_adaptation_score` with seed 0, (C, N)."""
    present = np.random.default_rng(0).random((HALF_TEAMS, n)).argsort(axis=1)[:, : max(1, n // 2)]
    masks = np.zeros((HALF_TEAMS, n))
    np.put_along_axis(masks, present, 1.0, axis=1)
    return masks * scale_of_size(n, "fill the time")[present.shape[1]]


def _carrier(said: FloatArray, gram: FloatArray) -> npt.NDArray[np.int64]:
    """Seat of who has the largest share of the answers on a section, (R,).

    `said` is (R, N, M) and `gram` its (R, N, N): shares are covariances with the sum of all.
    """
    mean = said.mean(axis=2)  # (R, N)
    covariance = gram.sum(axis=2) - said.shape[2] * mean * mean.sum(axis=1, keepdims=True)
    return np.asarray(covariance.argmax(axis=1))


def _agreement(gram: FloatArray) -> FloatArray:
    """Mean cosine between the contributions of two presenters, from their Gram (R, N, N)."""
    squares = np.diagonal(gram, axis1=1, axis2=2)  # (R, N)
    speak = squares > 0
    inverse = np.where(speak, 1.0 / np.sqrt(np.where(speak, squares, 1.0)), 0.0)
    cosines = np.einsum("ri,rij,rj->r", inverse, gram, inverse)
    n = speak.sum(axis=1)
    return np.where(n > 1, (cosines - n) / np.maximum(n * (n - 1), 1), np.nan)
