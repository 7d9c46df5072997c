"""`run.py check-up`: where chance enters somebody's network, and what is wrong with it."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import typer

from commands.handed_in import HandedIn, handed_in
from commands.results import Data, Language, Named, Save, ending
from commands.shared import AsJson, Seed
from nn_bridge import check_up as check_up_of
from simulation.arrays import Array
from simulation.checks import InputError, given, room, whole

EXAMPLES = 32
"""Made up where there are no data."""

FINDINGS = 1
"""Exit code where something was found, and `--strict` was asked for."""

MOST_PASSES = 10_000


def check_up(
    model: Named,
    data: Data = None,
    shape: Annotated[
        str | None,
        typer.Option(
            help="Shape of one example, such as 3,32,32: where there are no data, random numbers "
            "of this shape are run through the network."
        ),
    ] = None,
    passes: Annotated[
        int, typer.Option(help="Forward passes in training, before an evaluation and after it.")
    ] = 30,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if anything was found.")
    ] = False,
    save: Save = None,
    language: Language = "en",
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Check up on the dropout of your own network: does it run, does it stop, at which rate.

    The model is run in training and in evaluation, and left as it was found. Exits with 0 also
    where something was found, with 1 then if --strict was asked for.
    """
    whole("seed", seed)
    whole("passes", passes, least=2, most=MOST_PASSES)
    with ending(save, language, as_json) as end:
        found = handed_in(model, data)
        x = random_inputs(found, shape, seed) if found.x is None else found.x
        arguments = found.only("loss", "validation", "train", "evaluate")
        result = check_up_of(found.model, x, found.y, passes=passes, seed=seed, **arguments)
        end(result)
    if strict and result.findings:
        raise typer.Exit(FINDINGS)


def random_inputs(found: HandedIn, shape: str | None, seed: int) -> Array:
    """Return normal numbers of the shape asked for, or of that which the model itself names."""
    if shape is not None:
        sizes = [whole("shape", as_number(size), least=1) for size in shape.split(",")]
    else:
        known: Any = getattr(found.model, "input_shape", None)
        batched = isinstance(known, tuple) and known[:1] == (None,)  # as Keras has it
        sizes = list(known[1:] if batched else known) if isinstance(known, tuple) else []
        if not sizes or not all(isinstance(size, int) for size in sizes):
            raise InputError(
                "there are no data to run the network on: let build() return (model, x) or (model, "
                "x, y), or name a file with --data, or give --shape for random numbers"
            )
    room("the examples", EXAMPLES, *sizes)
    return np.random.default_rng(seed).normal(size=(EXAMPLES, *sizes)).astype(np.float32)


def as_number(text: str) -> int:
    """Read a size of --shape."""
    try:
        return int(text)
    except ValueError:
        raise InputError(
            f"shape has {given(text)}, but must be whole numbers with commas, such as 3,32,32"
        ) from None
