"""Figures with intervals, out of any game: over examples, masks and starts.

Which file answers what:

- `measuring`: `measured`, which asks games and gives all figures
- `comparing`: `compared`, the same with and without something, over paired seeds
- `asking`: a game's coalitions, while somebody watches how far it is
- `start`: what is asked of one game, and what follows
- `silencing`: what it costs when those fall silent that carry least, or most
- `carrying`: who carries the quality, and how many do
- `summary`: from one game, or one a start, to estimates
- `estimate`: a number, and how sure it is
- `measures`: all figures of a game, by name
"""

from simulation.coalitions.estimates.comparing import Compared, compared
from simulation.coalitions.estimates.estimate import Estimate
from simulation.coalitions.estimates.measures import WARNINGS, Curve, Measures, Pairs, Silent
from simulation.coalitions.estimates.measuring import measured

__all__ = [
    "WARNINGS",
    "Compared",
    "Curve",
    "Estimate",
    "Measures",
    "Pairs",
    "Silent",
    "compared",
    "measured",
]
