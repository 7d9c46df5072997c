"""What a study found, as a table for the terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from dashboard.validation.tables import STYLES
from experiments.published.study import Found, Study
from nn_bridge.results.numbers import Said
from nn_bridge.results.screen import plain_table


def statements_table(study: Study, found: Found) -> Table:
    """Tabulate what they say, what was measured, and the verdict."""
    table = plain_table(study.title, study.source, "they say", "difference, points", "verdict")
    for statement in found.statements:
        changes = [Said.of(finding.effect).change for finding in statement.compared.values()]
        verdict = Text(statement.verdict, STYLES[statement.verdict])
        table.add_row(Text(statement.claim), Text("\n".join(changes)), verdict)
    return table
