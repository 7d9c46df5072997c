"""The command line. `python run.py` tells the story; `python run.py --help` lists the rest."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from typer.core import TyperGroup

from dashboard.figures import draw_story
from dashboard.files import json_text, ready_folder, write_json, write_whole
from dashboard.processes import Job, OnProgress, run_jobs
from dashboard.story import StoryPlan, crossing_json, run_story, versions
from dashboard.tables import bridge_table, effects_table, presenters_table, story_tables, team_table
from dashboard.validation.files import validation_json, write_validation
from dashboard.validation.tables import validation_tables
from nn_bridge.article import Setting, train_article_network
from nn_bridge.crossing import CASES, cross
from nn_bridge.validation.plan import Plan
from nn_bridge.validation.validate import Scope, judge
from simulation import (
    InputError,
    Talk,
    Team,
    digits_talk,
    law_from_text,
    mnist_talk,
    synthetic_talk,
)
from simulation.attendance_input import LAW_HELP
from simulation.checks import one_of, whole
from simulation.effects import paired_effect
from simulation.scenario import HEAD_START

BAD_INPUT = 2

console = Console()


class StoryByDefault(TyperGroup):
    """Take `python run.py --quick` for `python run.py story --quick`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put 'story' in front unless a command or --help is there."""
        if not args or (args[0].startswith("-") and args[0] != "--help"):
            args = ["story", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=StoryByDefault,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help=(
        "Dropout as a group presentation: five presenters rehearse a talk, some of them absent; "
        "the same dynamics as a network; and the bridge between the two.\n\n"
        "Without a command it tells the whole [bold]story[/bold], in half a minute."
    ),
)

Seed = Annotated[int, typer.Option(help="First seed. Same seed, same results, to the byte.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Workers = Annotated[int, typer.Option(help="Processes to use. The results do not depend on it.")]
DEFAULT_WORKERS = os.cpu_count() or 1


@app.command()
def story(
    out: Annotated[Path, typer.Option(help="Folder for dashboard.png and results.json.")] = Path(
        "out"
    ),
    seed: Seed = 0,
    quick: Annotated[
        bool, typer.Option(help="A first look in seconds: 3 seeds, too few to trust a verdict.")
    ] = False,
    workers: Workers = DEFAULT_WORKERS,
    as_json: AsJson = False,
) -> None:
    """Tell the story: two teams, the bridge, and the article's network on real digits.

    Writes OUT/dashboard.png and OUT/results.json, and prints every figure that stands in them.
    """
    started = time.perf_counter()
    plan = StoryPlan.quick(seed) if quick else StoryPlan(seed)
    folder = ready_folder(out)
    with _progress(quiet=as_json) as on_progress:
        told = run_story(plan, workers, on_progress)
    results = told.to_json()
    write_json(folder / "results.json", results)
    write_whole(folder / "dashboard.png", lambda file: draw_story(told, file))
    if as_json:
        _say_json(results)
        return
    for table in story_tables(told):
        console.print(table)
        console.print()
    if quick:
        console.print("A quick run: 3 seeds are too few to trust a verdict.", style="yellow")
    console.print(
        f"Wrote {folder / 'dashboard.png'} and {folder / 'results.json'} "
        f"after {time.perf_counter() - started:.0f} s.",
        soft_wrap=True,
    )


@app.command()
def simulate(
    attendance: Annotated[str, typer.Option(help=f"Who comes. {LAW_HELP}.")] = "one-or-two",
    presenters: Annotated[int, typer.Option(help="Team size, N.")] = 5,
    abilities: Annotated[int, typer.Option(help="Abilities per presenter, H.")] = 4,
    rehearsals: Annotated[int, typer.Option(help="How many rehearsals.")] = 6_000,
    questions: Annotated[int, typer.Option(help="Questions in a rehearsal, B.")] = 8,
    trust: Annotated[
        float, typer.Option(help="How fast reliance follows attendance, a in (0, 1].")
    ] = 0.02,
    learning_rate: Annotated[float, typer.Option(help="Learning rate, above 0.")] = 0.02,
    per: Annotated[
        str, typer.Option(help="Attendance is drawn once a 'rehearsal', or at each 'question'.")
    ] = "rehearsal",
    talk: Annotated[
        str, typer.Option(help="'synthetic', 'digits' (scikit-learn's), or a folder with MNIST.")
    ] = "synthetic",
    practice: Annotated[
        int | None, typer.Option(help="Practice questions; 40 synthetic ones, all images.")
    ] = None,
    noise: Annotated[
        float | None,
        typer.Option(help="Noise in practice: SD for synthetic (0.3), wrong labels else (0)."),
    ] = None,
    head_start: Annotated[
        int, typer.Option(help="Rehearsals that B has alone on the hard section beforehand.")
    ] = 0,
    show_every: Annotated[
        int, typer.Option(help="Show the talk every so many rehearsals, for --csv; 0: never.")
    ] = 200,
    csv: Annotated[
        Path | None, typer.Option(help="Write what was collected at each show to this file.")
    ] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Let one team rehearse, and judge it by the yardstick."""
    law = law_from_text(attendance, presenters)
    whole("rehearsals", rehearsals, least=0)
    whole("seed", seed)
    if csv is not None:
        ready_folder(csv.parent)
    team = Team(
        _talk(talk, practice, noise, seed),
        law,
        abilities=abilities,
        trust=trust,
        learning_rate=learning_rate,
        questions=questions,
        attendance_per=per,
        show_every=show_every,
        rng=seed,
    )
    if head_start:
        team.practise_alone(HEAD_START, head_start)
    with _progress(quiet=as_json) as on_progress:
        for done in range(0, rehearsals, 100):
            on_progress("rehearsing", done, rehearsals)
            team.rehearse(min(100, rehearsals - done))
        on_progress("rehearsing", rehearsals, rehearsals)
    show = team.show()
    if csv is not None:
        frame = team.datacollector.get_model_vars_dataframe()
        write_whole(csv, lambda file: frame.to_csv(file, index=False))
    if as_json:
        _say_json(
            {
                "attendance": str(law),
                "versions": versions(),
                "rehearsals": team.rehearsals,
                "quality": {
                    "everyone there": show.complete,
                    "one missing": asdict(show.one_missing),
                    "two missing": asdict(show.two_missing),
                },
                "reliance": team.reliance.tolist(),
                "share of hard section": dict(
                    zip(team.names, show.hard_shares.tolist(), strict=True)
                ),
                "solo quality": dict(zip(team.names, show.solo.tolist(), strict=True)),
            }
        )
        return
    console.print(team_table(team, show))
    console.print()
    console.print(presenters_table(team, show))


