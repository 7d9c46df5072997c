"""What a check-up gives: its sites, its findings, and what dropout does to the loss."""

from __future__ import annotations

from dataclasses import dataclass

from nn_bridge.checking.findings import Finding
from nn_bridge.checking.sites import Site


@dataclass(frozen=True)
class Estimate:
    """A number with its 95% interval.

    Attributes
    ----------
    value, low, high : float
        The ends are NaN where a single number was all there was.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Gap:
    """The loss on the same data with chance on and off, and what that makes of the gap.

    Attributes
    ----------
    loss : str
        Its name.
    unit : {'examples', 'batches'}
        Over what the intervals vary, besides passes.
    examples, passes : int
        How many.
    training : Estimate
        Mean loss in training mode, as training shows it.
    evaluation : Estimate
        Mean loss of the same data in evaluation.
    chance : Estimate
        Mean loss with chance on and all else, batch normalisation too, as in evaluation.
    own : Estimate or None
        `chance` less `evaluation`: what dropout itself adds to the training loss. None where chance
        is on in evaluation too: then it cannot be told, nor `without`, `averaged` and `matches`.
    validation : Estimate or None
        Mean loss of other data in evaluation; None where none were given.
    gap : Estimate or None
        `validation` less `training`, as one reads it off learning curves.
    without : Estimate or None
        `validation` less `evaluation`: the gap without dropout's own part.
    averaged : tuple of float
        Mean loss of the average of 1, 2, .. passes with chance on; empty where outputs cannot be
        averaged.
    matches : int or None
        The least number of passes whose average's loss is no worse than the scaled pass's within
        one standard error over the examples; None if more than were made.
    """

    loss: str
    unit: str
    examples: int
    passes: int
    training: Estimate
    evaluation: Estimate
    chance: Estimate
    own: Estimate | None
    validation: Estimate | None
    gap: Estimate | None
    without: Estimate | None
    averaged: tuple[float, ...]
    matches: int | None


@dataclass(frozen=True)
class Report:
    """What was seen of the chance in a network.

    Attributes
    ----------
    framework : str
        Such as 'PyTorch'.
    model : str
        Name of the model's class.
    mode : {'training', 'evaluation', 'mixed', ''}
        In which the model was handed in, and in which it is left; '' where models have none.
    sites : tuple of Site
        In the order in which the data pass them; those never passed come last.
    findings : tuple of Finding
    gap : Gap or None
        None without `y`.
    passes : int
        Forward passes in training that were watched, before an evaluation and again after it.
    examples : int
        In each of them.
    """

    framework: str
    model: str
    mode: str
    sites: tuple[Site, ...]
    findings: tuple[Finding, ...]
    gap: Gap | None
    passes: int
    examples: int
