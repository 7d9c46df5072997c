"""Calls of somebody's own value function, each made once and kept.

Which file answers what:

- `book`: what did the calls give? In memory, and in one SQLite file that outlives a kill
- `calling`: makes those that are not in the book yet, several at once, within a budget
"""
