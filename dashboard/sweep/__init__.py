"""A sweep as people see it.

- `report`, `report.md.jinja`, `figures`: what it found, on one page
- `status`: how far it is
- `export`: its results as a table to take
"""
