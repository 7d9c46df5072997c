"""How the report says things: texts with their blanks filled."""

from __future__ import annotations

from dashboard.texts import load
from nn_bridge.results import wording as results
from simulation.real_talks import CHOICE, DRAWN, POOL

# Of the sample of MNIST, which has 500 images of each of ten digits.
IMAGES = {
    name: f"{count:,}"
    for name, count in (
        ("trained", DRAWN),
        ("pool", 10 * POOL),
        ("unseen", 10 * (500 - POOL - CHOICE)),
    )
}
"""How many a seed trains on, from how many they are drawn, and how many are judged on."""


class Wording(results.Wording):
    """The report's texts in one language."""

    @property
    def texts(self) -> dict[str, str]:
        """All texts, by key."""
        return load("report", self.language)

    def joined(self, parts: list[str], key: str = "alt.join") -> str:
        """Join parts as this language lists them."""
        return super().joined(parts, key)

    def labels(self, noise: float) -> str:
        """Name the practice labels of which the fraction `noise` is wrong."""
        return self("labels.wrong", share=f"{noise:.0%}") if noise else self("labels.clean")
