"""Studies of published figures as people read them; what holds is decided in the experiments.

- `page.md.jinja` is the page of a study, `page.py` what goes in and what is written beside it.
- `figure.py` draws its curves; `table.py` is what the terminal shows.
"""
