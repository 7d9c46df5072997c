"""`run.py site`: what a static host needs to show all this to anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.shared import DEFAULT_WORKERS, Workers, at_work, console
from dashboard.site.site import NO_ICON, SOURCES, Site, checked_base_url
from dashboard.story_report.page import story_page
from experiments.story import StoryPlan, run_story, story_jobs
from simulation.checks import InputError
from simulation.outputs import outputs


def site(
    folder: Annotated[Path, typer.Argument(help="The folder to write, for any static host.")],
    base_url: Annotated[
        str | None,
        typer.Option(
            help="Where it will stand, such as https://example.org/dropout/. Canonical addresses "
            "and the picture of a link need it, and are left out without it."
        ),
    ] = None,
    results: Annotated[
        Path,
        typer.Option(
            help="Folder with report.html, sweep/ and validation/ of your own. Without them the "
            "story is told, and the project's own pages are taken."
        ),
    ] = Path("out"),
    workers: Workers = DEFAULT_WORKERS,
) -> None:
    """Write a site: the live page, the reports and plain words, in English and Japanese.

    No page asks another host for anything; all of it works at any address, and from disk.
    """
    address = "" if base_url is None else checked_base_url(base_url)
    if not (SOURCES / "CITATION.cff").is_file():
        raise InputError("a site has pages of docs/, which were not installed: use the sources")
    with outputs(folder, "name another FOLDER") as files:
        made = results / "report.html"
        report = read_report(made) if made.is_file() else told(workers)
        taken = Site(report, results, address).write(files)
    console.say(f"Wrote {folder / 'index.html'} and all that it leads to.")
    console.say(f"The reports are from {', '.join([str(made), *taken])}.")


def read_report(path: Path) -> str:
    """Return a report that was written before."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}): write it anew, or move it") from None
    if NO_ICON not in text:
        raise InputError(f"{path} is not what `story` writes: write it anew, or move it")
    return text


def told(workers: int) -> str:
    """Tell the story, and return its report."""
    plan = StoryPlan(0)
    with at_work(story_jobs(plan), workers) as on_progress:
        story = run_story(plan, workers, on_progress)
    return story_page(story, "python run.py story --seed 0")
