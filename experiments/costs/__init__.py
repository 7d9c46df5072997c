"""What work costs, known before it is done: seconds of one core, and memory.

- `cost`: a job's cost, hung on its function; what many jobs come to on so many processes
- `bounds`: what no number goes beyond
- `machine`: the memory that there is, and how fast a core is
- `teams`, `networks`: formulas for teams that rehearse, and for networks, trained and measured

Memory is counted from the arrays that are really made; seconds were measured once on one core, and
`machine.pace` scales them to this one. Both are estimates, to a factor of two or three.
"""

from experiments.costs.cost import Cost, check_fits, cost_of, costing, on_processes

__all__ = ["Cost", "check_fits", "cost_of", "costing", "on_processes"]
