"""The terminal, on which text is text, whatever it looks like."""

from __future__ import annotations

from typing import Any, NoReturn

from rich import box
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from simulation.checks import printable


class Screen(Console):
    """Takes brackets in a name for no markup, and lets no text command the terminal.

    A style is given as one, never by brackets in a text.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Make a text of what is printed, is in a table or above it."""
        return super().render_str("\n".join(map(printable, text.split("\n"))), **options)

    def say(self, line: str) -> None:
        """Print one line, however long."""
        self.print(printable(line), soft_wrap=True)

    def on_broken_pipe(self) -> NoReturn:
        """Leave it to `commands.ending` that nobody reads any more."""
        raise


def plain_table(title: str, caption: str, *columns: str | Column) -> Table:
    """Make an empty table in the style of all, with a title above and a caption below."""
    return Table(
        *columns,
        title=title,
        caption=caption,
        title_justify="left",
        caption_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        collapse_padding=True,
    )


def right(name: str) -> Column:
    """Name a column of figures, set flush right and never cut."""
    return Column(name, justify="right", no_wrap=True)
