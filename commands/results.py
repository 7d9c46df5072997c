"""How a command ends that has a result: printed, as JSON, or saved where that was tried before."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from functools import partial
from pathlib import Path
from typing import IO, Annotated

import typer

from commands.shared import console, say_json
from nn_bridge.results.result import Result, kind_of_file
from nn_bridge.results.terminal import on_screen
from nn_bridge.results.wording import LANGUAGES, Wording
from simulation.checks import one_of
from simulation.outputs import output

Named = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="package.module:build or file.py:build, where build() returns the model, (model, x), "
        "(model, x, y), or a dict with 'model' and any of x, y, loss, validation, train, evaluate "
        "(for check-up), metric, members, blocks (for measure); or a .keras file.",
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(help=".npz file with arrays x and y, as numpy.savez(file, x=x, y=y) writes it."),
]
Save = Annotated[
    Path | None, typer.Option(help="File for the result: .html, a page, or .json, its figures.")
]
Language = Annotated[
    str, typer.Option("--lang", help="Language in which the page opens: en or ja.")
]


@contextmanager
def ending(save: Path | None, language: str, as_json: bool) -> Iterator[Callable[[Result], None]]:
    """Try where the result will be saved; save it once it is handed on, and print it then."""
    one_of("language", language, LANGUAGES)
    kind = "" if save is None else kind_of_file(save, language)
    results: list[Result] = []
    with nullcontext() if save is None else output(save) as write:
        with redirect_stdout(sys.stderr):  # what the user's own code prints; this is for results
            yield results.append
        if write is not None:
            for result in results:
                write(partial(_fill, content=result.content(kind, language)))
    for result in results:
        show(result, as_json)
    if save is not None and not as_json:
        console.say(f"Wrote {save}.")


def show(result: Result, as_json: bool) -> None:
    """Print a result."""
    if as_json:
        say_json(result.to_dict())
        return
    for part in on_screen(result.told(Wording("en"))):
        console.print(part)


def _fill(file: IO[bytes], content: bytes) -> None:
    file.write(content)
