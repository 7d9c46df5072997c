"""`run.py sweep report`: a sweep's answers, as a page with figures."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from commands.shared import console
from commands.sweep.options import File, Settings, StorePath, reading
from dashboard.style import check_language
from dashboard.sweep.report import Commands, write_report
from experiments.sweep.work import is_compiled
from simulation.outputs import outputs

OUT = Path("out/sweep")


def report(
    file: File = None,
    settings: Settings = None,
    store: StorePath = None,
    out: Annotated[Path, typer.Option(help="Folder for the report.")] = OUT,
    lang: Annotated[str, typer.Option(help="Language of the report: en or ja.")] = "en",
) -> None:
    """Write the store's answers so far: a page with figures."""
    check_language(lang)
    design = [str(file)] if file else []
    design += [word for setting in settings or () for word in ("--set", setting)]
    design += ["--store", str(store)] if store else []
    how = [] if out == OUT else ["--out", str(out)]
    how += [] if lang == "en" else ["--lang", lang]
    with outputs(out) as files, reading(file, settings, store) as opened:
        compiled = ["--compiled"] if is_compiled(opened.versions) else []
        commands = Commands(
            run=_typed("run", *design, *compiled) if file or settings else None,
            report=_typed("report", *design, *how),
        )
        write_report(opened, files, commands, lang)
    console.say(f"Wrote {out / 'report.md'}")


def _typed(*words: str) -> str:
    return shlex.join(["python", "run.py", "sweep", *words])
