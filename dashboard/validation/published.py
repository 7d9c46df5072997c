"""What others have published, and the same figure as it was measured here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from dashboard.numbers import figure
from dashboard.validation.explanations import effect_of, silenced
from dashboard.validation.markdown import effect_cells
from experiments.validation.conditions import CLEAN, NOISY, SMALL, NetworkSetting
from experiments.validation.network_world import AVERAGED
from experiments.validation.validate import Validation
from simulation.statistics import Effect

SRIVASTAVA = "Srivastava et al. 2014"


@dataclass(frozen=True)
class Published:
    """A published figure beside ours.

    Attributes
    ----------
    what, theirs, source : str
    ours : function of a Validation
        What was measured here, in words; empty where this run did not measure it.
    part : str
        The part of the validation that measures it, for the command line.
    """

    what: str
    theirs: str
    source: str
    ours: Callable[[Validation], str]
    part: str


def beside_ours(validation: Validation) -> Iterator[tuple[Published, str]]:
    """Yield each published figure of which this run has its own, and that."""
    run = {outcome.claim.id for outcome in validation.outcomes}
    for published in PUBLISHED:
        if published.part in run | {"dose"} and (ours := published.ours(validation)):
            yield published, ours


def _pair(effect: Effect, unit: str = "") -> str:
    before, after, difference = effect_cells(effect)
    return f"{before} to {after}{unit}, {difference}"


def _settings(validation: Validation) -> list[NetworkSetting]:
    """Return the network's settings in which claims were measured."""
    return [each for each in validation.plan.settings() if each.absences in validation.world]


def _scores(validation: Validation) -> str:
    return "; ".join(
        f"{place.name}: {_pair(effect_of(validation, place, 'co-adaptation score'))}"
        for place in (CLEAN, NOISY)
        if place in _settings(validation)
    )


def _saturates(validation: Validation) -> str:
    parts = []
    for dose in validation.doses:
        score = dose.measures["co-adaptation score"].mean(axis=1)
        at = int(np.abs(dose.rates - 0.2).argmin())
        fallen = (score[0] - score[at]) / (score[0] - score.min())
        parts.append(
            f"{dose.world}: at rate {dose.rates[at]:g} {fallen:.0%} of the fall that the rate with "
            f"the lowest score, {dose.rates[score.argmin()]:g}, brings"
        )
    return "; ".join(parts)


def _passes(validation: Validation) -> str:
    settings = _settings(validation)
    if not settings:
        return ""
    networks = [validation.world[setting.absences] for setting in settings]
    passes = np.concatenate([figures["passes to match"] for figures in networks])
    matched = passes[passes > 0]
    never = len(passes) - len(matched)
    middle = f"median {np.median(matched):g} of {len(matched)} networks" if len(matched) else "none"
    return f"{middle}; {never} of {len(passes)} not even with {AVERAGED[-1]:,}"


def _small_sets(validation: Validation) -> str:
    return "; ".join(
        f"{place.name}: {_pair(effect_of(validation, place, 'quality'), ' accuracy')}"
        for place in _settings(validation)
        if place.practice == SMALL and place.clean
    )


def _errors(validation: Validation) -> str:
    if CLEAN not in _settings(validation):
        return ""
    accuracy = effect_of(validation, CLEAN, "quality")
    return (
        f"{CLEAN.name}: {figure(100 * (1 - accuracy.before))}% to "
        f"{figure(100 * (1 - accuracy.after))}% wrong"
    )


def _flat(validation: Validation) -> str:
    parts = []
    for dose in validation.doses:
        if dose.world != "network":
            continue
        inside = (dose.rates > 0.19) & (dose.rates < 0.61)
        if not inside.any():
            continue
        quality = dose.measures["quality"].mean(axis=1)[inside]
        rates = dose.rates[inside]
        parts.append(
            f"accuracy {figure(quality.min())} to {figure(quality.max())} for rates "
            f"{rates.min():g} to {rates.max():g} ({NOISY.name})"
        )
    return "; ".join(parts)


def _beyond(validation: Validation) -> str:
    return "; ".join(
        f"{place.name}: with 80% silenced, accuracy {_pair(silenced(validation, place, 0.8))}"
        for place in (CLEAN, NOISY)
        if place in _settings(validation)
    )


PUBLISHED = (
    Published(
        "co-adaptation score: variance of the output over random half-networks",
        ".0082 without dropout, .0023 with (another network, other data)",
        "arXiv 2508.12720 (NeurIPS 2025)",
        _scores,
        "C10",
    ),
    Published(
        "how little dropout is enough for it",
        "the score hardly falls further from rate .2 on",
        "arXiv 2508.12720 (NeurIPS 2025)",
        _saturates,
        "dose",
    ),
    Published(
        "random sub-networks to average until they match one scaled pass",
        "about 50",
        f"{SRIVASTAVA}, section 7.5",
        _passes,
        "C7",
    ),
    Published(
        "small clean training sets",
        "no gain from dropout with 100 and 500 samples of MNIST",
        f"{SRIVASTAVA}, section 7.4",
        _small_sets,
        "C9",
    ),
    Published(
        "error on digits",
        "MNIST: 1.60% wrong without dropout, 1.25% with (ReLU, 3 layers of 1,024); 1.6% to 1.3% "
        "with half the hidden units dropped (160 and 130 errors in 10,000)",
        f"{SRIVASTAVA}, table 2; Hinton et al. 2012",
        _errors,
        "C9",
    ),
    Published(
        "does the rate matter, with the number of units fixed?",
        "flat for keep probabilities .4 to .8, that is rates .2 to .6",
        f"{SRIVASTAVA}, section 7.3",
        _flat,
        "dose",
    ),
    Published(
        "robust beyond the fraction dropped in training?",
        "no",
        "Morcos et al. 2018",
        _beyond,
        "C5",
    ),
)
