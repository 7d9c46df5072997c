"""L7: noise helps, too."""

from __future__ import annotations

from experiments.validation.conditions import NOISY, TEAM
from experiments.validation.controls import NETWORK_NOISE, TEAM_NOISE
from experiments.validation.limits.limit import Jobs, Limit, Results, Rows, sentence, shown
from experiments.validation.plan import Plan
from simulation.statistics import paired_effect


def jobs(plan: Plan) -> Jobs:
    """Both worlds without absences, with them, and with noise instead."""
    places = (each for place in (TEAM, NOISY) for each in (place.without, place.absences))
    return plan.jobs((*places, TEAM_NOISE, NETWORK_NOISE))


def found(plan: Plan, results: Results) -> tuple[Rows, str]:
    """What noise gains, of what absences gain."""
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
            f"({shown(gain, 'lower', 'higher')}), absences by {beside.before:+.2g} (noise brings "
            f"{shown(beside, 'less', 'more')})"
        )
    return rows, sentence(said)


LIMIT = Limit(
    "L7",
    "Noise helps, too",
    "Not all that absences bring needs anyone to be absent: an audience that is hard to hear may "
    "bring part of it.",
    "always complete rehearsals with noise on the answers, as strong as absences would make it, "
    "against absences: gain in quality with two presenters, or two of eight blocks of hidden "
    f"units, missing; the network on '{NOISY.name}'",
    jobs,
    found,
)
