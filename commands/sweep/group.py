"""`run.py sweep` and its sub-commands."""

from __future__ import annotations

import shlex
from os.path import isfile
from typing import Any

import typer
from typer.core import TyperGroup

from commands.sweep.check import check
from commands.sweep.export import export
from commands.sweep.report import report
from commands.sweep.run import run
from commands.sweep.status import status
from simulation import InputError

FLAGS = {"--status": "status", "--report": "report", "--export": "export"}
"""What were flags once, and are sub-commands now."""


class SweepGroup(TyperGroup):
    """Tell who leaves the sub-command out, as it once was, what to type."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Raise InputError, in one line, unless a sub-command or --help is there."""
        first = args[0] if args else "--set"
        file = first.endswith(".toml") or isfile(first)  # Path.is_file raises for names too long
        if first not in self.commands and first != "--help" and (file or first.startswith("-")):
            raise InputError(
                "sweep has sub-commands (run, status, report, export, check), so this is "
                f"'python run.py sweep {shlex.join(new_form(args))}'"
            )
        return super().parse_args(ctx, args)


def new_form(words: list[str]) -> list[str]:
    """Put what was typed without a sub-command into the form that has one.

    Examples
    --------
    >>> new_form(["a.toml", "--report", "--out", "x"]), new_form(["--export", "t.csv", "a.toml"])
    (['report', 'a.toml', '--out', 'x'], ['export', 't.csv', 'a.toml'])
    """
    flag = next((word for word in words if word in FLAGS), None)
    if flag is None:
        return ["run", *words]
    at = words.index(flag)
    end = at + 2 if flag == "--export" else at + 1
    return [FLAGS[flag], *words[at + 1 : end], *words[:at], *words[end:]]


sweep = typer.Typer(
    cls=SweepGroup, help="Run every team of a design, and read what they came to.", name="sweep"
)
for command in (run, status, report, export, check):
    sweep.command()(command)
