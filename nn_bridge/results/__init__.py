"""What a result looks like: in a terminal, in Jupyter, as a page, as plain data.

- `numbers`: how is a number printed, anywhere? `screen`: what is the terminal, and a table there?
- `templates`: what fills in a page, and what every page is framed in (`frame.html`, `frame.css`)
- `wording`: what is said in two languages, in `texts/`
"""
