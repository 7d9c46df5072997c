"""What may be wrong with the chance of a network, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nn_bridge.results.wording import read_texts

KINDS = (
    "never called",
    "never drops",
    "result not used",
    "drops in evaluation",
    "made anew in forward",
    "not reached",
    "off after evaluation",
    "rate changed",
    "not wired",
    "other rate than asked",
    "keep probability",
    "not scaled",
    "before batch norm",
    "wrong shape",
    "one layer",
    "same mask every pass",
    "evaluated in training mode",
    "other outputs in evaluation",
)
"""All that may be found."""


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, or looks so.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    where : str
        `Site.where`, or a part of the model.
    facts : Mapping
        What fills the sentences: numbers such as 'rate', 'framework', and 'case' where a kind of
        finding is told in several ways.
    """

    kind: str
    where: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def told(self, part: str, language: str = "en") -> str:
        """Return a sentence.

        Parameters
        ----------
        part : {'seen', 'why', 'line'}
            What was seen; why it matters; what to change.
        language : str

        Examples
        --------
        >>> Finding("never called", "drop", {"rate": 0.5, "framework": "PyTorch"}).told("seen")
        'drop (rate 0.5) was called in no forward pass.'
        """
        texts = read_texts("nn_bridge.results", f"texts/findings.{language}")
        key = f"{self.kind}.{part}"
        own = (f"{key}.{self.facts.get(fact)}" for fact in ("case", "framework"))
        text = next((texts[each] for each in own if each in texts), texts.get(key, ""))
        return text.format(**{"where": self.where, **self.facts})

    @property
    def seen(self) -> str:
        """What was seen, in English."""
        return self.told("seen")

    @property
    def why(self) -> str:
        """Why it matters."""
        return self.told("why")

    @property
    def line(self) -> str:
        """What to change."""
        return self.told("line")
