"""Which networks are teams, and which loss an audience is."""

from __future__ import annotations

from dataclasses import dataclass

from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from simulation.arrays import Array
from simulation.attendance import AttendanceLaw
from simulation.audience import AUDIENCES, Audience
from simulation.checks import InputError, instance
from simulation.laws import independent

OUTPUTS = {
    "squared error": ("linear", "half_squared_error"),
    "softmax": ("softmax", "categorical_crossentropy"),
}
"""Last activation and loss of a network, by its audience; feedback is minus the loss's gradient."""

_AUDIENCES = {activation: AUDIENCES[name] for name, (activation, _) in OUTPUTS.items()}


@dataclass(frozen=True)
class TeamLayers:
    """The three layers of a network that is a team."""

    hidden: Dense
    dropout: Dropout
    output: Dense

    @classmethod
    def of(cls, network: Sequential) -> TeamLayers:
        """Find them, or say why this network is no team."""
        instance("network", network, Sequential)
        layers = [layer for layer in network.layers if not isinstance(layer, Flatten)]
        match layers:
            case [Dense() as hidden, Dropout() as dropout, Dense() as output] if (
                hidden.activation == "relu" and output.activation in _AUDIENCES
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
        return _AUDIENCES[self.output.activation]
