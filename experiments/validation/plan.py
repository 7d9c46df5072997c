"""What a validation runs: every condition of both worlds, as jobs that any process can take."""

from __future__ import annotations

from dataclasses import dataclass, replace

from experiments.article import HIDDEN_UNITS, Setting
from experiments.processes import Job
from experiments.validation.network_world import BLOCKS, measure_networks
from experiments.validation.rehearsals import TeamCondition
from experiments.validation.team_world import measure_teams
from simulation.checks import whole
from simulation.laws import AlwaysWithout, Couples, Everyone, independent, one_or_two_absent
from simulation.scenario import PRESENTERS

COUPLED = 6
"""Presenters in the couples control, so that they make three couples."""

TEAM_DECAYS = (0.01, 0.03, 0.1, 0.3)
NETWORK_DECAYS = (0.1, 0.3, 1.0, 3.0)
"""Strengths of weight decay tried beside dropout; the best is chosen on half of the show."""

SLOWER = 4
"""How much smaller the learning rate is, and how many more the rehearsals, in the slow teams."""

SMALL = 300
"""Practice digits in the small settings."""


@dataclass(frozen=True)
class NetworkSetting:
    """A setting in which the network's claims are judged.

    Attributes
    ----------
    name : str
    base : Setting
        With rate 0.5; the complete one is the same with rate 0.
    """

    name: str
    base: Setting

    def with_rate(self, rate: float) -> Setting:
        """Return the setting with another dropout rate."""
        return replace(self.base, rate=rate)


@dataclass(frozen=True)
class Plan:
    """How much is run.

    Attributes
    ----------
    seeds : tuple of int
        At least two; a verdict wants ten.
    rehearsals, epochs : int
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
    epochs: int = 60
    team_rates: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    network_rates: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    every_setting: bool = True
    quick: bool = False

    def __post_init__(self) -> None:
        whole("seeds", len(self.seeds), least=2)

    @classmethod
    def full(cls, seed: int) -> Plan:
        """Return the plan of `run.py validate`."""
        return cls(tuple(range(seed, seed + 10)))

    @classmethod
    def short(cls, seed: int) -> Plan:
        """Return the plan of `run.py validate --quick`, and of the tests."""
        rates = (0.0, 0.2, 0.5, 0.8)
        return cls(
            tuple(range(seed, seed + 10)),
            rehearsals=2_000,
            epochs=20,
            team_rates=rates,
            network_rates=rates,
            every_setting=False,
            quick=True,
        )

    def settings(self) -> list[NetworkSetting]:
        """List the network's settings: labels, size of the training set, optimizer."""
        settings = []
        for practice in (None, SMALL) if self.every_setting else (None,):
            for optimizer in ("adam", "sgd") if self.every_setting else ("adam",):
                for noise in (0.0, 0.3):
                    # As many steps for the small set as for the large one.
                    epochs = self.epochs if practice is None else self.epochs * 1_347 // SMALL
                    settings.append(
                        NetworkSetting(
                            f"{practice or 'all'} digits, "
                            f"{'clean' if noise == 0 else '30% wrong'}, {optimizer}",
                            Setting(0.5, noise, practice, epochs, optimizer=optimizer),
                        )
                    )
        return settings


def team_conditions(plan: Plan) -> dict[str, TeamCondition]:
    """Name every condition that teams rehearse under."""
    five, six = Everyone(PRESENTERS), Everyone(COUPLED)
    base = TeamCondition(rehearsals=plan.rehearsals)
    conditions = {
        "without": replace(base, attendance=five, starts=2),
        "absences": replace(base, attendance=one_or_two_absent(PRESENTERS), starts=2),
        "fixed": replace(base, attendance=AlwaysWithout(PRESENTERS, PRESENTERS - 1)),
        "noise": replace(base, attendance=five, imitated=one_or_two_absent(PRESENTERS)),
        "six without": replace(base, attendance=six),
        "six couples": replace(base, attendance=Couples(COUPLED, 0.3)),
    }
    for name in ("without", "absences", "noise"):
        usual = conditions[name]
        conditions[f"slow {name}"] = replace(
            usual,
            learning_rate=usual.learning_rate / SLOWER,
            rehearsals=usual.rehearsals * SLOWER,
            alone=usual.alone * SLOWER,
            starts=1,
        )
    for decay in TEAM_DECAYS:
        conditions[f"decay {decay:g}"] = replace(base, attendance=five, weight_decay=decay)
    for rate in plan.team_rates:
        conditions[f"rate {rate:g}"] = replace(base, attendance=independent(PRESENTERS, rate))
    return conditions


def network_conditions(plan: Plan) -> dict[str, tuple[Setting, int]]:
    """Name every setting that networks are trained under, with the number of starts."""
    conditions: dict[str, tuple[Setting, int]] = {}
    for setting in plan.settings():
        conditions[f"{setting.name}: without"] = setting.with_rate(0.0), 2
        conditions[f"{setting.name}: absences"] = setting.with_rate(0.5), 2
    noisy = Setting(0.5, 0.3, epochs=plan.epochs)
    conditions |= {
        "fixed": (replace(noisy, law=AlwaysWithout(BLOCKS, 0)), 1),
        "couples": (replace(noisy, law=Couples(HIDDEN_UNITS, 0.5)), 1),
        "noise": (replace(noisy, output_noise=True), 1),
    }
    for decay in NETWORK_DECAYS:
        conditions[f"decay {decay:g}"] = replace(noisy, rate=0.0, weight_decay=decay), 1
    for rate in plan.network_rates:
        conditions[f"rate {rate:g}"] = replace(noisy, rate=rate), 1
    return conditions


def all_jobs(plan: Plan) -> dict[tuple[str, ...], Job]:
    """Name every job of both worlds; the longest come first."""
    jobs: dict[tuple[str, ...], Job] = {}
    for name, (setting, starts) in network_conditions(plan).items():
        jobs["network", name] = measure_networks, (setting, plan.seeds, starts)
    for name, condition in team_conditions(plan).items():
        jobs["team", name] = measure_teams, (condition, plan.seeds)
    return jobs
