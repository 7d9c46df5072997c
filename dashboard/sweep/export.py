"""A store's results as a table that other programs read: CSV or Parquet, a row a team."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import IO

from experiments.sweep.results import COLUMNS, read_rows
from experiments.sweep.store import Store
from experiments.sweep.tables import MEASURES
from simulation.checks import InputError

_TEXTS = ("attendance", "talk", "audience")
_REALS = ("trust", "learning_rate", "noise", "absence_rate", "mean_absence", *MEASURES)


def export_writer(path: Path) -> Callable[[Store], Callable[[IO[bytes]], None]]:
    """Find who writes a store's results so far to such a file, or raise InputError.

    The ending of `path`, .csv or .parquet, says how. Figures are written so that they read back the
    same to the bit. What is not defined is empty.
    """
    match path.suffix:
        case ".csv":
            return _csv
        case ".parquet":
            try:
                importlib.import_module("pyarrow")
            except ImportError:
                raise InputError(
                    "to export to Parquet needs pyarrow, which is not installed: install the extra "
                    "'parquet', or export to a .csv file"
                ) from None
            return _parquet
    raise InputError(f"{path} must end in .csv or .parquet")


def _csv(store: Store) -> Callable[[IO[bytes]], None]:
    def write(file: IO[bytes]) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for rows in read_rows(store):
            writer.writerows(rows)
        text.detach()

    return write


def _parquet(store: Store) -> Callable[[IO[bytes]], None]:
    pa, pq = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    kinds = dict.fromkeys(_TEXTS, pa.string()) | dict.fromkeys(_REALS, pa.float64())
    schema = pa.schema([(name, kinds.get(name, pa.int64())) for name in COLUMNS])

    def write(file: IO[bytes]) -> None:
        with pq.ParquetWriter(file, schema) as writer:
            for rows in read_rows(store):
                columns = dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
                writer.write_table(pa.table(columns, schema=schema))

    return write
