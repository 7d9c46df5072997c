"""Stacks of teams: thousands of teams, trained along a replicate axis.

- `team_stack`: the stack, member by member equal to `simulation.Team`; `alike`: what its members
  must share
- `block`: members trained at a time; `draws`: what chance hands them; `alone`: the head start;
  `reliance`: rho, which follows attendance alone
- `kernel`: what a training kernel is given and knows; `kernel_matrices`, and `kernel_one_question`
  where a rehearsal has one: NumPy's; `kernel_compiled`, its rule in `compiled_step`, its arithmetic
  in `lanes`: Numba's
- `size`: what a member costs, and how many to take at a time
- `measures`: the yardstick held to all members at a time
"""

from experiments.stack.size import bytes_per_team, chunk_size
from experiments.stack.team_stack import TeamStack

__all__ = ["TeamStack", "bytes_per_team", "chunk_size"]
