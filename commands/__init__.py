"""The commands of `run.py`, one a file: what is asked for, and what is printed and written.

`app` has them all; `shared` what they have in common; `ending` how one ends that is cut short;
`handed_in` what a user hands in by name, and `results` how that ends.
"""
