"""A sweep's settings and figures as they are read, in either language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dashboard.numbers import figure, percent, signed
from dashboard.style import Texts
from dashboard.sweep.answers import Answer
from dashboard.templates import listed
from experiments.sweep.best_rate import BestRate, Curve


def spoken(texts: Texts, value: Any) -> str:
    """Say the value of a setting."""
    if isinstance(value, str):
        return texts[f"value.{value}"]
    return texts["value.all"] if pd.isna(value) else f"{value:,.6g}"


def joined(texts: Texts, parts: Sequence[str]) -> str:
    """Join parts as a sentence does."""
    return listed(parts, texts["join"], texts["join.last"])


def spread(texts: Texts, low: float, high: float) -> str:
    """Say a range of rates."""
    if low == high:
        return percent(low)
    return texts["range"].format(low=percent(low), high=percent(high))


def as_good(texts: Texts, answer: Answer, outcome: str) -> str:
    """List the rates that are as good; a run of the grid by its ends."""
    good, grid = answer.best[outcome].as_good, answer.dose.rates.tolist()
    first = grid.index(good[0])
    if len(good) > 2 and grid[first : first + len(good)] == list(good):
        return spread(texts, good[0], good[-1])
    return joined(texts, [percent(rate) for rate in good])


def best_of(texts: Texts, best: BestRate) -> str:
    """Say the best rate, or that none is; and if none higher was tried."""
    if best.flat:
        return texts["flat"]
    rate = percent(best.rate)
    return texts["at edge"].format(rate=rate) if best.at_edge else rate


def gain_of(best: BestRate) -> str:
    """Say the gain with its interval."""
    return f"{signed(best.gain, 3)} +- {figure(best.gain_reach, 3)}"


def mean_of(found: Curve, *, difference: bool = False) -> str:
    """Say the first mean of a curve with its interval."""
    reach = (found.high[0] - found.low[0]) / 2
    mean = (signed if difference else figure)(float(found.mean[0]), 3)
    return f"{mean} +- {figure(float(reach), 3)}"
