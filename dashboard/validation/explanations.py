"""Why a claim does not hold where it does not: words chosen by what was found, never before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dashboard.numbers import figure
from dashboard.templates import listed
from dashboard.validation.markdown import effect_cells, gain, table
from experiments.article_measures import SILENCED
from experiments.validation.claims import Outcome
from experiments.validation.conditions import BLOCKS, SMALL, NetworkSetting, Place
from experiments.validation.controls import AT_MOST, ControlResult
from experiments.validation.network_world import PENALTY_RATE
from experiments.validation.remedies import Remedy
from experiments.validation.rules import Finding
from experiments.validation.validate import Validation
from simulation.statistics import Effect, paired_effect


def place_name(place: Place) -> str:
    """Name the team, or a setting of the network."""
    return "team" if place.world == "team" else place.name


def in_places(places: Sequence[Place]) -> str:
    """Name places in a sentence.

    Examples
    --------
    >>> from experiments.validation.conditions import TEAM
    >>> in_places([TEAM, NetworkSetting(optimizer="sgd")])
    'the team and *all digits, clean, sgd*'
    """
    names = ["the team" if place.world == "team" else f"*{place.name}*" for place in places]
    return f"{'; '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def effect_of(validation: Validation, place: Place, measure: str) -> Effect:
    """Compare a measure without and with absences, in the team or in a network's setting."""
    world = validation.world
    return paired_effect(world[place.without][measure], world[place.absences][measure])


def silenced(validation: Validation, setting: NetworkSetting, fraction: float) -> Effect:
    """Compare accuracy with a fraction of the hidden units silenced, in a network's setting."""
    at = int(np.abs(SILENCED - fraction).argmin())
    conditions = (validation.world[each] for each in (setting.without, setting.absences))
    return paired_effect(*(figures["ablation"][:, at] for figures in conditions))


def explain(validation: Validation, outcomes: Sequence[Outcome]) -> list[str]:
    """Say where one claim does not hold or is undecided, by which rule, and why.

    Parameters
    ----------
    validation : Validation
    outcomes : sequence of Outcome
        Of one claim.

    Returns
    -------
    list of str
        Paragraphs of Markdown; none if the claim holds everywhere.
    """
    short = [outcome for outcome in outcomes if outcome.verdict != "holds"]
    paragraphs = _which_rule(validation, short)
    failing = [outcome for outcome in short if outcome.verdict == "does not hold"]
    if (why := _WHY.get(outcomes[0].claim.id)) is not None:
        paragraphs += why(validation, outcomes, failing)
    return paragraphs


def explain_control(control: ControlResult) -> str:
    """Say what it means that a control did not come out as predicted; empty if it did."""
    if control.verdict == "holds":
        return ""
    where = f"**{control.name}, {control.world}**: "
    if control.verdict == "undecided":
        return (
            f"{where}undecided. The interval reaches across 0, or there was no clear effect of "
            "absences for the control to be held against."
        )
    if control.of_absences is not None:
        return (
            f"{where}it changes the measure by {control.of_absences:.0%} of what absences change "
            f"it by, and the rule allows {AT_MOST:.0%}. So a part of that effect is "
            "not due to who is missing."
        )
    return f"{where}the prediction ({control.prediction}) does not come true."


def compare_remedies(rows: Sequence[Remedy]) -> str:
    """Say plainly which of one world's remedies gained most."""
    absences = next(row for row in rows if row.name == "absences")
    others = [row for row in rows if row is not absences]
    text = (
        f"In the {absences.world}, absences change quality on unseen questions by "
        f"{gain(absences.effect)}, "
        + listed([f"{row.name} by {gain(row.effect)}" for row in others])
        + ". "
    )
    best = max(rows, key=lambda row: row.effect.difference)
    if best is absences:
        text += "Absences gain most on average"
    else:
        text += f"**{best.name.capitalize()}: better than absences** on average"
    rivals = [row for row in rows if row is not best]
    for relation, named in (
        ("lies wholly above", [row for row in rivals if best.effect.low > row.effect.high]),
        ("overlaps with", [row for row in rivals if best.effect.low <= row.effect.high]),
    ):
        if named:
            text += f"; the interval {relation} that of {listed([row.name for row in named])}"
    return text + "."


def _which_rule(validation: Validation, short: Sequence[Outcome]) -> list[str]:
    """List, for each rule that is not met, how it is missed and where."""
    missed: dict[tuple[str, str], list[Place]] = {}
    for outcome in short:
        for finding in outcome.findings:
            if finding.verdict != "holds":
                reason = f"{finding.rule.measure}: {finding.verdict}", _reason(finding)
                missed.setdefault(reason, []).append(outcome.place)
        broken = [
            theorem.id
            for theorem in validation.theorems
            if theorem.id in outcome.claim.theorems and not theorem.holds
        ]
        for name in broken:
            reason = f"{name}: does not hold", "the exact statement that the claim rests on fails"
            missed.setdefault(reason, []).append(outcome.place)
    if not missed:
        return []
    lines = [
        f"- **{what}** in {in_places(places)}: {why}." for (what, why), places in missed.items()
    ]
    return ["\n".join(lines)]


