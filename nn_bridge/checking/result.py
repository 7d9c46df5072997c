"""The result of a check-up: to be printed, shown, saved."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from nn_bridge.checking.report import Report
from nn_bridge.checking.told import told
from nn_bridge.results.loaded import loaded_versions
from nn_bridge.results.parts import Told
from nn_bridge.results.plain import plain
from nn_bridge.results.result import Result
from nn_bridge.results.wording import Wording

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class CheckUp(Result, Report):
    """What `check_up` gives: a `Report`, told in tables, pages and plain data."""

    def told(self, say: Wording) -> Told:
        """Say it in one language."""
        return told(self, say)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as JSON can hold it; findings with their English sentences."""
        held = {each.name: plain(getattr(self, each.name)) for each in fields(self)}
        for written, found in zip(held["findings"], self.findings, strict=True):
            written |= {part: found.told(part) for part in ("seen", "why", "line")}
        for written, site in zip(held["sites"], self.sites, strict=True):
            if site.rate is not None:
                rate = site.rate
                written["rate"] |= {"value": rate.value, "low": rate.low, "high": rate.high}
        return held | {"versions": loaded_versions()}

    def to_dataframe(self) -> pd.DataFrame:
        """Return a row for each site, with what was found there.

        Columns: kind, asked; rate, rate_low, rate_high; scale; training, evaluation, again; calls;
        mask; findings.
        """
        import pandas as pd

        rows = [
            {
                "where": site.where,
                "kind": site.kind,
                "asked": site.asked,
                "rate": site.rate and site.rate.value,
                "rate_low": site.rate and site.rate.low,
                "rate_high": site.rate and site.rate.high,
                "scale": site.scale,
                "training": site.training,
                "evaluation": site.evaluation,
                "again": site.again,
                "calls": site.calls,
                "mask": site.mask,
                "findings": ", ".join(f.kind for f in self.findings if f.where == site.where),
            }
            for site in self.sites
        ]
        numbers = ["asked", "rate", "rate_low", "rate_high", "scale", "calls"]
        table = pd.DataFrame(rows, columns=list(rows[0]) if rows else ["where", *numbers])
        return table.astype(dict.fromkeys(numbers, float)).set_index("where")
