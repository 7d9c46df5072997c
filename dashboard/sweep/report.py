"""The page that a sweep writes, and that a teacher can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import IO

from dashboard.sweep.figures import draw_best_rates, draw_by_rate, draw_predicted, spoken
from dashboard.templates import render
from dashboard.texts import load
from experiments.sweep.answers import NAMES, OUTCOMES, Answers, direction, find_answers, in_common
from experiments.sweep.predicted import OUTCOME, forecasts
from experiments.sweep.results import UNSTABLE, frame
from experiments.sweep.store import Store
from simulation.outputs import Outputs
from simulation.statistics import SMALLEST_EFFECT

MOST_ROWS = 60
"""Settings listed in the last tables; of more, the export tells."""


@dataclass(frozen=True)
class Commands:
    """How a page was made, as one would type it.

    Attributes
    ----------
    run : str or None
        What ran the teams; None if nobody knows.
    report : str
    """

    run: str | None
    report: str


def write_report(store: Store, files: Outputs, commands: Commands, language: str = "en") -> None:
    """Write the figures, and report.md, which shows them.

    Any store will do, also one that is not complete.

    Raises
    ------
    InputError
        If the language is unknown, or a file cannot be written.
    """
    answers = find_answers(frame(store))
    predicted = forecasts(answers)
    figures: dict[str, Callable[[Answers, str, IO[bytes]], None]] = {}
    if answers.reference is not None:
        figures["by_rate.png"] = draw_by_rate
        if answers.panels:
            figures["best_rates.png"] = draw_best_rates
        if predicted and answers.panels:
            figures["predicted.png"] = partial(draw_predicted, predicted)
    for name, draw in figures.items():
        files.write(name, partial(draw, answers, language))
    texts = load("sweep", language)
    text = render(
        "sweep/report.md.jinja",
        say=lambda key, **blanks: texts[key].format(**blanks),
        spoken=partial(spoken, texts),
        design=store.design,
        state=store.state(),
        versions=", ".join(f"{name} {version}" for name, version in store.versions.items()),
        commands=commands,
        answers=answers,
        predicted=predicted,
        predicted_outcome=OUTCOME,
        outcomes=OUTCOMES,
        names=NAMES,
        direction=direction,
        in_common=in_common,
        most_rows=MOST_ROWS,
        worth=f"{SMALLEST_EFFECT:g}",
        unstable=UNSTABLE,
    )
    files.write_text("report.md", text)
