"""The command line. `python run.py` tells the story; `python run.py --help` lists the rest."""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from commands.bridge import bridge
from commands.dashboard import dashboard
from commands.export import export
from commands.network import network
from commands.published import published
from commands.simulate import simulate
from commands.story import story
from commands.sweep.group import sweep
from commands.validate import validate
from simulation import InputError

BAD_INPUT = 2


class StoryByDefault(TyperGroup):
    """Take `python run.py --quick` for `python run.py story --quick`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put 'story' in front unless a command or --help is there."""
        if not args or (args[0].startswith("-") and args[0] != "--help"):
            args = ["story", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=StoryByDefault,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help=(
        "Dropout as a group presentation: five presenters rehearse a talk, some of them absent; "
        "the same dynamics as a network; and the bridge between the two.\n\n"
        "Without a command it tells the whole [bold]story[/bold], in half a minute."
    ),
)
for command in (story, simulate, network, bridge, validate, published, dashboard, export):
    app.command()(command)
app.add_typer(sweep)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code: 2 for bad input, told in one line."""
    try:
        return int(app(arguments, standalone_mode=False) or 0)
    except InputError as error:
        print(f"run.py: {error}", file=sys.stderr)
        return BAD_INPUT
    except typer.TyperException as error:
        print(f"run.py: {error.format_message()} (see --help)", file=sys.stderr)
        return BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
