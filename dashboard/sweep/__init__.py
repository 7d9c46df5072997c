"""A sweep as people see it.

- `report`, `report.md.jinja`, `figures`: what it found, on one page
- `status`: how far it is
- `check`: networks without relu against the predicted best rates
- `export`: its results as a table to take
"""
