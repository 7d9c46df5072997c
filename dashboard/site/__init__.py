"""A site for a static host: the live page, the reports, and plain words, in one folder.

- `site.py`: what is written, and under which names; `head.html`: what every page's head says.
- `documents.py`: reports in Markdown as pages, by `document.html`.
- `plain.html`: the story in prose, for readers without scripts; `card.py`: the picture that is
  shown where somebody links to the site. `style.css`: what both kinds of page add to the frame's.
"""
