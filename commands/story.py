"""`run.py story`: the main job."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from commands.shared import DEFAULT_WORKERS, AsJson, Seed, Workers, console, progress, say_json
from dashboard.figures import draw_story
from dashboard.files import ready_folder, write_json, write_whole
from dashboard.story import StoryPlan, run_story
from dashboard.style import check_language
from dashboard.tables import story_tables


def story(
    out: Annotated[Path, typer.Option(help="Folder for dashboard.png and results.json.")] = Path(
        "out"
    ),
    seed: Seed = 0,
    quick: Annotated[
        bool, typer.Option(help="A first look in seconds: 3 seeds, too few to trust a verdict.")
    ] = False,
    workers: Workers = DEFAULT_WORKERS,
    lang: Annotated[
        str, typer.Option(help="Language of the figure: en or ja. The tables are in English.")
    ] = "en",
    as_json: AsJson = False,
) -> None:
    """Tell the story: two teams, the bridge, and the article's network on real digits.

    Writes OUT/dashboard.png and OUT/results.json, and prints every figure that stands in them.
    """
    started = time.perf_counter()
    plan = StoryPlan.quick(seed) if quick else StoryPlan(seed)
    check_language(lang)
    folder = ready_folder(out)
    with progress(quiet=as_json) as on_progress:
        told = run_story(plan, workers, on_progress)
    results = told.to_json()
    write_json(folder / "results.json", results)
    write_whole(folder / "dashboard.png", lambda file: draw_story(told, file, lang))
    if as_json:
        say_json(results)
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
