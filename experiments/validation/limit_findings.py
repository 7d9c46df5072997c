"""What the figures of each limit say: rows of effects, and one sentence that they write.

Rules, which stand here before the run: conditions are compared seed by seed; a measure is higher or
lower in one of them if the whole 95% interval of the paired difference lies on that side of 0, and
where it does not, the sentence says that no difference is shown. What must be exact is so if it is
within rounding of float64 for every seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.validation.comparison import EXACT
from experiments.validation.conditions import NOISY, TEAM, Figures
from experiments.validation.controls import NETWORK_NOISE, TEAM_NOISE
from experiments.validation.dose import Dose, dose_response
from experiments.validation.game_measures import stacked
from experiments.validation.limit_measures import NETWORK_BEYOND, OPTIMIZERS, TEAM_BEYOND
from experiments.validation.plan import Plan
from experiments.validation.rules import Rule, all_of
from simulation.statistics import Effect, paired_effect

FloatArray = npt.NDArray[np.float64]
Results = Mapping[Any, Any]
Rows = list[tuple[str, Effect | float]]

TINKERED = (
    Rule("cost of losing one", "lower"),
    Rule("agreement", "higher"),
    Rule("co-adaptation score", "lower", relative=True),
)
"""By these rules together co-adaptation falls among tinkerers, or does not (L6)."""


def together(plan: Plan, results: Results) -> tuple[Rows, str]:
    """L1: what couples and bursts gain, of what independent absences gain."""
    laws = results["limit", "L1"]
    rows: Rows = []
    said = []
    for measure, complete in laws["complete"].items():
        independent = laws["independent"][measure]
        gain = paired_effect(complete, independent)
        rows.append((f"{measure}: always complete, independent absences", gain))
        effects = {
            law: paired_effect(independent - complete, laws[law][measure] - complete)
            for law in ("couples", "bursts")
        }
        rows += [
            (f"gain in {measure}: independent absences, {law}", effect)
            for law, effect in effects.items()
        ]
        if gain.verdict == "higher":
            parts = " and ".join(
                f"{law} {effect.after / effect.before:.0%} ({_shown(effect, 'less', 'more')})"
                for law, effect in effects.items()
            )
            said.append(
                f"of what independent absences gain in {measure} there remains with {parts}"
            )
        else:
            said.append(f"independent absences are not shown to gain anything in {measure}")
    return rows, _sentence(said)


def too_frequent(plan: Plan, results: Results) -> tuple[Rows, str]:
    """L2: the best rate, and the first one beyond it that is too much, in both worlds."""
    team, network = dose_response(plan, results)
    rows: Rows = []
    said = []
    for dose, rates in ((team, TEAM_BEYOND), (network, NETWORK_BEYOND)):
        own, finding = _dose(dose, rates, results["limit", "L2", dose.world])
        rows += own
        said.append(finding)
    return rows, _sentence(said)


def _dose(dose: Dose, beyond: tuple[float, ...], more: FloatArray) -> tuple[Rows, str]:
    """Find the best rate and the first one beyond it that is too much; nan is a talk diverged."""
    new = [at for at, rate in enumerate(beyond) if rate not in dose.rates]
    rates = np.concatenate([dose.rates, np.array(beyond)[new]])
    qualities = np.concatenate([dose.measures["quality"], more[new]])  # (D, S)
    diverged = np.isnan(qualities).sum(axis=1)  # (D,)
    sound = np.flatnonzero(diverged == 0)
    complete, seeds = qualities[0], qualities.shape[1]
    best, highest = int(sound[qualities[sound].mean(axis=1).argmax()]), int(sound[-1])
    gain = paired_effect(complete, qualities[best])
    fall = paired_effect(_best_of_the_others(qualities[sound]), qualities[highest])
    quality = f"{dose.world}, quality"
    rows: Rows = [
        (f"{quality}: always complete, best rate {rates[best]:g}", gain),
        (f"{quality}: best rate, rate {rates[highest]:g}", fall),
    ]
    said = (
        f"in the {dose.world} rate {rates[best]:g} is best ({gain.after:.3g}; always complete "
        f"{gain.before:.3g}), rate {rates[highest]:g} brings {fall.after:.3g} "
        f"({_shown(fall, 'worse than the best', 'better than the best')})"
    )
    for at in range(best + 1, len(rates)):
        rate = f"rate {rates[at]:g}"
        if diverged[at]:
            part = float(diverged[at] / seeds)
            rows.append((f"{dose.world}, share of talks that diverge at {rate}", part))
            if part > 0.5:
                return rows, f"{said}, and at {rate} {diverged[at]} of {seeds} talks diverge"
            continue
        effect = paired_effect(complete, qualities[at])
        if effect.verdict == "lower":
            rows.append((f"{quality}: always complete, {rate}", effect))
            return rows, f"{said}, and {rate} is the first to be worse than always complete"
    return rows, f"{said}, and no rate tried is shown to be worse than always complete"


def _best_of_the_others(qualities: FloatArray) -> FloatArray:
    """Quality of each seed at the rate that is best for the other seeds, (S,)."""
    # Chosen on the same seed, the best rate would be better than it is by luck alone.
    others = qualities.sum(axis=1, keepdims=True) - qualities  # (D, S)
    return np.asarray(np.take_along_axis(qualities, others.argmax(axis=0)[None], axis=0)[0])


def reliance(plan: Plan, results: Results) -> tuple[Rows, str]:
    """L3: how far reliance is from the mean dropout gradient, by audience."""
    audiences = _by_condition(plan, results, "L3")
    squared, softmax = audiences["squared error"], audiences["softmax"]
    difference, cosine = (
        paired_effect(squared[name], softmax[name]) for name in ("relative difference", "cosine")
    )
    accuracy = paired_effect(softmax["quality, trust 1"], softmax["quality, trust 0.02"])
    exact = [name for name in audiences if audiences[name]["relative difference"].max() <= EXACT]
    names = ", ".join(exact) if exact else "neither audience"
    rows: Rows = [
        ("relative difference of directions: squared error, softmax", difference),
        ("cosine between directions: squared error, softmax", cosine),
        ("accuracy, softmax: counting on whoever is there, reliance", accuracy),
    ]
    return rows, _sentence(
        [
            f"reliance is exact for {names}",
            f"directions differ by {difference.before:.1g} of their length under squared error, "
            f"by {difference.after:.2g} under softmax ({_shown(difference, 'less', 'more')}), with "
            f"cosine {cosine.after:.3g}",
            f"accuracy by reliance is {accuracy.after:.3g}, by dropout {accuracy.before:.3g} "
            f"({_shown(accuracy, 'lower', 'higher')})",
        ]
    )


def absent_move(plan: Plan, results: Results) -> tuple[Rows, str]:
    """L4: whether dropped units move, by optimizer."""
    found = results["limit", "L4"]
    plain = OPTIMIZERS[0]
    largest = {name: found[name]["largest change"] for name in found}
    rows: Rows = []
    said = [f"with {plain} dropped units {'move' if largest[plain].any() else 'stay still'}"]
    for name in OPTIMIZERS[1:]:
        effect = paired_effect(largest[plain], largest[name])
        mean = float(found[name]["moved, relative to kept"].mean())
        rows.append((f"largest change of a dropped unit's weight: {plain}, {name}", effect))
        rows.append((f"steps of dropped units with {name}, in steps of kept ones", mean))
        moves = {"higher": "move", "lower": "move less"}.get(
            effect.verdict, "are not shown to move"
        )
        said.append(f"with {name} they {moves} ({mean:.0%} as far as those kept)")
    return rows, _sentence(said)


def deep(plan: Plan, results: Results) -> tuple[Rows, str]:
    """L5: how far the full network is from the means over its sub-networks, by depth."""
    one, two = (results["limit", "L5"][depth] for depth in (1, 2))
    rows: Rows = [
        (f"{name}: one hidden layer, two", paired_effect(one[name], two[name])) for name in one
    ]
    effect = paired_effect(*(depth["distance to the geometric mean"] for depth in (one, two)))
    far = paired_effect(*(depth["distance to the arithmetic mean"] for depth in (one, two)))
    votes = paired_effect(
        two["accuracy of one scaled pass"], two["accuracy of the arithmetic mean"]
    )
    rows.append(("accuracy, two hidden layers: one scaled pass, mean of all sub-networks", votes))
    exact = one["distance to the geometric mean"].max() <= EXACT
    return rows, _sentence(
        [
            f"with one hidden layer the full network is {'' if exact else 'not '}exactly the "
            "geometric mean of its sub-networks",
            f"with two {effect.after:.2g} of the probability lies elsewhere "
            f"({_shown(effect, 'less', 'more')})",
            f"from the arithmetic mean it is {far.before:.2g} and {far.after:.2g} away",
            f"accuracy of one scaled pass is {votes.before:.3g}, of the mean of all sub-networks "
            f"{votes.after:.3g} ({_shown(votes, 'lower', 'higher')})",
        ]
    )


def tinkerers(plan: Plan, results: Results) -> tuple[Rows, str]:
    """L6: whether co-adaptation falls among people who learn by trial and error."""
    teams = _by_condition(plan, results, "L6")
    start, without, absences = (teams[name] for name in ("start", "without", "absences"))
    learned = paired_effect(start["quality"], without["quality"])
    quality = paired_effect(without["quality"], absences["quality"])
    kept = paired_effect(without["two missing, mean"], absences["two missing, mean"])
    rows: Rows = [
        ("quality, always complete: before the first rehearsal, after the last", learned),
        ("quality: always complete, one or two absent", quality),
        ("quality with two missing: always complete, one or two absent", kept),
    ]
    findings = [rule.decide(without, absences) for rule in TINKERED]
    rows += [(f"{f.rule.measure}: always complete, one or two absent", f.effect) for f in findings]
    falls = {"holds": "falls", "does not hold": "does not fall", "undecided": "is undecided"}
    parts = ", ".join(
        f"{f.rule.measure} {f.effect.before:.2g} to {f.effect.after:.2g} "
        f"({_shown(f.effect, 'lower', 'higher')})"
        for f in findings
    )
    return rows, _sentence(
        [
            f"co-adaptation {falls[all_of(f.verdict for f in findings)]} among people who learn by "
            f"trial and error: {parts}",
            f"quality with two missing goes from {kept.before:.2g} to {kept.after:.2g} "
            f"({_shown(kept, 'lower', 'higher')}), with everyone there from {quality.before:.2g} "
            f"to {quality.after:.2g} ({_shown(quality, 'lower', 'higher')})",
        ]
    )


def noise_alone(plan: Plan, results: Results) -> tuple[Rows, str]:
    """L7: what noise gains, of what absences gain."""
    rows: Rows = []
    said = []
    for place, noise_instead in ((TEAM, TEAM_NOISE), (NOISY, NETWORK_NOISE)):
        where = place.world
        without, absences, noise = (
            results[condition]["two missing, mean"]
            for condition in (place.without, place.absences, noise_instead)
        )
        gain = paired_effect(without, noise)
        beside = paired_effect(absences - without, noise - without)
        rows.append((f"{where}, quality with two missing: always complete, noise", gain))
        rows.append((f"{where}, gain in it: absences, noise", beside))
        said.append(
            f"in the {where} noise changes quality with two missing by {beside.after:+.2g} "
            f"({_shown(gain, 'lower', 'higher')}), absences by {beside.before:+.2g} (noise brings "
            f"{_shown(beside, 'less', 'more')})"
        )
    return rows, _sentence(said)


FINDINGS: dict[str, Callable[[Plan, Results], tuple[Rows, str]]] = {
    "L1": together,
    "L2": too_frequent,
    "L3": reliance,
    "L4": absent_move,
    "L5": deep,
    "L6": tinkerers,
    "L7": noise_alone,
}


def _by_condition(plan: Plan, results: Results, name: str) -> dict[str, Figures]:
    """Gather a limit's results, one a seed, as figures by condition."""
    rows = [results["limit", name, str(seed)] for seed in plan.seeds]
    return {condition: stacked([row[condition] for row in rows]) for condition in rows[0]}


def _shown(effect: Effect, lower: str, higher: str) -> str:
    """Put in brackets what is shown of a difference."""
    return {"lower": lower, "higher": higher}.get(effect.verdict, "no difference shown")


def _sentence(parts: Iterable[str]) -> str:
    """Join what was found into one sentence."""
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."
