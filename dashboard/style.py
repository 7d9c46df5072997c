"""How every figure looks: colours, lines, and a font that has each language's characters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from dashboard.texts import LANGUAGES, load
from simulation.checks import InputError, one_of

Texts = Mapping[str, str]

# Okabe and Ito's palette: told apart by the colour-blind, and in grey.
COMPLETE, ABSENT, INK, SOFT, PALE = "#D55E00", "#0072B2", "#222222", "#555555", "#8a8a8a"
PAPER = "#fefefe"
"""For what is cut out of a shape: the page's colour, which is not white at night."""
STYLE: Any = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "axes.labelsize": 11,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "legend.fontsize": 10.5,
    "legend.frameon": False,
    "font.family": "DejaVu Sans",
    "text.color": INK,
    "axes.labelcolor": INK,
}
FONT_PACKAGE, JAPANESE = "matplotlib_fontja", "IPAexGothic"


def check_language(language: str) -> None:
    """Raise InputError if `language` is unknown, or its font is not installed."""
    one_of("language", language, LANGUAGES)
    if language == "ja":
        font_file()


@contextmanager
def drawing(language: str) -> Iterator[Texts]:
    """Set style and font for figures in one language, and give their texts.

    Parameters
    ----------
    language : {'en', 'ja'}

    Raises
    ------
    InputError
        If the language is another one, or its font is not installed.
    """
    check_language(language)
    style = STYLE
    if language == "ja":
        add_japanese_font()
        style = STYLE | {"font.family": JAPANESE}
    with mpl.rc_context(style):
        yield load("figures", language)


@cache
def add_japanese_font() -> None:
    """Make the Japanese font known to matplotlib.

    The package that brings the font makes it everybody's default when it is imported, so its file
    is found without importing it. The font has one weight, which also stands for its bold.
    """
    font_manager.fontManager.addfont(font_file())
    regular = font_manager.fontManager.ttflist[-1]
    font_manager.fontManager.ttflist.append(replace(regular, weight=700))


def font_file() -> Path:
    """Return where the Japanese font is."""
    found = find_spec(FONT_PACKAGE)
    file = Path(found.origin or "").parent / "fonts" / "ipaexg.ttf" if found else None
    if file is None or not file.is_file():
        raise InputError(
            "the font for Japanese figures is not installed: pip install matplotlib-fontja"
        )
    return file


def titled(figure: Figure, title: str, subtitle: str) -> None:
    """Set a title and a line or two below it at the top left of a figure."""
    height = float(figure.get_size_inches()[1])
    figure.text(0.008, 1 - 0.12 / height, title, fontsize=20, fontweight="bold", va="top")
    figure.text(0.0085, 1 - 0.62 / height, subtitle, fontsize=12.5, color=SOFT, va="top",
                linespacing=1.4)  # fmt: skip


def save_png(figure: Figure, file: IO[bytes]) -> None:
    """Write `figure` as a PNG that is the same, to the byte, whenever it is drawn."""
    embolden(figure)
    figure.savefig(file, format="png", metadata={"Software": None})


def embolden(figure: Figure) -> None:
    """Draw bold Japanese with a line around it, as its font has one weight only."""
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if text.get_fontweight() == "bold" and text.get_fontname() == JAPANESE:
            width = 0.035 * float(text.get_fontsize())
            text.set_path_effects([withStroke(linewidth=width, foreground=text.get_color())])
