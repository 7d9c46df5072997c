"""Texts in two languages, and their blanks filled."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "ja")


@cache
def read_texts(package: str, name: str) -> dict[str, str]:
    """Return the texts of a file, a flat object from key to text, that lies in a package."""
    return dict(json.loads(files(package).joinpath(f"{name}.json").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Wording:
    """What results say in one language.

    Attributes
    ----------
    language : {'en', 'ja'}
    """

    language: str

    @property
    def texts(self) -> dict[str, str]:
        """All texts, by key."""
        return read_texts("nn_bridge.results", f"texts/results.{self.language}")

    def __call__(self, key: str, **blanks: object) -> str:
        """Return a text with its blanks filled; a missing one raises KeyError."""
        return self.texts[key].format(**blanks)

    def joined(self, parts: list[str], key: str = "join") -> str:
        """Join parts as this language lists them."""
        return self(key).join(parts)
