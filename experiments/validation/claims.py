"""The article's claims: what each says, how it is measured, and the rules that decide.

The rules stand here before anything is run. They compare the same seeds without and with absences
(in the team: always complete against one or two absent; in the network: Dropout(0) against
Dropout(0.5)), on figures measured alike in both worlds: the team's members are its five presenters,
the network's are its 256 hidden units joined into eight blocks. A claim is tested as it is worded:
'kept', 'no use' and 'much' have a threshold each, beside the difference that absences make.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.validation.conditions import Figures, Place, World
from experiments.validation.plan import Plan
from experiments.validation.rules import (
    KEPT,
    SMALLEST_PART,
    SMALLEST_RELATIVE_EFFECT,
    Change,
    Finding,
    Margin,
    Rule,
    Threshold,
    Verdict,
    all_of,
)


@dataclass(frozen=True)
class Claim:
    """One claim of the article, or a fact that it states.

    Attributes
    ----------
    id : str
        C1 .. C13; of a fact, F1 .. F4.
    statement : str
        In one sentence.
    article : str
        Where the article says it.
    on_team, on_network : str
        How it is measured in each world; empty: it is not asked there.
    rules : tuple of Rule
        All must hold.
    theorems : tuple of str
        Exact statements that must hold as well.
    """

    id: str
    statement: str
    article: str
    on_team: str
    on_network: str
    rules: tuple[Rule, ...] = ()
    theorems: tuple[str, ...] = ()

    def asked_in(self, place: Place) -> bool:
        """Whether it is measured there."""
        return bool(self.on_team if place.world == "team" else self.on_network)


CO_ADAPTATION = "Co-adaptation: what it is and why dropout is needed"
WHY_1 = "Why dropout works, 1: co-adaptation is held down"
WHY_2 = "Why dropout works, 2: model averaging"
WHY_3 = "Why dropout works, 3: regularisation"
GROUP_1 = "The group presentation, 1: always complete"
GROUP_2 = "The group presentation, 2: with dropout"
KERAS = "The Keras example"
SUMMARY = "Summary"

OF_THE_LOSS = Margin(SMALLEST_PART, of="cost of losing one")
"""Margin of what is lost or saved when somebody is missing: of what that costs without absences."""


def relative(measure: str) -> Change:
    """Ask for a lower figure of what is no quality: weights, variances, shares."""
    return Change(measure, "lower", Margin(SMALLEST_RELATIVE_EFFECT, of=measure))


CLAIMS = {
    claim.id: claim
    for claim in (
        Claim(
            "C1",
            "Those who always rehearse complete depend on one another: losing one costs much, and "
            "more than it costs those who have rehearsed with absences.",
            CO_ADAPTATION,
            "quality of the talk minus its mean quality with one presenter missing",
            "accuracy minus mean accuracy with one block of hidden units missing",
            (
                Threshold(
                    "cost of losing one", "at least", 1 - KEPT, "quality above chance", "without"
                ),
                Change("cost of losing one", "lower", OF_THE_LOSS),
            ),
        ),
        Claim(
            "C2",
            "Two who always work together are no use without each other; absences undo that.",
            CO_ADAPTATION,
            "what one adds when a colleague is away, against what one adds when all are there; "
            "pair synergy: the latter minus the former; means over all pairs",
            "the same between blocks of hidden units",
            (
                Threshold(
                    "use without another", "at most", 1 - KEPT, "cost of losing one", "without"
                ),
                Change("pair synergy", "lower", OF_THE_LOSS),
            ),
        ),
        Claim(
            "C3",
            "With random absences each learns to manage alone.",
            WHY_1,
            "mean quality of a talk given by one presenter alone; and, if that one fills the time, "
            "whether it is at least a fifth of everyone's",
            "mean accuracy with one block of hidden units alone; and, if that block fills the time "
            "and guessing is taken off, whether it is at least an eighth of everyone's",
            (
                Change("solo quality", "higher"),
                Threshold("alone, filling the time", "at least", 1.0, "an equal share"),
            ),
        ),
        Claim(
            "C4",
            "'B does the hard part': always complete, one carries a section and it falls without "
            "them; with absences it is shared.",
            GROUP_1,
            "B's share of the answers on the hard section, and its quality without B",
            "for each digit the share of its strongest block, and its accuracy without that block",
            (
                relative("carrier's share"),
                Change("section without its carrier", "higher"),
            ),
        ),
        Claim(
            "C5",
            "Whoever is missing, the quality of the whole is kept.",
            GROUP_2,
            "quality with one and with two presenters missing: whether the worst of these keeps "
            "nine tenths; and against always complete, mean and worst",
            "accuracy with one and with two blocks missing, guessing taken off for the nine tenths",
            (
                Threshold(
                    "one missing, worst, above chance", "at least", KEPT, "quality above chance"
                ),
                Threshold(
                    "two missing, worst, above chance", "at least", KEPT, "quality above chance"
                ),
                Change("one missing, mean", "higher"),
                Change("one missing, worst", "higher"),
                Change("two missing, mean", "higher"),
                Change("two missing, worst", "higher"),
            ),
        ),
        Claim(
            "C6",
            "Training with dropout visits many sub-networks, and it matters to them: they come to "
            "be alike good.",
            WHY_2,
            "spread (standard deviation) of quality over all sub-teams with one or two missing",
            "spread of accuracy over all networks without one or two blocks",
            (relative("spread over absences"),),
        ),
        Claim(
            "C7",
            "The full scaled network stands cheaply for the average of all of them.",
            WHY_2,
            "",
            "accuracy of one scaled pass, and by how much its probability of what it says exceeds "
            "how often that is right, against the mean of 1,000 random sub-networks' probabilities",
            (
                Change("quality", "same", against="quality of the average"),
                Change("overconfidence", "same", against="overconfidence of the average"),
            ),
        ),
        Claim(
            "C8",
            "Weights do not grow as large.",
            WHY_3,
            "sum of all presenters' squared weights",
            "sum of all squared weights",
            (relative("squared weights"),),
        ),
        Claim(
            "C9",
            "Unseen questions are answered better, and the gap to the practised ones closes.",
            WHY_3,
            "quality on unseen questions; quality in practice minus unseen",
            "accuracy on unseen digits, which must rise by what the dropout paper gained; accuracy "
            "in practice minus unseen",
            (Change("quality", "higher", Margin(1.0, of="smallest gain")), Change("gap", "lower")),
        ),
        Claim(
            "C10",
            "The output is steadier.",
            SUMMARY,
            "variance of answers over half-teams, and over two starts",
            "variance of probabilities over half-networks, and over two starts",
            (relative("co-adaptation score"), relative("spread over starts")),
        ),
        Claim(
            "C13",
            "Strong individuals, then full teamwork: with everyone there, the team that rehearsed "
            "with absences is no worse.",
            SUMMARY,
            "quality with everyone there",
            "accuracy with all units",
            (Change("quality", "not lower"),),
        ),
    )
}
"""C11 and C12, and what C6 and C7 say besides, cannot fail if the code is right: see `facts`."""


@dataclass(frozen=True)
class Outcome:
    """What was found about one claim in the team, or in one setting of the network.

    Attributes
    ----------
    claim : Claim
    place : TeamSetting or NetworkSetting
    findings : list of Finding
    found : Verdict
        On the seeds of this run.
    elsewhere : tuple of Verdict
        On those of other runs that it is held against.
    """

    claim: Claim
    place: Place
    findings: list[Finding]
    found: Verdict
    elsewhere: tuple[Verdict, ...] = ()

    @property
    def world(self) -> str:
        """'team' or 'network'."""
        return self.place.world

    @property
    def agreed(self) -> bool:
        """Whether other runs found the same."""
        return set(self.elsewhere) <= {self.found}

    @property
    def verdict(self) -> Verdict:
        """What was found, if other runs found the same.

        'Does not hold' if each of them says in one way or another that it does not; else undecided.
        """
        if self.agreed:
            return self.found
        fails = {self.found, *self.elsewhere} <= {"does not hold", "the other way"}
        return "does not hold" if fails else "undecided"


def judge_claim(
    claim: Claim, plan: Plan, world: World, theorems: Mapping[str, bool]
) -> list[Outcome]:
    """Apply a claim's rules in both worlds, in every setting of the network."""
    return [
        outcome_of(claim, place, world[place.without], world[place.absences], theorems)
        for place in plan.places()
        if claim.asked_in(place)
    ]


def outcome_of(
    claim: Claim, place: Place, without: Figures, absences: Figures, theorems: Mapping[str, bool]
) -> Outcome:
    """Apply a claim's rules in one place, and join their verdicts with those of its theorems."""
    exact: list[Verdict] = [
        "holds" if theorems[name] else "does not hold" for name in claim.theorems
    ]
    findings = [rule.decide(without, absences) for rule in claim.rules]
    verdict = all_of([*exact, *(finding.verdict for finding in findings)])
    return Outcome(claim, place, findings, verdict)
