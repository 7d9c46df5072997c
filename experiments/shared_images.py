"""Test images that all seeds share: a figure on all of them, then without each part of them.

What these images happen to favour they favour in every seed, so an interval must let them vary
too: `simulation.statistics.paired_effect`.
"""

from __future__ import annotations

import numpy as np

from simulation.arrays import BoolArray, FloatArray, IntArray

PARTS = 20
"""Parts of the test images that are left out in turn."""


def part_of(images: int) -> IntArray:
    """Say which part each of M test images belongs to, (M,)."""
    return np.arange(images) % PARTS


def kept_images(images: int) -> list[BoolArray]:
    """All test images, then all but each part of them: (1 + G) masks of (M,)."""
    return [part_of(images) != left for left in (-1, *range(PARTS))]


def left_out(by_image: FloatArray) -> FloatArray:
    """Mean over the test images, then without each part of them, (..., M) to (..., 1 + G)."""
    kept = kept_images(by_image.shape[-1])
    return np.stack([by_image[..., each].mean(axis=-1) for each in kept], axis=-1)
