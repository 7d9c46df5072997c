"""Shapley values for as many calls as one can pay.

Which file answers what:

- `within`: which calls come next, and what came out
- `fit`: values from pairs of coalitions, and how sure they are
- `pairs`: which pairs there are, and in which order they come up
"""

from simulation.coalitions.spending.within import Carried, shapley_within

__all__ = ["Carried", "shapley_within"]
