"""How much a validation runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from experiments.processes import Job
from experiments.validation.conditions import SMALL, TEAM, Condition, NetworkSetting, Place
from experiments.validation.network_world import measure_networks
from experiments.validation.team_world import measure_teams
from simulation.checks import whole


@dataclass(frozen=True)
class Plan:
    """How much is run.

    Attributes
    ----------
    seeds : tuple of int
        At least two; no verdict is given below five, and ten are wanted. The report in docs is that
        of seeds 0 to 9, held against 1000 to 1009 and 2000 to 2009.
    rehearsals : int
    epochs : int
        Of 3,000 images.
    data : str
        What the network learns from, as of `experiments.article.Setting`.
    team_rates, network_rates : tuple of float
        Absence rates of the dose-response. At 0.9 those present speak up tenfold, and a team with
        the usual learning rate diverges.
    every_setting : bool
        All eight network settings, or the two with all digits and Adam.
    quick : bool
        Whether the theorems and limits are run in their quick form.
    """

    seeds: tuple[int, ...]
    rehearsals: int = 6_000
    epochs: int = 20
    data: str = "mnist"
    team_rates: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    network_rates: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    every_setting: bool = True
    quick: bool = False

    def __post_init__(self) -> None:
        whole("seeds", len(self.seeds), least=2)

    @classmethod
    def full(cls, seed: int, data: str = "mnist") -> Plan:
        """Return the plan of `run.py validate`."""
        return cls(tuple(range(seed, seed + 10)), data=data)

    @classmethod
    def short(cls, seed: int, data: str = "mnist") -> Plan:
        """Return the plan of `run.py validate --quick`, and of the tests."""
        rates = (0.0, 0.2, 0.5, 0.8)
        return cls(
            tuple(range(seed, seed + 10)),
            rehearsals=2_000,
            epochs=3,
            data=data,
            team_rates=rates,
            network_rates=rates,
            every_setting=False,
            quick=True,
        )

    def settings(self) -> list[NetworkSetting]:
        """List the network's settings: size of the training set, optimizer, labels."""
        return [
            NetworkSetting(noise, practice, optimizer)
            for practice in ((None, SMALL) if self.every_setting else (None,))
            for optimizer in (("adam", "sgd") if self.every_setting else ("adam",))
            for noise in (0.0, 0.3)
        ]

    def places(self) -> list[Place]:
        """List where claims are judged: the team, and the network's settings."""
        return [TEAM, *self.settings()]

    def jobs(self, conditions: Iterable[Condition]) -> dict[Any, Job]:
        """Name the jobs that measure conditions, by the conditions themselves."""
        return {each: self._job(each) for each in conditions}

    def _job(self, condition: Condition) -> Job:
        if condition.world == "team":
            return measure_teams, (condition, self.rehearsals, self.seeds)
        return measure_networks, (condition, self.epochs, self.seeds, self.data)
