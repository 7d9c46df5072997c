"""The main job as one page to mail, in English and Japanese.

- `page.html` is the page, `style.css` its look, `page.py` what goes into it.
- `figures.py`: the panels as SVG in the page's colours; `alternatives.py`: the same in words, for
  those who do not see them; `wording.py`: texts of `texts/report.*.json` with their blanks filled.
"""
