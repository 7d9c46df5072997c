"""`run.py sweep`: thousands of teams, and what they say. A file for each sub-command.

- `group`: the command itself
- `run`: run what the store does not have yet
- `status`, `report`, `export`: read the store, also while it runs
- `check`: networks without relu against the predicted best rates; it needs no store
- `options`: what all others are given: a design, and its store
"""
