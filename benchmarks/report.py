"""What was measured, as Markdown and as JSON."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.growth import Growth, growth
from benchmarks.launches import Outcome
from benchmarks.plan import CURVES, Curve
from benchmarks.race import Row
from benchmarks.ratios import Ratio, ratio, typical
from benchmarks.step import FLOORS
from benchmarks.targets import Target, targets
from benchmarks.worker import KERNEL_VARIABLES

PACKAGES = (
    "numpy", "scipy", "mesa", "jax", "torch", "keras", "tensorflow-cpu", "scikit-learn", "numba",
    "shapiq", "captum", "msapy", "digit-recognizer-py",
)  # fmt: skip

UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"))

GROUP_TITLES = {
    "step": "A training step",
    "stacks": "Stacks of teams",
    "rehearsal": "A rehearsal",
    "coalitions": "Coalitions",
    "silencing": "Members silenced",
}
GROUP_NOTES = {
    "step": (
        "float32. Each step shuffles, gathers its batch and draws its mask in its own way, the "
        "matrix products alone excepted. All are checked to have the same losses and weights "
        "after one and five steps from the same weights, batches and masks as plain NumPy has in "
        "float64; the batches leave no relu's input so near 0 that float32 may see its sign "
        "otherwise."
    ),
    "stacks": (
        "float64, plain dropout step (trust 1), one or two absent, one talk for all. The peers are "
        "handed questions and absences ready-made, and so is our step alone; ours and Mesa's draw "
        "them. 'Same work' is the ratio to the fastest of ours that is handed them too, or, for "
        "those who draw, that draws too; with the median of each launch."
    ),
    "rehearsal": (
        "float64, learned reliance (trust 0.02). Same weights and reliance after twenty rehearsals."
    ),
    "coalitions": "Squared error, 1,000 questions, 5 sections. Same results.",
    "silencing": (
        "float32; the accuracy of a PyTorch model, some of whose members are silenced. The CNN "
        "is that of the package digit-recognizer-py; the MLP is 784-256-10, behind whose hidden "
        "layer all is linear. Same accuracies."
    ),
}


def machine() -> dict[str, Any]:
    """Describe where this runs."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "taken out": {n: os.environ[n] for n in KERNEL_VARIABLES if n in os.environ},
    }


def growth_of(curve: Curve, outcomes: Iterable[Outcome]) -> dict[str, dict[str, Any]]:
    """Gather the points of each contender on a curve, and fit them.

    Returns
    -------
    dict of name to dict
        'sizes' and 'seconds', lists; 'rounds', of each size by launch; 'growth', a Growth or None;
        'by launch', a list of the same; 'times ours', the Ratio at the largest size, or None.
    """
    found: dict[str, dict[str, Any]] = {}
    for outcome in outcomes:
        if outcome.comparison.curve != curve:
            continue
        for row in outcome.rows:
            if row.launches:
                line = found.setdefault(
                    row.entry.name, {"sizes": [], "seconds": [], "rounds": [], "times ours": None}
                )
                line["sizes"].append(outcome.comparison.size)
                line["seconds"].append(typical(row.launches))
                line["rounds"].append(row.launches)
                if outcome.ours:
                    line["times ours"] = ratio(row.launches, outcome.ours.launches)
    for line in found.values():
        line["growth"] = growth(line["sizes"], line["seconds"], doubling=curve.doubling)
        line["by launch"] = [
            growth(line["sizes"], [typical([one]) for one in launch], doubling=curve.doubling)
            for launch in zip(*line["rounds"], strict=False)
        ]
    return found


