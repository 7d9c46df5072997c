"""Thousands of teams: a design of many runs, cut into stacks, kept in a store, and what they say.

- `points`: one way to rehearse, without its seed
- `design`, `written`: which points and seeds, read from a file or a command line
- `plan`: the design cut into chunks that can be run anywhere, in any order
- `estimate`: what they will cost
- `work`: one chunk run as a stack of teams
- `engines`: where chunks run: processes, or a cluster
- `coordinate`, `execution`: a sweep begun or gone on with, and its chunks seen through
- `store`, `tables`, `trouble`: the results on disk, their checksums, and what can be the matter
- `store_files`, `lock`: a store made, opened and repaired; by one only
- `results`, `best_rate`, `answers`: what the results say; `predicted`: what theory says beforehand
- `trained`: networks without relu, against what theory says of them
"""
