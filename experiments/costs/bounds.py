"""What no number goes beyond that is asked for: more would be a slip, or run for years."""

MOST_STEPS = 10**9
"""Rehearsals, epochs."""

MOST_SEEDS = 10_000
"""Of networks, each of which is a job, and of the story's teams."""

MOST_PRESENTERS = 1_000

MOST_UNITS = 10**6
"""Hidden units, questions in a rehearsal, samples in a step, abilities of a presenter."""
