"""Links to a state of the page, as its address bar has them: what stands there must make sense."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, quote

from dashboard.live.setup import NUMBER, SETTINGS, VIEW, Setup, read
from simulation.checks import one_of


def checked_link(link: str, **changed: Any) -> str:
    """Return what follows '#' in a link, if the page would take all of it.

    Parameters
    ----------
    link : str
        As it was copied, or its end alone; '' for the page as it opens by itself.
    **changed
        What of the setup is to be otherwise.

    Raises
    ------
    InputError
        If a key is unknown, or a value is not allowed.

    Examples
    --------
    >>> checked_link("http://127.0.0.1:8000/#seed=7&lang=ja", right="absent:1")
    'seed=7&lang=ja&right=absent:1'
    """
    given = dict(parse_qsl(link[link.find("#") + 1 :], keep_blank_values=True))
    given |= {key: str(value) for key, value in changed.items()}
    for key, text in given.items():
        spec = VIEW.get(one_of("key of a link", key, (*SETTINGS, *VIEW)))
        if spec and "words" in spec:
            one_of(key, text, spec["words"])
    read(Setup, {key: _typed(key, text) for key, text in given.items() if key in SETTINGS})
    return "&".join(f"{key}={quote(text, safe=':,;=')}" for key, text in given.items())


def _typed(key: str, text: str) -> Any:
    """Return a value of the setup; one that is not what it should be is told of as it stands."""
    kind = SETTINGS[key]["kind"]
    if kind == "flag":
        return {"true": True, "false": False}.get(text, text)
    if kind == "whole" and re.fullmatch("-?[0-9]{1,19}", text):
        return int(text)
    return float(text) if kind == "real" and NUMBER.fullmatch(text) else text
