"""The article's claims, C1 to C13: what each says, how it is measured, and the rule that decides.

The rules stand here before anything is run. They compare the same seeds without and with absences
(in the team: always complete against one or two absent; in the network: Dropout(0) against
Dropout(0.5)), on figures measured alike in both worlds: the team's members are its five presenters,
the network's are its 256 hidden units joined into eight blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

from experiments.validation.conditions import Figures, Place, World
from experiments.validation.plan import Plan
from experiments.validation.rules import Finding, Rule, Verdict, all_of


@dataclass(frozen=True)
class Claim:
    """One claim of the article.

    Attributes
    ----------
    id : str
        C1 .. C13.
    statement : str
        In one sentence.
    article : str
        Where the article says it.
    on_team, on_network : str
        How it is measured in each world.
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


CO_ADAPTATION = "Co-adaptation: what it is and why dropout is needed"
WHY_1 = "Why dropout works, 1: co-adaptation is held down"
WHY_2 = "Why dropout works, 2: model averaging"
WHY_3 = "Why dropout works, 3: regularisation"
GROUP_1 = "The group presentation, 1: always complete"
GROUP_2 = "The group presentation, 2: with dropout"
KERAS = "The Keras example"
SUMMARY = "Summary"

CLAIMS = {
    claim.id: claim
    for claim in (
        Claim(
            "C1",
            "Those who always rehearse complete depend on one another: losing one costs much more "
            "than it costs a team that has rehearsed with absences.",
            CO_ADAPTATION,
            "quality of the talk minus its mean quality with one presenter missing",
            "accuracy minus mean accuracy with one block of hidden units missing",
            (Rule("cost of losing one", "lower"),),
        ),
        Claim(
            "C2",
            "Two who always work together are no use without each other; absences undo that.",
            CO_ADAPTATION,
            "pair synergy: what one's absence costs with the other there, minus without",
            "the same between blocks of hidden units",
            (Rule("pair synergy", "lower"),),
        ),
        Claim(
            "C3",
            "With random absences each learns to manage alone.",
            WHY_1,
            "mean quality of a talk given by one presenter alone",
            "mean accuracy with one block of hidden units alone",
            (Rule("solo quality", "higher"),),
        ),
        Claim(
            "C4",
            "'B does the hard part': always complete, one carries a section and it falls without "
            "them; with absences it is shared.",
            GROUP_1,
            "B's share of the answers on the hard section, and its quality without B",
            "for each digit the share of its strongest block, and its accuracy without that block",
            (
                Rule("carrier's share", "lower", relative=True),
                Rule("section without its carrier", "higher"),
            ),
        ),
        Claim(
            "C5",
            "Whoever is missing, the quality of the whole is kept.",
            GROUP_2,
            "quality with one and with two presenters missing, mean and worst",
            "accuracy with one and with two blocks missing, mean and worst",
            (
                Rule("one missing, mean", "higher"),
                Rule("one missing, worst", "higher"),
                Rule("two missing, mean", "higher"),
                Rule("two missing, worst", "higher"),
            ),
        ),
        Claim(
            "C6",
            "Training with dropout visits many sub-networks.",
            WHY_2,
            "distinct sub-teams that rehearsed, of the 15 that can with one or two absent",
            "distinct masks of the hidden layer in 1,000 samples of training",
            (Rule("distinct sub-teams", "higher", relative=True),),
        ),
        Claim(
            "C7",
            "The full scaled network stands for the average of all of them.",
            WHY_2,
            "quality of one full talk against that of the averaged answers of sub-teams",
            "accuracy of one scaled pass against that of the averaged probabilities of 1,000 "
            "sub-networks",
            (Rule("quality", "same", against="quality of the average"),),
            theorems=("T3", "T4"),
        ),
        Claim(
            "C8",
            "Weights do not grow as large.",
            WHY_3,
            "sum of all presenters' squared weights",
            "sum of all squared weights",
            (Rule("squared weights", "lower", relative=True),),
        ),
        Claim(
            "C9",
            "Unseen questions are answered better, and the gap to the practised ones closes.",
            WHY_3,
            "quality on unseen questions; quality in practice minus unseen",
            "accuracy on unseen digits; accuracy in practice minus unseen",
            (Rule("quality", "higher"), Rule("gap", "lower")),
        ),
        Claim(
            "C10",
            "The output is steadier.",
            SUMMARY,
            "variance of answers over half-teams and over two starts; spread of quality over who "
            "is missing",
            "variance of probabilities over half-networks and over two starts; spread of accuracy "
            "over which blocks are missing",
            (
                Rule("co-adaptation score", "lower", relative=True),
                Rule("spread over absences", "lower", relative=True),
                Rule("spread over starts", "lower", relative=True),
            ),
        ),
        Claim(
            "C11",
            "Inverted dropout keeps the expectation.",
            KERAS,
            "mean rehearsed answer over all sub-teams against the full answer (T3)",
            "mean output of the dropout layer over all masks against its input (T9)",
            theorems=("T3", "T9"),
        ),
        Claim(
            "C12",
            "Absences silence their rate of the units in training, and none at the show.",
            KERAS,
            "fraction of presenters absent, counted in rehearsals, against 1 - q; and at the show",
            "fraction of units silenced by Dropout(0.5), counted in training, against 0.5; and at "
            "inference",
            (
                Rule("silenced in training", "same", against="rate"),
                Rule("silenced at the show", "same", against="none"),
            ),
        ),
        Claim(
            "C13",
            "Strong individuals, then full teamwork: with everyone there, the team that rehearsed "
            "with absences is no worse.",
            SUMMARY,
            "quality with everyone there",
            "accuracy with all units",
            (Rule("quality", "not lower"),),
        ),
    )
}


@dataclass(frozen=True)
class Outcome:
    """What was found about one claim in the team, or in one setting of the network.

    Attributes
    ----------
    claim : Claim
    place : TeamSetting or NetworkSetting
    findings : list of Finding
    verdict : {'holds', 'does not hold', 'undecided'}
    """

    claim: Claim
    place: Place
    findings: list[Finding]
    verdict: Verdict

    @property
    def world(self) -> str:
        """'team' or 'network'."""
        return self.place.world


def judge_claim(claim: Claim, plan: Plan, world: World, theorems: dict[str, bool]) -> list[Outcome]:
    """Apply a claim's rules in both worlds, in every setting of the network."""
    return [
        outcome_of(claim, place, world[place.without], world[place.absences], theorems)
        for place in plan.places()
    ]


def outcome_of(
    claim: Claim, place: Place, without: Figures, absences: Figures, theorems: dict[str, bool]
) -> Outcome:
    """Apply a claim's rules in one place, and join their verdicts with those of its theorems."""
    exact: list[Verdict] = [
        "holds" if theorems[name] else "does not hold" for name in claim.theorems
    ]
    findings = [rule.decide(without, absences) for rule in claim.rules]
    verdict = all_of([*exact, *(finding.verdict for finding in findings)])
    return Outcome(claim, place, findings, verdict)
