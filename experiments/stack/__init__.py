"""Stacks of teams: thousands of teams, trained along a replicate axis.

- `team_stack`: the stack, member by member equal to `simulation.Team`
- `block`: members trained at a time; `draws`: what chance hands them
- `matrices`, and `lanes` for one question: NumPy's kernels; `compiled`, its rule in `vectors`:
  Numba's; `alone`: the head start
- `size`: what a member costs, and how many to take at a time
"""

from experiments.stack.size import bytes_per_team, chunk_size
from experiments.stack.team_stack import TeamStack

__all__ = ["TeamStack", "bytes_per_team", "chunk_size"]
