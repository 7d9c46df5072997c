"""`run.py sweep check`: networks without relu, against the predicted best rates."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from commands.shared import DEFAULT_WORKERS, AsJson, Seed, Workers, at_work, console, say_json
from dashboard.sweep.check import check_table
from experiments.costs.bounds import MOST_SEEDS, MOST_STEPS
from experiments.sweep.trained import EPOCHS, jobs, train_against_prediction
from simulation.checks import whole


def check(
    seeds: Annotated[int, typer.Option(help="Networks at each noise and rate.")] = 6,
    epochs: Annotated[int, typer.Option(help="Epochs of five steps each.")] = EPOCHS,
    seed: Seed = 0,
    workers: Workers = DEFAULT_WORKERS,
    as_json: AsJson = False,
) -> None:
    """Train networks without relu at several noises, against the predicted best rates."""
    first = whole("seed", seed)
    numbers = range(first, first + whole("seeds", seeds, least=2, most=MOST_SEEDS))
    whole("epochs", epochs, least=1, most=MOST_STEPS)
    with at_work(jobs(numbers, epochs), workers) as on_progress:
        found = train_against_prediction(numbers, workers, on_progress, epochs)
    if as_json:
        say_json([asdict(each) for each in found])
        return
    console.print(check_table(found, seeds))
