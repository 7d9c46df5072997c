"""Who sits in a team, and the talk that they can give."""

from __future__ import annotations

import math
from collections.abc import Iterable, Set

import mesa
import numpy as np

from simulation.arrays import FloatArray
from simulation.checks import InputError, given, instance, listed
from simulation.coalitions import AdditiveGame, Reading
from simulation.presenter import Presenter, presenter_names
from simulation.raising_model import RaisingModel
from simulation.show import Show
from simulation.streams import Seed
from simulation.talk import Talk


class Speakers(RaisingModel):
    """The presenters of a team in their seats; how they rehearse is the business of `Team`.

    Parameters
    ----------
    talk : Talk
    presenters : int
        N, for whom there are seats; the agents are those of the Mesa model.
    rng : int, SeedSequence or Generator

    Attributes
    ----------
    names : tuple of N str
    handout : (K,) array
    """

    def __init__(
        self,
        talk: Talk,
        presenters: int,
        rng: Seed | None,
    ) -> None:
        super().__init__(rng)
        self.talk = instance("talk", talk, Talk)
        self.names = presenter_names(presenters)
        self._seated: list[Presenter] | None = None
        self.handout: FloatArray = np.zeros(talk.n_sections)

    @property
    def n_presenters(self) -> int:
        """N."""
        return len(self.names)

    @property
    def seated(self) -> list[Presenter]:
        """The presenters in the order of their seats: Mesa's agents, if nobody left or came."""
        if self._seated is None:
            by_seat = {getattr(each, "seat", None): each for each in self.agents}
            if len(self.agents) != self.n_presenters or set(by_seat) != {*range(self.n_presenters)}:
                there = [str(getattr(each, "name", "a stranger")) for each in self.agents]
                raise InputError(
                    f"the agents of the team are {', '.join(there) or 'none'}, but its seats are "
                    f"for {self.names[0]} to {self.names[-1]}: take none away and add none, let a "
                    "law keep them away (AlwaysWithout)"
                )
            self._seated = [by_seat[seat] for seat in range(self.n_presenters)]
        return self._seated

    def register_agent(self, agent: mesa.Agent) -> None:
        """Note that someone comes."""
        super().register_agent(instance("agent", agent, mesa.Agent))
        self._seated = None

    def deregister_agent(self, agent: mesa.Agent) -> None:
        """Note that someone leaves."""
        super().deregister_agent(instance("agent", agent, mesa.Agent))
        self._seated = None

    @property
    def reliance(self) -> FloatArray:
        """rho_ij, how far i counts on j, (N, N); a copy."""
        return np.array([each.reliance for each in self.seated])

    @property
    def mean_reliance(self) -> float:
        """How far one counts on another, on average; nan for a team of one."""
        others = ~np.eye(self.n_presenters, dtype=bool)
        return float(self.reliance[others].mean()) if others.any() else math.nan

    @property
    def squared_weights(self) -> float:
        """Sum of all presenters' squared weights and biases."""
        return sum(
            float(np.square(part).sum())
            for agent in self.seated
            for part in (agent.understanding, agent.understanding_bias, agent.delivery)
        )

    def seat_of(self, name: str) -> int:
        """Find a presenter's seat by name, or say which names there are."""
        if not isinstance(name, str) or name not in self.names:
            raise InputError(
                f"presenter {given(name)} is not in the team: {self.names[0]} to "
                f"{self.names[-1]} are"
            )
        return self.names.index(name)

    def game(self, part: str = "show") -> AdditiveGame:
        """Give the talk: what each adds to the answers, as a game of coalitions.

        Parameters
        ----------
        part : {'show', 'practice', 'choice'}
            Of the talk: on the audience's unseen questions, or on those of `Talk.part`.
        """
        questions, wanted = self.talk.part(part)
        with np.errstate(over="ignore", invalid="ignore"):
            contributions = [each.contribution(questions) for each in self.seated]
        return AdditiveGame(
            np.array(contributions), self.handout.copy(), wanted, self.talk.audience
        )

    def show(self) -> Show:
        """Show the talk to its audience, and judge it with everyone there and with some missing."""
        return Show(self.game(), self.talk.hard_section)

    def quality(
        self, present: Iterable[str] | None = None, reading: Reading = "nobody covers"
    ) -> float:
        """Judge the talk given by a sub-team on unseen questions.

        Parameters
        ----------
        present : names or None
            Who is there; None: everyone.
        reading : {'nobody covers', 'fill the time'}
            As it is, or contributions scaled by N / number present.

        Returns
        -------
        float
            1 - SSE/SST for squared error, accuracy for softmax.
        """
        there = self.names if present is None else present
        if not isinstance(there, str | Set):
            there = listed("who is present", there)
        seats = [self.seat_of(name) for name in there]
        mask = np.isin(np.arange(self.n_presenters), seats)[None]
        return float(self.game().quality(mask, reading)[0])
