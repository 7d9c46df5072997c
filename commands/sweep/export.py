"""`run.py sweep export`: a sweep's results for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.shared import console
from commands.sweep.options import File, Settings, StorePath, reading
from dashboard.files import ready_folder
from dashboard.sweep.export import export as write_export
from dashboard.sweep.export import export_writer


def export(
    path: Annotated[Path, typer.Argument(help="The .csv or .parquet file to write.")],
    file: File = None,
    settings: Settings = None,
    store: StorePath = None,
) -> None:
    """Write the store's results so far as a table, a row a team."""
    export_writer(path)
    ready_folder(path.parent, "PATH")
    with reading(file, settings, store) as opened:
        write_export(opened, path)
    console.print(f"Wrote {path}", soft_wrap=True)
