"""The main job as one page to mail, in English and Japanese, and as plain tables.

- `page.html` is the page, `style.css` its look, `page.py` what goes into it; `results.py` the same
  figures in Markdown, by `results.md.jinja`.
- `figures.py`: the panels as SVG in the page's colours; `alternatives.py`: the same in words, for
  those who do not see them; `wording.py`: texts of `texts/report.*.json` with their blanks filled.
"""
