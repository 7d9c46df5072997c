"""What things cost, beside the peers: `python -m benchmarks`.

- `worker`: a process that builds contenders and times them
- `race`: contenders checked against a reference, then timed in turn, again and again
- `ratios`: what the times come to, launch by launch
- `growth`: how cost grows with size
- `step`, `stacks`, `rehearsal`, `coalitions`: the comparisons; `peers`: who takes part
- `report`, `figure`: the tables and the picture; `earlier`: launches of earlier runs

Nothing imports this package but its tests.
"""
