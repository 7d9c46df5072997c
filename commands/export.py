"""`run.py export`: the live page with a recorded run inside, as one file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from commands.shared import Seed, announce, console, progress
from dashboard.live.export import page_with
from dashboard.live.recording import MOST_PRESENTERS, record
from dashboard.live.setup import Setup, read
from experiments.costs import Cost, on_processes
from simulation.checks import InputError, whole
from simulation.outputs import output

MOST_BYTES = 4_000_000


def export(
    path: Annotated[Path, typer.Argument(help="The HTML file to write.")],
    left: Annotated[str, typer.Option(help="Who comes to the left team.")] = "everyone",
    right: Annotated[str, typer.Option(help="Who comes to the right team.")] = "one-or-two",
    presenters: Annotated[int, typer.Option(help="Team size, N.")] = 5,
    rehearsals: Annotated[int, typer.Option(help="How many rehearsals to record.")] = 6_000,
    frames: Annotated[int, typer.Option(help="Pictures taken of them.")] = 200,
    seed: Seed = 0,
) -> None:
    """Write the page with a recorded run: one file to mail or to put on any site.

    It plays from disk, asks no server for anything, and speaks English and Japanese. Whoever opens
    it can play, scrub and send people home: every sub-team's values are inside.
    """
    whole("presenters", presenters, least=2, most=MOST_PRESENTERS)
    whole("frames", frames, least=2, most=1_000)
    whole("rehearsals", rehearsals, least=frames, most=20_000)
    new_or_plain = os.path.isfile(path) or not os.path.exists(path)
    if new_or_plain and path.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"{path} must end in .html, which is what is written: add .html")
    setup = read(Setup, {"seed": seed, "presenters": presenters, "left": left, "right": right})
    with output(path, "name another PATH, of an HTML file") as write:
        announce(on_processes([_price(presenters, rehearsals, frames).here()], 1))
        with progress() as on_progress:
            recording = record(
                setup, rehearsals, frames, lambda done, of: on_progress("recording", done / of)
            )
        html = page_with(recording).encode()
        if len(html) > MOST_BYTES:
            raise InputError(
                f"the page would be {len(html) / 1e6:.1f} MB, but stays under "
                f"{MOST_BYTES / 1e6:.0f} to be mailed: fewer --frames than {frames}"
            )
        write(lambda file: file.write(html))
    console.say(f"Wrote {path}, {len(html) / 1e6:.1f} MB.")


def _price(presenters: int, rehearsals: int, frames: int) -> Cost:
    """Say what a recording costs: two teams and their twins, each picture, two networks."""
    return Cost(3.0 + 2e-4 * presenters * rehearsals + 5e-3 * frames)
