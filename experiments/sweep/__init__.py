"""Thousands of teams: a design of many runs, cut into stacks, kept in a store, and what they say.

- `points`: one way to rehearse, without its seed
- `design`: which points and seeds, as a file or a command line gives them
- `plan`: the design cut into chunks that can be run anywhere, in any order
- `work`: one chunk run as a stack of teams
- `engines`, `execution`: where chunks run, and how they are seen through
- `store`: the results on disk
- `results`, `best_rate`, `answers`: what the results say
"""
