"""All commands, and what is said of bad input to any of them."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from commands.bridge import bridge
from commands.check_up import check_up
from commands.dashboard import dashboard
from commands.ending import BAD_INPUT, complain
from commands.export import export
from commands.measure import measure
from commands.network import network
from commands.published import published
from commands.simulate import simulate
from commands.site import site
from commands.story import story
from commands.sweep.group import sweep
from commands.validate import validate
from simulation import InputError


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
for command in (
    story, simulate, network, bridge, check_up, measure, validate, published, dashboard, export,
    site,
):  # fmt: skip
    app.command()(command)
app.add_typer(sweep)


def invoke(arguments: list[str]) -> int:
    """Run a command; return its exit code: 2 for bad input, told in one line."""
    group = typer.main.get_command(app)
    try:
        # Not group.main(), which takes Ctrl-C for itself.
        with group.make_context("run.py", arguments) as context:
            group.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except InputError as error:
        complain(str(error))
        return BAD_INPUT
    except typer.TyperException as error:
        complain(f"{error.format_message()} (see --help)")
        return BAD_INPUT
    return 0
