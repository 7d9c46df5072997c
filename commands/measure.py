"""`run.py measure`: who carries how much in somebody's network, and how many may fall silent."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from commands.ending import complain
from commands.handed_in import handed_in
from commands.results import Data, Language, Named, Save, ending
from commands.shared import AsJson, Seed, progress
from nn_bridge import measure as measure_of
from simulation.checks import InputError, given, whole

CUT_SHORT = 130
"""Exit code after Ctrl-C, which leaves what was measured until then."""


def measure(
    model: Named,
    members: Annotated[
        list[str] | None,
        typer.Option(
            help="A layer: its units or channels are the members. Several times: each layer is one."
        ),
    ] = None,
    data: Data = None,
    metric: Annotated[
        str | None,
        typer.Option(
            help="accuracy, r2, cross-entropy or mse; left out: accuracy where y holds labels, r2 "
            "else."
        ),
    ] = None,
    blocks: Annotated[
        str | None,
        typer.Option(help="Join units into so many blocks; 'heads': attention heads."),
    ] = None,
    ablation: Annotated[
        str, typer.Option(help="What a silenced activation becomes: zero, or its mean.")
    ] = "zero",
    reading: Annotated[
        str,
        typer.Option(help="'nobody covers', or 'fill the time': those left are scaled by N/|S|."),
    ] = "nobody covers",
    worth: Annotated[
        float, typer.Option(help="Quality that members which fall silent may cost.")
    ] = 0.01,
    draws: Annotated[
        int | None,
        typer.Option(
            help="Random orders to draw, below 20 members too where all 2^N coalitions take too "
            "long. Left out: all up to 20 members, above by the budget.",
        ),
    ] = None,
    save: Save = None,
    language: Language = "en",
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Put a layer of your own network on the yardstick: who carries it, how many could go.

    Members are silenced, sets of them after sets; the model is evaluated, never trained, and left
    as it was found. Ctrl-C gives what was measured until then.
    """
    whole("seed", seed)
    with ending(save, language, as_json) as end, progress() as on_progress:
        found = handed_in(model, data)
        arguments = found.only("metric", "blocks", "members")
        if metric is not None:
            arguments["metric"] = metric
        if blocks is not None:
            arguments["blocks"] = blocks if blocks == "heads" else number_of(blocks)
        if members:
            arguments["members"] = members[0] if len(members) == 1 else members
        if "members" not in arguments:
            raise InputError("no members are named: give --members with the name of a layer")
        if found.x is None:
            raise InputError(
                "there are no data to judge the network on: let build() return (model, x, y), or "
                "name a file with --data"
            )
        asked: dict[str, Any] = {"ablation": ablation, "reading": reading, "worth": worth}
        result = measure_of(
            found.model,
            found.x,
            found.y,
            **arguments,
            **asked,
            draws=draws,
            seed=seed,
            progress=lambda done, of: on_progress("coalitions", done / of),
        )
        end(result)
    if result.interrupted:
        complain("interrupted: told is what was measured until then")
        raise typer.Exit(CUT_SHORT)


def number_of(blocks: str) -> int:
    """Read --blocks."""
    try:
        return int(blocks)
    except ValueError:
        raise InputError(f"blocks is {given(blocks)}, but must be a number or 'heads'") from None
