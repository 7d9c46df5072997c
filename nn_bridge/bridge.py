"""The bridge: the team is the network.

A presenter with H abilities is a group of H hidden units, understanding their incoming weights,
delivery their outgoing ones, the handout the output bias, attendance the dropout mask. `Twin` holds
a team's network twin and carries over both ways without loss; `side_by_side` lets the two rehearse
the same questions with the same people there and measures how far apart they ever are (T1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.dense import Dense, Dropout, Flatten
from nn_bridge.network import Sequential
from nn_bridge.optimizers import SGD
from simulation.attendance import AttendanceLaw
from simulation.audience import AUDIENCES
from simulation.checks import InputError, real
from simulation.coalitions import Game
from simulation.laws import independent
from simulation.presenter import Presenter
from simulation.talk import Talk
from simulation.team import Team

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LOSSES = {"squared error": "half_squared_error", "softmax": "categorical_crossentropy"}
"""The loss whose negative gradient is an audience's feedback."""

ACTIVATIONS = {"squared error": "linear", "softmax": "softmax"}


@dataclass(frozen=True)
class Parts:
    """The three layers of a network that is a team."""

    hidden: Dense
    dropout: Dropout
    output: Dense

    @classmethod
    def of(cls, network: Sequential) -> Parts:
        """Find them, or say why this network is no team."""
        layers = [layer for layer in network.layers if not isinstance(layer, Flatten)]
        match layers:
            case [Dense() as hidden, Dropout() as dropout, Dense() as output] if (
                hidden.activation == "relu" and output.activation in ACTIVATIONS.values()
            ):
                return cls(hidden, dropout, output)
        names = ", ".join(type(layer).__name__ for layer in network.layers)
        raise InputError(
            f"the network has the layers {names}, but only Dense(relu), Dropout, Dense(linear or "
            "softmax) is a team: one hidden layer, and dropout behind it"
        )

    @property
    def law(self) -> AttendanceLaw:
        """The attendance law that the dropout layer follows."""
        if isinstance(self.dropout, AttendanceDropout):
            return self.dropout.law
        return independent(self.hidden.units // self.dropout.group_size, self.dropout.rate)


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
        reliance-weighted one, in which each group hears another error.
    """

    network: Sequential
    reliance: FloatArray
    trust: float

    @classmethod
    def of(cls, team: Team) -> Twin:
        """Write a team as a network in float64."""
        n, h = team.n_presenters, team.abilities
        talk = team.talk
        network = Sequential(
            [
                Dense(n * h, "relu", input_shape=(talk.n_features,)),
                AttendanceDropout(team.attendance, group_size=h, per=team.attendance_per),
                Dense(talk.n_sections, ACTIVATIONS[talk.audience_name]),
            ],
            dtype="float64",
        )
        network.compile(SGD(team.learning_rate), LOSSES[talk.audience_name])
        parts = Parts.of(network)
        understanding, bias, delivery = _skills(team)
        parts.hidden.weight[...] = understanding
        parts.hidden.bias[...] = bias
        parts.output.weight[...] = delivery
        parts.output.bias[...] = team.handout
        return cls(network, team.reliance, team.trust)

    @classmethod
    def of_network(cls, network: Sequential, trust: float = 1.0) -> Twin:
        """Take a network of the article's kind, not a stack, as the twin of a team to be."""
        parts = Parts.of(network)
        if not isinstance(network.optimizer, SGD) or network.optimizer.momentum:
            raise InputError(
                "the network is not compiled with plain SGD, but presenters learn by plain "
                "gradient steps: compile it with SGD(learning_rate)"
            )
        if parts.hidden.weight.ndim != 2:
            raise InputError("the network is a stack, but a team is one network: take one seed")
        n = parts.law.n_presenters
        return cls(network, np.ones((n, n)), real("trust", trust, above=0, most=1))

    @property
    def optimizer(self) -> SGD:
        """The plain SGD that the network is compiled with."""
        optimizer = self.network.optimizer
        assert isinstance(optimizer, SGD)  # `of` and `of_network` saw to it
        return optimizer

    def to_team(self, talk: Talk, **options: Any) -> Team:
        """Write the network as a team that goes on rehearsing `talk` where the network stands.

        Parameters
        ----------
        talk : Talk
            With the network's features and sections, and an audience that fits its output.
        **options
            Of `Team`: questions, show_every, rng.
        """
        parts = Parts.of(self.network)
        expected = (parts.hidden.weight.shape[1], parts.output.units)
        if (talk.n_features, talk.n_sections) != expected:
            raise InputError(
                f"the talk has {talk.n_features} features and {talk.n_sections} sections, but the "
                f"network {expected[0]} inputs and {expected[1]} outputs: give one that fits"
            )
        if ACTIVATIONS[talk.audience_name] != parts.output.activation:
            raise InputError(
                f"the talk's audience is {talk.audience_name}, but the network's output is "
                f"{parts.output.activation}: give a talk for the other audience"
            )
        law, h = parts.law, parts.dropout.group_size
        whole_batch = parts.dropout.noise_shape is not None and parts.dropout.noise_shape[0] == 1
        team = Team(
            talk,
            law,
            abilities=h,
            trust=self.trust,
            learning_rate=self.optimizer.learning_rate,
            attendance_per="rehearsal" if whole_batch else "question",
            **options,
        )
        for presenter in team.agents:
            own = slice(presenter.seat * h, (presenter.seat + 1) * h)
            presenter.understanding[...] = parts.hidden.weight[own]
            presenter.understanding_bias[...] = parts.hidden.bias[own]
            presenter.delivery[...] = parts.output.weight[:, own]
            presenter.reliance[...] = self.reliance[presenter.seat]
        team.handout[...] = parts.output.bias
        return team

    def rehearse(self, questions: FloatArray, wanted: FloatArray, attendance: BoolArray) -> None:
        """Train one step on `questions` (B, D) with those who came, (N,) or (B, N)."""
        if self.trust == 1.0:
            self.network.train_on_batch(
                questions, wanted, masks={Parts.of(self.network).dropout: attendance}
            )
            present = np.atleast_2d(attendance)
            for row in present:
                self.reliance[row] = row
            np.fill_diagonal(self.reliance, 1.0)
        else:
            self._reliance_weighted_step(questions, wanted, np.atleast_2d(attendance))

    def _reliance_weighted_step(
        self, questions: FloatArray, wanted: FloatArray, attendance: BoolArray
    ) -> None:
        """Go down the gradient in which group i hears the error of the talk as i counts on it."""
        parts = Parts.of(self.network)
        law, h = parts.law, parts.dropout.group_size
        n, batch, k = law.n_presenters, len(questions), parts.output.units
        loss = AUDIENCES[{v: a for a, v in ACTIVATIONS.items()}[parts.output.activation]]
        loudness = law.moments().speak_up  # (N,)
        here = np.broadcast_to(attendance, (batch, n))

        hidden = parts.hidden.forward(questions, training=True).reshape(batch, n, h)
        delivery = parts.output.weight.reshape(k, n, h)
        table = np.einsum("bnh,knh->bnk", hidden, delivery) * loudness[:, None]  # (B, N, K)

        # (B or 1, N, N) by i on j, at each question or throughout
        counted_on = np.empty((len(attendance), n, n))
        for at, row in enumerate(attendance):
            self.reliance += self.trust * (row - self.reliance) * row[:, None]
            np.fill_diagonal(self.reliance, 1.0)
            counted_on[at] = self.reliance
        imagined = parts.output.bias + counted_on @ table  # (B, N, K)
        heard = -loss.feedback(imagined, wanted[:, None])  # (B, N, K) gradient at the answers
        heard *= (here * loudness)[..., None] / batch
        given = parts.output.bias + np.einsum("bj,bjk->bk", here, table)

        parts.output.gradients["weight"][...] = np.einsum("bnk,bnh->knh", heard, hidden).reshape(
            k, n * h
        )
        parts.output.gradients["bias"][...] = -loss.feedback(given, wanted).mean(axis=0)
        parts.hidden.backward(np.einsum("bnk,knh->bnh", heard, delivery).reshape(batch, n * h))
        self.network.apply_gradients()

    def difference_from(self, team: Team) -> float:
        """Largest absolute difference to `team` in any weight, bias or reliance."""
        parts = Parts.of(self.network)
        understanding, bias, delivery = _skills(team)
        pairs = (
            (parts.hidden.weight, understanding),
            (parts.hidden.bias, bias),
            (parts.output.weight, delivery),
            (parts.output.bias, team.handout),
            (self.reliance, team.reliance),
        )
        return max(float(np.abs(mine - theirs).max()) for mine, theirs in pairs)


def side_by_side(team: Team, rehearsals: int) -> FloatArray:
    """Let a team and its twin rehearse the same questions with the same people there (T1).

    Returns
    -------
    (rehearsals,) array
        Largest difference in any weight, bias or reliance after each rehearsal.
    """
    twin = Twin.of(team)
    differences = np.empty(rehearsals)
    for step in range(rehearsals):
        team.step()
        held = team.last_rehearsal
        assert held is not None
        twin.rehearse(held.questions, held.wanted, held.attendance)
        differences[step] = twin.difference_from(team)
    return differences


def network_game(
    network: Sequential,
    questions: npt.NDArray[Any],
    wanted: FloatArray,
    member: int = 0,
    group_size: int | None = None,
) -> Game:
    """Hold the yardstick to a network: its groups of hidden units as members of a game.

    Parameters
    ----------
    network : Sequential
        One hidden layer with dropout behind it; a single network or a stack.
    questions : (M, D) array
    wanted : (M, K) array
        One-hot for a softmax output.
    member : int
        Which network of a stack.
    group_size : int or None
        Hidden units in a member of the game; None: those that drop together.
    """
    parts = Parts.of(network)
    x = np.asarray(questions, dtype=float)
    weights = [
        np.asarray(w[member] if w.ndim > least else w, dtype=float)
        for w, least in (
            (parts.hidden.weight, 2),
            (parts.hidden.bias, 1),
            (parts.output.weight, 2),
            (parts.output.bias, 1),
        )
    ]
    hidden = np.maximum(x @ weights[0].T + weights[1], 0.0)  # (M, N H)
    h = parts.dropout.group_size if group_size is None else group_size
    grouped = hidden.reshape(len(x), -1, h)  # (M, N, H)
    delivery = weights[2].reshape(parts.output.units, -1, h)  # (K, N, H)
    contributions = np.einsum("mnh,knh->nmk", grouped, delivery)
    audience = {"linear": "squared error", "softmax": "softmax"}[parts.output.activation]
    return Game(contributions, weights[3], wanted, AUDIENCES[audience])


def _skills(team: Team) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Stack a team's understanding (N H, D), its biases (N H,) and delivery (K, N H)."""
    presenters: list[Presenter] = list(team.agents)
    return (
        np.concatenate([presenter.understanding for presenter in presenters]),
        np.concatenate([presenter.understanding_bias for presenter in presenters]),
        np.concatenate([presenter.delivery for presenter in presenters], axis=1),
    )
