"""The yardstick: a talk as a game of coalitions, and all that is computed from it.

One set of measures for presenters, hidden units and blocks of units. Which file answers what:

- `game`: how good is each sub-team? v(S), in two readings
- `valued`: the same of anybody's function, whose `calls` are made once and kept
- `additive`: the same where everyone adds a part to the answers; all 2^N sub-teams up to 20
- `gram`: the same, shares and co-adaptation under squared error, for many games at a time; T5
- `measures`: what is kept when some are missing, who manages alone, whose words are they?
- `indices` (`pairs` beneath it): who carries the quality, and who needs whom?
- `carriers`: how many carry it?
- `absences`: mean quality and fragility under a law of attendance
- `sampling`: the same above 20 members, by draws
- `spending`: Shapley values for as many calls as one can pay, made where they tell most
- `dependence`: these together, exact or sampled, as `run.py simulate` prints them
- `ablation`: what is left when more and more are silenced at random?
- `estimates`: all of these with intervals over examples, masks and starts, of any game
"""

from simulation.coalitions.ablation import ablation_area, ablation_curve
from simulation.coalitions.absences import Fragility, SubTeams, fragility, mean_quality, sub_teams
from simulation.coalitions.additive import AdditiveGame, coalition_values
from simulation.coalitions.carriers import bus_factor, effective_carriers
from simulation.coalitions.dependence import Dependence, dependence
from simulation.coalitions.game import (
    EXACT_MEMBERS,
    Game,
    Reading,
    all_coalitions,
)
from simulation.coalitions.indices import moebius, shapley_interactions, shapley_values
from simulation.coalitions.measures import (
    Kept,
    agreement,
    answer_shares,
    co_adaptation_score,
    missing_masks,
    pair_synergy,
    quality_kept,
    solo_quality,
)
from simulation.coalitions.spending import shapley_within
from simulation.coalitions.valued import ValuedGame

__all__ = [
    "EXACT_MEMBERS",
    "AdditiveGame",
    "Dependence",
    "Fragility",
    "Game",
    "Kept",
    "Reading",
    "SubTeams",
    "ValuedGame",
    "ablation_area",
    "ablation_curve",
    "agreement",
    "all_coalitions",
    "answer_shares",
    "bus_factor",
    "co_adaptation_score",
    "coalition_values",
    "dependence",
    "effective_carriers",
    "fragility",
    "mean_quality",
    "missing_masks",
    "moebius",
    "pair_synergy",
    "quality_kept",
    "shapley_interactions",
    "shapley_values",
    "shapley_within",
    "solo_quality",
    "sub_teams",
]