def _reason(finding: Finding) -> str:
    rule, effect = finding.rule, finding.effect
    if finding.verdict == "undecided":
        return "the interval is too wide, or lies too near the border, to say"
    if rule.expect == "same":
        return "the two differ by more than the smallest effect of interest"
    if rule.expect == "not lower":
        return "it is lower by more than the smallest effect of interest"
    other_way = effect.high < 0 if rule.expect == "higher" else effect.low > 0
    if other_way and finding.equivalent:
        return (
            f"the claim has it {rule.expect}, and it moves the other way, "
            "by less than the smallest effect of interest"
        )
    if other_way:
        return f"the claim has it {rule.expect}, and it moves the other way"
    return "equivalent: the whole interval lies within the smallest effect of interest"


def _finding(outcome: Outcome, measure: str) -> Finding:
    return next(finding for finding in outcome.findings if finding.rule.measure == measure)


def _missing(outcomes: Sequence[Outcome], measure: str) -> list[Outcome]:
    """Return the network's outcomes in which the rule about one measure does not hold."""
    return [
        outcome
        for outcome in outcomes
        if outcome.world == "network" and _finding(outcome, measure).verdict == "does not hold"
    ]


def _range(values: Sequence[float]) -> str:
    low, high = figure(min(values)), figure(max(values))
    return low if low == high else f"{low} to {high}"


def _saturation(
    validation: Validation, _: Sequence[Outcome], failing: Sequence[Outcome]
) -> list[str]:
    """C1, C5: an accuracy near its ceiling hardly feels the loss of one block of eight."""
    places = [outcome.place for outcome in failing if isinstance(outcome.place, NetworkSetting)]
    if not places:
        return []
    complete = [effect_of(validation, place, "quality").before for place in places]
    cost = [effect_of(validation, place, "cost of losing one").before for place in places]
    text = (
        f"Where it does not hold in the network, accuracy is {_range(complete)} without absences, "
        f"and losing one block of {BLOCKS} costs {_range(cost)} of it on average. "
    )
    if max(cost) < 0.02:
        text += (
            "There is next to nothing to lose: a digit is named right as long as its score is the "
            "highest, so an accuracy near its ceiling hides how far the scores have moved. "
        )
    halves = [silenced(validation, place, 0.5) for place in places]
    text += "With half of all units silenced, accuracy is " + "; ".join(
        f"{figure(effect.before, 3)} without and {figure(effect.after, 3)} with absences in "
        f"{in_places([place])}"
        for place, effect in zip(places, halves, strict=True)
    )
    if all(effect.verdict == "higher" for effect in halves):
        text += ": what one block does not show, half of the network does."
    else:
        text += "."
    return [text]


def _synergy(validation: Validation, _: Sequence[Outcome], failing: Sequence[Outcome]) -> list[str]:
    """C2: blocks of a network that do not need one another in pairs to begin with."""
    found = [_finding(outcome, "pair synergy").effect for outcome in failing]
    found = [e for e, outcome in zip(found, failing, strict=True) if outcome.world == "network"]
    if not found:
        return []
    largest = max(effect.before for effect in found)
    text = (
        f"Between blocks of the network the mean synergy without absences is "
        f"{_range([effect.before for effect in found])} in these settings"
    )
    if largest < 0.005:
        text += (
            ": pairs of blocks hardly need each other even there, or can stand in for one another "
            "(below 0), so that absences have nothing to undo. In accuracy, a pair of 2 x 32 units "
            "among 256 is not 'two who always work together'; the couples control below makes such "
            "pairs on purpose"
        )
    return [text + "."]


def _carrier(validation: Validation, _: Sequence[Outcome], failing: Sequence[Outcome]) -> list[str]:
    """C4: blocks of a network that share the work to begin with."""
    missed = _missing(failing, "carrier's share")
    if not missed:
        return []
    shares = [_finding(outcome, "carrier's share").effect.before for outcome in missed]
    return [
        f"Among {BLOCKS} blocks a fair share is {figure(1 / BLOCKS)}. In the settings where the "
        f"share does not fall, the strongest block of a digit has {_range(shares)} of it without "
        "absences, where 1 would be all of it. Nobody gave one block of the network a head start, "
        "as B had."
    ]


