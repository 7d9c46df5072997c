"""What a result looks like: in a terminal, in Jupyter, as a page, as plain data.

- `result`: what can each result do? It is told in `parts`, by whoever has made it
- `terminal`: how do they read when they are printed? `rows`: and where there is little room?
- `page`: how do they look in a browser (`parts.html`, `style.css`)? `drawings`: where do lines and
  bars stand? `plain`: what is left for JSON? `loaded`: with which versions was it made?
- `numbers`: how is a number printed, anywhere? `screen`: what is the terminal, and a table there?
- `waiting`: who is told how far long work is?
- `templates`: what fills in a page, and what is every page framed in (`frame.html`, `frame.css`)?
- `wording`: what is said in two languages, in `texts/`
"""
