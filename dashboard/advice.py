"""How many should miss, as the command line prints it."""

from __future__ import annotations

from rich.table import Table

from experiments.prediction.best import Advice
from nn_bridge.results.numbers import figure, percent, signed
from nn_bridge.results.screen import plain_table, right

TRUST = (
    "exact for presenters without relu, absent independently, who rehearse to the end; "
    "how far from relu teams: docs/sweep/report.md"
)


def advice_table(advice: Advice, presenters: int) -> Table:
    """Tabulate the advised absence rate, the rates as good, and what that rests on."""
    best = advice.best
    table = plain_table("Predicted from practice, nobody having rehearsed", TRUST, "", right(""))
    more = ", or more" if best.at_edge else ""
    missing = figure(best.rate * presenters, 1)
    table.add_row(
        "each should miss", f"{percent(best.rate)}{more} ({missing} of {presenters} at a time)"
    )
    table.add_row("as good", f"{percent(best.low)} to {percent(best.high)}")
    table.add_row("quality gained over nobody missing", signed(best.gain, 3))
    table.add_row("practice questions to tell noise by", figure(advice.spare, 0))
    return table
