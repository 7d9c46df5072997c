"""Where in a folder the four files of MNIST or its kin are, whoever packed them."""

from __future__ import annotations

import difflib
import re
from os import PathLike
from pathlib import Path

from simulation.checks import InputError
from simulation.inputs import named_folder, told

_NAME = re.compile(
    r"(?P<set>.*-)?(?P<part>train|t10k|test)-(?P<what>images|labels)[-.]idx[123]-(ubyte|int)"
    r"(?P<packed>\.gz)?",
    re.IGNORECASE,
)
"""MNIST's own names, and with a dot as some unpack them; EMNIST's and QMNIST's, which begin with
the set's name and have 'test' for 't10k'; packed or not."""

_FILES = ("train-images", "train-labels", "t10k-images", "t10k-labels")

_Sets = dict[str, dict[str, Path]]
"""By the name of a set, which MNIST itself lacks, its files by what they are in `_FILES`."""


def mnist_files(folder: str | PathLike[str]) -> list[Path]:
    """Find training images and labels, test images and labels.

    They are in the folder itself, or each in a folder of its own there (as from Kaggle), or in
    `raw` or in `MNIST/raw` and the like (as torchvision leaves them). Files with MNIST's own names
    come before those of other sets beside them, and unpacked ones before packed ones.

    Raises
    ------
    InputError
        If the folder holds none, or not all four, or those of several sets.
    """
    path = named_folder(folder, "folder of images")
    seen: list[str] = []
    found: _Sets = {}
    with told(path, "folder of images"):
        for places in [path], [path / "raw"], sorted(path.glob("*/raw")):
            sets = _sets([place for place in places if place.is_dir()], path, seen)
            whole = {name: files for name, files in sets.items() if len(files) == len(_FILES)}
            if len(whole) > 1 and "" not in whole:
                raise InputError(
                    f"{path} holds several sets of images ({', '.join(sorted(whole))}): name a "
                    "folder with one of them"
                )
            if whole:
                files = whole.get("") or next(iter(whole.values()))
                return [files[each] for each in _FILES]
            found |= sets
    raise _missing(path, seen, found)


def _sets(places: list[Path], folder: Path, seen: list[str]) -> _Sets:
    """Sort the files of some places into sets; add the names of all to those `seen`."""
    sets: _Sets = {}
    for place in places:
        there = list(place.iterdir())
        own = [each for each in there if _NAME.fullmatch(each.name) and each.is_dir()]
        paths = there + [path for each in own for path in each.iterdir()]
        named = [(path, _NAME.fullmatch(path.name)) for path in paths if path.is_file()]
        seen += [path.name for path, _ in named]
        matched = [(path, match) for path, match in named if match]
        for path, match in sorted(
            matched, key=lambda each: (bool(each[1]["packed"]), len(each[0].parts), each[0].name)
        ):
            part = "train" if match["part"].lower() == "train" else "t10k"
            above = "" if place.parent == folder or place == folder else f"{place.parent.name}/"
            name = above + (match["set"] or "").lower()
            sets.setdefault(name, {}).setdefault(f"{part}-{match['what'].lower()}", path)
    return sets


def _missing(folder: Path, seen: list[str], found: _Sets) -> InputError:
    """Name the first file missing from the set of which most is there, and what is like it."""
    name, files = max(found.items(), key=lambda each: len(each[1]), default=("", {}))
    what = next(each for each in _FILES if each not in files)
    wanted = what + ("-idx3-ubyte" if "images" in what else "-idx1-ubyte")
    of_set = f" of the set {name.strip('-/')}" if name else ""
    similar = difflib.get_close_matches(wanted, sorted(set(seen)), n=4, cutoff=0.5)
    return InputError(
        f"{folder} holds no {wanted}{of_set}, plain or as .gz: name the folder with MNIST's files"
        + (f"; similar names there are {', '.join(similar)}" if similar else "")
    )
