"""What every page and report is filled in by: templates, what they may ask for, a page's frame.

A template stands beside the code that hands it its figures. What goes into HTML is escaped by
itself. A page extends `frame.html`, which has its languages, and asks nobody for anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from nn_bridge.results import numbers

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)


@cache
def environment(package: str, *filters: Callable[..., Any]) -> Environment:
    """Return what fills in the templates of a package, with the page's frame among them.

    Parameters
    ----------
    package : str
        By its full name; paths of templates begin there.
    *filters : function
        What they may ask for besides numbers, each by its name.
    """
    made = Environment(
        loader=ChoiceLoader([PackageLoader(package, ""), PackageLoader(__package__, "")]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    named = (
        numbers.figure, numbers.signed, numbers.small, numbers.power, numbers.percent,
        numbers.part, numbers.minus, *filters,
    )  # fmt: skip
    made.filters |= {function.__name__: function for function in named}
    made.filters["said"] = numbers.Said.of
    return made


def framed(editions: Sequence[dict[str, Any]], package: str) -> dict[str, Any]:
    """Return what `frame.html` asks for.

    Parameters
    ----------
    editions : list of dict
        What is told in each language: by `say`, its `Wording`, and whatever the page needs.
    package : str
        Whose `style.css` is added to the frame's.
    """
    style = "".join(
        files(where).joinpath(name).read_text(encoding="utf-8")
        for where, name in ((__package__, "frame.css"), (package, "style.css"))
    )
    return {"policy": POLICY, "style": Markup(style), "editions": editions}