def markdown(outcomes: Sequence[Outcome], about: dict[str, Any], date: str) -> str:
    """Write all tables as one page."""
    packages = ", ".join(f"{n} {v}" for n, v in about["packages"].items() if v)
    without = ", ".join(n for n, v in about["packages"].items() if not v)
    taken_out = ", ".join(f"{name}={value}" for name, value in about["taken out"].items())
    lines = [
        "# Benchmarks, beside the peers",
        "",
        f"{date}. {about['processor']}, {about['cores']} cores, {about['system']}; Python "
        f"{about['python']}, {packages}."
        + (f" Not installed: {without}." if without else "")
        + (f" Every library chooses its kernels itself: {taken_out} was set, and was taken out of "
           "the contenders' environment." if taken_out else ""),
        "",
        "Written by `python -m benchmarks`. Contenders run in turn, in an order that rotates, with "
        "pinned threads and after a warm-up. Times are medians; 'times ours' is the ratio to ours "
        "within a round, its median and quartiles over all rounds, and the median of each launch, "
        "for which all processes start anew. Above 1 takes longer than ours. Trust the ratios: the "
        "times move with the machine's mood. 'Differs by' is how far a contender's results in the "
        "check are from the reference's, relative; who is too far off is not timed.",
        "",
    ]  # fmt: skip
    if aims := targets(outcomes):
        lines += _targets_section(aims)
    for group, title in GROUP_TITLES.items():
        of_group = [each for each in outcomes if each.comparison.group == group]
        if not of_group:
            continue
        lines += [f"## {title}", "", GROUP_NOTES[group], ""]
        for outcome in of_group:
            if outcome.comparison.curve is None:
                lines += [*_table(outcome), ""]
    points = [each for each in outcomes if each.comparison.curve is not None]
    if points:
        lines += _growth_section(points)
    return "\n".join(lines)


def as_json(
    outcomes: Sequence[Outcome], about: dict[str, Any], date: str, *, quick: bool
) -> dict[str, Any]:
    """Return everything measured, single rounds included."""
    return {
        "date": date,
        "machine": about,
        "quick": quick,
        "comparisons": [_json_of(outcome) for outcome in outcomes],
        "growth": {
            curve.title: {
                name: {
                    "sizes": line["sizes"],
                    "seconds": line["seconds"],
                    "growth": line["growth"] and vars(line["growth"]),
                    "by launch": [fit and vars(fit) for fit in line["by launch"]],
                    "times ours at the largest size": line["times ours"]
                    and vars(line["times ours"]),
                }
                for name, line in lines.items()
            }
            for curve in CURVES
            if (lines := growth_of(curve, outcomes))
        },
        "targets": [vars(target) | {"met": target.met} for target in targets(outcomes)],
    }


def duration(seconds: float) -> str:
    """Write a time with three figures and the unit that suits it.

    Examples
    --------
    >>> duration(0.00123), duration(2.5e-6), duration(12.0)
    ('1.23 ms', '2.5 us', '12 s')
    """
    size, unit = next((each for each in UNITS if seconds >= each[0]), UNITS[-1])
    return f"{_figures(seconds / size)} {unit}"


def _targets_section(aims: Sequence[Target]) -> list[str]:
    lines = [
        "## Targets",
        "",
        "One is met if the median of every launch meets it.",
        "",
        "| what | target | launches | met |",
        "|---|---|---|---|",
    ]
    for aim in aims:
        found = ", ".join(_figures(each) + aim.unit for each in aim.found)
        limit = f"{'>=' if aim.at_least else '<='} {_figures(aim.limit)}{aim.unit}"
        nearest = f" (nearest: {aim.beside})" if aim.beside else ""
        because = f"no: {aim.why or 'why is not known'}"
        lines.append(
            f"| {aim.what}{nearest} | {limit} | {found} | {'yes' if aim.met else because} |"
        )
    return [*lines, ""]


def _table(outcome: Outcome) -> list[str]:
    each, ours = outcome.comparison, outcome.ours
    threads = "one thread" if each.threads == 1 else f"{each.threads} threads"
    some_handed = any(row.entry.handed for row in outcome.rows)
    titles = ["contender", "time", "times ours", "quartiles", "launches"]
    titles += [*(["same work"] if some_handed else []), "differs by", "note"]
    lines = [
        f"### {each.title[0].upper()}{each.title[1:]}; {threads}",
        "",
        "| " + " | ".join(titles) + " |",
        "|" + "---|" * len(titles),
    ]
    lines += [_line(outcome, row, some_handed=some_handed) for row in outcome.rows]
    floor = outcome.fastest(FLOORS)
    if floor and ours:
        over = ratio(ours.launches, floor.launches)
        lines += ["", f"Ours takes {_spread(over)} times as long as the matrix products alone, by "
                      "the faster of the two."]  # fmt: skip
    return lines


