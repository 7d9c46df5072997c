"""Where team and dropout SGD part: with a < 1 presenters learn by a rule of their own.

With the same start, questions and masks the network of `crossing` follows that rule and stays the
same to rounding. A network that trains by dropout's ordinary gradient steps does not, and how far
it is away is measured here. The two are not meant to meet.
"""

from __future__ import annotations

from dataclasses import dataclass

from experiments.costs import Cost, costing
from experiments.crossing import Case
from experiments.processes import reporting
from nn_bridge.bridge import beside_dropout
from simulation.arrays import FloatArray
from simulation.checks import whole

CASE = Case("5 x 4, squared error, a = 0.02", "synthetic", 0.02)


@dataclass(frozen=True, eq=False)
class Parting:
    """How far the team of `CASE` is from a network trained by dropout SGD with the same masks.

    Attributes
    ----------
    differences : (T,) array
        Largest absolute difference in any weight or bias after each rehearsal.
    """

    differences: FloatArray

    @property
    def after(self) -> dict[int, float]:
        """The difference after the first rehearsal and after the last."""
        held = len(self.differences)
        return {number: float(self.differences[number - 1]) for number in sorted({1, held})}

    def to_json(self) -> dict[str, object]:
        """Return what was found, as JSON can hold it."""
        return {
            "case": CASE.name,
            "difference after rehearsal": {str(n): apart for n, apart in self.after.items()},
        }


@costing(lambda rehearsals, _: Cost(5e-4 * rehearsals, 50 * 2**20 + 40 * rehearsals))
def part(rehearsals: int, seed: int) -> Parting:
    """Let the team of `CASE` rehearse beside a network that trains by dropout SGD."""
    whole("rehearsals", rehearsals, least=1)
    return Parting(beside_dropout(CASE.team(seed), rehearsals, reporting(rehearsals)))
