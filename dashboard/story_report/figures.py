"""The panels of the story as inline SVG, in the colours of the page that they stand in."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.figure import Figure

from dashboard.panels import ALONE
from dashboard.style import ABSENT, COMPLETE, INK, PALE, PAPER, SOFT, drawing, embolden
from experiments.story import Story

SIZE = (5.6, 4.2)
SIZES = {"graph 0": (5.6, 3.5), "graph 1": (5.6, 3.5), "curves": (5.6, 5.2)}
"""Inches, of panels that need another size."""
MARGINS = {"left": 0.15, "right": 0.96, "bottom": 0.18, "top": 0.92}
FEET = {"graph 0": 0.1, "graph 1": 0.1, "curves": 0.34, "missing": 0.2}
"""Bottom margins of panels that need another one; that of the curves holds their names."""

STYLE: Any = {
    # Black is what SVG leaves out, and what is left out cannot be turned light at night.
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    # Letters as paths, for the reader's machine need not have the font.
    "svg.fonttype": "path",
}
VARIABLES = {
    COMPLETE.lower(): "var(--complete)",
    ABSENT.lower(): "var(--absent)",
    INK.lower(): "var(--ink)",
    SOFT.lower(): "var(--soft)",
    PALE.lower(): "var(--pale)",
    PAPER.lower(): "var(--paper)",
}
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"


def draw_panels(story: Story, language: str) -> dict[str, str]:
    """Draw every panel in one language.

    Returns
    -------
    dict of str to str
        An `<svg>` element for each panel, hidden from screen readers (the page says it in words).
        Names inside are unique over both languages, so that all can stand in one page.
    """
    drawn = {}
    with drawing(language) as text, mpl.rc_context(STYLE):
        for name, draw in ALONE.items():
            figure = Figure(figsize=SIZES.get(name, SIZE))
            figure.subplots_adjust(**MARGINS | {"bottom": FEET.get(name, MARGINS["bottom"])})
            draw(figure.add_subplot(), story, text)
            embolden(figure)
            file = io.BytesIO()
            figure.savefig(file, format="svg", transparent=True, metadata=NO_METADATA)
            drawn[name] = inline(file.getvalue(), f"{language}-{name.replace(' ', '-')}")
    return drawn


def inline(svg: bytes, prefix: str) -> str:
    """Turn a file of matplotlib's into an element for a page.

    Parameters
    ----------
    svg : bytes
    prefix : str
        Put before the names inside, as a page must not have one name twice.
    """
    root = ElementTree.fromstring(svg)
    renamed = dict(_names_in_use(root, prefix))
    for parent in root.iter():
        for child in list(parent):
            if child.tag in (SVG + "style", SVG + "metadata"):
                parent.remove(child)  # the page's own style sheet says it for all
    for element in root.iter():
        attributes = dict(element.attrib)
        element.attrib.clear()
        element.tag = element.tag.removeprefix(SVG)
        element.text = element.tail = None
        for name, value in attributes.items():
            if name == "id":
                if value in renamed:
                    element.set(name, renamed[value])
            elif name == LINK:
                element.set("href", "#" + renamed[value.removeprefix("#")])
            elif name == "style":
                element.set(name, _in_page_colours(value))
            else:
                element.set(name, _linked(value, renamed) if "url(" in value else _short(value))
    for given in ("width", "height", "version"):
        root.attrib.pop(given)
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    return ElementTree.tostring(root, encoding="unicode")


def _names_in_use(root: ElementTree.Element, prefix: str) -> Iterator[tuple[str, str]]:
    used: dict[str, None] = {}  # in the order in which they are met, whatever the run
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == LINK:
                used[value.removeprefix("#")] = None
            used.update(dict.fromkeys(re.findall(r"url\(#([^)]+)\)", value)))
    for number, name in enumerate(used):
        yield name, f"{prefix}-{number}"


def _linked(value: str, renamed: dict[str, str]) -> str:
    return re.sub(r"url\(#([^)]+)\)", lambda match: f"url(#{renamed[match[1]]})", value)


def _in_page_colours(style: str) -> str:
    return re.sub("#[0-9a-f]{6}", lambda match: VARIABLES.get(match[0], match[0]), style)


def _short(value: str) -> str:
    return " ".join(value.split())
