"""What the article's network costs: trained one seed after the other, then measured."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.costs.cost import Cost

STEP, WEIGHT, SAMPLE_WEIGHT = 1e-4, 2e-9, 1.1e-10
"""Seconds for each step, for each weight in a step, and for each sample's way through a weight."""

MEASURED = 7e-7
"""Seconds in which one hidden unit is measured on one test image."""


@dataclass(frozen=True)
class NetworkSize:
    """What the cost of training and measuring a network depends on.

    Attributes
    ----------
    images : int
        Read, whether used or not.
    practice, shown : int
        Of them, trained on and shown.
    copied : int
        Of them, those that each talk holds as a copy of its own.
    pixels, hidden, batch, epochs : int
    """

    images: int
    practice: int
    shown: int
    copied: int
    pixels: int
    hidden: int
    batch: int
    epochs: int

    @property
    def weights(self) -> int:
        """Of 10 classes."""
        return self.hidden * (self.pixels + 11) + 10

    @property
    def training(self) -> float:
        """Seconds to train one."""
        steps = self.epochs * -(-self.practice // self.batch)
        seen = self.epochs * self.practice
        return steps * (STEP + WEIGHT * self.weights) + seen * SAMPLE_WEIGHT * self.weights

    @property
    def measuring(self) -> float:
        """Seconds to hold one to the yardstick."""
        return self.hidden * self.shown * MEASURED

    def bytes(self, networks: int, talks: int) -> int:
        """Memory at the peak of so many in a stack, who have so many talks of their own."""
        read = 8 * self.images * self.pixels
        own = 8 * (self.copied * self.pixels + 10 * (self.practice + self.shown))
        samples = 2 * 4 * self.practice * self.pixels
        weights = 4 * (networks + 5) * self.weights
        game = 8 * self.hidden * self.shown * 10
        return read + talks * own + samples + weights + 9 * game // 4

    def cost(self, networks: int, talks: int, measured: float = 1.0) -> Cost:
        """Say what it costs to train so many and measure each, `measured` times as long."""
        seconds = networks * (self.training + measured * self.measuring)
        return Cost(seconds, self.bytes(networks, talks))
