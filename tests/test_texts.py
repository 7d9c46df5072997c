"""The texts: neither language misses one, and each says something with the same blanks to fill."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from dashboard.texts import LANGUAGES, load
from simulation import InputError

PARTS = sorted(
    {path.name.split(".")[0] for path in files("dashboard.texts").iterdir() if ".json" in path.name}
)


@pytest.mark.parametrize("part", PARTS)
def test_neither_language_misses_a_text(part):
    english, japanese = (load(part, language) for language in LANGUAGES)
    assert english.keys() == japanese.keys()
    assert all(text.strip() for text in [*english.values(), *japanese.values()])


@pytest.mark.parametrize("part", PARTS)
def test_both_languages_have_the_same_blanks(part):
    english, japanese = (load(part, language) for language in LANGUAGES)
    for key in english:
        blanks = [sorted(re.findall(r"\{\w*[^}]*\}", text[key])) for text in (english, japanese)]
        assert blanks[0] == blanks[1], key


def test_japanese_is_japanese():
    # A text left in English would pass the other tests.
    for part in PARTS:
        texts = load(part, "ja").values()
        written = sum(bool(re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", text)) for text in texts)
        assert written > 0.8 * len(texts), part


def test_another_language_is_refused():
    with pytest.raises(InputError, match="language is 'fr'"):
        load("figures", "fr")
