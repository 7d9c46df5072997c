"""The Jinja2 templates of all reports, and what they can ask for: numbers, lists, safe Markdown.

They are filled in as those of `nn_bridge.results.templates` are. What goes into Markdown and may
hold its signs, as names and paths do, passes `literal`, and what one could type passes `code`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from nn_bridge.results.templates import environment
from simulation.checks import printable


def render(template: str, **context: Any) -> str:
    """Fill a template in.

    Parameters
    ----------
    template : str
        Its path within `dashboard`.
    **context
        What it names; a name that is missing is an error.
    """
    text = environment("dashboard", literal, code, listed).get_template(template).render(**context)
    # Parts that are left out leave their blank lines behind.
    return re.sub(r"\n{3,}", "\n\n", text) if template.endswith(".md.jinja") else text


def literal(text: str) -> str:
    r"""Escape what Markdown would take for a table's column, a tag, a link or emphasis.

    Examples
    --------
    >>> print(literal("1/2 |t - y|^2 + <c_i, c_j>"))
    1/2 \|t - y\|^2 + &lt;c_i, c_j>
    >>> print(literal("_so_ [a](b) &lt; `x`"))
    \_so\_ [a\](b) &amp;lt; \`x\`
    """
    text = re.sub(r"[\\`*|~]|\b_\B|\B_\b|](?=[(\[:])", r"\\\g<0>", printable(text))
    return re.sub(r"&(?=#?\w+;)", "&amp;", text).replace("<", "&lt;")


def code(text: str) -> str:
    r"""Put what one could type between as many backticks as it takes.

    Examples
    --------
    >>> print(code("python run.py"), code("a`b"), code("`"))
    `python run.py` ``a`b`` `` ` ``
    """
    text = printable(text)
    ticks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " * (text[:1] == "`" or text[-1:] == "`")
    return f"{ticks}{space}{text}{space}{ticks}"


def listed(parts: Sequence[str], comma: str = ", ", last: str = " and ") -> str:
    """Join parts as a sentence does, in English unless told otherwise.

    Examples
    --------
    >>> listed(["A"]), listed(["A", "B", "C"])
    ('A', 'A, B and C')
    """
    return parts[0] if len(parts) == 1 else comma.join(parts[:-1]) + last + parts[-1]
