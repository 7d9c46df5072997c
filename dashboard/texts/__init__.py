"""Every text that people read in a picture or on a page, in English and in Japanese.

Each part (the page, the figures, ..) has one JSON file a language, `PART.LANGUAGE.json`, a flat
object from key to text.
"""

from __future__ import annotations

from nn_bridge.results.wording import LANGUAGES, read_texts
from simulation.checks import one_of

__all__ = ["LANGUAGES", "load"]


def load(part: str, language: str) -> dict[str, str]:
    """Return the texts of one part in one language, by key.

    Parameters
    ----------
    part : str
        The first word of the file's name.
    language : {'en', 'ja'}

    Raises
    ------
    InputError
        If the language is another one.
    """
    one_of("language", language, LANGUAGES)
    return read_texts(__package__, f"{part}.{language}")
