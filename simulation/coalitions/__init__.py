"""The yardstick: a talk as a game of coalitions, and all that is computed from it.

One set of measures for presenters, hidden units and blocks of units. The parts:

- `game`: v(S), the quality of sub-teams, in two readings; all 2^N of them up to 20
- `indices`: on the vector of all v(S), who carries the quality and who needs whom
- `carriers`: how many carry it
- `absences`: on the same vector, mean quality and fragility under a law of attendance
- `measures`: on the talk itself, quality kept, solo quality, agreement, ablation
- `sampling`: above 20 members, Shapley values, interactions and means with errors
"""

from simulation.coalitions.ablation import ablation_area, ablation_curve
from simulation.coalitions.absences import Fragility, SubTeams, fragility, mean_quality, sub_teams
from simulation.coalitions.carriers import bus_factor, effective_carriers
from simulation.coalitions.game import (
    EXACT_MEMBERS,
    Game,
    Reading,
    all_coalitions,
    coalition_values,
)
from simulation.coalitions.indices import (
    banzhaf_interactions,
    banzhaf_values,
    moebius,
    shapley_interactions,
    shapley_values,
    zeta,
)
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
from simulation.coalitions.sampling import (
    Estimate,
    sampled_interactions,
    sampled_mean_quality,
    sampled_shapley_values,
)

__all__ = [
    "EXACT_MEMBERS",
    "Estimate",
    "Fragility",
    "Game",
    "Kept",
    "Reading",
    "SubTeams",
    "ablation_area",
    "ablation_curve",
    "agreement",
    "all_coalitions",
    "answer_shares",
    "banzhaf_interactions",
    "banzhaf_values",
    "bus_factor",
    "co_adaptation_score",
    "coalition_values",
    "effective_carriers",
    "fragility",
    "mean_quality",
    "missing_masks",
    "moebius",
    "pair_synergy",
    "quality_kept",
    "sampled_interactions",
    "sampled_mean_quality",
    "sampled_shapley_values",
    "shapley_interactions",
    "shapley_values",
    "solo_quality",
    "sub_teams",
    "zeta",
]
