"""The step in PyTorch, as its tutorials write it, without a DataLoader's overhead."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.step import BETA_1, BETA_2, CHECKED_STEPS, EPSILON, Step, results
from simulation.arrays import Array

torch: Any = import_module("torch")


class Eager:
    """nn.Linear, relu, F.dropout; fused optimizers, which are the fastest that PyTorch has."""

    compiled = False

    def __init__(self, case: Step) -> None:
        self.case = case
        self.steps = case.batches
        x, labels = case.data
        self.x, self.labels = torch.from_numpy(x), torch.from_numpy(labels).long()
        self._begin()

    def check(self) -> dict[str, Array]:
        """Take the checked steps with the given masks."""
        losses, after_one = [], None
        for number in range(CHECKED_STEPS):
            x, labels = (torch.from_numpy(part) for part in self.case.checked_batches[number])
            labels = labels.long()  # what cross_entropy takes
            factor = torch.from_numpy(self.case.masks[number] * np.float32(self.case.scale))
            losses.append(float(self._step(x, labels, factor)))
            after_one = after_one or self._moved()
        assert after_one is not None
        found = results(losses, after_one, self._moved())
        self._begin()
        return found

    def run(self) -> None:
        for rows in torch.randperm(len(self.x)).reshape(self.case.batches, -1):
            self._step(self.x[rows], self.labels[rows], None)

    def _begin(self) -> None:
        case, nn = self.case, torch.nn
        self.hidden = nn.Linear(case.inputs, case.hidden)
        self.output = nn.Linear(case.hidden, case.outputs)
        parameters = [
            self.hidden.weight, self.hidden.bias, self.output.weight, self.output.bias
        ]  # fmt: skip
        with torch.no_grad():
            for parameter, start in zip(parameters, case.start, strict=True):
                parameter.copy_(torch.from_numpy(start))
        self.parameters = parameters
        if case.optimizer == "sgd":
            self.optimizer = torch.optim.SGD(parameters, case.learning_rate, fused=True)
        else:
            self.optimizer = torch.optim.Adam(
                parameters, case.learning_rate, (BETA_1, BETA_2), EPSILON, fused=True
            )
        self.loss = torch.compile(self._loss) if self.compiled else self._loss

    def _loss(self, x: Any, labels: Any, factor: Any) -> Any:
        h = torch.relu(self.hidden(x))
        h = torch.nn.functional.dropout(h, self.case.rate) if factor is None else h * factor
        return torch.nn.functional.cross_entropy(self.output(h), labels)

    def _step(self, x: Any, labels: Any, factor: Any) -> Any:
        loss = self.loss(x, labels, factor)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss.detach()

    def _moved(self) -> list[Array]:
        return [
            now.detach().numpy() - then
            for now, then in zip(self.parameters, self.case.start, strict=True)
        ]


class Compiled(Eager):
    """The same with `torch.compile` over the forward pass and the loss."""

    compiled = True
