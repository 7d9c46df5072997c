"""Asking games, one or one a start, and measuring them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from simulation.checks import InputError, instance, listed, one_of, real, unsaid, whole
from simulation.coalitions.estimates.asking import Asked, Progress, Told, checked_progress
from simulation.coalitions.estimates.measures import Measures
from simulation.coalitions.estimates.start import (
    FEWEST_DRAWS,
    Plan,
    Start,
    drawn_coalitions,
    looked_at,
)
from simulation.coalitions.estimates.summary import summed_up
from simulation.coalitions.game import EXACT_MEMBERS, Game, Reading
from simulation.streams import Seed, generator

MOST_DRAWS = 100
"""Random orders, each with its reverse, where nobody says how many."""

BUDGET = 20_000
"""Coalitions that they may take for one game, unless that leaves fewer than `LEAST_DRAWS`."""

LEAST_DRAWS = 10


@unsaid
def measured(
    games: Game | Sequence[Game],
    rng: Seed,
    *,
    worth: float = 0.01,
    reading: Reading = "nobody covers",
    draws: int | None = None,
    precision: float | None = None,
    progress: Progress | None = None,
) -> Measures:
    """Measure who carries how much in a game, and what is left when members fall silent.

    Up to 20 members all 2^N coalitions are asked, unless `draws` takes fewer. Else random orders of
    arrival, each with its reverse, are drawn: 2 (N + 1) coalitions a draw, which serve Shapley
    values, the ablation curve and the cost of random silence alike; and 4 (N + 1) more for silence
    by what members carry.

    Intervals let examples vary (by leaving parts of them out), masks (by independent draws of
    them), and starts where there are several games. Interrupted (Ctrl-C), it gives what it has:
    the starts that are done, or the draws of the first, if these are two at least. Draws come
    before all coalitions are asked.

    Parameters
    ----------
    games : Game or sequence of them
        One, or one a start: the same members, judged on the same examples.
    rng : int, SeedSequence or Generator
        Draws orders and half-teams; fresh ones for each start.
    worth : float
        What members that fall silent may cost, in units of quality.
    reading : {'nobody covers', 'fill the time'}
    draws : int or None
        Random orders a start. None: 100, or as many as 20,000 coalitions allow, but at least 10;
        and up to 20 members all coalitions.
    precision : float or None
        Where not all coalitions are asked: stop drawing, after 10 draws, once chance in the masks
        leaves the quality with half of the members a standard error of at most this.
    progress : callable or None
        Is told how many coalitions have been asked, and of about how many.

    Returns
    -------
    Measures

    Raises
    ------
    InputError
        If games differ in their members or examples, or a quality is not finite.

    Examples
    --------
    Two who can stand in for each other, and one who does nothing:

    >>> import numpy as np
    >>> from simulation.coalitions import AdditiveGame
    >>> from simulation.audience import AUDIENCES
    >>> wanted = np.eye(2)[np.arange(40) % 2]
    >>> said = np.array([wanted, wanted, 0 * wanted])
    >>> found = measured(AdditiveGame(said, np.zeros(2), wanted, AUDIENCES["softmax"]), 0)
    >>> [round(one.value, 3) for one in found.shapley], found.idle
    ([0.25, 0.25, 0.0], ('2',))
    >>> print(found.at_random.number, "of 3 at random,", found.least_carrying.number, "chosen")
    1 [1, 1] of 3 at random, 2 [2, 2] chosen
    """
    given_games = [games] if isinstance(games, Game) else listed("games", games)
    real("worth", worth, least=0)
    plan = planned(given_games, reading, draws, precision)
    cost = plan.cost(given_games[0].n_members)
    told = Told(checked_progress(progress), len(given_games) * cost)
    starts: list[Start] = []
    interrupted = False
    for game, child in zip(given_games, generator(rng).spawn(len(given_games)), strict=True):
        try:
            start = looked_at(Asked(game, reading, told), child, plan)
        except KeyboardInterrupt:
            if not starts:
                raise
            interrupted = True
            break
        interrupted = start.interrupted
        if not (starts and interrupted):
            starts.append(start)
        if interrupted:
            break
    return summed_up(starts, given_games[0], reading, float(worth), interrupted)


def planned(
    games: Sequence[Game], reading: Reading, draws: int | None, precision: float | None
) -> Plan:
    """Say how much is asked of each game; refuse what it cannot afford, or not with the others."""
    if not games:
        raise InputError("games is an empty list, but must hold at least one game")
    first = instance("a game", games[0], Game)
    for game in games[1:]:
        if instance("a game", game, Game).members != first.members:
            raise InputError(
                f"games have {first.n_members} and {game.n_members} members, or others by "
                "name: give one game a start, with the same members"
            )
        if game.described() != first.described():
            raise InputError(
                f"games are judged differently, {tuple(first.described())} and "
                f"{tuple(game.described())}: give one game a start, on the same examples"
            )
    one_of("reading", reading, get_args(Reading))
    if precision is not None:
        real("precision", precision, above=0)
    n = first.n_members
    number = min(max(BUDGET // (2 * n + 2), LEAST_DRAWS), MOST_DRAWS) if draws is None else draws
    whole("draws", number, least=FEWEST_DRAWS)
    exact = n <= EXACT_MEMBERS and (draws is None or 2**n <= drawn_coalitions(n, number))
    plan = Plan(min(number, MOST_DRAWS) if exact else number, exact, precision)
    for game in games:
        game.afford(plan.cost(n))
    return plan
