"""What must hold exactly: nine theorems that tie absences in a team to dropout in a network.

Each is a function that computes the two sides of its statement by different ways, at least one of
them through the presenters or the network themselves, and returns a `Comparison`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from experiments.validation.comparison import Check, Comparison
from experiments.validation.network_theorems import (
    dropout_keeps_the_mean,
    geometric_mean_of_sub_networks,
    input_dropout_is_ridge,
    loads_become_equal,
)
from experiments.validation.team_theorems import (
    absences_regularise,
    cooperation_is_discounted,
    mean_of_sub_teams,
    reliance_is_keep_probability,
    team_is_network,
)
from simulation.checks import one_of, whole

__all__ = ["THEOREMS", "Check", "Comparison", "Theorem", "all_theorems", "run_theorem"]

Theorem = Callable[[int, bool], Comparison]

THEOREMS: dict[str, Theorem] = {
    "T1": team_is_network,
    "T2": reliance_is_keep_probability,
    "T3": mean_of_sub_teams,
    "T4": geometric_mean_of_sub_networks,
    "T5": absences_regularise,
    "T6": input_dropout_is_ridge,
    "T7": loads_become_equal,
    "T8": cooperation_is_discounted,
    "T9": dropout_keeps_the_mean,
}


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


def all_theorems(seed: int = 0, quick: bool = False) -> Iterator[Comparison]:
    """Check T1 to T9, yielding each result as it is there; parameters as in `run_theorem`."""
    for name in THEOREMS:
        yield run_theorem(name, seed, quick)
