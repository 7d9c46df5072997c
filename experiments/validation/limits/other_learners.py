"""L6: people who are not gradient descent: they try something and keep it if it went better.

The presenters of this project learn by a gradient, and a gradient is what ties them to a network.
Tinkerers have none. They never hear what was missing from a talk, only how good it was.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.costs import Cost, costing
from experiments.validation.claims import OF_THE_LOSS, relative
from experiments.validation.game_measures import game_measures
from experiments.validation.limits.limit import (
    Jobs,
    Limit,
    Results,
    Rows,
    by_condition,
    sentence,
    shown,
)
from experiments.validation.plan import Plan
from experiments.validation.rules import Change, Verdict, all_of
from simulation.arrays import BoolArray, FloatArray
from simulation.coalitions import AdditiveGame, co_adaptation_score
from simulation.laws import Everyone, one_or_two_absent
from simulation.presenter import Presenter, Rehearsal
from simulation.scenario import PRESENTERS
from simulation.statistics import paired_effect
from simulation.talk import synthetic_talk
from simulation.team import Team

STEP_SIZE = 0.005
"""Size of a change that is tried. Of .005, .01 and .02 it brought complete teams furthest on the
talks of seeds 100 and 101; teams with absences were not looked at in choosing it."""

RULES = (
    Change("cost of losing one", "lower", OF_THE_LOSS),
    Change("agreement", "higher"),
    relative("co-adaptation score"),
)
"""By these together co-adaptation falls among tinkerers, or does not."""


def jobs(plan: Plan) -> Jobs:
    """One for each seed. Trial and error takes longer to get anywhere than a gradient does."""
    rehearsals = plan.rehearsals if plan.quick else 2 * plan.rehearsals
    return {
        ("limit", "L6", str(seed)): (measure_tinkerers, (seed, rehearsals)) for seed in plan.seeds
    }


class Tinkerer(Presenter):
    """One of the team who learns by trial and error.

    Rule: at every rehearsal that I attend I count who turned up, imagine the talk as I count on
    it, then once more with a small random change of my delivery and understanding, and keep the
    change if the audience likes the second better. I count on each of the others as often as they
    have been there when I was.

    Parameters
    ----------
    model, rng, **options
        Of `Presenter`; its trust is not used. A child of `rng` draws what I try.

    Attributes
    ----------
    met : (N,) array
        How often each was there when I was, and once more, as a start ("B will do it").
    """

    def __init__(self, model: Team, *, rng: np.random.Generator, **options: Any) -> None:
        super().__init__(model, rng=rng, **options)
        (self._ideas,) = rng.spawn(1)
        self.met: FloatArray = np.ones(len(self.reliance))

    def learn(self, rehearsal: Rehearsal) -> None:
        """Try something in a rehearsal that I prepared for; nothing at all if I am not there."""
        if not rehearsal.attendance[self.seat]:
            return
        self.rehearsals_attended += 1
        self._note_who_came(rehearsal.attendance)
        mine = rehearsal.table[self.seat]  # (B, K)
        imagined = rehearsal.handout + np.tensordot(self.reliance, rehearsal.table, axes=1)
        so_far = rehearsal.audience.loss(imagined, rehearsal.wanted)
        known = self.understanding, self.understanding_bias, self.delivery
        self._change()
        imagined += self.prepare(rehearsal.questions) - mine
        if not rehearsal.audience.loss(imagined, rehearsal.wanted) < so_far:
            self.understanding, self.understanding_bias, self.delivery = known

    def _note_who_came(self, attendance: BoolArray) -> None:
        self.met += attendance
        self.reliance = self.met / self.met[self.seat]

    def _change(self) -> None:
        features = self.understanding.shape[1]
        for skill, size in (
            # So that what is understood of a question of many features changes no faster.
            ("understanding", STEP_SIZE / np.sqrt(features)),
            ("understanding_bias", STEP_SIZE),
            ("delivery", STEP_SIZE),
        ):
            known = getattr(self, skill)
            setattr(self, skill, known + size * self._ideas.standard_normal(known.shape))


class TinkeringTeam(Team):
    """A team of tinkerers. Its handout stays empty, as nothing but a gradient would fill it."""

    presenter_kind = Tinkerer

    def step(self) -> None:
        """Hold one rehearsal, and leave the handout empty."""
        super().step()
        self.handout[...] = 0.0


@costing(lambda _, rehearsals: Cost(6e-4 * rehearsals))
def measure_tinkerers(seed: int, rehearsals: int) -> dict[str, dict[str, float]]:
    """Let the two teams of the article, complete and one or two absent, tinker at the same talk.

    Returns
    -------
    dict of condition to dict of measures
        'start' (before the first rehearsal), 'without' and 'absences'.
    """
    found = {}
    for condition, law in (
        ("without", Everyone(PRESENTERS)),
        ("absences", one_or_two_absent(PRESENTERS)),
    ):
        team = TinkeringTeam(synthetic_talk(np.random.default_rng([seed, 0])), law, rng=seed)
        found["start"] = _measures(team.game())
        team.rehearse(rehearsals)
        found[condition] = _measures(team.game())
    return found


def _measures(game: AdditiveGame) -> dict[str, float]:
    return game_measures(game) | {"co-adaptation score": co_adaptation_score(game)}


def found(plan: Plan, results: Results) -> tuple[Rows, str]:
    """Whether co-adaptation falls among people who learn by trial and error."""
    teams = by_condition(plan, results, "L6")
    start, without, absences = (teams[name] for name in ("start", "without", "absences"))
    learned = paired_effect(start["quality"], without["quality"])
    quality = paired_effect(without["quality"], absences["quality"])
    kept = paired_effect(without["two missing, mean"], absences["two missing, mean"])
    rows: Rows = [
        ("quality, always complete: before the first rehearsal, after the last", learned),
        ("quality: always complete, one or two absent", quality),
        ("quality with two missing: always complete, one or two absent", kept),
    ]
    findings = [rule.decide(without, absences) for rule in RULES]
    rows += [(f"{f.rule.measure}: always complete, one or two absent", f.effect) for f in findings]
    falls: dict[Verdict, str] = {
        "holds": "falls",
        "holds, but too small to matter": "falls by too little to matter",
        "equivalent": "does not fall",
        "the other way": "does not fall",
        "undecided": "is undecided",
        "too few seeds to say": "was looked at with too few seeds to say",
    }
    parts = ", ".join(
        f"{f.rule.measure} {f.effect.before:.2g} to {f.effect.after:.2g} "
        f"({shown(f.effect, 'lower', 'higher')})"
        for f in findings
    )
    return rows, sentence(
        [
            f"co-adaptation {falls[all_of(f.verdict for f in findings)]} among people who learn by "
            f"trial and error: {parts}",
            f"quality with two missing goes from {kept.before:.2g} to {kept.after:.2g} "
            f"({shown(kept, 'lower', 'higher')}), with everyone there from {quality.before:.2g} "
            f"to {quality.after:.2g} ({shown(quality, 'lower', 'higher')})",
        ]
    )


LIMIT = Limit(
    "L6",
    "People who are not gradient descent",
    "Presenters here learn by a gradient; people may only try something, and keep it if it went "
    "better.",
    "five presenters who change delivery and understanding a little at random, keep it if the talk "
    "as they count on it got better, hear only how good it was, and count on others as often as "
    "they came; always complete against one or two absent; by the rules of the claims "
    "co-adaptation falls if losing one costs less, contributions agree more and the co-adaptation "
    "score is lower",
    jobs,
    found,
)
