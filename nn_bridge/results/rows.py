"""How a table of rows fits the terminal: on lines of their own, if not beside each other."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Column
from rich.table import Table as Grid
from rich.text import Text

from nn_bridge.results.parts import Table
from nn_bridge.results.screen import plain_table, right
from simulation.checks import printable

BETWEEN = 2
"""Blanks between columns, and before what stands below its name."""


class Rows:
    """A table of rows in as much room as there is.

    Where a word would have to be broken, what stands before the first figure has a line of its own
    above the rest of its row.
    """

    def __init__(self, part: Table) -> None:
        self.part = part

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        part, first = self.part, min(self.part.figures, default=0)
        widths = [self._least(at) for at in range(len(part.columns))]
        if first == 0 or sum(widths) + BETWEEN * (len(widths) - 1) <= options.max_width:
            table = self._table(0)
            for row in part.rows:
                table.add_row(*row)
            yield table
            return
        yield Padding(self._table(first, widths), (0, 0, 0, BETWEEN))
        for row in part.rows:
            yield Text((" " * BETWEEN).join(map(printable, row[:first])), overflow="fold")
            table = self._table(first, widths)
            table.show_header = False
            table.add_row(*row[first:])
            yield Padding(table, (0, 0, 0, BETWEEN))

    def _table(self, first: int, widths: list[int] | None = None) -> Grid:
        """Make an empty table of the columns from `first` on."""
        columns = []
        for at, name in enumerate(self.part.columns[first:], first):
            column = right(name) if at in self.part.figures else Column(name, overflow="fold")
            column.no_wrap = at in self.part.figures | self.part.words
            if widths is not None and at + 1 < len(widths):  # the last one takes what is left
                column.width = widths[at]
            columns.append(column)
        return plain_table("", "", *columns)

    def _least(self, at: int) -> int:
        """Return how wide a column must be, so that no word in it is broken."""
        whole = at in self.part.figures | self.part.words
        cells = [printable(each[at]) for each in (self.part.columns, *self.part.rows)]
        return max(
            cell_len(word) for cell in cells for word in ([cell] if whole else cell.split() or [""])
        )
