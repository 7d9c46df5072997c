"""What `measure` gives: all figures of a network's members, and how they are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from nn_bridge.measuring.told import told
from nn_bridge.results.loaded import loaded_versions
from nn_bridge.results.parts import Told
from nn_bridge.results.plain import plain
from nn_bridge.results.result import Result
from nn_bridge.results.wording import Wording
from simulation.coalitions.estimates import Estimate, Measures

if TYPE_CHECKING:
    import pandas as pd

NOUNS = "units", "channels", "heads", "blocks", "layers", "members"
"""What the members of a network, or of any game, may be."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Measured(Result, Measures):
    """The measures of somebody's network, or of any game.

    Attributes
    ----------
    where : str
        What is measured: the layer or layers by name, or what a game is about.
    noun : str
        What its members are, of `NOUNS`.
    settings : Mapping of str to object
        What it was made with besides: the seed, the framework, ..
    """

    where: str
    noun: str = "members"
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, measures: Measures, where: str, noun: str = "members", **settings: Any) -> Measured:
        """Say of what the measures are."""
        held = {each.name: getattr(measures, each.name) for each in fields(Measures)}
        return cls(**held, where=where, noun=noun, settings=settings)

    def told(self, say: Wording) -> Told:
        """Say it in one language."""
        return told(self, say, self.where, self.noun, self.settings)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as JSON can hold it."""
        held = {each.name: plain(getattr(self, each.name)) for each in fields(self)}
        return held | {"versions": loaded_versions()}

    def to_dataframe(self) -> pd.DataFrame:
        """Return a row for each member: what it carries, and what it manages alone.

        Columns: shapley, its error, low and high; alone, its low and high; never_fires, nan where
        the game has no activations; idle.
        """
        import pandas as pd

        table = {
            "shapley": column(self.shapley, "value"),
            "shapley_error": column(self.shapley, "error"),
            "shapley_low": column(self.shapley, "low"),
            "shapley_high": column(self.shapley, "high"),
            "alone": column(self.alone, "value"),
            "alone_low": column(self.alone, "low"),
            "alone_high": column(self.alone, "high"),
            "never_fires": [
                np.nan if self.never_fire is None else name in self.never_fire
                for name in self.members
            ],
            "idle": [name in self.idle for name in self.members],
        }
        return pd.DataFrame(table, index=pd.Index(self.members, name="member"))


def column(estimates: tuple[Estimate, ...], part: str) -> list[float]:
    """Return one part of each estimate."""
    return [getattr(each, part) for each in estimates]
