"""What a study of published figures is: a plan, curves, and statements that rules decide.

The rules are those of the validation (`experiments.validation.rules`), and stand in the code before
anything is run on the seeds that are judged; the page names the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.processes import Job
from experiments.validation.rules import (
    PUBLISHED_GAIN,
    Change,
    Finding,
    Multiplicity,
    Verdict,
    all_of,
    count_findings,
)
from simulation.arrays import FloatArray
from simulation.checks import whole
from simulation.statistics import SMALLEST_EFFECT, Effect, paired_effect

Jobs = dict[Any, Job]
Results = Mapping[Any, Any]

ALIKE = 100 * SMALLEST_EFFECT
"""Errors this near to each other, in points of a per cent, count as the same."""

PAPER_GAIN = 100 * PUBLISHED_GAIN
"""What dropout gained in the dropout paper itself, in points: less than that counts as nothing."""

RULES_SINCE = "bae86e4; ten epochs instead of twenty for the figures of the dropout paper: 97b95bd"
"""The commit in which the rules stood before the seeds from 0 on were run."""


@dataclass(frozen=True)
class Plan:
    """How much is run.

    Attributes
    ----------
    seeds : tuple of int
        Each draws its training images from the 3,500, starting weights, order and masks.
    practice, epochs : int
        Training images, and how often they are gone through.
    sizes : tuple of int
        Of figure 10's training sets, each trained for as many steps as `practice` images are.
    repeats : int
        Of figure 11's draws of sub-networks, for each network.
    memorised, memorising_epochs : int
        Training images of the study of Morcos et al., and how often they are gone through.
    hidden : int
    data : str
        As in `experiments.article.Setting`.
    quick : bool
    """

    seeds: tuple[int, ...]
    practice: int = 3_000
    epochs: int = 10
    sizes: tuple[int, ...] = (100, 500, 1_000, 2_000, 3_500)
    repeats: int = 10
    memorised: int = 1_000
    memorising_epochs: int = 100
    hidden: int = 256
    data: str = "mnist"
    quick: bool = False

    @classmethod
    def full(cls, seed: int) -> Plan:
        """Ten seeds."""
        return cls(tuple(range(whole("seed", seed), seed + 10)))

    @classmethod
    def short(cls, seed: int) -> Plan:
        """Five seeds, few images, short training: to see that it runs."""
        seeds = tuple(range(whole("seed", seed), seed + 5))
        return cls(seeds, 300, 8, (100, 300, 600), 2, 100, 20, quick=True)


@dataclass(frozen=True, eq=False)
class Curve:
    """A measure at several settings.

    Attributes
    ----------
    name : str
    at : (F,) sequence of float
    points : (F,) sequence of Effect
        Levels (see `levels`) or paired differences.
    marked : float or None
        One of `at` that is to stand out.
    """

    name: str
    at: Sequence[float]
    points: Sequence[Effect]
    marked: float | None = None


@dataclass(frozen=True, eq=False)
class Panel:
    """Curves on the same axes.

    Attributes
    ----------
    title, x, y : str
    curves : sequence of Curve
    logarithmic : bool
        Whether x is.
    lines : sequence of (height, text)
        To hold the curves against.
    """

    title: str
    x: str
    y: str
    curves: Sequence[Curve]
    logarithmic: bool = False
    lines: Sequence[tuple[float, str]] = ()


@dataclass(frozen=True, eq=False)
class Statement:
    """One thing that they say, and what decides it here.

    Attributes
    ----------
    claim : str
    expect : str
        Of `experiments.validation.rules.Change`: 'higher', 'lower', 'not lower' or 'same'.
    margin : float
        In points of a per cent.
    compared : dict of str to Finding
        By what is compared, from the first that is named to the second.
    """

    claim: str
    expect: str
    margin: float
    compared: Mapping[str, Finding]

    @property
    def verdict(self) -> Verdict:
        """Of all comparisons together."""
        return all_of(finding.verdict for finding in self.compared.values())


@dataclass(frozen=True)
class Study:
    """What is asked, what was published, and how it is asked again.

    Attributes
    ----------
    name : str
        As on the command line.
    title, question, source, published : str
    same, different : tuple of str
        What is the same here as there, and what is not.
    jobs : function of a Plan
    find : function of a Plan and the results of all jobs
    """

    name: str
    title: str
    question: str
    source: str
    published: str
    same: tuple[str, ...]
    different: tuple[str, ...]
    jobs: Callable[[Plan], Jobs]
    find: Callable[[Plan, Results], Found]


@dataclass(frozen=True, eq=False)
class Found:
    """What came out.

    Attributes
    ----------
    panels : sequence of Panel
    statements : sequence of Statement
    facts : sequence of str
        What is worth saying and has no verdict, in sentences.
    """

    panels: Sequence[Panel]
    statements: Sequence[Statement]
    facts: Sequence[str]

    @property
    def multiplicity(self) -> Multiplicity:
        """How many comparisons stand when it is remembered that there are many."""
        return count_findings(
            finding for statement in self.statements for finding in statement.compared.values()
        )


def judged(
    claim: str, expect: str, margin: float, compared: Mapping[str, tuple[FloatArray, FloatArray]]
) -> Statement:
    """Let figures decide a statement.

    Parameters
    ----------
    claim, expect, margin
        See `Statement`.
    compared : dict of str to pair of (S,) or (S, 1 + G) arrays
        See `simulation.statistics.paired_effect`.

    Examples
    --------
    >>> first, second = np.arange(5.0), np.arange(5.0) + [1.9, 2.0, 2.1, 2.0, 2.0]
    >>> judged("it rises", "higher", 0.35, {"before, after": (first, second)}).verdict
    'holds'
    """
    findings = {
        label: Change(label, expect).compare(*figures, margin)
        for label, figures in compared.items()
    }
    return Statement(claim, expect, margin, findings)


def levels(figures: FloatArray) -> Effect:
    """Return the mean over the seeds with its interval: an effect against 0."""
    return paired_effect(np.zeros_like(figures), figures)
