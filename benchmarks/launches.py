"""All comparisons, launch by launch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.plan import Comparison, effort
from benchmarks.race import Row, crew_of, race
from benchmarks.ratios import typical
from benchmarks.worker import Entry


@dataclass
class Outcome:
    """A comparison and what became of its entries, in their order."""

    comparison: Comparison
    rows: list[Row] = field(default_factory=list)

    def row(self, name: str) -> Row | None:
        """Find an entry that was timed, by name."""
        return next((row for row in self.rows if row.entry.name == name and row.launches), None)

    @property
    def ours(self) -> Row | None:
        """The row that ratios refer to; None if it was not timed."""
        return self.row(self.comparison.entries[0].name)

    def fastest(self, names: Iterable[str]) -> Row | None:
        """Find the fastest of those that were timed; None if none was."""
        timed = [row for name in names if (row := self.row(name))]
        return min(timed, key=lambda row: typical(row.launches), default=None)

    def like(self, row: Row) -> Row | None:
        """Find the fastest of ours that does the same work: draws, or is handed, the same."""
        return self.fastest(
            each.entry.name
            for each in self.rows
            if each.entry.ours and each.entry.handed == row.entry.handed
        )


def run_all(
    comparisons: Sequence[Comparison],
    launches: int,
    *,
    quick: bool,
    takes_part: Callable[[Entry], bool],
    say: Callable[[str], None],
) -> list[Outcome]:
    """Run everything so many times, with new processes each time.

    Parameters
    ----------
    comparisons : sequence of Comparison
    launches : int
    quick : bool
        Little effort: to see that everything works.
    takes_part : function of an entry
        Whether to let it race; the first of each comparison, ours, always does.
    say : function of a line
        Told what begins.
    """
    outcomes = [
        Outcome(each, [Row(e) for e in each.entries if e is each.entries[0] or takes_part(e)])
        for each in comparisons
    ]
    for launch in range(launches):
        for threads in sorted({each.threads for each in comparisons}):
            with crew_of(threads) as crew:
                for number, outcome in enumerate(outcomes):
                    each = outcome.comparison
                    if each.threads != threads:
                        continue
                    at = "" if each.curve is None else f" ({each.curve.title})"
                    say(f"launch {launch + 1}/{launches}, {number + 1}/{len(outcomes)}: "
                        f"{each.title}{at}, threads: {threads}")  # fmt: skip
                    race(
                        crew,
                        outcome.rows,
                        each.problem,
                        each.reference(each.problem),
                        each.tolerance,
                        effort(each, quick=quick),
                        first=launch,
                    )
    return outcomes


def tell(line: str) -> None:
    """Write a line of progress to the standard error stream."""
    print(line, file=sys.stderr, flush=True)
