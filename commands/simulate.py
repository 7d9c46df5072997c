"""`run.py simulate`: one team, as asked for."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from commands.shared import AsJson, Seed, announce, console, progress, say_json
from dashboard.advice import advice_table
from dashboard.tables import dependence_table, presenters_table, team_table
from experiments.costs import on_processes
from experiments.costs.bounds import MOST_PRESENTERS, MOST_STEPS, MOST_UNITS
from experiments.costs.teams import TeamSize
from experiments.prediction.best import advise
from simulation import Talk, Team, law_from_text, real_talk, synthetic_talk
from simulation.attendance_input import LAW_HELP
from simulation.checks import whole
from simulation.coalitions import dependence
from simulation.outputs import output
from simulation.real_talks import check_data, image_counts
from simulation.scenario import HEAD_START
from simulation.versions import versions


def simulate(
    attendance: Annotated[str, typer.Option(help=f"Who comes. {LAW_HELP}.")] = "one-or-two",
    presenters: Annotated[int, typer.Option(help="Team size, N.")] = 5,
    abilities: Annotated[int, typer.Option(help="Abilities per presenter, H.")] = 4,
    rehearsals: Annotated[int, typer.Option(help="How many rehearsals.")] = 6_000,
    questions: Annotated[int, typer.Option(help="Questions in a rehearsal, B.")] = 8,
    trust: Annotated[
        float,
        typer.Option(help="How fast reliance follows attendance, a in (0, 1]; 1: dropout SGD."),
    ] = 0.02,
    learning_rate: Annotated[float, typer.Option(help="Learning rate, above 0.")] = 0.02,
    per: Annotated[
        str, typer.Option(help="Attendance is drawn once a 'rehearsal', or at each 'question'.")
    ] = "rehearsal",
    talk: Annotated[
        str,
        typer.Option(
            help="'synthetic', 'mnist' (5,000 of its images), 'digits' (scikit-learn's, 8 x 8), "
            "or a folder with IDX files."
        ),
    ] = "synthetic",
    practice: Annotated[
        int | None,
        typer.Option(help="Practice questions; 40 synthetic ones, 3,000 of mnist, all others."),
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
    advice: Annotated[
        bool,
        typer.Option("--advise", help="Predict the best absence rate instead; nobody rehearses."),
    ] = False,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Let one team rehearse, and judge it by the yardstick."""
    law = law_from_text(attendance, whole("presenters", presenters, least=1, most=MOST_PRESENTERS))
    whole("rehearsals", rehearsals, least=0, most=MOST_STEPS)
    whole("head start", head_start, least=0, most=MOST_STEPS)
    whole("seed", seed)
    size = _size(talk, presenters, abilities, questions, practice, apart=per == "question")
    if advice:
        announce(on_processes([replace(size, presenters=1, abilities=1).cost(0)], 1))
        advised = advise(talk_of(talk, practice, noise, seed), presenters, abilities)
        if as_json:
            say_json({"versions": versions(), **asdict(advised)})
        else:
            console.print(advice_table(advised, presenters))
        return
    writing = nullcontext() if csv is None else output(csv, "name another file with --csv")
    shows = 1 + (rehearsals // show_every if show_every > 0 else 0)
    announce(on_processes([size.cost(rehearsals, head_start, shows).here()], 1))
    with writing as write, progress() as on_progress:
        team = Team(
            talk_of(talk, practice, noise, seed),
            law,
            abilities=abilities,
            trust=trust,
            learning_rate=learning_rate,
            questions=questions,
            attendance_per=per,
            show_every=show_every,
            rng=seed,
        )
        work = head_start / presenters + rehearsals or 1
        for done in range(0, head_start, 100):
            on_progress("B practises alone", done / presenters / work)
            team.practise_alone(HEAD_START, min(100, head_start - done))
        for done in range(0, rehearsals, 100):
            on_progress("rehearsing", 1 - (rehearsals - done) / work)
            team.rehearse(min(100, rehearsals - done))
        on_progress("judging", 1.0)
        show = team.show()
        found = dependence(show.game, law, np.random.default_rng([seed, 1]))
        frame = team.datacollector.get_model_vars_dataframe()
        if write is not None:
            write(lambda file: frame.to_csv(file, index=False))
    if as_json:
        say_json(
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
                "dependence": {
                    "Shapley values": dict(zip(team.names, found.values.tolist(), strict=True)),
                    "effective carriers": asdict(found.carriers),
                    "bus factor": found.bus_factor,
                    "fragility": asdict(found.fragility),
                    "fragility by interaction": asdict(found.interaction),
                    "Shapley interactions": (
                        None if found.interactions is None else found.interactions.tolist()
                    ),
                },
            }
        )
        return
    if write is not None:
        often = f"one every {show_every:,} rehearsals" if show_every else "--show-every is 0"
        console.say(f"Wrote {csv}, shows: {len(frame):,} ({often}).")
    console.print(team_table(team, show))
    console.print()
    console.print(dependence_table(team, found))
    console.print()
    console.print(presenters_table(team, show, found))


def _size(
    talk: str,
    presenters: int,
    abilities: int,
    questions: int,
    practice: int | None,
    *,
    apart: bool,
) -> TeamSize:
    """Gather what the cost of a team depends on."""
    size = TeamSize(
        presenters,
        whole("abilities", abilities, least=1, most=MOST_UNITS),
        questions=whole("questions in a rehearsal", questions, least=1, most=MOST_UNITS),
        apart=apart,
    )
    if talk == "synthetic":
        asked = whole("practice questions", 40 if practice is None else practice, least=1)
        return replace(size, practice=asked)
    check_data(talk, "talk", "synthetic")
    pool, shown, pixels = image_counts(talk)
    return replace(size, practice=pool, show=shown, features=pixels, sections=10)


def talk_of(kind: str, practice: int | None, noise: float | None, seed: int) -> Talk:
    """Prepare the talk that the options ask for."""
    rng = np.random.default_rng([seed, 0])
    if kind == "synthetic":
        return synthetic_talk(
            rng,
            practice=40 if practice is None else practice,
            noise=0.3 if noise is None else noise,
        )
    return real_talk(rng, kind, practice=practice, label_noise=0.0 if noise is None else noise)
