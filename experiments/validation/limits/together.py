"""L1: absences that come together, or last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.validation.conditions import COUPLED, Figures
from experiments.validation.limits.limit import Jobs, Limit, Results, Rows, sentence, shown
from experiments.validation.plan import Plan
from experiments.validation.rehearsed_teams import rehearsed_stack
from simulation.attendance import AttendanceLaw
from simulation.coalitions import agreement, quality_kept
from simulation.laws import Bursts, Couples, Everyone, independent
from simulation.statistics import paired_effect

RATE = 0.3
"""Absence rate, whether absences come alone, in couples or in bursts of twenty rehearsals."""

LAWS: dict[str, AttendanceLaw] = {
    "complete": Everyone(COUPLED),
    "independent": independent(COUPLED, RATE),
    "couples": Couples(COUPLED, RATE),
    "bursts": Bursts(COUPLED, RATE, 20.0),
}


def jobs(plan: Plan) -> Jobs:
    """All laws in one stack."""
    return {("limit", "L1"): (absences_together, (plan.seeds, plan.rehearsals))}


def absences_together(seeds: Sequence[int], rehearsals: int) -> dict[str, Figures]:
    """Rehearse teams of six under each of `LAWS`; return measures (S,) by law."""
    stack = rehearsed_stack(list(LAWS.values()), seeds, rehearsals)
    games = [stack.game(member) for member in range(stack.n_members)]
    of_all = {
        "quality with two missing": [quality_kept(game, 2).mean for game in games],
        "agreement": [agreement(game) for game in games],
    }
    by_law = {name: np.reshape(of_all[name], (len(LAWS), -1)) for name in of_all}
    return {
        law: {name: figures[at] for name, figures in by_law.items()} for at, law in enumerate(LAWS)
    }


def found(plan: Plan, results: Results) -> tuple[Rows, str]:
    """What couples and bursts gain, of what independent absences gain."""
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
                f"{law} {effect.after / effect.before:.0%} ({shown(effect, 'less', 'more')})"
                for law, effect in effects.items()
            )
            said.append(
                f"of what independent absences gain in {measure} there remains with {parts}"
            )
        else:
            said.append(f"independent absences are not shown to gain anything in {measure}")
    return rows, sentence(said)


LIMIT = Limit(
    "L1",
    "Absences that come together, or last",
    "Absences loosen dependence between people whom they separate; real ones come in couples, or "
    "last for weeks.",
    "six presenters, everyone absent from 30% of rehearsals: independently, in couples who are "
    "only ever absent together, or for twenty rehearsals on end; what each law gains on always "
    "complete rehearsals",
    jobs,
    found,
)
