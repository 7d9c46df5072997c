"""What every sub-command of a sweep is given: a design and its store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from experiments.sweep.design import read_design
from experiments.sweep.store import Store
from experiments.sweep.store_files import open_store
from simulation import InputError

File = Annotated[
    Path | None, typer.Argument(help="The design, a TOML file; see examples/sweep.toml.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="key=v1,v2,.. instead of, or on top of, the file's grid."),
]
StorePath = Annotated[
    Path | None,
    typer.Option("--store", help="The store, an SQLite file; out/FILE.sqlite if left out."),
]


def store_path(file: Path | None, store: Path | None) -> Path:
    """Return where the store is, named or not."""
    return store or Path("out") / f"{file.stem if file else 'sweep'}.sqlite"


@contextmanager
def reading(file: Path | None, settings: list[str] | None, store: Path | None) -> Iterator[Store]:
    """Open the store; raise InputError if a design is named, and it is not the store's."""
    with open_store(store_path(file, store)) as opened:
        named = file or settings
        if named and read_design(file, settings or ()).hash != opened.design_hash:
            raise InputError(
                f"the store {opened.path} holds another design than the one that is named: leave "
                "that out, with --store, or name the store that is its own"
            )
        yield opened
