"""`run.py network`: the article's network with dropout and without."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

import typer

from commands.shared import DEFAULT_WORKERS, AsJson, Seed, Workers, at_work, console, say_json
from dashboard.tables import effects_table
from experiments.article import Setting
from experiments.article_measures import joined, network_effects, train_and_measure
from experiments.costs.bounds import MOST_SEEDS
from experiments.processes import Job, run_jobs
from simulation.checks import whole
from simulation.versions import versions


def network(
    rate: Annotated[float, typer.Option(help="Fraction of hidden units DROPPED, in [0, 1).")] = 0.5,
    data: Annotated[
        str,
        typer.Option(
            help="'mnist' (5,000 of its images), 'digits' (scikit-learn's, 8 x 8), or a folder "
            "with IDX files, as MNIST and Fashion-MNIST come in."
        ),
    ] = "mnist",
    practice: Annotated[
        int | None, typer.Option(help="Training samples; left out: 3,000 of mnist, all others.")
    ] = None,
    label_noise: Annotated[float, typer.Option(help="Fraction of wrong training labels.")] = 0.0,
    hidden: Annotated[int, typer.Option(help="Hidden units; 256 in the article.")] = 256,
    epochs: Annotated[int, typer.Option(help="Times through the training samples.")] = 10,
    batch_size: Annotated[int, typer.Option(help="Samples in a step.")] = 32,
    optimizer: Annotated[
        str, typer.Option(help="'adam', or 'sgd' with momentum 0.9; they learn at 0.001 and 0.05.")
    ] = "adam",
    seeds: Annotated[int, typer.Option(help="Paired seeds, at least 2.")] = 5,
    seed: Seed = 0,
    workers: Workers = DEFAULT_WORKERS,
    as_json: AsJson = False,
) -> None:
    """Train the article's network with rate 0 and with RATE on real digits, and compare."""
    whole("seed", seed)
    whole("seeds", seeds, least=2, most=MOST_SEEDS)
    chosen = list(range(seed, seed + seeds))
    settings = [
        Setting(
            each, label_noise, practice, epochs, batch_size, optimizer, hidden=hidden, data=data
        )
        for each in (0.0, rate)
    ]
    jobs: dict[tuple[str, int], Job] = {
        (f"rate {setting.rate:g}", each): (train_and_measure, (setting, [each]))
        for each in chosen
        for setting in settings
    }
    with at_work(jobs, workers) as on_progress:
        results = run_jobs(jobs, workers, on_progress)
    without, dropout = (
        joined([results[f"rate {setting.rate:g}", each] for each in chosen]) for setting in settings
    )
    effects = network_effects(
        *(
            replace(
                result,
                measures=result.measures
                | {
                    "ablation curve, area": result.ablation_areas,
                    "effective carriers": result.carriers,
                },
            )
            for result in (without, dropout)
        )
    )
    if as_json:
        say_json(
            {
                "setting": asdict(settings[1]),
                "seeds": chosen,
                "versions": versions(),
                "measures": {name: effect.to_json() for name, effect in effects.items()},
                "ablation": {
                    f"rate {setting.rate:g}": result.ablation.mean(axis=0).tolist()
                    for setting, result in zip(settings, (without, dropout), strict=True)
                },
            }
        )
        return
    console.print(
        effects_table(f"The article's network on {data}", "rate 0", f"rate {rate:g}", effects)
    )
    console.print(
        "\nablation curve, area: mean accuracy when 0 to 90% of the hidden units are silenced."
        "\neffective carriers: as many hidden units carry an output as if all carried it alike."
    )
