"""The live page: a server that rehearses two teams for whoever looks on, and what it sends.

Where is what, in Python:

- `server`: the page's files, and a `Connection` for each socket
- `listening`: the port, and the addresses and names by which it can be reached
- `serving`: uvicorn, which waits for nobody for ever
- `admission`: who is served when more come than there are places
- `names`: the names and the path by which it is known behind a proxy
- `access`: which hosts and origins are let in, the content security policy
- `limits`: how many sessions, how many messages (a token bucket), how long a page may be silent
- `messages`: what a page may say
- `setup`: what a session can be asked to set up, and what a link's changes mean
- `session`: one page's wishes, worked off slice by slice, without a clock or a socket
- `training`: the same for the article's networks
- `pair`: two teams, each with its network twin, and changes while they rehearse
- `digits`: the article's two networks on real digits, units falling silent
- `look`: a team and its twin as they can be shown; a team that diverged is known by it
- `frames`: what a page is sent, the yardstick's measures among it
- `resources`: what the page takes from Python, as one module; `bundle`: modules as one script
- `export`: the page with its engine as one file; `links`: the state that it may open at

and in the page (`page/`; its texts are `dashboard/texts/page.*.json`):

- `main.js`: wires all parts to the session and has them drawn
- `session.js`: what the page knows and can ask for; `in_words.js`: laws, errors, values in words
- `source.js`: whom it asks: Mesa's teams on the server, or the engine in a worker
- `computing.js`, `check.js`: which of them computes, and both held to each other
- `stopped.js`: what is shown of a team that diverged
- `settings.json`: the table of all settings; `address.js`, `link.js`: the address that holds them
- `bet.js`: the bet: its dialog, its sliders, and what is said of it afterwards
- `sent_home.js`: who is sent home, and what is left of the talk
- `guide.js`: the six steps that lead a newcomer
- `controls.js`, `fields.js`: play, step, speed, presets, language, theme; every setting
- `team.js`, `seats.js`: one team and its figures; the round table and its arrows
- `law.js`, `pasted_log.js`: the choice of a team's law; a log pasted as a table
- `chart.js`, `charts.js`: a chart of lines; the curve and the bars
- `solo.js`: what each can do alone
- `twin.js`, `digits.js`: the twin networks; the article's networks on digits
- `notices.js`: lines that tell what happened, and the small explanations
- `printing.js`: the page on paper
- `texts.js`, `theme.js`, `dom.js`, `canvas.js`: words and numbers, colours, elements, canvases
- `showing.js`: one panel alone, for a slide, or the page for a projector
- `index.html`, `style.css` (the page), `panels.css` (what stands in its panels), `showing.css`,
  `presets.json`, `icon.svg`

and what computes without a server (`page/engine/`, in a worker or in Node):

- `random/`: NumPy's streams, draw for draw
- `talk.js`: the made-up talk; `linear.js`: products of small matrices, an orthonormal basis
- `laws.js`, `law_kinds.js`, `moments.js`: who comes, as it is written, drawn and counted
- `team.js`, `presenters.js`, `skills.js`: the team, the one rule by which its people learn, and
  what they know
- `twin.js`: the team as a network; `audience.js`: what both hear
- `refused.js`, `words.js`: what cannot be, and how it is said
- `network.js`, `adam.js`, `coins.js`, `images.js`: the article's network and its training
- `digits.js`, `training.js`: both networks on real digits, as a session has them
- `vectors.js`, `gram.js`, `answers.js`: the talk that a team would give, and what is measured by it
- `measures.js`, `coalitions.js`: the yardstick held to it; sub-teams
- `worker.js`, `session.js`, `pair.js`, `look.js`, `frames.js`: as the modules of these names above
- `messages.js`, `setup.js`: what a page may say, checked; `rounded.js`: numbers as they are drawn
"""
