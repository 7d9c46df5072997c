"""Results of networks that never were: what is shown of them is known beforehand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from nn_bridge.checking.findings import Finding
from nn_bridge.checking.report import Estimate as Interval
from nn_bridge.checking.report import Gap
from nn_bridge.checking.result import CheckUp
from nn_bridge.checking.sites import Rate, Site
from nn_bridge.measuring.comparison import Comparison
from nn_bridge.measuring.measured import Measured
from nn_bridge.results.wording import LANGUAGES, Wording
from simulation.coalitions.estimates import (
    WARNINGS,
    Compared,
    Curve,
    Estimate,
    Measures,
    Pairs,
    Silent,
)
from simulation.statistics import Effect

EFFECTS = (
    "quality complete", "quality, half silenced", "ablation area", "quality alone, mean",
    "effective carriers", "silent at worth", "co-adaptation score",
)  # fmt: skip
"""Figures that two conditions are compared by."""

NAME = "<b>fc[red]1[/red]\x1b[2J"
"""A layer's name that is markup to a terminal and to a browser, unless it is shown as text."""


def about(value, half=0.01, over=("examples",)):
    return Estimate(value, half / 2, value - half, value + half, over=over)


def measured(members=128, where="fc1", silent=None, warnings=("one start",), **changed):
    """Member k of `members` carries 2^-(k + 1) of .8."""
    names = tuple(f"{where}[{at}]" for at in range(members))
    carried = 0.8 * 0.5 ** np.arange(1, members + 1)
    fractions = np.linspace(0, 1, members + 1)
    few = members <= 20
    held = {
        "members": names,
        "starts": 1,
        "examples": 1000,
        "metric": "accuracy",
        "reading": "nobody covers",
        "ablation": "zero",
        "additive": False,
        "exact": few,
        "complete": about(0.9),
        "nobody": about(0.1),
        "curve": Curve(tuple(fractions), tuple(about(0.9 - 0.8 * each**3) for each in fractions)),
        "area": about(0.7),
        "half": about(0.895),
        "alone": tuple(about(0.1 + each) for each in carried),
        "shapley": tuple(about(each, 0.002) for each in carried),
        "carriers": about(3.1, 0.4),
        "idle": (),
        "at_random": Silent(
            about(members // 2 if silent is None else silent, 2),
            Estimate(0.0052, 0.001, 0.0031, 0.0072, over=("examples",)),
            0.01,
        ),
        "co_adaptation": about(0.021, 0.002),
        "synergy": Pairs(np.full((members, members), -0.25), np.zeros((members, members)))
        if few
        else None,
        "bus_factor": about(40, 8),
        "never_fire": names[3:5],
        "draws": 0 if few else 200,
        "warnings": {key: WARNINGS[key] for key in warnings},
    }
    return Measured.of(Measures(**held | changed), where, "units", seed=0)


def compared(where="fc1", **changed):
    """Half silenced, those who trained with it keep .1 more; nothing else was measured."""
    effect = Effect(0.7, 0.8, 0.05, 0.15, 6)
    sides = measured(4, where, starts=6), measured(4, where, starts=6, never_fire=None)
    found = Compared(*sides, {"quality, half silenced": effect} | changed)
    return Comparison.of(found, where, "units", seed=0)


def checked(where="features.3", findings=True, found=None, **changed):
    """A dropout layer that was never called, before one that does as it is asked."""
    idle = Site(where, "Dropout", 0.5, None, None, False, False, False, 0.0, "")
    busy = Site(
        "head.drop", "Dropout", 0.3, Rate(3010, 10000), 1 / 0.7, True, False, True, 1.0, "per value"
    )
    never = Finding("never called", where, {"rate": 0.5, "name": "drop", "framework": "PyTorch"})
    nan = Interval(0.4, math.nan, math.nan)
    gap = Gap(
        "cross-entropy", "examples", 64, 30, Interval(0.5, 0.45, 0.55), nan, nan,
        Interval(0.1, 0.08, 0.12), None, None, None, (0.5, 0.42, 0.41), 3,
    )  # fmt: skip
    held = {
        "framework": "PyTorch",
        "model": "Net",
        "mode": "training",
        "sites": (idle, busy) if findings else (busy,),
        "findings": found or ((never,) if findings else ()),
        "gap": gap,
        "passes": 20,
        "examples": 64,
    }
    return CheckUp(**held | changed)


def differs(gap, own, without, norms=False):
    """Of a validation loss so far above the training loss; each interval reaches .02 to each side.

    With batch normalisation the loss in training is another one than that with dropout alone.
    """
    sizes = {"gap": gap, "own": own, "without": without, "validation": 0.7, "training": 0.5}
    sizes["chance"] = 0.6 if norms else 0.5
    held = {name: Interval(size, size - 0.02, size + 0.02) for name, size in sizes.items()}
    return checked(findings=False, gap=replace(checked().gap, **held))


RESULTS = {
    "measured": measured,
    "few": lambda **changed: measured(6, **changed),
    "checked": checked,
    "compared": compared,
}
"""One of each kind, by what makes it."""

ENGLISH, JAPANESE = map(Wording, LANGUAGES)


def part(result, kind, say=ENGLISH):
    """Return the first part of a kind that a result is told in."""
    return next(each for each in result.told(say).parts if isinstance(each, kind))
