"""The page that a sweep writes, and that a teacher can read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

from dashboard.files import write_whole
from dashboard.sweep.answers import NAMES, OUTCOMES, Answer, Answers, direction, find_answers
from dashboard.sweep.figures import draw_best_rates, draw_by_rate
from dashboard.validation.markdown import figure, listed, literal, signed, table
from nn_bridge.sweep.best_rate import WORTH, BestRate, Curve
from nn_bridge.sweep.results import UNSTABLE, frame
from nn_bridge.sweep.store import State, Store

MOST_ROWS = 60
"""Settings listed in the last table; of more, the export tells."""


def write_report(store: Store, folder: Path) -> None:
    """Write the figures, and last report.md, which shows them, into `folder`.

    The folder must be there. Any store will do, also one that is not complete.
    """
    answers = find_answers(frame(store))
    figures: dict[str, Callable[[Answers, IO[bytes]], None]] = {}
    if answers.reference is not None:
        figures["by_rate.png"] = draw_by_rate
        if any(len(answers.along(name)) > 1 for name in NAMES):
            figures["best_rates.png"] = draw_best_rates
    for name, draw in figures.items():
        write_whole(folder / name, partial(draw, answers))
    text = "\n".join(page(store, answers))
    write_whole(folder / "report.md", lambda file: file.write(text.encode()))


def page(store: Store, answers: Answers) -> Iterator[str]:
    """Yield the page, part by part."""
    state = store.state()
    yield f"# {store.design.title}\n"
    yield _how_it_was_made(store, state)
    if answers.reference is None:
        yield (
            "No two absence rates have been run in one setting with at least two seeds in common, "
            "so there is no rate to recommend. Give a sweep `rate = [0, 0.2, 0.4]`, say.\n"
        )
    else:
        yield "## In short\n"
        yield from _in_short(answers.reference)
        yield "## Against the absence rate, by team size\n"
        yield from _by_size(answers)
        if any(len(answers.along(name)) > 1 for name in NAMES):
            yield "## What the best rate depends on\n"
            yield from _dependence(answers)
        if answers.laws:
            yield "## Other laws of attendance\n"
            yield _law_table(answers)
        yield "## Every setting\n"
        yield _every_setting(answers)
    yield "## How to read this\n"
    yield _how_to_read()


def _how_it_was_made(store: Store, state: State) -> str:
    design = store.design
    versions = ", ".join(f"{name} {version}" for name, version in store.versions.items())
    lines = [
        f"{state.teams_done:,} simulated teams: {len(design.points):,} ways to rehearse, each with "
        f"{len(design.seeds):,} seeds. {state.diverged:,} of them diverged (learning left the "
        "finite numbers).",
        f"Written by `python run.py sweep --store {store.path} --report`; design "
        f"`{store.design_hash[:12]}`; {versions}.",
    ]
    if not state.complete:
        lines.append(
            f"**Not complete:** {state.teams - state.teams_done:,} of {state.teams:,} teams are "
            "still to come, so everything below may change."
        )
    return "\n\n".join(lines) + "\n"


def _in_short(answer: Answer) -> Iterator[str]:
    size = int(answer.dose.setting["presenters"])
    for outcome, label in OUTCOMES.items():
        yield f"- {_advice(answer, outcome, label)}"
    yield (
        f"\nThat is for {size} presenters and the settings: {_settings(answer)}; what else was "
        "tried is below. A simulated team is not a class: it learns by one rule, and quality is "
        "all that it wants.\n"
    )


def _advice(answer: Answer, outcome: str, label: str) -> str:
    best, size = answer.best[outcome], int(answer.dose.setting["presenters"])
    if best.flat:
        return (
            f"**For quality {label}** it makes no difference that could be shown how often people "
            "are missing, within the rates tried."
        )
    missing = "nobody" if best.rate == 0 else f"{best.rate * size:.2g} of {size} at a time"
    text = (
        f"**For quality {label}**, each should miss {_percent(best.rate)} of the rehearsals: "
        f"{missing}. As good: {_rates(answer, outcome)}. Quality is then {figure(best.quality, 2)}"
    )
    if best.rate > 0:
        text += f", {_gain(best)} more than with the fewest absences tried"
    return text + (". More than was tried might be better still." if best.at_edge else ".")


def _by_size(answers: Answers) -> Iterator[str]:
    yield "![Quality and co-adaptation against the absence rate](by_rate.png)\n"
    yield (
        "Bands: 95% intervals of the mean. Filled marks: the best rate; open ones: as good. The "
        "co-adaptation score is the variance of the answers over random half-teams: low where it "
        "does not matter who is there.\n"
    )
    columns = ["team size"]
    for label in OUTCOMES.values():
        columns += [f"best rate {label}", "that many missing", "as good", "gain"]
    rows = []
    for answer in answers.along("presenters"):
        size = int(answer.dose.setting["presenters"])
        row = [str(size)]
        for outcome in OUTCOMES:
            best = answer.best[outcome]
            row += [_best(best), f"{best.rate * size:.2g}", _rates(answer, outcome), _gain(best)]
        rows.append(row)
    yield table(columns, rows, right=[0])


def _dependence(answers: Answers) -> Iterator[str]:
    yield "![The best absence rate against each setting](best_rates.png)\n"
    yield (
        "Marks: the best rate; bars: from the lowest to the highest rate that is as good. All else "
        "is as in the short answer above.\n"
    )
    for name, label in NAMES.items():
        along = answers.along(name)
        if len(along) < 2:
            continue
        ends = f"from {along[0].spoken(name)} to {along[-1].spoken(name)}"
        for outcome, when in OUTCOMES.items():
            best = listed(
                [f"{_percent(one.best[outcome].rate)} at {one.spoken(name)}" for one in along]
            )
            yield (
                f"- {label.capitalize()}, {ends}, quality {when}: {direction(along, outcome)} "
                f"({best})."
            )
    yield ""


def _law_table(answers: Answers) -> str:
    columns = ["team size", "law", "missing on average", *OUTCOMES.values(), "co-adaptation score"]
    rows = [
        [
            str(law.presenters),
            literal(law.attendance),
            _percent(law.absence),
            *(_mean(law.curves[outcome]) for outcome in OUTCOMES),
            _mean(law.curves["co_adaptation"]),
        ]
        for law in answers.laws
    ]
    return table(columns, rows, right=[0])


def _every_setting(answers: Answers) -> str:
    varied = answers.varied or ["presenters"]
    columns = [NAMES[name] for name in varied]
    for label in OUTCOMES.values():
        columns += [f"best rate {label}", "in 95% of sweeps", "as good", "quality", "gain"]
    columns += ["seeds", "diverged", "unstable rates"]
    rows = []
    for answer in answers.settings[:MOST_ROWS]:
        row = [answer.spoken(name) for name in varied]
        for outcome in OUTCOMES:
            best = answer.best[outcome]
            spread = f"{_percent(best.low)} to {_percent(best.high)}"
            row += [
                _best(best),
                spread,
                _rates(answer, outcome),
                figure(best.quality, 2),
                _gain(best),
            ]
        unstable = ", ".join(map(_percent, answer.dose.unstable)) or "none"
        row += [f"{answer.dose.n_seeds:,}", f"{int(answer.dose.diverged.sum()):,}", unstable]
        rows.append(row)
    text = table(columns, rows)
    if len(answers.settings) > MOST_ROWS:
        text += f"\nThe first {MOST_ROWS} of {len(answers.settings):,}; `--export` writes all.\n"
    return text


def _how_to_read() -> str:
    return (
        "- Quality is 1 - SSE/SST on questions nobody practised (accuracy for a softmax "
        "audience): 1 is perfect, 0 is saying the mean. 'With one or two missing' is the mean of "
        "quality with one and with two missing, nobody covering for them.\n"
        "- The best rate is the one of the grid with the highest mean; 'in 95% of sweeps' is where "
        "it falls when the seeds are drawn again (bootstrap).\n"
        f"- A rate is as good as the best unless another is shown to be better by more than "
        f"{WORTH:g} (paired over seeds, 95% for all pairs of rates at once). 'Flat': all are.\n"
        "- The gain is that of the best rate over the lowest of the grid, with its 95% interval.\n"
        f"- Rates at which more than {UNSTABLE:.0%} of the teams diverge are called unstable and "
        "left out; a seed that diverges at a rate is left out at all of them.\n"
    )


def _settings(answer: Answer) -> str:
    return ", ".join(
        f"{label} {answer.spoken(name)}" for name, label in NAMES.items() if name != "presenters"
    )


def _best(best: BestRate) -> str:
    return "flat" if best.flat else _percent(best.rate)


def _rates(answer: Answer, outcome: str) -> str:
    """List the rates that are as good; a run of the grid by its ends."""
    good, grid = answer.best[outcome].as_good, answer.dose.rates.tolist()
    first = grid.index(good[0])
    if len(good) > 2 and grid[first : first + len(good)] == list(good):
        return f"{_percent(good[0])} to {_percent(good[-1])}"
    return listed([_percent(rate) for rate in good])


def _gain(best: BestRate) -> str:
    return f"{signed(best.gain, 3)} +- {figure(best.gain_reach, 3)}"


def _mean(found: Curve) -> str:
    reach = (found.high[0] - found.low[0]) / 2
    return f"{figure(found.mean[0], 3)} +- {figure(reach, 3)}"


def _percent(rate: float) -> str:
    return f"{100 * rate:.4g}%"
