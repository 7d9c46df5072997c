"""Figure 10 of the dropout paper: what dropout gains on small and on larger training sets."""

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

RATES = (0.0, 0.5)
TOO_SMALL = 500
"""Up to so many images the paper's networks gained nothing."""


def settings(plan: Plan) -> dict[str, Setting]:
    """Return the setting of each network: every size is trained for about as many steps."""
    batch = Setting.batch_size
    steps = plan.epochs * -(-plan.practice // batch)
    return {
        _name(rate, size): Setting(
            rate,
            practice=size,
            epochs=round(steps / -(-size // batch)),
            hidden=plan.hidden,
            data=plan.data,
        )
        for size in plan.sizes
        for rate in RATES
    }


def jobs(plan: Plan) -> Jobs:
    """Train and measure every network."""
    return stacks(errors, settings(plan), plan.seeds)


def find(plan: Plan, results: Results) -> Found:
    """Hold the gains against what the paper says of its own."""
    test = {
        (rate, size): joined(results, _name(rate, size))["test"]
        for rate in RATES
        for size in plan.sizes
    }
    gains = {size: test[0.0, size] - test[0.5, size] for size in plan.sizes}
    smallest, largest = plan.sizes[0], plan.sizes[-1]
    pairs = {
        f"{size:,} images: rate 0, 0.5": (test[0.0, size], test[0.5, size]) for size in plan.sizes
    }
    small = sum(size <= TOO_SMALL for size in plan.sizes)
    statements = [
        judged(
            "no gain on the smallest sets (they had 100 and 500 images)",
            "same",
            ALIKE,
            dict(list(pairs.items())[:small]),
        ),
        judged("a gain on larger sets", "lower", PAPER_GAIN, dict(list(pairs.items())[small:])),
        judged(
            "the gain grows with the set, up to a point (theirs peaks beyond our largest)",
            "higher",
            PAPER_GAIN,
            {f"gain with {smallest}, {largest:,} images": (gains[smallest], gains[largest])},
        ),
    ]
    panels = [
        Panel(
            "Test error",
            "training images",
            "error, %",
            [
                Curve(
                    f"rate {rate:g}", plan.sizes, [levels(test[rate, size]) for size in plan.sizes]
                )
                for rate in RATES
            ],
            logarithmic=True,
        ),
        Panel(
            "What dropout gains: error at rate 0 less error at rate 0.5",
            "training images",
            "points of a per cent",
            [Curve("gain", plan.sizes, [levels(gains[size]) for size in plan.sizes])],
            logarithmic=True,
            lines=((0.0, "no gain"), (PAPER_GAIN, "the paper's gain on all of MNIST")),
        ),
    ]
    epochs = {size: settings(plan)[_name(0.0, size)].epochs for size in plan.sizes}
    trained = ", ".join(f"{size:,} images {times} times" for size, times in epochs.items())
    return Found(panels, statements, [f"Gone through: {trained}."])


STUDY = Study(
    "10",
    "How many images to learn from",
    "How does what dropout gains depend on the size of the training set?",
    "Srivastava et al. (2014), JMLR 15, section 7.4 and figure 10",
    "With 100 and 500 images dropout gives no improvement: the network overfits in spite of the "
    "noise. With more images the gain rises up to a point, then declines: a 'sweet spot' where the "
    "set is too large to be memorised through the noise and small enough to be overfitted.",
    (
        "images of MNIST, 28 x 28, drawn at random; one architecture and one rate for all sizes; "
        "half of the hidden units dropped",
        "sizes 100, 500 and 1,000; within a seed the smaller set is part of the larger",
    ),
    (
        "one hidden layer of 256 units, not 784-1024-1024-2048-10",
        "dropout on the hidden layer only; they dropped a fifth of the input as well (p = 0.8)",
        "sizes end at 3,500; theirs went on to 5,000, 10,000 and 50,000, so the decline is out of "
        "reach here",
        "1,000 test images, not 10,000; Adam(0.001), as many steps at each size",
        "ten networks a point, with intervals",
    ),
    jobs,
    find,
)


def _name(rate: float, size: int) -> str:
    return f"rate {rate:g}, {size} images"
