"""The command: `python -m benchmarks --out docs/benchmarks`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.earlier import joined, read_earlier
from benchmarks.figure import draw_growth
from benchmarks.launches import run_all, tell
from benchmarks.plan import PARTS, chosen
from benchmarks.report import as_json, machine, markdown
from dashboard.style import check_language
from simulation.checks import InputError, one_of, whole
from simulation.outputs import outputs

BAD_INPUT = 2


def benchmarks(
    out: Annotated[
        Path, typer.Option(help="Folder for report.md, benchmarks.json and growth.png.")
    ] = Path("out/benchmarks"),
    only: Annotated[
        str, typer.Option(help=f"Parts to run, some of {','.join(PARTS)} (how cost grows); all if "
                               "left out.")
    ] = "",
    peers: Annotated[
        str, typer.Option(help="Who else takes part: parts of names, such as JAX,plain; all if "
                               "left out, 'none' for nobody.")
    ] = "",
    launches: Annotated[
        int, typer.Option(help="Times that all processes start afresh; 1 with --quick.")
    ] = 3,
    quick: Annotated[
        bool, typer.Option(help="Small sizes and few rounds: shows that it works.")
    ] = False,
    lang: Annotated[str, typer.Option(help="Language of the figure: en or ja.")] = "en",
    add: Annotated[
        bool, typer.Option(help="Add to what the folder's benchmarks.json holds: other parts, or "
                                "more launches; with --launches 0 the page is written anew.")
    ] = False,
) -> None:  # fmt: skip
    """Time what this project does beside the peers that are installed, and write a report."""
    parts = [one_of("--only", name, PARTS) for name in only.split(",") if name] or list(PARTS)
    launches = 1 if quick else whole("launches", launches, least=0 if add else 1)
    if quick and add:
        raise InputError("a quick run measures too little to be added: leave --quick or --add out")
    wanted = [part.strip().lower() for part in peers.split(",") if part.strip()]
    check_language(lang)
    with outputs(out) as files:
        day, about = date.today().isoformat(), machine()
        before, began = read_earlier(out / "benchmarks.json", about) if add else ([], day)
        outcomes = run_all(
            chosen(parts, quick=quick) if launches else [],
            launches,
            quick=quick,
            takes_part=lambda entry: (
                not wanted or any(part in entry.name.lower() for part in wanted)
            ),
            say=tell,
        )
        if not any(row.launches for outcome in (*before, *outcomes) for row in outcome.rows):
            raise InputError("nothing could be timed: see the reasons above")
        if add:
            outcomes = joined(before, outcomes)
            day = day if day == began else f"{began.split()[0]} to {day}"
        page = markdown(outcomes, about, day)
        if any(outcome.comparison.curve for outcome in outcomes):
            files.write("growth.png", lambda file: draw_growth(outcomes, file, lang))
        files.write_json("benchmarks.json", as_json(outcomes, about, day, quick=quick))
        files.write_text("report.md", page)
    print(page)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return the exit code: 2 for bad input, told in one line."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(benchmarks)
    try:
        return int(app(arguments, standalone_mode=False) or 0)
    except InputError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
    except typer.TyperException as error:
        print(f"benchmarks: {error.format_message()} (see --help)", file=sys.stderr)
    return BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
