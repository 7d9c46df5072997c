"""Which networks are teams, and which loss an audience is.

A presenter with H abilities is a group of H hidden units, understanding their incoming weights,
delivery their outgoing ones, the handout the output bias, attendance the dropout mask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.layer import Array
from nn_bridge.network import Sequential
from simulation.attendance import AttendanceLaw
from simulation.audience import AUDIENCES, Audience
from simulation.checks import InputError
from simulation.laws import independent


class Output(NamedTuple):
    """How a network ends that has a team's audience."""

    activation: str
    loss: str


OUTPUTS = {
    "squared error": Output("linear", "half_squared_error"),
    "softmax": Output("softmax", "categorical_crossentropy"),
}
"""By the audience's name; the negative gradient of the loss is the audience's feedback."""


@dataclass(frozen=True)
class TeamLayers:
    """The three layers of a network that is a team."""

    hidden: Dense
    dropout: Dropout
    output: Dense

    @classmethod
    def of(cls, network: Sequential) -> TeamLayers:
        """Find them, or say why this network is no team."""
        layers = [layer for layer in network.layers if not isinstance(layer, Flatten)]
        match layers:
            case [Dense() as hidden, Dropout() as dropout, Dense() as output] if (
                hidden.activation == "relu"
                and output.activation in {each.activation for each in OUTPUTS.values()}
            ):
                return cls(hidden, dropout, output)
        names = ", ".join(type(layer).__name__ for layer in network.layers)
        raise InputError(
            f"the network has the layers {names}, but only Dense(relu), Dropout, Dense(linear or "
            "softmax) is a team: one hidden layer, and dropout behind it"
        )

    @property
    def parameters(self) -> tuple[Array, Array, Array, Array]:
        """Understanding (N H, D) and its biases (N H,), delivery (K, N H), and the handout (K,).

        Before them the replicate axis of a stack.
        """
        return self.hidden.weight, self.hidden.bias, self.output.weight, self.output.bias

    @property
    def law(self) -> AttendanceLaw:
        """The attendance law that the dropout layer follows."""
        if isinstance(self.dropout, AttendanceDropout):
            return self.dropout.law
        return independent(self.hidden.units // self.dropout.group_size, self.dropout.rate)

    @property
    def audience(self) -> Audience:
        """The audience whose answers the output layer gives."""
        names = {output.activation: name for name, output in OUTPUTS.items()}
        return AUDIENCES[names[self.output.activation]]
