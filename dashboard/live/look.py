"""A team and its twin as they can be shown: looked at once a frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from experiments.stack.measures import talk_vectors
from nn_bridge.twin import Twin
from simulation.arrays import FloatArray
from simulation.checks import DivergedError
from simulation.coalitions.gram import Gram
from simulation.team import Team


@dataclass(frozen=True, eq=False)
class Look:
    """What is seen of a team and its twin: every number is finite.

    Attributes
    ----------
    gram : Gram
        Of the talk that the team would give.
    reliance : (N, N) array
    squared_weights : float
    difference : float
        Largest one between the twin and the team.
    loss : float
        The twin's on the practice questions, with no unit silenced.
    incoming : (N H,) array
        Lengths of the hidden units' incoming weights.
    outgoing : (K, N H) array
    """

    gram: Gram
    reliance: FloatArray
    squared_weights: float
    difference: float
    loss: float
    incoming: FloatArray
    outgoing: FloatArray

    @classmethod
    def at(cls, team: Team, twin: Twin) -> Look:
        """Look at a team and its twin.

        Raises
        ------
        DivergedError
            If any number is not finite.
        """
        talk, parts = team.talk, twin.layers
        with np.errstate(over="ignore", invalid="ignore"):
            look = cls(
                gram=gram_of(team),
                reliance=team.reliance,
                squared_weights=team.squared_weights,
                difference=twin.difference_from(team),
                loss=float(
                    twin.network.evaluate(talk.practice_questions, talk.practice_answers, verbose=0)
                ),
                incoming=np.linalg.norm(parts.hidden.weight, axis=1),
                outgoing=parts.output.weight.copy(),
            )
        # Inner products are fourth powers of weights, and the first to leave the finite numbers.
        if not (np.isfinite(look.gram.products).all() and math.isfinite(look.squared_weights)):
            raise DivergedError(
                f"learning diverged before rehearsal {team.rehearsals + 1}: learning rate "
                f"{team.learning_rate:g} is too large for this talk, lower it"
            )
        return look


def gram_of(team: Team) -> Gram:
    """Let a team give its talk: `Gram.of(team.game())`, in a quarter of its time."""
    talk, presenters = team.talk, list(team.agents)
    wanted = talk.show_answers.T  # (K, M)
    vectors = talk_vectors(
        talk.show_questions,
        wanted,
        np.array([one.understanding for one in presenters]),
        np.array([one.understanding_bias for one in presenters]),
        np.array([one.delivery for one in presenters]),
        team.handout,
    )  # (N + 1, K, M)
    return Gram.of_vectors(vectors.swapaxes(0, 1), wanted)
