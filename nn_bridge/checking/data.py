"""The first few batches of what people hand in as data."""

from __future__ import annotations

from itertools import islice
from typing import Any

from nn_bridge.measuring.data import (
    as_array,
    as_arrays,
    batches,
    is_data,
    lengths_of,
    parts_of,
    taken,
)
from simulation.arrays import Array
from simulation.checks import InputError

WATCHED = 32
"""Examples in each watched pass, at most where they can be told apart."""

EXAMPLES, BATCHES = 64, 16
"""For the losses: what is handed in as one array is cut into batches; so many are taken at most."""


def first_batches(x: Any, y: Any = None) -> list[tuple[Any, Array | None]]:
    """Return the first few batches of what was handed in, inputs and what is wanted of them."""
    if not is_data(x):
        found = list(islice(batches(x, with_labels=y is None), BATCHES))
        if not found or not all(part.size for one, _ in found for part in parts_of(one)):
            raise InputError("x holds no examples: the loader is empty")
        if y is not None:
            raise InputError("x is an iterable of batches: let them hold y, as pairs (x, y)")
        return found
    inputs, wanted = as_arrays("x", x), None if y is None else as_array("y", y)
    if not all(part.size for part in parts_of(inputs)):
        raise InputError("x holds no examples: give at least one")
    lengths = set(lengths_of(inputs, wanted))
    if len(lengths) > 1 or () in lengths:  # not examples first: all together
        return [(inputs, wanted)]
    number = lengths.pop()[0]
    rows = [slice(at, at + EXAMPLES) for at in range(0, number, EXAMPLES)][:BATCHES]
    return [(taken(inputs, one), None if wanted is None else wanted[one]) for one in rows]


def first_examples(inputs: Any) -> Any:
    """Return the first examples of a batch, all of it where its first axes differ."""
    alike = len(set(lengths_of(inputs))) == 1
    return taken(inputs, slice(WATCHED)) if alike else inputs


def validation_batches(validation: Any) -> list[tuple[Any, Array]]:
    """Return the first few batches of validation data, (x, y) or batches of pairs."""
    if isinstance(validation, (tuple, list)) and len(validation) == 2 and is_data(validation[1]):
        found = first_batches(*validation)
    else:
        found = first_batches(validation)
    whole_ones = [(inputs, wanted) for inputs, wanted in found if wanted is not None]
    if len(whole_ones) < len(found):
        raise InputError("validation must hold what is wanted too: give (x, y)")
    return whole_ones
