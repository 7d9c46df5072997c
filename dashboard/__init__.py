"""What people look at: tables, figures, reports and the live page; nothing here measures anything.

- `tables.py`: what the commands print; `advice.py`: how many should miss, as `simulate` prints it.
- `figures.py`, with the panels in `panels.py`: the sheet of the main job; `style.py`: colours and
  fonts of every figure, in both languages.
- `templates.py`: how a report is filled in; `policy.py`: what a page allows itself. How a number is
  printed, what the terminal is, and the frame of a page: `nn_bridge/results/`.
- `story_report/`: the main job as one HTML page. `validation/`: the claims with their verdicts.
  `published/`: figures of other papers beside ours. `sweep/`: which absence rate is best.
  `live/`: the page to play with, and its server. `site/`: all of it for a static host.
- `texts/`: everything that is said in two languages, the text of a button too.
"""
