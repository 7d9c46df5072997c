"""Stacks of networks in PyTorch: batched matrix products, updated in place."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.stacks import BLOCK, CHECKED_STEPS, Stack, moved
from simulation.arrays import FloatArray

torch: Any = import_module("torch")


class Bmm:
    """`torch.bmm` and `baddbmm_`; the gradients by hand, which saves autograd's graph."""

    steps = BLOCK

    def __init__(self, case: Stack) -> None:
        self.case = case
        weights, questions, scaled_masks = case.drawn
        self.weights = [torch.from_numpy(part.copy()) for part in weights]
        self.given = torch.from_numpy(questions), torch.from_numpy(scaled_masks)
        self.x = torch.from_numpy(case.talk.practice_questions)
        self.wanted = torch.from_numpy(case.talk.practice_answers)

    def check(self) -> dict[str, FloatArray]:
        self._take(CHECKED_STEPS)
        return moved(self.case, [part.numpy() for part in self.weights])

    def run(self) -> None:
        self._take(self.steps)

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def _take(self, steps: int) -> None:
        s, b, r, handout = self.weights
        rate = self.case.learning_rate / self.case.questions
        for rows, scaled_mask in zip(*(part[:steps] for part in self.given), strict=True):
            x, wanted = self.x[rows], self.wanted[rows]
            z = torch.baddbmm(b[:, None], x, s.mT)  # (R, B, U)
            h = torch.relu(z).mul_(scaled_mask[:, None])
            missing = torch.baddbmm(wanted - handout[:, None], h, r.mT, alpha=-1.0).mul_(rate)
            back = torch.bmm(missing, r).mul_(scaled_mask[:, None]).mul_(z > 0.0)  # (R, B, U)
            s.baddbmm_(back.mT, x)
            b.add_(back.sum(1))
            r.baddbmm_(missing.mT, h)
            handout.add_(missing.sum(1))
