"""A team's network twin: the team written as a network, and back, with nothing lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.dense import Dense
from nn_bridge.network import Sequential
from nn_bridge.optimizers import SGD
from nn_bridge.samples import finite_numbers
from nn_bridge.team_layers import OUTPUTS, TeamLayers
from simulation.arrays import BoolArray, FloatArray
from simulation.checks import InputError, instance, real
from simulation.presenter import Presenter
from simulation.streams import Seed
from simulation.talk import Talk
from simulation.team import Team


@dataclass(eq=False)
class Twin:
    """A team's network twin.

    Attributes
    ----------
    network : Sequential
        Dense(N H, relu), AttendanceDropout, Dense(K); compiled with plain SGD.
    reliance : (N, N) array
        rho_ij as learned so far. For trust 1 it is whoever came last, and is not used in learning.
    trust : float
        a in (0, 1]. For 1 the twin trains by the network's own backward pass; below 1 by the
        reliance-weighted one, in which each group gets an output gradient of its own.
    layers : TeamLayers
        Of the network.
    """

    network: Sequential
    reliance: FloatArray
    trust: float
    layers: TeamLayers = field(init=False)

    def __post_init__(self) -> None:
        self.layers = TeamLayers.of(self.network)
        optimizer, n = self.network.optimizer, self.layers.law.n_presenters
        if not isinstance(optimizer, SGD) or optimizer.momentum:
            raise InputError(
                "the network is not compiled with plain SGD, but presenters learn by plain "
                "gradient steps: compile it with SGD(learning_rate)"
            )
        if self.network.replicates:
            raise InputError("the network is a stack, but a team is one network: take one seed")
        self.reliance = finite_numbers("reliance", self.reliance, float)
        if self.reliance.shape != (n, n):
            raise InputError(f"reliance has shape {self.reliance.shape}, but must have {(n, n)}")
        self.trust = real("trust", self.trust, above=0, most=1)

    @classmethod
    def of(cls, team: Team) -> Twin:
        """Write a team as a network in float64."""
        instance("team", team, Team)
        talk, h = team.talk, team.abilities
        activation, loss = OUTPUTS[talk.audience_name]
        network = Sequential(
            [
                Dense(team.n_presenters * h, "relu", input_shape=(talk.n_features,)),
                AttendanceDropout(team.attendance, group_size=h, per=team.attendance_per),
                Dense(talk.n_sections, activation),
            ],
            dtype="float64",
        )
        network.compile(SGD(team.learning_rate), loss)
        twin = cls(network, team.reliance, team.trust)
        for parameter, skill in zip(twin.layers.parameters, _skills(team), strict=True):
            parameter[...] = skill
        return twin

    @classmethod
    def of_network(cls, network: Sequential, trust: float = 1.0) -> Twin:
        """Take a network of the article's kind, not a stack, as the twin of a team to be."""
        n = TeamLayers.of(network).law.n_presenters
        return cls(network, np.ones((n, n)), trust)

    @property
    def optimizer(self) -> SGD:
        """The plain SGD that the network is compiled with."""
        optimizer = self.network.optimizer
        assert isinstance(optimizer, SGD)  # seen to at the start
        return optimizer

    def to_team(
        self, talk: Talk, *, questions: int = 8, show_every: int = 0, rng: Seed | None = None
    ) -> Team:
        """Write the network as a team that goes on rehearsing `talk` where the network stands.

        Parameters
        ----------
        talk : Talk
            With the network's features and sections, and an audience that fits its output.
        questions, show_every, rng
            Of the team.
        """
        instance("talk", talk, Talk)
        dropout, output = self.layers.dropout, self.layers.output
        weight, bias, delivery, handout = self.layers.parameters
        expected = (weight.shape[1], output.units)
        if (talk.n_features, talk.n_sections) != expected:
            raise InputError(
                f"the talk has {talk.n_features} features and {talk.n_sections} sections, but the "
                f"network {expected[0]} inputs and {expected[1]} outputs: give one that fits"
            )
        if talk.audience is not self.layers.audience:
            raise InputError(
                f"the talk's audience is {talk.audience_name}, but the network's output is "
                f"{output.activation}: give a talk for the other audience"
            )
        h, whole_batch = dropout.group_size, (dropout.noise_shape or (None,))[0] == 1
        team = Team(
            talk,
            self.layers.law,
            abilities=h,
            trust=self.trust,
            learning_rate=self.optimizer.learning_rate,
            attendance_per="rehearsal" if whole_batch else "question",
            questions=questions,
            show_every=show_every,
            rng=rng,
        )
        for presenter in team.agents:
            own = slice(presenter.seat * h, (presenter.seat + 1) * h)
            presenter.understanding[...] = weight[own]
            presenter.understanding_bias[...] = bias[own]
            presenter.delivery[...] = delivery[:, own]
            presenter.reliance[...] = self.reliance[presenter.seat]
        team.handout[...] = handout
        return team

    def rehearse(self, questions: FloatArray, wanted: FloatArray, attendance: BoolArray) -> None:
        """Train one step on `questions` (B, D) with those who came, (N,) or (B, N)."""
        layers = self.layers
        questions = _rows("questions", questions, layers.hidden.weight.shape[1])
        wanted = _rows("wanted", wanted, layers.output.units)
        if len(questions) != len(wanted):
            raise InputError(
                f"there are {len(questions)} questions and {len(wanted)} wanted answers: give as "
                "many of them"
            )
        n = layers.law.n_presenters
        attendance = layers.dropout.checked_mask(attendance, (len(questions), n))
        self._rehearse(questions, wanted, np.broadcast_to(attendance, (*attendance.shape[:-1], n)))

    def _rehearse(self, questions: FloatArray, wanted: FloatArray, attendance: BoolArray) -> None:
        present = np.atleast_2d(attendance)  # (B or 1, N)
        if self.trust == 1.0:
            self.network.train_on_batch(questions, wanted, masks={self.layers.dropout: attendance})
            for row in present:
                self.reliance[row] = row
            np.fill_diagonal(self.reliance, 1.0)
        else:
            self._reliance_weighted_step(questions, wanted, present)

    def _reliance_weighted_step(
        self, questions: FloatArray, wanted: FloatArray, attendance: BoolArray
    ) -> None:
        """Take a step in which group i gets the output gradient of the talk as i counts on it.

        `attendance` is (B or 1, N). All else is the network's own backward pass.
        """
        hidden, dropout, output = self.layers.hidden, self.layers.dropout, self.layers.output
        law, h, audience = self.layers.law, dropout.group_size, self.layers.audience
        n, batch, k = law.n_presenters, len(questions), output.units
        scale = law.moments().speak_up  # (N,) 1/q_i, the inverted-dropout scale
        mask = np.broadcast_to(attendance, (batch, n))  # (B, N)

        activations = hidden.forward(questions, training=True).reshape(batch, n, h)  # (B, N, H)
        delivery = output.weight.reshape(k, n, h)  # (K, N, H)
        contributions = np.einsum("bnh,knh->bnk", activations, delivery)  # (B, N, K)
        contributions = contributions * scale[:, None]

        # The reliance of i on j at each question, or one for the rehearsal.
        reliance = np.empty((len(attendance), n, n))  # (B or 1, N, N)
        for at, row in enumerate(attendance):
            self.reliance += self.trust * (row - self.reliance) * row[:, None]
            np.fill_diagonal(self.reliance, 1.0)
            reliance[at] = self.reliance
        imagined = output.bias + reliance @ contributions  # (B, N, K) the outputs, by who imagines
        gradients = -audience.feedback(imagined, wanted[:, None])  # (B, N, K) at those outputs
        gradients *= (mask * scale)[..., None] / batch
        outputs = output.bias + np.einsum("bj,bjk->bk", mask, contributions)  # (B, K)

        of_delivery = np.einsum("bnk,bnh->knh", gradients, activations)  # (K, N, H)
        output.gradients["weight"][...] = of_delivery.reshape(k, n * h)
        output.gradients["bias"][...] = -audience.feedback(outputs, wanted).mean(axis=0)
        at_activations = np.einsum("bnk,knh->bnh", gradients, delivery)  # (B, N, H)
        hidden.backward(at_activations.reshape(batch, n * h))
        self.network.apply_gradients()

    def difference_from(self, team: Team) -> float:
        """Largest absolute difference to `team` in any weight, bias or reliance."""
        weights = self.weights_apart_from(team)
        return max(weights, float(np.abs(self.reliance - team.reliance).max()))

    def weights_apart_from(self, team: Team) -> float:
        """Largest absolute difference to `team` in any weight or bias."""
        skills = _skills(instance("team", team, Team))
        pairs = list(zip(self.layers.parameters, skills, strict=True))
        if any(mine.shape != theirs.shape for mine, theirs in pairs):
            raise InputError("the team is of another size than the network: compare alike ones")
        return max(float(np.abs(mine - theirs).max()) for mine, theirs in pairs)


def _skills(team: Team) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Stack a team's skills as `TeamLayers.parameters` has them."""
    presenters: list[Presenter] = list(team.agents)
    return (
        np.concatenate([presenter.understanding for presenter in presenters]),
        np.concatenate([presenter.understanding_bias for presenter in presenters]),
        np.concatenate([presenter.delivery for presenter in presenters], axis=1),
        team.handout,
    )


def _rows(name: str, values: Any, columns: int) -> FloatArray:
    rows = finite_numbers(name, values, float)
    if rows.ndim != 2 or not len(rows) or rows.shape[1] != columns:
        raise InputError(f"{name} has shape {rows.shape}, but must have ({name}, {columns})")
    return rows
