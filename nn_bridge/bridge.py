"""The bridge: the team as a network, and one yardstick for both.

A presenter with H abilities is a group of H hidden units, understanding their incoming weights,
delivery their outgoing ones, the handout the output bias, attendance the dropout mask. `Twin`
carries over both ways; here the two rehearse the same questions with the same people there (T1),
and a network's groups of units become the members of a game.

For trust a = 1 the team is, step for step, the network that plain SGD trains, with one mask a batch
or a sample. For a < 1 the network trains by the presenters' own rule, which is not dropout SGD:
`beside_dropout` measures how far the two part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from nn_bridge.network import Sequential
from nn_bridge.samples import finite_numbers
from nn_bridge.team_layers import TeamLayers
from nn_bridge.twin import Twin
from simulation.arrays import Array, FloatArray, IntArray
from simulation.checks import InputError, given, whole
from simulation.coalitions import AdditiveGame
from simulation.team import Team


def side_by_side(
    team: Team, rehearsals: int, after_each: Callable[[int], None] = lambda held: None
) -> FloatArray:
    """Let a team and its twin rehearse the same questions with the same people there (T1).

    Parameters
    ----------
    team : Team
    rehearsals : int
    after_each : function(held)
        Told after each rehearsal how many were held.

    Returns
    -------
    (rehearsals,) array
        Largest difference in any weight, bias or reliance after each rehearsal.
    """
    return _rehearse_both(team, Twin.of(team), rehearsals, Twin.difference_from, after_each)


def beside_dropout(
    team: Team, rehearsals: int, after_each: Callable[[int], None] = lambda held: None
) -> FloatArray:
    """Let a team rehearse beside a network that trains by ordinary dropout SGD with the same masks.

    For trust 1 that network is the twin. Below 1 presenters learn by a rule of their own, and the
    two must part: this says how far. Parameters are those of `side_by_side`.

    Returns
    -------
    (rehearsals,) array
        Largest difference in any weight or bias after each rehearsal.
    """
    network = replace(Twin.of(team), trust=1.0)
    return _rehearse_both(team, network, rehearsals, Twin.weights_apart_from, after_each)


def _rehearse_both(
    team: Team,
    twin: Twin,
    rehearsals: int,
    apart: Callable[[Twin, Team], float],
    after_each: Callable[[int], None],
) -> FloatArray:
    if not callable(after_each):
        raise InputError(f"after_each is {given(after_each)}, but must be a function")
    differences: list[float] = []
    for _ in range(whole("rehearsals", rehearsals)):
        team.step()
        held = team.last_rehearsal
        assert held is not None
        twin._rehearse(held.questions, held.wanted, held.attendance)
        differences.append(apart(twin, team))
        after_each(len(differences))
    return np.array(differences, dtype=float)


def network_game(
    network: Sequential,
    questions: Array,
    wanted: FloatArray,
    member: int = 0,
    group_size: int | None = None,
) -> AdditiveGame:
    """Hold the yardstick to a network: its groups of hidden units as members of a game.

    Parameters
    ----------
    network : Sequential
        One hidden layer with dropout behind it; a single network or a stack.
    questions : (M, D) array, or (M, *input_shape)
        As the network takes them, or flat.
    wanted : (M, K) array
        One-hot for a softmax output.
    member : int
        Which network of a stack.
    group_size : int or None
        Hidden units in a member of the game; None: those that drop together.
    """
    layers = TeamLayers.of(network)
    networks = (*network.replicates, 1)[0]
    whole("member", member, most=networks - 1)
    weight, bias, delivery, handout = (
        np.asarray(parameter[member] if network.replicates else parameter, dtype=float)
        for parameter in layers.parameters
    )
    x = finite_numbers("questions", questions, float)
    if x.ndim < 2 or not len(x) or x[0].size != weight.shape[1]:
        raise InputError(
            f"questions have shape {np.shape(questions)}, but the network takes samples of "
            f"{weight.shape[1]} numbers: give as many a question"
        )
    x = x.reshape(len(x), -1)  # (M, D)
    hidden = np.maximum(x @ weight.T + bias, 0.0)  # (M, N H)
    h = layers.dropout.group_size
    if group_size is not None:
        h = whole("group_size", group_size, least=1)
        if hidden.shape[1] % h:
            raise InputError(
                f"group_size is {h}, but {hidden.shape[1]} hidden units cannot be shared out in "
                "groups of that size: choose a divisor"
            )
    contributions = contributions_of(hidden, delivery, np.arange(hidden.shape[1]) // h)
    expected = finite_numbers("wanted", wanted, float)
    return AdditiveGame(contributions, handout, expected, layers.audience)


def contributions_of(hidden: FloatArray, delivery: FloatArray, member_of: IntArray) -> FloatArray:
    """What groups of hidden units add to a linear output, (N, M, K).

    Parameters
    ----------
    hidden : (M, U) array
        What the units make of the questions.
    delivery : (K, U) array
        Their outgoing weights.
    member_of : (U,) int array
        Which member of the game, 0 to N - 1, each unit belongs to.
    """
    order = member_of.argsort(kind="stable")
    sizes = np.bincount(member_of)
    if (sizes == sizes[0]).all():
        of_members = hidden[:, order].reshape(len(hidden), len(sizes), -1)  # (M, N, H)
        given = delivery[:, order].reshape(len(delivery), len(sizes), -1)  # (K, N, H)
        return np.asarray(np.einsum("mnh,knh->nmk", of_members, given))
    groups = np.split(order, np.cumsum(sizes)[:-1])
    return np.stack([hidden[:, units] @ delivery[:, units].T for units in groups])
