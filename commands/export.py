"""`run.py export`: the live page as one file, which needs no server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from commands.shared import console
from dashboard.live.export import live_page, sizes
from dashboard.live.links import checked_link
from simulation.checks import InputError
from simulation.outputs import output


def export(
    path: Annotated[Path, typer.Argument(help="The HTML file to write.")],
    link: Annotated[
        str, typer.Option(help="Open it as a link of the page does: paste what 'Copy link' gave.")
    ] = "",
    left: Annotated[str | None, typer.Option(help="Who comes to the left team.")] = None,
    right: Annotated[str | None, typer.Option(help="Who comes to the right team.")] = None,
    presenters: Annotated[int | None, typer.Option(help="Team size, N.")] = None,
    rehearsals: Annotated[int | None, typer.Option(help="Rehearsals held when it opens.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed that it opens with.")] = None,
) -> None:
    """Write the live page as one file, to mail or to put on any site.

    All of it runs in the browser, from disk too, and asks no server for anything: every story,
    law, setting and seed, in English and Japanese. Options say what it opens with.
    """
    new_or_plain = os.path.isfile(path) or not os.path.exists(path)
    if new_or_plain and path.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"{path} must end in .html, which is what is written: add .html")
    asked = {
        "left": left, "right": right, "presenters": presenters, "at": rehearsals, "seed": seed,
    }  # fmt: skip
    opens_at = checked_link(link, **{key: it for key, it in asked.items() if it is not None})
    with output(path, "name another PATH, of an HTML file") as write:
        html = live_page(opens_at)
        write(lambda file: file.write(html.encode()))
    parts = ", ".join(f"{name} {size / 1e3:.0f} kB" for name, size in sizes(html).items())
    console.say(f"Wrote {path}, {len(html.encode()) / 1e6:.2f} MB ({parts}).")
