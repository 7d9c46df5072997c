"""What a validation found, as tables for the terminal."""

from __future__ import annotations

from rich.table import Column, Table
from rich.text import Text

from dashboard.validation.report import outcomes_by_claim
from experiments.validation.rules import Verdict
from experiments.validation.validate import Validation
from nn_bridge.results.numbers import small
from nn_bridge.results.screen import plain_table, right

SIGNS: dict[Verdict, str] = {
    "holds": "+",
    "holds, but too small to matter": "(+)",
    "equivalent": "=",
    "does not hold": "-",
    "the other way": "<",
    "undecided": "?",
    "too few seeds to say": ".",
}
"""For a screen that may know no more than ASCII."""

STYLES: dict[Verdict, str] = dict.fromkeys(SIGNS, "red") | {
    "holds": "green",
    "holds, but too small to matter": "green",
    "undecided": "yellow",
    "too few seeds to say": "yellow",
}


def validation_tables(validation: Validation) -> list[Table]:
    """Return the tables of `run.py validate`: claims, theorems, controls, limits."""
    tables = []
    if validation.outcomes:
        tables.append(_claims_table(validation))
    if validation.theorems:
        table = plain_table(
            "What must hold exactly", "",
            "", "statement", right("largest\ndifference"), right("allowed"), "holds",
        )  # fmt: skip
        for theorem in validation.theorems:
            holds = Text("yes", "green") if theorem.holds else Text("NO", "red")
            figures = small(theorem.decisive.difference), small(theorem.decisive.tolerance)
            table.add_row(theorem.id, Text(theorem.statement), *figures, holds)
        tables.append(table)
    if validation.facts:
        table = plain_table("Facts that the article states", "", "", "fact", "world", "holds")
        for fact in validation.facts:
            if fact.world == "team" or fact.place == validation.plan.settings()[0]:
                holds = Text("yes", "green") if fact.verdict == "holds" else Text("NO", "red")
                table.add_row(fact.claim.id, Text(fact.claim.statement), fact.world, holds)
        tables.append(table)
    if validation.controls:
        title = "Controls: where the effect must not appear"
        table = plain_table(title, "", "control", "world", "prediction", "verdict")
        for control in validation.controls:
            verdict = Text(control.verdict, STYLES[control.verdict])
            table.add_row(Text(control.name), control.world, Text(control.prediction), verdict)
        tables.append(table)
    if validation.limits:
        table = plain_table("Where the analogy breaks", "", "", "found")
        for result in validation.limits:
            table.add_row(result.limit.id, Text(f"{result.limit.title}: {result.finding}"))
        tables.append(table)
    return tables


def _claims_table(validation: Validation) -> Table:
    names = [setting.name for setting in validation.plan.settings()]
    numbered = "; ".join(f"{at} {name}" for at, name in enumerate(names, start=1))
    signs = ", ".join(f"{sign} {verdict}" for verdict, sign in SIGNS.items())
    table = plain_table(
        "The article's claims",
        f"network settings: {numbered}\n{signs}; {len(validation.plan.seeds)} paired seeds",
        *("", "claim", "team"),
        Column("network\n" + " ".join(map(str, range(1, len(names) + 1))), no_wrap=True),
    )
    for name, outcomes in outcomes_by_claim(validation.outcomes).items():
        team, network = (
            [
                Text(SIGNS[each.verdict], STYLES[each.verdict])
                for each in outcomes
                if each.world == world
            ]
            for world in ("team", "network")
        )
        claim = Text(outcomes[0].claim.statement)
        table.add_row(name, claim, Text(" ").join(team), Text(" ").join(network))
    return table
