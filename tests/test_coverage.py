"""How often do the intervals cover the truth?

`PYTHONPATH=. python tests/test_coverage.py 20000` prints docs/validation/coverage.md's tables.
"""

import sys
from functools import partial

import numpy as np
import pytest
from scipy.special import stdtrit

from simulation.intervals import of_draws_and_examples
from simulation.statistics import paired_effect

SAMPLES = 5_000  # standard error of a coverage: 0.003

DIFFERENCES = {  # how to draw, and the true mean
    "normal": (lambda rng, n: rng.standard_normal(n), 0.0),
    "exponential": (lambda rng, n: rng.standard_exponential(n), 1.0),
    "lognormal": (lambda rng, n: rng.lognormal(sigma=1.0, size=n), np.exp(0.5)),
    "t3": (lambda rng, n: rng.standard_t(3, n), 0.0),
}

# Standard deviations of what a seed, an image and the two together add to a difference.
SHARED = {
    "seeds": (1.0, 0.0, 1.0),
    "images": (0.0, 1.0, 1.0),
    "seeds and images": (1.0, 1.0, 1.0),
    "neither": (0.0, 0.0, 1.0),
}
PARTS = 20


def of_one_kind(name, seeds, rng):
    """Figures of independent seeds, less their true mean."""
    draw, mean = DIFFERENCES[name]
    return draw(rng, seeds) - mean


def of_shared_images(name, seeds, rng):
    """Figures of seeds with the same images, with each part left out; their true mean is 0."""
    sizes = zip(SHARED[name], [(seeds, 1), (1, PARTS), (seeds, PARTS)], strict=True)
    parts = sum(sd * rng.standard_normal(size) for sd, size in sizes)
    whole = parts.mean(axis=1, keepdims=True)
    return np.concatenate([whole, whole - (parts - whole) / (PARTS - 1)], axis=1)


def coverage(draw, samples):
    """How often is a true mean of 0 covered, and how often by Student's t over the seeds alone?"""
    rng, covered = np.random.default_rng(0), np.zeros(2)
    for _ in range(samples):
        gain = draw(rng=rng)
        effect = paired_effect(np.zeros_like(gain), gain)
        error = np.std(effect.values, ddof=1) / np.sqrt(effect.seeds)
        covered += (
            effect.low <= 0 <= effect.high,
            abs(effect.difference) <= stdtrit(effect.seeds - 1, 0.975) * error,
        )
    return covered / samples


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [5, 10, 20])
@pytest.mark.parametrize("name", DIFFERENCES)
def test_an_interval_covers_the_mean_as_often_as_it_says(name, seeds):
    covered, _ = coverage(partial(of_one_kind, name, seeds), SAMPLES)
    # Five draws from so long a tail seldom show it: measured 0.888, see the document.
    least = 0.88 if (name, seeds) == ("lognormal", 5) else 0.90
    assert least <= covered <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [10, 30])
@pytest.mark.parametrize("name", SHARED)
def test_an_interval_over_seeds_and_images_covers_the_mean_as_often_as_it_says(name, seeds):
    covered, _ = coverage(partial(of_shared_images, name, seeds), SAMPLES)
    assert 0.90 <= covered <= 0.98


@pytest.mark.parametrize("tails", [("rows",), ("columns",), ("rows", "columns")])
def test_an_interval_over_draws_and_examples_takes_their_skewness_out(tails):
    """Twenty of each, exponential: Student's interval, which leaves it in, covers .91 to .93."""
    rng, covered = np.random.default_rng(0), []
    for _ in range(2_000):
        drawn = {
            name: rng.standard_exponential(20) - 1 if name in tails else np.zeros(20)
            for name in ("rows", "columns")
        }
        table = drawn["rows"][:, None] + drawn["columns"] + 0.3 * rng.standard_normal((20, 20))
        around = of_draws_and_examples(table)
        covered.append(table.mean() + around.low <= 0 <= table.mean() + around.high)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)


if __name__ == "__main__":
    samples = int(sys.argv[1])
    for draw, names, numbers in (
        (of_one_kind, DIFFERENCES, (5, 10, 20)),
        (of_shared_images, SHARED, (5, 10, 30)),
    ):
        for name in names:
            cells = (coverage(partial(draw, name, seeds), samples) for seeds in numbers)
            told = (f"{covered:.3f} ({by_t:.3f})" for covered, by_t in cells)
            print(f"| {name} | {' | '.join(told)} |")
