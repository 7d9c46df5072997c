"""A talk as a game: the quality of answers to which each member adds its own part.

A member is a presenter, or a hidden unit of a network whose outputs add up, or a block of units.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from simulation.arrays import BoolArray, FloatArray
from simulation.audience import Audience, Softmax, SquaredError, checked_audience
from simulation.checks import (
    DivergedError,
    InputError,
    boolean,
    given,
    instance,
    numeric,
    unsaid,
    whole,
)
from simulation.coalitions.game import (
    Described,
    Game,
    Reading,
    all_coalitions,
    exact_members,
    scale_of_size,
)
from simulation.parts import drawn_sets, on_sets

_CHUNK_FLOATS = 4_000_000
"""Answers held at a time, in numbers (32 MB)."""

_CACHE_FLOATS = 2**17
"""Partial sums held at a time while all coalitions are walked through (1 MB: stays in cache)."""


@dataclass(frozen=True, eq=False)
class AdditiveGame(Game):
    """What each member adds to the answers at the show, and what was wanted.

    Attributes
    ----------
    contributions : (N, M, K) array
        c_i(x) for M unseen questions and K sections.
    handout : (K,) array
        What is said whoever is there.
    wanted : (M, K) array
    audience : Audience
    """

    contributions: FloatArray
    handout: FloatArray
    wanted: FloatArray
    audience: Audience

    def __post_init__(self) -> None:
        for name in ("contributions", "handout", "wanted"):
            numbers = numeric(name, getattr(self, name), finite=name == "wanted")
            object.__setattr__(self, name, numbers)
        checked_audience(self.audience)
        shapes = self.contributions.shape, self.handout.shape, self.wanted.shape
        m_k = shapes[0][1:]
        if len(shapes[0]) != 3 or 0 in shapes[0] or shapes[1] != m_k[1:] or shapes[2] != m_k:
            raise InputError(
                "contributions, handout and wanted answers have shapes "
                f"{shapes[0]}, {shapes[1]} and {shapes[2]}, but must be (N, M, K), (K,) and "
                "(M, K), none of them 0"
            )
        if not (np.isfinite(self.contributions).all() and np.isfinite(self.handout).all()):
            raise DivergedError(
                "the answers are not finite numbers any more: learning diverged, "
                "lower the learning rate"
            )

    @property
    def members(self) -> tuple[str, ...]:
        """The numbers of the members, as text."""
        return tuple(map(str, range(len(self.contributions))))

    @property
    def n_members(self) -> int:
        """N."""
        return len(self.contributions)

    def on(self, questions: BoolArray | slice) -> AdditiveGame:
        """Return the same talk judged on these of the M questions alone."""
        shape: tuple[int, ...] = ()
        # Whatever chooses nothing from a list leaves the shape as it is.
        with suppress(IndexError, OverflowError, TypeError, ValueError):
            shape = np.arange(len(self.wanted))[questions].shape
        if len(shape) != 1 or 0 in shape:
            raise InputError(
                f"questions are {given(questions)}, but must be a slice, or True and False for "
                f"each of {len(self.wanted)}, and choose at least one"
            )
        return replace(
            self, contributions=self.contributions[:, questions], wanted=self.wanted[questions]
        )

    @unsaid
    def quality(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray:
        """Quality of sub-teams `masks` (C, N), shape (C,)."""
        parts = [
            self.audience.quality(answers, self.wanted) for answers in self._answers(masks, reading)
        ]
        return np.concatenate(parts)

    @unsaid
    def qualities(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray:
        """Quality of `masks` (C, N) on all questions and without each part, (C, 1 + G)."""
        parts = [self._on_sets(answers) for answers in self._answers(masks, reading)]
        return np.concatenate(parts)

    def _on_sets(self, answers: FloatArray) -> FloatArray:
        """Judge answers (C, M, K) on each of `drawn_sets`, (C, 1 + G)."""
        if isinstance(self.audience, Softmax):
            right = answers.argmax(axis=-1) == self.wanted.argmax(axis=-1)
            return on_sets(right.astype(float))
        sets = drawn_sets(len(self.wanted))
        if isinstance(self.audience, SquaredError):
            errors = np.square(self.wanted - answers).sum(axis=-1)  # (C, M)
            kept = [self.wanted[one > 0] for one in sets]
            total = [np.square(each - each.mean(axis=0)).sum() for each in kept]
            return np.asarray(1.0 - errors @ sets.T / np.array(total))
        judged = [self.audience.quality(answers[:, one > 0], self.wanted[one > 0]) for one in sets]
        return np.column_stack(judged)

    def described(self) -> Described:
        """How many questions, and what the audience judges by."""
        metric = {"softmax": "accuracy", "squared error": "r2"}.get(self.audience.name, "quality")
        return Described(len(self.wanted), metric, "zero", additive=True)

    @unsaid
    def heard(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray:
        """What the audience takes away from sub-teams `masks` (C, N), shape (C, M, K)."""
        return self.audience.report(self.answers(masks, reading))

    @unsaid
    def section_quality(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray:
        """Quality of sub-teams `masks` (C, N) section by section, shape (C, K)."""
        parts = [
            self.audience.section_quality(answers, self.wanted)
            for answers in self._answers(masks, reading)
        ]
        return np.concatenate(parts)

    @unsaid
    def answers(self, masks: BoolArray, reading: Reading = "nobody covers") -> FloatArray:
        """Answers given by sub-teams `masks` (C, N), shape (C, M, K)."""
        return np.concatenate(list(self._answers(masks, reading)))

    def _answers(self, masks: BoolArray, reading: Reading) -> Iterator[FloatArray]:
        masks = boolean("sub-teams", masks, "sub-teams", self.n_members)
        weights = masks * scale_of_size(self.n_members, reading)[masks.sum(axis=1), None]  # (C, N)
        n, m, k = self.contributions.shape
        flat = self.contributions.reshape(n, m * k)
        rows = max(1, _CHUNK_FLOATS // (m * k))
        for at in range(0, len(weights), rows):
            yield self.handout + (weights[at : at + rows] @ flat).reshape(-1, m, k)


@unsaid
def coalition_values(
    game: Game, reading: Reading = "nobody covers", section: int | None = None
) -> FloatArray:
    """Judge all 2^N sub-teams of a game, N <= 20.

    Of a game that adds nothing up every sub-team is asked for. Of an `AdditiveGame` less is needed.
    For a squared-error audience v(S) = 1 - |t - b - sum_S c_j|^2 / SST depends on the talk through
    the N + 1 by N + 1 Gram matrix of t - b and the c_j only. It is used through its triangular
    factor, in which these are vectors of N + 1 numbers with the same inner products: the sums over
    S then cost O(2^N N) however many questions there are, and errors are differences of answers,
    as they should be, not differences of their squares. Other audiences hear the answers of every
    sub-team, built up by adding one member at a time to those already there.

    Parameters
    ----------
    game : Game
    reading : {'nobody covers', 'fill the time'}
    section : int or None
        Judge this section of an `AdditiveGame` alone; None: the whole talk.

    Returns
    -------
    (2^N,) array
        v(S) in the order of `all_coalitions`.

    Raises
    ------
    InputError
        If there are more than 20 members, the reading or the section is unknown, or quality has
        no meaning because nobody asked about the section or its wanted answers are all the same.

    Examples
    --------
    Two presenters who say half of it each:

    >>> from simulation.audience import SquaredError
    >>> wanted = np.array([[-1.0], [1.0]])
    >>> game = AdditiveGame(np.array([wanted / 2, wanted / 2]), np.zeros(1), wanted, SquaredError())
    >>> coalition_values(game).round(3).tolist()
    [0.0, 0.75, 0.75, 1.0]
    >>> coalition_values(game, "fill the time").round(3).tolist()
    [0.0, 1.0, 1.0, 1.0]
    """
    n = exact_members(instance("game", game, Game).n_members)
    if not isinstance(game, AdditiveGame):
        if section is not None:
            raise InputError(
                f"section is {given(section)}, but only an AdditiveGame has sections: leave it out"
            )
        return game.quality(all_coalitions(n), reading)
    scale = scale_of_size(n, reading)[np.bitwise_count(np.arange(2**n))]  # (2^N,)
    if section is not None:
        whole("section", section, least=0, most=len(game.handout) - 1)
    if isinstance(game.audience, SquaredError):
        values = _squared_error_values(game, scale, section)
    else:
        values = _heard_values(game, scale, section)
    if not np.isfinite(values).all():
        what = "the talk" if section is None else f"section {section}"
        raise InputError(
            f"quality of {what} is not a finite number for some sub-teams: ask about every section "
            "judged, with wanted answers that differ, and lower the learning rate if it diverged"
        )
    return values


def _squared_error_values(game: AdditiveGame, scale: FloatArray, section: int | None) -> FloatArray:
    sections = slice(None) if section is None else slice(section, section + 1)
    wanted = game.wanted[:, sections]
    missing = wanted - game.handout[sections]  # (M, K)
    vectors = np.concatenate([game.contributions[:, :, sections], missing[None]])
    columns = vectors.reshape(len(vectors), -1).T  # (M K, N + 1)
    factor: FloatArray = np.asarray(np.linalg.qr(columns, mode="r"))  # (<= N + 1, N + 1)
    total = np.square(wanted - wanted.mean(axis=0)).sum()
    errors = np.empty(len(scale))
    for at, sums in _subset_sums(np.ascontiguousarray(factor[:, :-1].T)):
        sums *= scale[at : at + len(sums), None]
        sums -= factor[:, -1]
        errors[at : at + len(sums)] = np.einsum("sd,sd->s", sums, sums)
    return np.asarray(1.0 - errors / total)


def _heard_values(game: AdditiveGame, scale: FloatArray, section: int | None) -> FloatArray:
    values = np.empty(len(scale))
    for at, sums in _subset_sums(game.contributions):
        sums *= scale[at : at + len(sums), None, None]
        sums += game.handout
        values[at : at + len(sums)] = (
            game.audience.quality(sums, game.wanted)
            if section is None
            else game.audience.section_quality(sums, game.wanted)[:, section]
        )
    return values


def _subset_sums(parts: FloatArray) -> Iterator[tuple[int, FloatArray]]:
    """Sum `parts` (N, ...) over every subset, in blocks: (number of the first subset, sums).

    The subsets of the first members are summed by doubling; each block adds one set of the others.
    """
    n, size = len(parts), parts[0].size
    low = min(n, max(1, _CACHE_FLOATS // size).bit_length() - 1)
    table = np.zeros((1, *parts.shape[1:]))
    for part in parts[:low]:
        table = np.concatenate([table, table + part])  # (2^low, ...)
    for high in range(2 ** (n - low)):
        there = (high >> np.arange(n - low)) & 1 == 1
        yield high << low, table + parts[low:][there].sum(axis=0)
