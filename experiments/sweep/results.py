"""What a store says: the results as a table, and teams that differ in their absence rate alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from experiments.sweep.points import Point
from experiments.sweep.store import Store
from experiments.sweep.tables import MEASURES
from simulation.arrays import FloatArray, IntArray

SETTINGS = tuple(field.name for field in fields(Point))
COLUMNS = (
    "team", "point", "seed", *SETTINGS, "absence_rate", "mean_absence", "diverged", *MEASURES,
)  # fmt: skip
"""Columns of the results as they are exported, a row a team."""

UNSTABLE = 0.05
"""A rate at which more teams than this fraction diverge is left out of comparisons."""


def read_rows(store: Store) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the results in the order of the teams, beside their points, many at a time."""
    said: dict[int, tuple[Any, ...]] = {}

    def point(number: int) -> tuple[Any, ...]:
        if number not in said:
            its = store.design.points[number]
            absence = store.design.law(its).moments().absence_rate
            said[number] = (*asdict(its).values(), its.absence_rate, absence)
        return said[number]

    for rows in store.rows():
        yield [(*row[:3], *point(row[1]), *row[3:]) for row in rows]


def frame(store: Store) -> pd.DataFrame:
    """Return all results so far, a row a team in the order of the design; nan where undefined."""
    rows = [row for batch in read_rows(store) for row in batch]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = ["absence_rate", "practice", *MEASURES]
    return table.astype(dict.fromkeys(numbers, float))


@dataclass(frozen=True, eq=False)
class Dose:
    """Teams that differ in how often each is absent, independently, and share everything else.

    Attributes
    ----------
    setting : dict of str to object
        What they share: a point without its attendance.
    rates : (D,) array
        Rising.
    seeds : (S,) int array
    measures : dict of str to (D, S) array
        By column name; a column a seed, the same seeds at every rate.
    diverged : (D,) int array
        Teams that left the finite numbers; their seeds are left out at every rate, so that the
        comparison stays paired.
    unstable : tuple of float
        Rates at which too many diverged to be compared; they are not among `rates`.
    """

    setting: dict[str, Any]
    rates: FloatArray
    seeds: IntArray
    measures: dict[str, FloatArray]
    diverged: IntArray
    unstable: tuple[float, ...]


def add_outcomes(table: pd.DataFrame) -> pd.DataFrame:
    """Add 'kept': quality with one or two missing, each with equal chance, as in the article."""
    return table.assign(kept=(table["one_missing"] + table["two_missing"]) / 2)


def doses(table: pd.DataFrame) -> list[Dose]:
    """Find the settings that were run at two absence rates or more, in the design's order."""
    shared = [name for name in SETTINGS if name != "attendance"]
    rated = add_outcomes(table[table["absence_rate"].notna()])
    found = []
    for _, teams in rated.groupby(shared, sort=False, dropna=False):
        # 'everyone' and 'rate:0' are the same teams; the first of them will do.
        teams = teams.drop_duplicates(["absence_rate", "seed"])
        setting = {name: teams[name].iloc[0] for name in shared}
        gone = teams.assign(gone=teams["diverged"] > 0).groupby("absence_rate")["gone"]
        stable = gone.mean() <= UNSTABLE
        rates = stable.index[stable].to_numpy(dtype=float)
        teams = teams[teams["absence_rate"].isin(rates)]
        by_seed = {
            name: teams.pivot(index="absence_rate", columns="seed", values=name)
            for name in ("kept", *MEASURES)
        }
        seeds = by_seed["quality"].notna().all()
        if len(rates) < 2 or seeds.sum() < 2:
            continue
        found.append(
            Dose(
                setting,
                rates,
                by_seed["quality"].columns[seeds].to_numpy(dtype=np.int64),
                {name: values.loc[:, seeds].to_numpy() for name, values in by_seed.items()},
                gone.sum()[stable].to_numpy(dtype=np.int64),
                tuple(stable.index[~stable].tolist()),
            )
        )
    return found