@app.command()
def network(
    rate: Annotated[float, typer.Option(help="Fraction of hidden units DROPPED, in [0, 1).")] = 0.5,
    data: Annotated[
        str, typer.Option(help="'digits' (scikit-learn's), or a folder with MNIST's IDX files.")
    ] = "digits",
    practice: Annotated[int | None, typer.Option(help="Training samples; all if left out.")] = None,
    label_noise: Annotated[float, typer.Option(help="Fraction of wrong training labels.")] = 0.0,
    hidden: Annotated[int, typer.Option(help="Hidden units; 256 in the article.")] = 256,
    epochs: Annotated[int, typer.Option(help="Times through the training samples.")] = 60,
    batch_size: Annotated[int, typer.Option(help="Samples in a step.")] = 32,
    optimizer: Annotated[
        str, typer.Option(help="'adam' or 'sgd', with Keras's defaults.")
    ] = "adam",
    seeds: Annotated[int, typer.Option(help="Paired seeds, at least 2.")] = 5,
    seed: Seed = 0,
    workers: Workers = DEFAULT_WORKERS,
    as_json: AsJson = False,
) -> None:
    """Train the article's network with rate 0 and with RATE on real digits, and compare."""
    whole("seed", seed)
    whole("seeds", seeds, least=2)
    chosen = list(range(seed, seed + seeds))
    images = (
        None
        if data == "digits"
        else mnist_talk(
            np.random.default_rng(seed), data, practice=practice, label_noise=label_noise
        )
    )
    settings = [
        Setting(each, label_noise, practice, epochs, batch_size, optimizer, hidden=hidden)
        for each in (0.0, rate)
    ]
    jobs: dict[str, Job] = {
        name: (train_article_network, (setting, chosen, images))
        for name, setting in zip(("without", "dropout"), settings, strict=True)
    }
    with _progress(quiet=as_json) as on_progress:
        results = run_jobs(jobs, workers, on_progress)
    without, dropout = results["without"], results["dropout"]
    effects = {
        name: paired_effect(without.measures[name], dropout.measures[name])
        for name in without.measures
    }
    if as_json:
        _say_json(
            {
                "setting": asdict(settings[1]),
                "seeds": chosen,
                "versions": versions(),
                "measures": {
                    name: asdict(effect) | {"verdict": effect.verdict}
                    for name, effect in effects.items()
                },
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


@app.command()
def bridge(
    rehearsals: Annotated[int, typer.Option(help="Rehearsals, that is training steps.")] = 1_000,
    seed: Seed = 0,
    workers: Workers = DEFAULT_WORKERS,
    as_json: AsJson = False,
) -> None:
    """Run teams beside their network twins and print how far apart they ever were.

    Exit code 1 if they differ by more than the tolerance.
    """
    whole("rehearsals", rehearsals, least=1)
    whole("seed", seed)
    jobs: dict[str, Job] = {case.name: (cross, (case, rehearsals, seed)) for case in CASES}
    with _progress(quiet=as_json) as on_progress:
        crossings = list(run_jobs(jobs, workers, on_progress).values())
    if as_json:
        _say_json(
            {"seed": seed, "versions": versions(), "cases": [crossing_json(c) for c in crossings]}
        )
    else:
        console.print(bridge_table(crossings))
    if not all(crossing.holds for crossing in crossings):
        raise typer.Exit(1)


@app.command()
def validate(
    only: Annotated[
        str,
        typer.Option(
            help="Parts to run, such as C5,T3,controls,limits,dose; all of them if left out."
        ),
    ] = "",
    out: Annotated[Path, typer.Option(help="Folder for the report, its figures and data.")] = Path(
        "out/validation"
    ),
    seed: Seed = 0,
    quick: Annotated[
        bool, typer.Option(help="Shorter training, fewer settings; some verdicts differ.")
    ] = False,
    workers: Workers = DEFAULT_WORKERS,
    as_json: AsJson = False,
) -> None:
    """Validate the analogy: theorems, the article's claims, controls, and where it breaks.

    Writes OUT/report.md with its figures, validation.json and validation.csv. Exit code 1 if a
    theorem or a control fails; a claim that does not hold is a finding, and exits with 0.
    """
    started = time.perf_counter()
    whole("seed", seed)
    scope = Scope.only([name for name in only.split(",") if name])
    plan = Plan.short(seed) if quick else Plan.full(seed)
    folder = ready_folder(out)
    with _progress(quiet=as_json) as on_progress:
        results = run_jobs(scope.jobs(plan), workers, on_progress)
    validation = judge(plan, scope, results)
    write_validation(folder, validation, only)
    if as_json:
        _say_json(validation_json(validation, only))
    else:
        for table in validation_tables(validation):
            console.print(table)
            console.print()
        console.print(
            f"Wrote {folder / 'report.md'} after {time.perf_counter() - started:.0f} s.",
            soft_wrap=True,
        )
    if not validation.sound:
        print("run.py: a theorem or a control failed, see the report", file=sys.stderr)
        raise typer.Exit(1)


def _talk(kind: str, practice: int | None, noise: float | None, seed: int) -> Talk:
    rng = np.random.default_rng([seed, 0])
    if kind == "synthetic":
        return synthetic_talk(
            rng,
            practice=40 if practice is None else practice,
            noise=0.3 if noise is None else noise,
        )
    wrong = 0.0 if noise is None else noise
    if kind == "digits":
        return digits_talk(rng, practice=practice, label_noise=wrong)
    if not Path(kind).is_dir():
        one_of("talk", kind, ("synthetic", "digits", "a folder with MNIST's IDX files"))
    return mnist_talk(rng, kind, practice=practice, label_noise=wrong)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[OnProgress]:
    """Show a bar on a terminal's standard error; nothing elsewhere."""
    screen = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=screen,
        transient=True,
        disable=quiet or not screen.is_terminal,
    ) as bar:
        task = bar.add_task("", total=None)

        def on_progress(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of)

        yield on_progress


def _say_json(content: Any) -> None:
    print(json_text(content), end="")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code: 2 for bad input, told in one line."""
    try:
        return int(app(arguments, standalone_mode=False) or 0)
    except InputError as error:
        print(f"run.py: {error}", file=sys.stderr)
        return BAD_INPUT
    except typer.TyperException as error:
        print(f"run.py: {error.format_message()} (see --help)", file=sys.stderr)
        return BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
