"""`run.py story`: the main job."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from commands.shared import DEFAULT_WORKERS, AsJson, Seed, Workers, at_work, console, say_json
from dashboard.figures import draw_story
from dashboard.story_report.page import story_page
from dashboard.story_report.results import results_page
from dashboard.style import check_language
from dashboard.tables import story_tables
from experiments.story import StoryPlan, run_story, story_jobs
from simulation.outputs import outputs


def story(
    out: Annotated[
        Path, typer.Option(help="Folder for report.html, dashboard.png, results.md and .json.")
    ] = Path("out"),
    seed: Seed = 0,
    quick: Annotated[
        bool, typer.Option(help="A first look in seconds: 3 seeds, too few to trust a verdict.")
    ] = False,
    workers: Workers = DEFAULT_WORKERS,
    lang: Annotated[
        str,
        typer.Option(
            help="Language of the figure, and the report's first: en or ja. "
            "The tables are in English."
        ),
    ] = "en",
    as_json: AsJson = False,
) -> None:
    """Tell the story: two teams, the bridge, and the article's network on real digits.

    Writes OUT/report.html (a page to mail: one file, in English and Japanese), OUT/dashboard.png,
    OUT/results.md and OUT/results.json, and prints every figure that stands in them.
    """
    started = time.perf_counter()
    plan = StoryPlan.quick(seed) if quick else StoryPlan(seed)
    check_language(lang)
    check_language("ja")  # the report speaks it whatever `lang` is
    with outputs(out) as files:
        with at_work(story_jobs(plan), workers) as on_progress:
            told = run_story(plan, workers, on_progress)
        results = told.to_json()
        command = _command(seed, quick, lang)
        files.write_text("report.html", story_page(told, command, lang))
        files.write_text("results.md", results_page(told, command))
        files.write_json("results.json", results)
        files.write("dashboard.png", lambda file: draw_story(told, file, lang))
    if as_json:
        say_json(results)
        return
    for table in story_tables(told):
        console.print(table)
        console.print()
    if plan.first_look:
        console.print(
            f"A quick run: {plan.seeds} seeds are too few to trust a verdict.", style="yellow"
        )
    names = "report.html, dashboard.png, results.md and results.json"
    console.say(f"Wrote {names} into {out} after {time.perf_counter() - started:.0f} s.")


def _command(seed: int, quick: bool, language: str) -> str:
    """Return what gives the same report again, without what it does not depend on."""
    options = ["--quick"] * quick + [f"--lang {language}"] * (language != "en")
    return " ".join(["python run.py story", f"--seed {seed}", *options])
