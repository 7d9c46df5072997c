"""What every result can do: be printed, be shown in Jupyter, be saved, be plain data."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from os import PathLike
from typing import TYPE_CHECKING, Any

from nn_bridge.results.page import fragment, page
from nn_bridge.results.parts import Told
from nn_bridge.results.terminal import text_of
from nn_bridge.results.wording import LANGUAGES, Wording
from simulation.checks import InputError, given, one_of, printable
from simulation.inputs import named_path
from simulation.outputs import json_text, output

if TYPE_CHECKING:
    import pandas as pd


SUFFIXES = (".html", ".json")
"""Of files that a result is saved in."""


class Result(ABC):
    """A result. Dataclasses that are one ask for `repr=False`."""

    @abstractmethod
    def told(self, say: Wording) -> Told:
        """Say it in one language."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return all of it in dicts, lists, texts and numbers, as JSON can hold it."""

    @abstractmethod
    def to_dataframe(self) -> pd.DataFrame:
        """Return its table, one row a site or a member."""

    def __str__(self) -> str:
        return text_of(self.told(Wording("en")))

    def __repr__(self) -> str:
        return printable(f"<{type(self).__name__}: {self.told(Wording('en')).sentence}>")

    def _repr_html_(self) -> str:
        """Show it in Jupyter."""
        return fragment(self.told(Wording("en")))

    def save(self, path: str | PathLike[str], language: str = "en") -> None:
        """Write it to a file: as one page that asks nobody, or as JSON.

        Parameters
        ----------
        path : path
            Ends in .html or in .json.
        language : {'en', 'ja'}
            In which the page opens; the other one is a click away.

        Raises
        ------
        InputError
            If the path ends otherwise, or cannot be written.
        """
        kind = kind_of_file(path, language)
        with output(os.fspath(path)) as write:
            write(lambda file: file.write(self.content(kind, language)))

    def content(self, kind: str, language: str) -> bytes:
        """Return what a file of a kind, one of `SUFFIXES`, holds."""
        if kind == ".json":
            text = json_text(self.to_dict())
        else:
            order = sorted(LANGUAGES, key=lambda name: name != language)
            text = page([(say, self.told(say)) for say in map(Wording, order)])
        return text.encode(errors="backslashreplace")


def kind_of_file(path: str | PathLike[str], language: str) -> str:
    """Return how the file's name ends, or raise if no result is saved so."""
    place = named_path(path, "page or JSON file to write")
    one_of("language", language, LANGUAGES)
    if place.suffix not in SUFFIXES:
        raise InputError(
            f"{given(str(place))} is no name for a result, which is saved as {SUFFIXES[0]} (a "
            f"page) or {SUFFIXES[1]} (its figures): let it end so"
        )
    return place.suffix
