"""How the report says things: texts with their blanks filled."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.texts import load
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


@dataclass(frozen=True)
class Wording:
    """The report's texts in one language.

    Attributes
    ----------
    language : {'en', 'ja'}
    """

    language: str

    def __call__(self, key: str, **blanks: object) -> str:
        """Return a text with its blanks filled; a missing one raises KeyError."""
        return load("report", self.language)[key].format(**blanks)

    def joined(self, parts: list[str], key: str = "alt.join") -> str:
        """Join parts as this language lists them."""
        return self(key).join(parts)

    def labels(self, noise: float) -> str:
        """Name the practice labels of which the fraction `noise` is wrong."""
        return self("labels.wrong", share=f"{noise:.0%}") if noise else self("labels.clean")
