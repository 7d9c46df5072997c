"""Crossing the bridge: the cases in which team and network are held against one another (T1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.article import HIDDEN_UNITS, article_network
from experiments.costs import Cost, costing
from experiments.processes import reporting
from nn_bridge.bridge import side_by_side
from nn_bridge.optimizers import SGD
from nn_bridge.twin import Twin
from simulation.arrays import FloatArray
from simulation.checks import whole
from simulation.laws import one_or_two_absent
from simulation.real_talks import real_talk
from simulation.talk import synthetic_talk
from simulation.team import Team

TOLERANCE = 1e-12
"""Largest difference in any weight, bias or reliance that still counts as the same (float64)."""


@dataclass(frozen=True)
class Case:
    """A team to run beside its network twin.

    Attributes
    ----------
    name : str
    talk : {'synthetic', 'digits', 'mnist'}
        The first is for a squared-error audience, scikit-learn's digits and MNIST's sample are for
        a softmax one.
    trust : float
        For 1 the network trains by plain SGD, below 1 by the presenters' own rule.
    attendance_per : {'rehearsal', 'question'}
    article_net : bool
        The article's network with dropout 0.5, 784-256-10 on MNIST, as 256 presenters with one
        ability each, instead of five with four.
    """

    name: str
    talk: str
    trust: float
    attendance_per: str = "rehearsal"
    article_net: bool = False

    def team(self, seed: int) -> Team:
        """Build the team."""
        if self.talk == "synthetic":
            talk = synthetic_talk(np.random.default_rng([seed, 0]))
        else:
            talk = real_talk(np.random.default_rng([seed, 1]), self.talk)
        if self.article_net:
            network = article_network(
                0.5, (talk.n_features,), seed, hidden=HIDDEN_UNITS, dtype="float64", per="batch"
            )
            network.compile(SGD(0.1), "categorical_crossentropy")
            return Twin.of_network(network, self.trust).to_team(talk, questions=32, rng=seed)
        return Team(
            talk,
            one_or_two_absent(5),
            trust=self.trust,
            attendance_per=self.attendance_per,
            rng=seed,
        )


CASES = (
    Case("5 x 4, squared error, a = 1", "synthetic", 1.0),
    Case("5 x 4, squared error, a = 0.02", "synthetic", 0.02),
    Case("5 x 4, squared error, a = 0.02, anew at each question", "synthetic", 0.02, "question"),
    Case("5 x 4, softmax on digits, a = 1", "digits", 1.0),
    Case("5 x 4, softmax on digits, a = 0.02", "digits", 0.02),
    Case("256 x 1, softmax on MNIST, a = 1: the article's network", "mnist", 1.0, article_net=True),
)


@dataclass(frozen=True, eq=False)
class Crossing:
    """How far apart a team and its twin ever were.

    Attributes
    ----------
    name : str
    differences : (T,) array
        Largest absolute difference in any weight, bias or reliance after each rehearsal.
    """

    name: str
    differences: FloatArray

    @property
    def largest(self) -> float:
        """The largest difference over all rehearsals."""
        return float(self.differences.max())

    @property
    def holds(self) -> bool:
        """Whether team and network are the same within `TOLERANCE`."""
        return self.largest <= TOLERANCE

    def to_json(self) -> dict[str, float | int | str]:
        """Return what was found, as JSON can hold it."""
        return {
            "case": self.name,
            "rehearsals": len(self.differences),
            "largest difference": self.largest,
            "tolerance": TOLERANCE,
            "same": self.holds,
        }


def _price(case: Case, rehearsals: int, _: int) -> Cost:
    each, holds = (14e-3, 150) if case.article_net else (5e-4, 50)
    return Cost(rehearsals * each, 40 * rehearsals + holds * 2**20)


@costing(_price)
def cross(case: Case, rehearsals: int, seed: int) -> Crossing:
    """Let the team of `case` and its network rehearse side by side."""
    whole("rehearsals", rehearsals, least=1)
    return Crossing(case.name, side_by_side(case.team(seed), rehearsals, reporting(rehearsals)))
