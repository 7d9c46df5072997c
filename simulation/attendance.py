"""Who comes to the rehearsal: the attendance laws.

A law turns uniform random numbers into attendance masks, one row a rehearsal, True for present.
Because the law itself is a deterministic function of those numbers, a run does not depend on how
many rehearsals are drawn at a time, and two runs with the same generator see the same absences.

A law of your own is a frozen dataclass that inherits from `AttendanceLaw` and says how many
uniform numbers a rehearsal takes (`n_uniforms`) and what they mean (`present`). Its attendance
rates are then estimated by drawing; override `moments` where there is a closed form.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from simulation.arrays import BoolArray, FloatArray
from simulation.checks import InputError, boolean, given, numeric, room, text, unsaid, whole
from simulation.streams import Seed, generator

BLOCK = 256
"""Rehearsals drawn at a time by `AttendanceLaw.stream`; drawing one by one costs ten times more."""

LATEST = 2**48
"""Number of the last rehearsal, so that turns are counted without overflow."""

ESTIMATE_FROM = 100_000
"""Rehearsals drawn to estimate the moments of a law that has no closed form."""


@dataclass(frozen=True)
class Moments:
    """How often people are there, and how often two of them are there together.

    Attributes
    ----------
    rates : (N,) array
        q_i = P(i present), the keep probabilities.
    joint : (N, N) array
        P(i and j present); its diagonal is `rates`.
    source : str
        'closed form', or what it was estimated from.
    """

    rates: FloatArray
    joint: FloatArray
    source: str = "closed form"

    def __post_init__(self) -> None:
        rates = _checked_rates(self.rates)
        object.__setattr__(self, "rates", rates)
        object.__setattr__(self, "joint", numeric("joint rates", self.joint, *2 * rates.shape))
        text("source", self.source)

    @classmethod
    def of_rows(cls, rows: BoolArray, source: str = "closed form") -> Moments:
        """Count, where the rows (T, N) of rehearsals are all there is or a sample of it."""
        masks = boolean("rows", rows, "rehearsals", "presenters").astype(float)
        joint = masks.T @ masks / len(masks)
        return cls(joint.diagonal().copy(), joint, source)

    @classmethod
    def of_independent(cls, rates: FloatArray) -> Moments:
        """Multiply, where people come with rates (N,) independently of one another."""
        rates = _checked_rates(rates)
        joint = np.outer(rates, rates)
        np.fill_diagonal(joint, rates)
        return cls(rates, joint)

    @property
    @unsaid
    def speak_up(self) -> FloatArray:
        """1/q_i, by which those present scale what they say; 1 for someone who is never there."""
        present = self.rates > 0
        return np.where(present, 1.0 / np.where(present, self.rates, 1.0), 1.0)

    @property
    def absence_rate(self) -> float:
        """1 - q, the mean over the presenters."""
        return float(1.0 - self.rates.mean())

    @property
    @unsaid
    def covariance_of_scales(self) -> FloatArray:
        """Cov(m_i, m_j) / (q_i q_j), (N, N): how the scales m_i / q_i of the parts vary together.

        0 for someone who is never there, and so never there with anyone.
        """
        both = np.outer(self.rates, self.rates)
        return np.asarray((self.joint - both) / np.where(both > 0, both, 1.0))

    @property
    @unsaid
    def given_present(self) -> FloatArray:
        """E[m_j | m_i = 1] as an (N, N) array, row i for presenter i; T2's reliance.

        A presenter who is never there learns nothing: that row stays 1, as reliance starts.
        """
        rates = self.rates[:, None]
        return np.where(rates > 0, self.joint / np.where(rates > 0, rates, 1.0), 1.0)


def _checked_rates(rates: FloatArray) -> FloatArray:
    checked = numeric("rates", rates, "presenters")
    if checked.min() < 0 or checked.max() > 1:
        raise InputError(f"rates are {given(rates)}, but must all be in [0, 1]")
    room("how often each two presenters meet", len(checked), len(checked))
    return checked


def team_size(presenters: int) -> int:
    """Return the number of presenters if there is room for how often each two of them meet."""
    n = whole("presenters", presenters, least=1)
    room("how often each two presenters meet", n, n)
    return n


@dataclass(frozen=True)
class AttendanceLaw(ABC):
    """A law of who comes, for a team of `n_presenters`."""

    n_presenters: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_presenters", team_size(self.n_presenters))

    @property
    @abstractmethod
    def n_uniforms(self) -> int:
        """How many uniform numbers one rehearsal takes."""

    @abstractmethod
    def present(self, uniforms: FloatArray, first: int, before: BoolArray | None) -> BoolArray:
        """Say who is there in consecutive rehearsals.

        Parameters
        ----------
        uniforms : (T, n_uniforms) array
            Uniform random numbers in [0, 1), a row a rehearsal.
        first : int
            Number of the first of these rehearsals, counted from 0 (for laws that take turns).
        before : (N,) bool array or None
            Who was there at the rehearsal before (for laws with memory); None at the very first.

        Returns
        -------
        (T, N) bool array
        """

    def draw(self, rng: Seed, rehearsals: int) -> BoolArray:
        """Draw the attendance of the first `rehearsals` rehearsals, shape (rehearsals, N).

        Examples
        --------
        >>> from simulation.laws import one_or_two_absent
        >>> one_or_two_absent(5).draw(np.random.default_rng(0), 3).sum(axis=1)
        array([3, 3, 3])
        """
        rows = whole("rehearsals", rehearsals, least=0)
        room("the draw", rows, self.n_uniforms + self.n_presenters)
        return self.present(generator(rng).random((rows, self.n_uniforms)), 0, None)

    def stream(self, rng: Seed) -> Iterator[BoolArray]:
        """Yield one (N,) mask a rehearsal, without end: the rows of `draw`, however many."""
        return AttendanceStream(self, generator(rng))

    def _checked(self, uniforms: FloatArray, first: int, before: BoolArray | None) -> FloatArray:
        """Return `uniforms` if these are arguments of `present`."""
        if type(first) is not int or not 0 <= first <= LATEST:
            whole("the number of the first rehearsal", first, most=LATEST)
        if before is not None:
            boolean("who was there before", before, self.n_presenters)
        return numeric("uniform numbers", uniforms, None, self.n_uniforms, finite=False)

    def moments(self) -> Moments:
        """Attendance rates and joint rates: closed form where there is one, else estimated."""
        drawn = self.draw(np.random.default_rng(0), ESTIMATE_FROM)
        return Moments.of_rows(drawn, f"estimated from {ESTIMATE_FROM} rehearsals")


class AttendanceStream:
    """The masks of one rehearsal after another; it can be pickled, and then goes on."""

    def __init__(self, law: AttendanceLaw, rng: np.random.Generator) -> None:
        self._law, self._rng = law, rng
        self._drawn = 0
        self._block: BoolArray | None = None
        self._next = BLOCK

    def __iter__(self) -> AttendanceStream:
        return self

    def __next__(self) -> BoolArray:
        if self._next == BLOCK or self._block is None:
            uniforms = self._rng.random((BLOCK, self._law.n_uniforms))
            before = None if self._block is None else self._block[-1]
            self._block = self._law.present(uniforms, self._drawn, before)
            self._drawn += BLOCK
            self._next = 0
        mask: BoolArray = self._block[self._next]
        self._next += 1
        return mask
