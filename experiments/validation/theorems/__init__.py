"""What must hold exactly: nine theorems that tie absences in a team to dropout in a network.

A file each, `t1_team_is_network` to `t9_dropout_keeps_the_mean`. Each works out the two sides of
its statement by different ways, at least one of them through the presenters or the network
themselves, and returns a `Comparison`. That checks a statement and does not prove it: T1, T2, T3,
T5 and T8 are proved in docs/proofs.md, the others by their sources. Shared are `ensemble`, all
sub-networks of a network, and `snapshot`, a team in the middle of its rehearsals.
"""

from __future__ import annotations

from collections.abc import Callable

from experiments.costs import Cost, costing
from experiments.validation.theorems.comparison import Check, Comparison
from experiments.validation.theorems.t1_team_is_network import team_is_network
from experiments.validation.theorems.t2_reliance_follows_dropout import reliance_follows_dropout
from experiments.validation.theorems.t3_mean_of_sub_teams import mean_of_sub_teams
from experiments.validation.theorems.t4_geometric_mean import geometric_mean_of_sub_networks
from experiments.validation.theorems.t5_absences_regularise import absences_regularise
from experiments.validation.theorems.t6_input_dropout_is_ridge import input_dropout_is_ridge
from experiments.validation.theorems.t7_loads_become_equal import loads_become_equal
from experiments.validation.theorems.t8_cooperation_is_discounted import (
    cooperation_is_discounted,
)
from experiments.validation.theorems.t9_dropout_keeps_the_mean import dropout_keeps_the_mean
from simulation.checks import one_of, whole

__all__ = ["THEOREMS", "Check", "Comparison", "Theorem", "run_theorem"]

Theorem = Callable[[int, bool], Comparison]

THEOREMS: dict[str, Theorem] = {
    "T1": team_is_network,
    "T2": reliance_follows_dropout,
    "T3": mean_of_sub_teams,
    "T4": geometric_mean_of_sub_networks,
    "T5": absences_regularise,
    "T6": input_dropout_is_ridge,
    "T7": loads_become_equal,
    "T8": cooperation_is_discounted,
    "T9": dropout_keeps_the_mean,
}


@costing(lambda name, seed, quick: Cost(1.0 if quick else 10.0))
def run_theorem(name: str, seed: int = 0, quick: bool = False) -> Comparison:
    """Check one theorem.

    Parameters
    ----------
    name : str
        'T1' to 'T9'.
    seed : int
        Of everything that is drawn.
    quick : bool
        With fewer steps and smaller networks.

    Raises
    ------
    InputError
        If there is no such theorem; it lists those there are.

    Examples
    --------
    >>> run_theorem("T3").holds
    True
    """
    return THEOREMS[one_of("theorem", name, tuple(THEOREMS))](whole("seed", seed), quick)
