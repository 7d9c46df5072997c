"""Figure 9 of the dropout paper: how much to drop, with n units, and with pn units left."""

from __future__ import annotations

from experiments.article import Setting
from experiments.published.networks import errors, joined, stacks
from experiments.published.study import (
    ALIKE,
    PAPER_GAIN,
    Curve,
    Found,
    Jobs,
    Panel,
    Plan,
    Results,
    Study,
    judged,
    levels,
)
from simulation.arrays import FloatArray

RATES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
RATES_ALIKE_LEFT = (0.0, 0.2, 0.4, 0.5, 0.6, 0.8, 0.9)
"""Fewer where the number left is fixed, for the widest networks take longest."""


def settings(plan: Plan) -> dict[str, Setting]:
    """Return the setting of each network trained; half of the units are left in both series."""

    def setting(rate: float, hidden: int) -> Setting:
        return Setting(
            rate, practice=plan.practice, epochs=plan.epochs, hidden=hidden, data=plan.data
        )

    sizes = [(rate, plan.hidden) for rate in RATES]
    sizes += [(rate, units(plan, rate)) for rate in RATES_ALIKE_LEFT]
    return {_name(rate, hidden): setting(rate, hidden) for rate, hidden in sizes}


def units(plan: Plan, rate: float) -> int:
    """Return the hidden units of which as many are left as of `plan.hidden` at rate 0.5."""
    return round(plan.hidden / 2 / (1 - rate))


def jobs(plan: Plan) -> Jobs:
    """Train and measure every network."""
    return stacks(errors, settings(plan), plan.seeds)


def find(plan: Plan, results: Results) -> Found:
    """Hold the curves against what the paper says of its own."""
    fixed = {rate: joined(results, _name(rate, plan.hidden)) for rate in RATES}
    left = {rate: joined(results, _name(rate, units(plan, rate))) for rate in RATES_ALIKE_LEFT}

    at_half = fixed[0.5]["test"]
    widest = f"{plan.hidden} units, {units(plan, 0.9)} units"
    statements = [
        judged(
            "with n units, the test error is flat for rates 0.2 to 0.6 (they keep 0.4 to 0.8)",
            "same",
            ALIKE,
            {
                f"rate 0.5, {rate:g}": (at_half, fixed[rate]["test"])
                for rate in (0.2, 0.3, 0.4, 0.6)
            },
        ),
        judged(
            "with n units, the test error increases towards rate 0",
            "higher",
            PAPER_GAIN,
            {"rate 0.5, 0": (at_half, fixed[0.0]["test"])},
        ),
        judged(
            "with n units, the test error is higher where very few units are left",
            "higher",
            PAPER_GAIN,
            {"rate 0.5, 0.9": (at_half, fixed[0.9]["test"])},
        ),
        judged(
            "that is underfitting: the training error is high there too",
            "higher",
            PAPER_GAIN,
            {"rate 0.5, 0.9": (fixed[0.5]["training"], fixed[0.9]["training"])},
        ),
        judged(
            "with pn units left, the test error at rate 0.9 is lower by a lot (2.7% to 1.7%)",
            "lower",
            PAPER_GAIN,
            {widest: (fixed[0.9]["test"], left[0.9]["test"])},
        ),
        judged(
            "with pn units left, rate 0.5 is close to the best",
            "not lower",
            ALIKE,
            {
                f"rate 0.5, {rate:g}": (left[0.5]["test"], left[rate]["test"])
                for rate in RATES_ALIKE_LEFT
                if rate != 0.5
            },
        ),
    ]
    return Found(
        [
            _panel(f"(a) {plan.hidden} hidden units", fixed),
            _panel(f"(b) {plan.hidden // 2} units left: n = {plan.hidden // 2} / (1 - rate)", left),
        ],
        statements,
        [_lowest(f"With {plan.hidden} units", fixed), _lowest("With as many left", left)],
    )


STUDY = Study(
    "9",
    "How much to drop",
    "How does the test error depend on the fraction dropped, with the number of hidden units n "
    "fixed, and with the number left, pn, fixed?",
    "Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov (2014), Dropout: a simple way to "
    "prevent neural networks from overfitting, JMLR 15, section 7.3 and figure 9",
    "With n fixed the test error is flat where 0.4 to 0.8 of the units are kept (rates 0.2 to 0.6) "
    "and increases towards 1; at small p the training error is high too: the network underfits. "
    "With pn fixed the errors at small p are much lower (at p = 0.1, 2.7% became 1.7%); p near 0.6 "
    "is best, 0.5 close to it.",
    (
        "images of MNIST, 28 x 28; ReLU units; dropout on hidden units only, a mask for each "
        "training image, none in the input",
        "test error of one scaled pass against the fraction kept, training error beside it",
        "networks differ in the rate, or in rate and width, in nothing else: a seed's networks "
        "train on the same images",
    ),
    (
        "one hidden layer of 256 units, not three of 2,048 (784-2048-2048-2048-10); pn = 128, not "
        "256 and 512",
        "3,000 training images and 1,000 test images, not 60,000 and 10,000: errors are several "
        "times theirs",
        "Adam(0.001) for ten epochs at every rate, not SGD with momentum: high rates may still be "
        "learning",
        "ten networks a point, with intervals",
    ),
    jobs,
    find,
)


def _name(rate: float, hidden: int) -> str:
    return f"rate {rate:g}, {hidden} units"


def _panel(title: str, series: dict[float, dict[str, FloatArray]]) -> Panel:
    curves = [
        Curve(f"{which} error", list(series), [levels(each[which]) for each in series.values()])
        for which in ("test", "training")
    ]
    return Panel(title, "rate: fraction of hidden units dropped", "error, %", curves)


def _lowest(where: str, series: dict[float, dict[str, FloatArray]]) -> str:
    means = {rate: float(each["test"][:, 0].mean()) for rate, each in series.items()}
    best = min(means, key=lambda rate: means[rate])
    return f"{where} the mean test error is lowest, {means[best]:.2f}%, at rate {best:g}."
