"""What things cost, beside the peers.

`make bench`, or `python -m benchmarks`, answers (its tables stand in docs/benchmarks):

- `step`: what does a training step of the article's network cost beside Keras, PyTorch, JAX, ..?
- `stacks`: what does a step of 1,000 teams cost beside batched and compiled peers?
- `rehearsal`: what does Mesa cost a team, beside the same loop in plain NumPy?
- `coalitions`: what do the values of all coalitions cost, and the indices, beside shapiq?
- `silencing`: what does a coalition of a PyTorch model's members cost, beside hooks, captum, msapy?
  (docs/benchmarks/silencing)
- `plan`: what is compared at which sizes? `targets`: what should come out?

It leaves out what takes a machine of its own or a browser:

- `sweep`: how does a sweep grow, to 100,000 teams, and with a second worker; what would Mesa's
  batch_run take? `python -m benchmarks.sweep --part growth --largest 100000`; compiled:
  `python run.py sweep run examples/hundred-thousand.toml --compiled`. See docs/sweep/cost.md.
- `live`: how fast is the page for its visitors, what does a rehearsal cost in its `engine`, and
  what does it achieve `alone`, as one file? `python -m benchmarks.live`, half an hour; docs/page.

How it is measured: `peers` has who takes part, a file each; `worker` is a process that builds and
times them; `race` checks them against a reference and times them in turn; `launches` does all of it
several times. What is made of the times: `ratios` within a round, `growth` with size, `report` the
tables, `figure` the picture; `earlier` reads launches of earlier runs, to add to them.

Nothing imports this package but its tests.
"""
