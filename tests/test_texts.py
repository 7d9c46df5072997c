"""The texts: neither language misses one, and each says something with the same blanks to fill."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from dashboard.texts import LANGUAGES, load
from simulation import InputError

FOLDERS = files("dashboard.texts"), files("nn_bridge.results").joinpath("texts")
PARTS = {
    path.name.split(".")[0]: folder
    for folder in FOLDERS
    for path in folder.iterdir()
    if ".json" in path.name
}


def texts(part, language):
    return json.loads(PARTS[part].joinpath(f"{part}.{language}.json").read_text("utf-8"))


MAY_BE_EMPTY = {"column.measure", "space"}
"""Of what nothing, or a space, may be said."""


@pytest.mark.parametrize("part", PARTS)
def test_neither_language_misses_a_text(part):
    english, japanese = (texts(part, language) for language in LANGUAGES)
    assert english.keys() == japanese.keys()
    assert all(isinstance(text, str) for text in [*english.values(), *japanese.values()])
    for key in english.keys() - MAY_BE_EMPTY:
        assert english[key].strip(), key
        assert japanese[key].strip(), key


@pytest.mark.parametrize("part", PARTS)
def test_both_languages_have_the_same_blanks(part):
    english, japanese = (texts(part, language) for language in LANGUAGES)
    for key in english:
        blanks = [sorted(re.findall(r"\{\w*[^}]*\}", text[key])) for text in (english, japanese)]
        assert blanks[0] == blanks[1], key


def test_japanese_is_japanese():
    # A text left in English would pass the other tests.
    for part in PARTS:
        japanese = texts(part, "ja").values()
        written = sum(bool(re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", text)) for text in japanese)
        assert written > 0.8 * len(japanese), part


def test_another_language_is_refused():
    with pytest.raises(InputError, match="language is 'fr'"):
        load("figures", "fr")
