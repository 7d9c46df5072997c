"""L1: absences that come together, or last."""

from __future__ import annotations

from experiments.validation.conditions import COUPLED, TeamCondition
from experiments.validation.controls import SIX_COUPLES, SIX_WITHOUT
from experiments.validation.limits.limit import Jobs, Limit, Results, Rows, sentence, shown
from experiments.validation.plan import Plan
from simulation.laws import Bursts, independent
from simulation.statistics import paired_effect

SIX_INDEPENDENT = TeamCondition(independent(COUPLED, 0.3))
OTHERS = {"couples": SIX_COUPLES, "bursts": TeamCondition(Bursts(COUPLED, 0.3, 20.0))}
"""Everyone as often absent, in couples, or for twenty rehearsals on end in the mean."""

MEASURES = {"quality with two missing": "two missing, mean", "agreement": "agreement"}


def jobs(plan: Plan) -> Jobs:
    """Six presenters: always complete, absent independently, and otherwise."""
    return plan.jobs((SIX_WITHOUT, SIX_INDEPENDENT, *OTHERS.values()))


def found(plan: Plan, results: Results) -> tuple[Rows, str]:
    """What couples and bursts gain, of what independent absences gain."""
    rows: Rows = []
    said = []
    for name, measure in MEASURES.items():
        complete, independent = (results[each][measure] for each in (SIX_WITHOUT, SIX_INDEPENDENT))
        gain = paired_effect(complete, independent)
        effects = {
            law: paired_effect(independent - complete, results[condition][measure] - complete)
            for law, condition in OTHERS.items()
        }
        rows.append((f"{name}: always complete, independent absences", gain))
        rows += [(f"gain in {name}: independent absences, {law}", effects[law]) for law in effects]
        if gain.verdict == "higher":
            parts = " and ".join(
                f"{law} {effect.after / effect.before:.0%} ({shown(effect, 'less', 'more')})"
                for law, effect in effects.items()
            )
            said.append(f"of what independent absences gain in {name} there remains with {parts}")
        else:
            said.append(f"independent absences are not shown to gain anything in {name}")
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
