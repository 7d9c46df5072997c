"""What teams rehearse under and networks are trained under: the keys of everything measured.

A condition says all that it is in its fields. Its name is made from them, here alone, for people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from experiments.article import Setting
from simulation.arrays import FloatArray
from simulation.attendance import AttendanceLaw
from simulation.laws import (
    AlwaysWithout,
    Bursts,
    Couples,
    Everyone,
    Independent,
    NumberAbsent,
    one_or_two_absent,
)
from simulation.scenario import PRESENTERS

Figures = Mapping[str, FloatArray]
"""Measures of one condition by name, one row a seed.

(S,) for teams: each seed has a talk of its own. (S, 1 + G) for networks, whose seeds share the
images they are tested on: the figure on all of them, then without each of G
parts (`simulation.parts`).
"""


def on_all(figures: FloatArray) -> FloatArray:
    """Return a measure on all test images, (..., S) of (..., S, 1 + G); of teams as it is."""
    return figures if figures.ndim == 1 else figures[:, 0]


COUPLED = 6
"""Presenters where couples are looked at, so that they make three."""

PRACTICE, SMALL = 3_000, 300
"""Practice images of a seed, and in the small settings."""

BLOCKS = 8
"""Blocks that the hidden units are joined into: the members whose loss can be felt."""


OTHER_START = 100_000
"""Added to a seed for a second start on the same talk."""

COMPLETE = Everyone(PRESENTERS)


NAMES: dict[type[AttendanceLaw], str] = {
    Everyone: "without",
    NumberAbsent: "absences",
    AlwaysWithout: "fixed",
    Couples: "couples",
    Bursts: "bursts",
}


@dataclass(frozen=True)
class TeamCondition:
    """How a team rehearses.

    Attributes
    ----------
    law : AttendanceLaw
    noise : AttendanceLaw or None
        A control: noise on what is heard, as strong as absences under this law would make it.
    decay : float
        Each rehearsal shrinks skills by learning rate times this.
    slow : int
        Divides the learning rate, and multiplies the rehearsals.
    starts : int
        1, or 2 to see how far the answers depend on the start, as the claims ask.
    stop : bool
        Early stopping: the team is measured as it was when it was best on the choice questions.
    """

    law: AttendanceLaw = COMPLETE
    noise: AttendanceLaw | None = None
    decay: float = 0.0
    slow: int = 1
    starts: int = 1
    stop: bool = False

    world: ClassVar[str] = "team"

    @property
    def name(self) -> str:
        """What it is called where it is printed."""
        people = "six " if self.law.n_presenters == COUPLED else ""
        return people + ("slow " if self.slow > 1 else "") + self._kind

    @property
    def _kind(self) -> str:
        if self.noise is not None:
            return "noise"
        if self.stop:
            return "early stopping"
        if self.decay:
            return f"decay {self.decay:g}"
        if isinstance(self.law, Independent):
            return f"rate {self.law.absence_rates[0]:g}"
        return NAMES[type(self.law)]

    def __str__(self) -> str:
        return f"{self.world}: {self.name}"


@dataclass(frozen=True)
class NetworkSetting:
    """What the article's network learns from, and how: where its claims are judged.

    Attributes
    ----------
    label_noise : float
        Fraction of practice labels that are wrong.
    practice : int or None
        Training samples; None for all.
    optimizer : {'adam', 'sgd'}
    """

    label_noise: float = 0.0
    practice: int | None = None
    optimizer: str = "adam"

    world: ClassVar[str] = "network"

    @property
    def clean(self) -> bool:
        """Whether all labels are right."""
        return self.label_noise == 0

    @property
    def name(self) -> str:
        """What it is called where it is printed."""
        labels = "clean" if self.clean else f"{self.label_noise:.0%} wrong"
        return f"{self.practice or 'all'} digits, {labels}, {self.optimizer}"

    @property
    def without(self) -> NetworkCondition:
        """Dropout(0)."""
        return NetworkCondition(self, 0.0, starts=2)

    @property
    def absences(self) -> NetworkCondition:
        """Dropout(0.5)."""
        return NetworkCondition(self, 0.5, starts=2)


@dataclass(frozen=True)
class NetworkCondition:
    """How the article's network is trained in a setting.

    Attributes
    ----------
    setting : NetworkSetting
    rate : float
        Of dropout: the fraction dropped.
    law : AttendanceLaw or None
        Which blocks of units drop, where it is not dropout's independent coins.
    noise : bool
        A control: noise on the output, as strong as Dropout(rate) would make it, instead of it.
    decay : float
        Each step shrinks all parameters by learning rate times this.
    starts : int
        1, or 2 to see how far the answers depend on the start, as the claims ask.
    stop : bool
        Early stopping: it is measured as it was after the epoch that was best on the choice images.
    """

    setting: NetworkSetting
    rate: float = 0.0
    law: AttendanceLaw | None = None
    noise: bool = False
    decay: float = 0.0
    starts: int = 1
    stop: bool = False

    world: ClassVar[str] = "network"

    @property
    def name(self) -> str:
        """What it is called where it is printed."""
        if self.starts > 1:
            return f"{self.setting.name}: {'absences' if self.rate else 'without'}"
        if self.noise:
            return "noise"
        if self.stop:
            return "early stopping"
        if self.decay:
            return f"decay {self.decay:g}"
        if self.law is not None:
            return NAMES[type(self.law)]
        return f"rate {self.rate:g}"

    def __str__(self) -> str:
        return f"{self.world}: {self.name}"

    def training(self, epochs: int, data: str) -> Setting:
        """Say how to train it, with as many steps on a few images as `epochs` are on 3,000."""
        setting = self.setting
        return Setting(
            self.rate,
            setting.label_noise,
            setting.practice,
            epochs if setting.practice is None else epochs * PRACTICE // setting.practice,
            data=data,
            optimizer=setting.optimizer,
            weight_decay=self.decay,
            law=self.law,
            output_noise=self.noise,
        )


@dataclass(frozen=True)
class TeamSetting:
    """The article's five presenters: where the team's claims are judged."""

    name: str = "five presenters"

    world: ClassVar[str] = "team"
    without: ClassVar[TeamCondition] = TeamCondition(starts=2)
    absences: ClassVar[TeamCondition] = TeamCondition(one_or_two_absent(PRESENTERS), starts=2)


Condition = TeamCondition | NetworkCondition
Place = TeamSetting | NetworkSetting
World = Mapping[Condition, Figures]
"""Everything measured, by condition."""

TEAM = TeamSetting()
CLEAN = NetworkSetting()
NOISY = NetworkSetting(label_noise=0.3)
"""The setting in which the network's controls and dose-response are run."""
