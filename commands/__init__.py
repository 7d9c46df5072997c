"""The commands of `run.py`, one a file: what is asked for, and what is printed and written."""
