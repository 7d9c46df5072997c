"""Morcos et al. (2018): does dropout protect up to the fraction dropped, and no further.

The rules, which were committed before any network of the judged seeds was trained; pilots ran on
seeds from 1,000,000 on.

- Loss at a fraction f: what a network loses of its accuracy on its own training images, above the
  tenth that guessing gets, when f of its hidden units, drawn at random, are silenced to 0; in per
  cent of what it has with all of them. The mean of 20 draws.
- The control is the network of the same seed with rate 0. What counts is relative to what the
  control loses there: a tenth of it is the smallest effect of interest.
- 'Protected up to the trained fraction r' is 'lower': the loss at r, against the control's there.
  'No further' is 'not lower', at r + 0.1 and at r + 0.2, or 0.95 if that is less; where dropout
  protects further, 'the other way' comes out.
- The knee is the fraction at which a tenth is lost. That it stands at the trained fraction is 'the
  same', within 5 points.
- The reading that decides is theirs: nobody covers, and no weight is rescaled. With 'fill the
  time', those left scaled up, all rules are applied again, and verdicts that differ are named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.article import Setting
from experiments.costs import costing
from experiments.published.networks import fit, joined, stacks
from experiments.published.study import (
    ALIKE,
    Curve,
    Found,
    Jobs,
    Panel,
    Plan,
    Results,
    Statement,
    Study,
    judged,
    levels,
)
from nn_bridge.bridge import network_game
from simulation.arrays import FloatArray
from simulation.coalitions import ablation_area, ablation_curve
from simulation.coalitions.game import Reading

RATES = (0.0, 0.2, 0.5, 0.8)
LABELS = {"true labels": 0.0, "random labels": 0.9}
"""Fraction of labels that are wrong: nine in ten are where all ten digits are as likely."""

READINGS: tuple[Reading, ...] = ("nobody covers", "fill the time")
"""The first decides."""

SILENCED = np.linspace(0.0, 0.95, 20)
GUESSING = 0.1
BEYOND = (0.1, 0.2)
RELATIVE_MARGIN = 0.1
KNEE = 10.0
"""Loss, in per cent, that makes the knee."""
KNEE_MARGIN = 5.0

Curves = dict[tuple[str, float], FloatArray]
"""By labels and rate: accuracy in per cent at the fractions `SILENCED`, (S, F)."""


def jobs(plan: Plan) -> Jobs:
    """Train networks of every rate on true and on random labels, and silence their units."""
    settings = {
        _name(labels, rate): Setting(
            rate,
            label_noise=noise,
            practice=plan.memorised,
            epochs=plan.memorising_epochs,
            hidden=plan.hidden,
            data=plan.data,
        )
        for labels, noise in LABELS.items()
        for rate in RATES
    }
    return stacks(ablations, settings, plan.seeds)


@costing(lambda setting, seeds: setting.size.cost(len(seeds), len(seeds)))
def ablations(setting: Setting, seeds: Sequence[int]) -> dict[Reading, FloatArray]:
    """Train networks and return their accuracy on their training images, units silenced.

    Returns
    -------
    dict of reading to (S, F) array, in per cent
    """
    trained = fit(setting, seeds)
    curves: dict[Reading, list[FloatArray]] = {reading: [] for reading in READINGS}
    for member, seed in enumerate(seeds):
        talk = trained.talk_of(member)
        game = network_game(
            trained.model, talk.practice_questions, talk.practice_answers, member, 1
        )
        for reading, rows in curves.items():
            rng = np.random.default_rng([seed, 18])  # the same units in both readings
            rows.append(100 * ablation_curve(game, rng, SILENCED, reading=reading))
    return {reading: np.array(rows) for reading, rows in curves.items()}


def find(plan: Plan, results: Results) -> Found:
    """Apply the rules to both readings; the first decides."""
    by_reading: dict[Reading, Curves] = {
        reading: {
            (labels, rate): joined(results, _name(labels, rate))[reading]
            for labels in LABELS
            for rate in RATES
        }
        for reading in READINGS
    }
    decisive, other = by_reading["nobody covers"], by_reading["fill the time"]
    statements = statements_of(decisive)
    pairs = zip(statements, statements_of(other), strict=True)
    differ = [one.claim for one, two in pairs if one.verdict != two.verdict]
    apart = max(float(np.abs((decisive[key] - other[key]).mean(axis=0)).max()) for key in decisive)
    facts = [
        "With all units there, on its training images, a network gets right: "
        + "; ".join(
            f"{labels}, rate {rate:g}: {curve[:, 0].mean():.1f}%"
            for (labels, rate), curve in decisive.items()
        )
        + ".",
        "The knee, where a tenth is lost, stands on average at: "
        + "; ".join(
            f"{labels}, rate {rate:g}: {knee(curve).mean():.0f}%"
            for (labels, rate), curve in decisive.items()
        )
        + ".",
        f"If those left fill the time, mean accuracy is nowhere more than {apart:.2f} points away, "
        f"and {len(differ)} of {len(statements)} verdicts differ"
        + (f": {'; '.join(differ)}." if differ else "."),
    ]
    panels = [
        Panel(
            f"{labels.capitalize()}: the dot is the fraction dropped in training",
            "hidden units silenced, %",
            "accuracy on training images, %",
            [
                Curve(
                    f"rate {rate:g}",
                    list(100 * SILENCED),
                    [levels(column) for column in decisive[labels, rate].T],
                    marked=100 * rate if rate else None,
                )
                for rate in RATES
            ],
            lines=((100 * GUESSING, "guessing"),),
        )
        for labels in LABELS
    ]
    return Found(panels, statements, facts)


def statements_of(curves: Mapping[tuple[str, float], FloatArray]) -> list[Statement]:
    """Apply the rules to the curves of one reading."""
    statements = []
    for labels in LABELS:
        control = curves[labels, 0.0]
        for rate in RATES[1:]:
            where, curve = f"{labels}, rate {rate:g}", curves[labels, rate]
            statements.append(_protected(where, control, curve, rate, further=False))
            statements += [
                _protected(where, control, curve, min(rate + more, SILENCED[-1]), further=True)
                for more in BEYOND
            ]
            knees = knee(curve)
            at_rate = np.full_like(knees, 100 * rate)
            statements.append(
                judged(
                    f"{where}: the knee stands at the trained fraction",
                    "same",
                    KNEE_MARGIN,
                    {"trained fraction, knee, %": (at_rate, knees)},
                )
            )
    areas = {rate: _area(curves["true labels", rate]) for rate in RATES}
    statements.append(
        judged(
            "true labels: networks of all dropout rates are similarly robust",
            "same",
            ALIKE,
            {
                f"kept on average, %: rate 0.2, {rate:g}": (areas[0.2], areas[rate])
                for rate in (0.5, 0.8)
            },
        )
    )
    statements.append(
        judged(
            "random labels are lost sooner than true ones, at every dropout rate",
            "lower",
            KNEE_MARGIN,
            {
                f"knee at rate {rate:g}, %: true labels, random ones": (
                    knee(curves["true labels", rate]),
                    knee(curves["random labels", rate]),
                )
                for rate in RATES[1:]
            },
        )
    )
    return statements


def lost(curve: FloatArray) -> FloatArray:
    """Return the loss at each fraction, in per cent of what there was to lose, (S, F).

    Parameters
    ----------
    curve : (S, F) array
        Accuracy in per cent; the first fraction is 0.

    Examples
    --------
    >>> lost(np.array([[90.0, 50.0, 10.0]])).tolist()
    [[0.0, 50.0, 100.0]]
    """
    had = curve[:, :1] - 100 * GUESSING
    return np.asarray(100 * (curve[:, :1] - curve) / had)


def knee(curve: FloatArray) -> FloatArray:
    """Return the fraction silenced, in per cent, at which `KNEE` per cent are lost, (S,).

    Straight between the fractions looked at; the last of them where no more is ever lost.
    """
    found = []
    for loss in lost(curve):
        over = np.flatnonzero(loss > KNEE)
        if not over.size:
            found.append(SILENCED[-1])
            continue
        at = int(over[0])
        share = (KNEE - loss[at - 1]) / (loss[at] - loss[at - 1])
        found.append(SILENCED[at - 1] + share * (SILENCED[at] - SILENCED[at - 1]))
    return 100 * np.array(found)


def _protected(
    where: str, control: FloatArray, curve: FloatArray, fraction: float, further: bool
) -> Statement:
    at = int(np.abs(SILENCED - fraction).argmin())
    there, here = lost(control)[:, at], lost(curve)[:, at]
    no_more = " no more" if further else ""
    return judged(
        f"{where}: dropout protects{no_more} with {100 * fraction:.0f}% silenced",
        "not lower" if further else "lower",
        RELATIVE_MARGIN * float(there.mean()),
        {"lost, %: rate 0, dropout": (there, here)},
    )


def _area(curve: FloatArray) -> FloatArray:
    return np.array([ablation_area(SILENCED, 100 - row) for row in lost(curve)])


def _name(labels: str, rate: float) -> str:
    return f"{labels}, rate {rate:g}"


STUDY = Study(
    "morcos",
    "Robust beyond the fraction dropped in training?",
    "When hidden units are silenced, does training with dropout protect up to the fraction dropped "
    "in training, and no further?",
    "Morcos, Barrett, Rabinowitz, Botvinick (2018), On the importance of single directions for "
    "generalization, ICLR, figure 6",
    "Networks trained with dropout, on random labels as on true ones, lose little accuracy while "
    "units are silenced up to the fraction dropped in training. Past it, those trained on random "
    "labels are much more sensitive than those trained on true ones; on true labels networks of "
    "different dropout fractions are similarly robust. Dropout does not prevent reliance on single "
    "units past the fraction dropped in training.",
    (
        "MNIST, true labels and random ones; units drawn at random and silenced to 0 cumulatively; "
        "accuracy on the training images",
        "no weight is rescaled for those that are missing",
    ),
    (
        "one hidden layer of 256 units, not 128, 512, 2,048 and 2,048",
        "1,000 training images, gone through 100 times whatever their labels; theirs is all of "
        "MNIST",
        "rates 0.2, 0.5 and 0.8 beside a control with rate 0; theirs are 0.1, 0.2 and 0.3",
        "only silencing to 0; they also silence to a unit's mean activation",
        "what is lost is counted relative to the accuracy above guessing with all units there, for "
        "networks of high rates do not quite memorise random labels",
    ),
    jobs,
    find,
)
