"""`run.py sweep export`: a sweep's results for other programs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from commands.shared import console
from commands.sweep.options import File, Settings, StorePath, reading, store_path
from dashboard.sweep.export import export_writer
from simulation import InputError
from simulation.outputs import output


def export(
    path: Annotated[Path, typer.Argument(help="The .csv or .parquet file to write.")],
    file: File = None,
    settings: Settings = None,
    store: StorePath = None,
) -> None:
    """Write the store's results so far as a table, a row a team."""
    writer = export_writer(path)
    if os.path.realpath(path) == os.path.realpath(store_path(file, store)):
        raise InputError(f"{path} is the store itself: name another PATH")
    with output(path, "name another PATH") as write, reading(file, settings, store) as opened:
        write(writer(opened))
    console.say(f"Wrote {path}")
