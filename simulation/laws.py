"""The attendance laws: who is absent, and how absences hang together (logs: `attendance_log`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.arrays import BoolArray, FloatArray, IntArray
from simulation.attendance import AttendanceLaw, Moments, team_size
from simulation.checks import InputError, given, listed, real, whole


@dataclass(frozen=True)
class Everyone(AttendanceLaw):
    """Always complete."""

    @property
    def n_uniforms(self) -> int:
        return 0

    def present(self, uniforms: FloatArray, first: int, before: BoolArray | None) -> BoolArray:
        uniforms = self._checked(uniforms, first, before)
        return np.ones((len(uniforms), self.n_presenters), dtype=bool)

    def moments(self) -> Moments:
        n = self.n_presenters
        return Moments(np.ones(n), np.ones((n, n)))


@dataclass(frozen=True)
class NumberAbsent(AttendanceLaw):
    """A number of people is absent: the number is one of `counts` with equal chance, then who.

    `one_or_two_absent` is the article's law. Masks drawn so are dependent: with one or two of five
    absent the correlation between two presences is -4/21, not 0.
    """

    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        counts = tuple(whole("absent", count) for count in listed("counts", self.counts))
        object.__setattr__(self, "counts", counts)
        if not counts:
            raise InputError("counts is empty, but must name at least one number of absent people")
        if max(counts) > self.n_presenters:
            raise InputError(
                f"{given(max(counts))} absent of {self.n_presenters} presenters, but no more can "
                f"be absent than there are: choose 0 to {self.n_presenters}"
            )

    @property
    def n_uniforms(self) -> int:
        return 1 + self.n_presenters

    def present(self, uniforms: FloatArray, first: int, before: BoolArray | None) -> BoolArray:
        uniforms = self._checked(uniforms, first, before)
        try:
            drawn = (uniforms[:, 0] * len(self.counts)).astype(int)
            absent = np.array(self.counts)[drawn]  # (T,)
        except IndexError:
            raise InputError("uniform numbers must be in [0, 1): draw them by rng.random") from None
        # Independent uniform numbers stand in a uniformly random order (two are equal once in 10^15
        # rehearsals): the first are absent, who stands behind them is the first who is there.
        queue = np.sort(uniforms[:, 1:], axis=1)
        last = self.n_presenters - 1
        first_there = queue[np.arange(len(queue)), np.minimum(absent, last)]  # (T,)
        first_there[absent > last] = 1.0  # nobody is
        return np.asarray(uniforms[:, 1:] >= first_there[:, None])

    def moments(self) -> Moments:
        n, absent = self.n_presenters, np.array(self.counts, dtype=float)
        rate = float(np.mean(n - absent)) / n
        both = float(np.mean((n - absent) * (n - absent - 1))) / (n * (n - 1)) if n > 1 else rate
        joint = np.full((n, n), both)
        np.fill_diagonal(joint, rate)
        return Moments(np.full(n, rate), joint)


def one_or_two_absent(n_presenters: int) -> NumberAbsent:
    """Build the article's law: one or two are absent with equal chance, then who is drawn.

    Examples
    --------
    >>> moments = one_or_two_absent(5).moments()
    >>> round(moments.rates[0], 4), round(moments.joint[0, 1], 4)
    (np.float64(0.7), np.float64(0.45))
    """
    return NumberAbsent(n_presenters, (1, 2))


def k_absent(n_presenters: int, k: int) -> NumberAbsent:
    """Build the law by which exactly `k` people are absent at each rehearsal."""
    return NumberAbsent(n_presenters, (k,))


@dataclass(frozen=True)
class Independent(AttendanceLaw):
    """Each is absent with an absence rate of their own, independently: dropout."""

    absence_rates: tuple[float, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        rates = listed("absence rates", self.absence_rates)
        if len(rates) != self.n_presenters:
            raise InputError(
                f"{len(rates)} absence rates for {self.n_presenters} presenters, "
                "but each needs one: give as many rates as presenters"
            )
        rates = tuple(real("absence rate", rate, least=0, below=1) for rate in rates)
        object.__setattr__(self, "absence_rates", rates)

    @property
    def n_uniforms(self) -> int:
        return self.n_presenters

    def present(self, uniforms: FloatArray, first: int, before: BoolArray | None) -> BoolArray:
        uniforms = self._checked(uniforms, first, before)
        return np.asarray(uniforms >= np.array(self.absence_rates))

    def moments(self) -> Moments:
        return Moments.of_independent(1.0 - np.array(self.absence_rates))


def independent(n_presenters: int, rate: float) -> Independent:
    """Build the law by which each is absent with the same `rate`, independently (dropout)."""
    n = team_size(n_presenters)
    return Independent(n, (rate,) * n)


@dataclass(frozen=True)
class Rota(AttendanceLaw):
    """Turns instead of chance: `absent` people stay away, the next ones at the next rehearsal.

    What `moments` says holds over each whole turn of N rehearsals.
    """

    absent: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        whole("absent", self.absent, least=0, most=self.n_presenters)

    @property
    def n_uniforms(self) -> int:
        return 0

    def present(self, uniforms: FloatArray, first: int, before: BoolArray | None) -> BoolArray:
        uniforms = self._checked(uniforms, first, before)
        n = self.n_presenters
        turn = (first + np.arange(len(uniforms))) * self.absent % n  # (T,) first one absent
        return np.asarray((np.arange(n) - turn[:, None]) % n >= self.absent)

    def moments(self) -> Moments:
        return Moments.of_rows(self.present(np.empty((self.n_presenters, 0)), 0, None))


@dataclass(frozen=True)
class Couples(AttendanceLaw):
    """Fixed couples are absent together, each couple with `rate`, independently of the others.

    Couples are neighbours: (0, 1), (2, 3), ...; with an odd number the last one is single.
    """

    rate: float

    def __post_init__(self) -> None:
        super().__post_init__()
        real("absence rate", self.rate, least=0, below=1)

    @property
    def couple(self) -> IntArray:
        """Which couple each presenter belongs to, shape (N,)."""
        return np.arange(self.n_presenters) // 2

    @property
    def n_uniforms(self) -> int:
        return (self.n_presenters + 1) // 2

    def present(self, uniforms: FloatArray, first: int, before: BoolArray | None) -> BoolArray:
        uniforms = self._checked(uniforms, first, before)
        return np.asarray((uniforms >= self.rate)[:, self.couple])

    def moments(self) -> Moments:
        q = 1.0 - self.rate
        together = self.couple[:, None] == self.couple
        return Moments(np.full(self.n_presenters, q), np.where(together, q, q * q))


@dataclass(frozen=True)
class Bursts(AttendanceLaw):
    """Who is ill stays ill: each person's presence is a two-state Markov chain.

    What `moments` says holds in the long run: over many times 1 / (1 - |l|) rehearsals, where
    l = 1 - f - r, f = rate / (1 - rate) / length is the chance to fall ill and r = 1 / length the
    chance to recover. f = r = 1 never gets there and is refused: everybody would come every second
    time for ever, any two of them always together or never.

    Attributes
    ----------
    rate : float
        Fraction of rehearsals missed in the long run, in [0, 1).
    length : float
        Mean number of rehearsals an absence lasts, at least 1 and at least rate / (1 - rate);
        above 1 if the rate is 0.5.
    """

    rate: float
    length: float = 5.0

    def __post_init__(self) -> None:
        super().__post_init__()
        real("absence rate", self.rate, least=0, below=1)
        real("length of an absence", self.length, least=1)
        if self._fall_ill > 1 + 1e-9:  # rate / (1 - rate) is seldom exact in binary
            raise InputError(
                f"absences of {self.length:g} rehearsals cannot make up {self.rate:g} of all: "
                f"lengthen them to at least {self.rate / (1 - self.rate):g}, or lower the rate"
            )
        if self._fall_ill + 1.0 / self.length > 2 - 1e-9:
            raise InputError(
                f"absences of {self.length:g} rehearsal that make up {self.rate:g} of all leave "
                "nothing to chance, each presenter would come every second time for ever: "
                "lengthen them above 1, or choose another rate"
            )

    @property
    def _fall_ill(self) -> float:
        # In the long run as many fall ill as recover: (1 - rate) * fall_ill = rate / length.
        return self.rate / (1.0 - self.rate) / self.length

    @property
    def n_uniforms(self) -> int:
        return self.n_presenters

    def present(self, uniforms: FloatArray, first: int, before: BoolArray | None) -> BoolArray:
        uniforms = self._checked(uniforms, first, before)
        stays, comes = uniforms >= self._fall_ill, uniforms < 1.0 / self.length  # if here, if away
        # The chain starts as it will be in the long run. From its first row on all is known.
        now = uniforms >= self.rate if before is None else np.where(before, stays, comes)
        stays[:1] = comes[:1] = now[:1]
        # The last number that had but one outcome says who is here, and each since by which those
        # here leave and those away come turns it round: a chain without a loop over rehearsals.
        settled = np.where(stays == comes, np.arange(len(uniforms))[:, None], 0)
        last = np.maximum.accumulate(settled, axis=0)  # (T, N)
        turns = np.cumsum(comes & ~stays, axis=0)
        turned = (turns - np.take_along_axis(turns, last, axis=0)) % 2 == 1
        return np.asarray(np.take_along_axis(stays, last, axis=0) ^ turned)

    def moments(self) -> Moments:
        return Moments.of_independent(np.full(self.n_presenters, 1.0 - self.rate))


@dataclass(frozen=True)
class AlwaysWithout(AttendanceLaw):
    """One fixed person, `who` (counted from 0), is always absent."""

    who: int

    def __post_init__(self) -> None:
        super().__post_init__()
        whole("who is always absent", self.who, least=0, most=self.n_presenters - 1)

    @property
    def n_uniforms(self) -> int:
        return 0

    def present(self, uniforms: FloatArray, first: int, before: BoolArray | None) -> BoolArray:
        uniforms = self._checked(uniforms, first, before)
        return np.tile(np.arange(self.n_presenters) != self.who, (len(uniforms), 1))

    def moments(self) -> Moments:
        rates = (np.arange(self.n_presenters) != self.who).astype(float)
        return Moments(rates, np.outer(rates, rates))