def _line(outcome: Outcome, row: Row, *, some_handed: bool) -> str:
    ours, like = outcome.ours, outcome.like(row)
    if row.why_not:
        cells = ["-"] * (6 if some_handed else 5)
        note = row.why_not
    else:
        found = ratio(row.launches, ours.launches) if ours else None
        cells = [
            duration(typical(row.launches)),
            f"{_figures(found.median)}" if found else "-",
            f"{_figures(found.low)} to {_figures(found.high)}" if found else "-",
            ", ".join(map(_figures, found.launches)) if found else "-",
        ]
        if some_handed:
            cells.append(_medians(ratio(row.launches, like.launches)) if like else "-")
        cells.append("-" if math.isnan(row.difference) else f"{row.difference:.0e}")
        note = row.entry.note
    return "| " + " | ".join([row.entry.name, *cells, note.replace("|", "/")]) + " |"


def _growth_section(points: Sequence[Outcome]) -> list[str]:
    lines = [
        "## How cost grows",
        "",
        "![How cost grows](growth.png)",
        "",
        "Exponents of a power law, fitted to the upper half of the sizes, with 95% intervals from "
        "the scatter about the line; for coalitions, doublings of the time a member. Each launch "
        "is fitted by itself too. 'Times ours' is at the largest size. One thread.",
        "",
        "| what grows | contender | smallest | largest | growth | launches | from size "
        "| times ours (launches) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for curve in CURVES:
        for name, line in growth_of(curve, points).items():
            fit: Growth | None = line["growth"]
            sizes, seconds = line["sizes"], line["seconds"]
            cells = [
                curve.title,
                name,
                f"{sizes[0]:,}: {duration(seconds[0])}",
                f"{sizes[-1]:,}: {duration(seconds[-1])}",
                str(fit) if fit else "too few sizes",
                ", ".join(f"{one.slope:.2f}" if one else "-" for one in line["by launch"]),
                f"{fit.from_size:,}" if fit else "-",
                _medians(line["times ours"]) if line["times ours"] else "-",
            ]
            lines.append("| " + " | ".join(cells) + " |")
    left_out = sorted(
        {f"{row.entry.name} ({row.why_not})" for each in points for row in each.rows if row.why_not}
    )
    if left_out:
        lines += ["", f"Not on all curves: {'; '.join(left_out)}."]
    return [*lines, ""]


def _json_of(outcome: Outcome) -> dict[str, Any]:
    each, ours = outcome.comparison, outcome.ours
    return {
        "group": each.group,
        "title": each.title,
        "threads": each.threads,
        "curve": None if each.curve is None else each.curve.title,
        "size": each.size if each.curve else None,
        "tolerance": each.tolerance,
        "contenders": [
            {
                "name": row.entry.name,
                "note": row.entry.note,
                "why not timed": row.why_not,
                "difference": row.difference,
                "seconds a step, by launch and round": row.launches,
                "times ours": vars(ratio(row.launches, ours.launches))
                if ours and row.launches
                else None,
                "times ours, same work": vars(ratio(row.launches, like.launches))
                if row.launches and (like := outcome.like(row))
                else None,
            }
            for row in outcome.rows
        ],
    }


def _spread(found: Ratio) -> str:
    launches = ", ".join(map(_figures, found.launches))
    return (
        f"{_figures(found.median)} ({_figures(found.low)} to {_figures(found.high)}; launches "
        f"{launches})"
    )


def _medians(found: Ratio) -> str:
    return f"{_figures(found.median)} ({', '.join(map(_figures, found.launches))})"


def _figures(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
