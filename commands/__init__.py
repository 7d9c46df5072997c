"""The commands of `run.py`, one a file: what is asked for, and what is printed and written.

`app` has them all; `shared` what they have in common; `ending` how one ends that is cut short.
"""
