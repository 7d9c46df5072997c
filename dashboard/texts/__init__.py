"""Every text that people read in a picture or on a page, in English and in Japanese.

Each part (the page, the figures, ..) has one JSON file a language, `PART.LANGUAGE.json`, a flat
object from key to text.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from simulation.checks import one_of

LANGUAGES = ("en", "ja")


@cache
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
    text = files(__package__).joinpath(f"{part}.{language}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))
