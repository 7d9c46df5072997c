"""A talk as a game of coalitions: v(S), the quality when exactly the members of S are there.

A member is a presenter, or a hidden unit of a network, or a block of units: anything that adds its
own part to the answers. Coalition number s of 2^N holds member j if bit j of s is set; every vector
of coalition values in the project is in that order.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from simulation.arrays import BoolArray, FloatArray
from simulation.audience import Audience, SquaredError, checked_audience
from simulation.checks import (
    DivergedError,
    InputError,
    boolean,
    given,
    instance,
    numeric,
    one_of,
    unsaid,
    whole,
)

Reading = Literal["nobody covers", "fill the time"]
"""How a talk is given without some: as it is, or those present scaled by N/|S| to fill it."""

EXACT_MEMBERS = 20
"""Most members for which all 2^N coalitions are evaluated."""

_CHUNK_FLOATS = 4_000_000
"""Answers held at a time, in numbers (32 MB)."""

_CACHE_FLOATS = 2**17
"""Partial sums held at a time while all coalitions are walked through (1 MB: stays in cache)."""


@dataclass(frozen=True, eq=False)
class Game:
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
    def n_members(self) -> int:
        """N."""
        return len(self.contributions)

    def on(self, questions: BoolArray | slice) -> Game:
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


def scale_of_size(n: int, reading: Reading) -> FloatArray:
    """By what those present scale their part when 0, 1, .. n of them are there, shape (n + 1,).

    Examples
    --------
    >>> scale_of_size(4, "fill the time").tolist()
    [4.0, 4.0, 2.0, 1.3333333333333333, 1.0]
    """
    one_of("reading", reading, get_args(Reading))
    if reading == "nobody covers":
        return np.ones(n + 1)
    return np.asarray(n / np.maximum(np.arange(n + 1), 1))


def exact_members(n: int) -> int:
    """Return n, or raise if all 2^n coalitions are more than are evaluated exactly."""
    if whole("members", n, least=1) > EXACT_MEMBERS:
        raise InputError(
            f"{given(n)} members have 2^{given(n)} sub-teams, but at most {EXACT_MEMBERS} members "
            "are evaluated exactly: sample sub-teams (simulation.coalitions.dependence does), or "
            "join units into blocks"
        )
    return n


def all_coalitions(n: int) -> BoolArray:
    """List all 2^n sub-teams, shape (2^n, n); member j is in row s if bit j of s is set.

    Examples
    --------
    >>> all_coalitions(2).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    return np.asarray((np.arange(2 ** exact_members(n))[:, None] >> np.arange(n)) & 1, dtype=bool)


@unsaid
def coalition_values(
    game: Game, reading: Reading = "nobody covers", section: int | None = None
) -> FloatArray:
    """Judge all 2^N sub-teams of a game, N <= 20.

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
        Judge this section alone; None: the whole talk.

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
    >>> game = Game(np.array([wanted / 2, wanted / 2]), np.zeros(1), wanted, SquaredError())
    >>> coalition_values(game).round(3).tolist()
    [0.0, 0.75, 0.75, 1.0]
    >>> coalition_values(game, "fill the time").round(3).tolist()
    [0.0, 1.0, 1.0, 1.0]
    """
    n = exact_members(instance("game", game, Game).n_members)
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


def _squared_error_values(game: Game, scale: FloatArray, section: int | None) -> FloatArray:
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


def _heard_values(game: Game, scale: FloatArray, section: int | None) -> FloatArray:
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
