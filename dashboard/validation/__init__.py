"""The validation as people read it; what holds is decided in `experiments/validation/`.

- The verdict of a claim, C8 say, is printed by `tables.py` in the terminal, by `claim.md.jinja` in
  the report and by `files.py` and `rows.py` in validation.json and validation.csv; the rule behind
  it is in `experiments/validation/claims.py`.
- `report.md.jinja` is the report, `published.md.jinja` its last table, `report.py` what goes in.
- `effects_figure.py`: all findings in one picture; `figures.py`: the other pictures.
"""
