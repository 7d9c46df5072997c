"""A team and its twin as they can be shown: looked at once a frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.stack.measures import talk_vectors
from nn_bridge.twin import Twin
from simulation.arrays import BoolArray, FloatArray
from simulation.audience import SquaredError
from simulation.checks import DivergedError
from simulation.coalitions import AdditiveGame, Reading, answer_shares, co_adaptation_score
from simulation.coalitions.gram import Gram
from simulation.team import Team

LARGEST_LOSS = 1e4
"""Loss from which on a team counts as diverged; who says nothing has one of about 2."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What `Gram` tells of a talk, for an audience of which no inner products tell."""

    game: AdditiveGame

    @property
    def n_members(self) -> int:
        """N."""
        return self.game.n_members

    def qualities(
        self, masks: BoolArray, reading: Reading = "nobody covers"
    ) -> tuple[FloatArray, FloatArray]:
        """Quality of sub-teams `masks` (C, N): of the talk (C,), by section (C, K)."""
        return self.game.quality(masks, reading), self.game.section_quality(masks, reading)

    def answer_shares(self) -> FloatArray:
        """Each member's share of the whole team's answers, (N, K)."""
        return answer_shares(self.game)

    def co_adaptation_score(self) -> float:
        """Variance of what is heard over the half-teams that seed 0 draws."""
        return co_adaptation_score(self.game)


Yardstick = Gram | Answers


@dataclass(frozen=True, eq=False)
class Look:
    """What is seen of a team and its twin: every number is finite.

    Attributes
    ----------
    rehearsal : int
        How many had been held.
    yardstick : Gram or Answers
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

    rehearsal: int
    yardstick: Yardstick
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
            If the loss is `LARGEST_LOSS` or more, or no number any more.
        """
        talk, parts = team.talk, twin.layers
        with np.errstate(over="ignore", invalid="ignore"):
            look = cls(
                rehearsal=team.rehearsals,
                yardstick=yardstick_of(team),
                reliance=team.reliance,
                squared_weights=team.squared_weights,
                difference=twin.difference_from(team),
                loss=float(
                    twin.network.evaluate(talk.practice_questions, talk.practice_answers, verbose=0)
                ),
                incoming=np.linalg.norm(parts.hidden.weight, axis=1),
                outgoing=parts.output.weight.copy(),
            )
        if not look.loss < LARGEST_LOSS:
            raise DivergedError(
                f"learning diverged before rehearsal {team.rehearsals + 1}: learning rate "
                f"{team.learning_rate:g} is too large for this talk, lower it"
            )
        return look


def yardstick_of(team: Team) -> Yardstick:
    """Let a team give its talk, to be measured as its audience judges."""
    if isinstance(team.talk.audience, SquaredError):
        return gram_of(team)
    return Answers(team.game())


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
