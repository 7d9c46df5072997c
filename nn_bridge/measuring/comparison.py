"""What `compare` gives: two ways to train, and what differs between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nn_bridge.measuring.told import curve, more_settings, warnings
from nn_bridge.results.loaded import loaded_versions
from nn_bridge.results.numbers import Said
from nn_bridge.results.parts import Notes, Part, Table, Told
from nn_bridge.results.plain import plain
from nn_bridge.results.result import Result
from nn_bridge.results.wording import Wording
from simulation.coalitions.estimates import Compared

if TYPE_CHECKING:
    import pandas as pd

MAIN = "quality, half silenced"
"""What the first sentence is about."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Comparison(Result, Compared):
    """Networks trained in two ways, seed by seed.

    Attributes
    ----------
    where : str
        The layer or layers, by name.
    noun : str
        What the members are, of `nn_bridge.measuring.measured.NOUNS`.
    settings : Mapping of str to object
        What it was made with besides.
    """

    where: str
    noun: str = "members"
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Compared, where: str, noun: str = "members", **settings: Any) -> Comparison:
        """Say of what the comparison is."""
        return cls(
            without=found.without,
            with_=found.with_,
            effects=found.effects,
            where=where,
            noun=noun,
            settings=settings,
        )

    def told(self, say: Wording) -> Told:
        """Say it in one language."""
        blanks = {"where": self.where, "noun": say(f"noun.{self.noun}")}
        return Told(
            say("compared.title", **blanks, starts=self.without.starts),
            self._sentence(say, blanks),
            tuple(self._parts(say, blanks)),
            tuple(more_settings(self.settings, say)),
        )

    def _sentence(self, say: Wording, blanks: Mapping[str, Any]) -> str:
        if MAIN not in self.effects:
            return say("compared.nothing", **blanks)
        said = Said.of(self.effects[MAIN])
        shown = say(f"verdict.{self.effects[MAIN].verdict}")
        return say(
            "compared.sentence",
            **blanks,
            without=said.before,
            with_=said.after,
            change=said.change,
            verdict=shown,
        )

    def _parts(self, say: Wording, blanks: Mapping[str, Any]) -> Iterator[Part]:
        columns = "measure", "without", "with", "difference", "shown"
        rows = []
        for name, effect in self.effects.items():
            said = Said.of(effect)
            shown = say(f"verdict.{effect.verdict}")
            rows.append((say(f"effect.{name}"), said.before, said.after, said.change, shown))
        yield Table(
            say("compared.figures"),
            tuple(say(f"column.{name}") for name in columns),
            tuple(rows),
            say("compared.note", starts=self.without.starts),
            frozenset({1, 2, 3}),
        )
        both = {say("column.without"): self.without, say("column.with"): self.with_}
        yield curve(say, blanks, both)
        lines = [*dict.fromkeys([*warnings(self.without, say), *warnings(self.with_, say)])]
        if lines:
            yield Notes(say("notes"), tuple(lines))

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as JSON can hold it."""
        effects = {name: effect.to_json() for name, effect in self.effects.items()}
        held: dict[str, Any] = {"where": self.where, "noun": self.noun, "effects": effects}
        held |= {"without": self.without, "with": self.with_, "settings": self.settings}
        return {**plain(held), "versions": loaded_versions()}

    def to_dataframe(self) -> pd.DataFrame:
        """Return a row for each figure: before, after, difference, low, high, verdict."""
        import pandas as pd

        columns = "before", "after", "difference", "low", "high", "verdict"
        rows = [[getattr(effect, name) for name in columns] for effect in self.effects.values()]
        index = pd.Index(self.effects, name="figure")
        return pd.DataFrame(rows, columns=list(columns), index=index)