def _weights(
    validation: Validation, outcomes: Sequence[Outcome], failing: Sequence[Outcome]
) -> list[str]:
    """C8: what the regulariser of T5 really shrinks."""
    if not failing:
        return []
    rows: list[list[str]] = []
    fallen: list[Place] = []
    for outcome in outcomes:
        place = outcome.place
        weights = effect_of(validation, place, "squared weights")
        penalty = effect_of(validation, place, "penalty of absences")
        if penalty.verdict == "lower":
            fallen.append(place)
        rows.append([place_name(place), *effect_cells(weights), *effect_cells(penalty)])
    both = [outcome.place for outcome in failing if outcome.place in fallen]
    text = (
        "The penalty that absences really put on learning is written out by theorem T5, and "
        "squared weights do not occur in it: it is sum_ij Cov(m_i, m_j)/(q_i q_j) &lt;c_i, c_j>, "
        "where c_i is what member i contributes to the answer; under independent dropout it is "
        "(1 - q)/q times the sum of squared contributions. It is large when members say much "
        "that others must take back, that is when contributions need each other, however large or "
        "small the weights behind them. Measured on the practice questions (the network's at rate "
        f"{PENALTY_RATE:g}, whatever it was trained with), it"
    )
    if len(fallen) == len(rows):
        text += " falls in every setting"
    elif fallen:
        text += f" falls in {len(fallen)} of {len(rows)} settings"
    else:
        text += " falls in none of the settings"
    if both:
        text += f", among them {in_places(both)}, where squared weights do not"
    text += ":"
    after = []
    if any(outcome.world == "network" for outcome in failing):
        after = [
            "T5 is exact under squared error. Under cross-entropy it is an approximation in which "
            "every output counts with p(1 - p) (Wager, Wang, Liang 2013): next to nothing once the "
            "network is sure of its answer, while larger weights go on making right answers surer. "
            "So nothing there holds the weights themselves down."
        ]
    columns = ["where", "squared weights, without", "with", "difference",
               "penalty of absences, without", "with", "difference"]  # fmt: skip
    return [text, table(columns, rows, right=(1, 2, 3, 4, 5, 6)), *after]


def _unseen(
    validation: Validation, outcomes: Sequence[Outcome], failing: Sequence[Outcome]
) -> list[str]:
    """C9: what there is to gain on clean labels."""
    paragraphs = []
    settings = [o.place for o in outcomes if isinstance(o.place, NetworkSetting)]
    failed = [outcome.place for outcome in _missing(failing, "quality")]
    missed = [place for place in settings if place in failed]
    noisy = [place for place in settings if not place.clean]
    if missed and not set(missed) & set(noisy):
        accuracy = [effect_of(validation, place, "quality").before for place in missed]
        text = (
            "All settings in which the rule on accuracy fails have clean labels: "
            f"accuracy there is {_range(accuracy)} without absences, and there is little that is "
            "wrong to be learned by heart. "
        )
        held = [o.place for o in outcomes if o.place in noisy and o.verdict == "holds"]
        if noisy and len(held) == len(noisy):
            text += "Where 30% of the practice labels are wrong, the claim holds in every setting. "
        if any(place.practice == SMALL for place in missed):
            text += (
                "The dropout paper, too, found no gain on its smallest clean training sets, of 100 "
                "and 500 samples (Srivastava et al. 2014, section 7.4)."
            )
        paragraphs.append(text.strip())
    gained = [
        o for o in outcomes
        if o.world == "network" and o.place not in noisy
        and _finding(o, "quality").verdict == "holds"
    ]  # fmt: skip
    if missed and gained:
        paragraphs.append(
            "A gain on clean labels is shown nevertheless, by "
            + "; by ".join(
                f"{gain(_finding(o, 'quality').effect)} in {in_places([o.place])}" for o in gained
            )
            + "."
        )
    negative = [place for place in noisy if effect_of(validation, place, "gap").after < 0]
    if negative:
        paragraphs.append(
            "With wrong labels, accuracy in practice is counted against the wrong labels as well: "
            "a gap below 0 means that the network has not learned most of them. With absences it "
            f"is so in {in_places(negative)}."
        )
    return paragraphs


def _steadiness(
    validation: Validation, _: Sequence[Outcome], failing: Sequence[Outcome]
) -> list[str]:
    """C10: steady against absences is not steady against another start."""
    starts = _missing(failing, "spread over starts")
    steady = ("co-adaptation score", "spread over absences")
    only = [o for o in starts if all(_finding(o, name).verdict == "holds" for name in steady)]
    if not only:
        return []
    found = [_finding(outcome, "spread over starts").effect for outcome in only]
    return [
        "Steady has three readings, and they part here. The answer depends less on who is there in "
        f"{in_places([outcome.place for outcome in only])}, but not less on how the network "
        "happened to start. That spread is a variance of probabilities of at most "
        f"{figure(max(max(effect.before, effect.after) for effect in found))} there. Absences make "
        "members rely less on one another; they do not say which of many solutions is found."
    ]


_Why = Callable[[Validation, Sequence[Outcome], Sequence[Outcome]], list[str]]

_WHY: dict[str, _Why] = {
    "C1": _saturation,
    "C2": _synergy,
    "C4": _carrier,
    "C5": _saturation,
    "C8": _weights,
    "C9": _unseen,
    "C10": _steadiness,
}
