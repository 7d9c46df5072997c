"""Figures with intervals, out of any game: over examples, masks and starts.

Which file answers what:

- `estimate`: a number, and how sure it is
- `measures`: all figures of a game, by name
"""

from simulation.coalitions.estimates.estimate import Estimate
from simulation.coalitions.estimates.measures import WARNINGS, Curve, Measures, Pairs, Silent

__all__ = ["WARNINGS", "Curve", "Estimate", "Measures", "Pairs", "Silent"]
