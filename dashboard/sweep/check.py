"""The table of `sweep check`: networks without relu against the prediction."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from experiments.sweep.trained import Trained
from nn_bridge.results.numbers import percent
from nn_bridge.results.screen import plain_table, right


def check_table(found: Sequence[Trained], seeds: int) -> Table:
    """Tabulate the best rate as predicted and as networks have it, with the rates as good."""
    table = plain_table(
        "Best absence rates, with everyone there",
        f"in brackets: as good; {seeds} talks and networks at each rate",
        right("noise"),
        right("predicted"),
        right("networks without relu"),
    )
    for each in found:
        told, best = each.predicted, each.measured
        table.add_row(
            f"{each.noise:g}",
            _said(told.rate, told.low, told.high),
            _said(best.rate, best.as_good[0], best.as_good[-1]),
        )
    return table


def _said(rate: float, low: float, high: float) -> str:
    return f"{percent(rate)} ({percent(low)} to {percent(high)})"
