"""What a user hands in by name: `package.module:build`, `file.py:build`, a saved network, data.

What the user's own code raises is told in one line, with its type, its text and where it was.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from nn_bridge import load_model
from nn_bridge.adapters.keras3.loading import load_keras
from nn_bridge.npz import read_npz
from simulation.arrays import Array
from simulation.checks import InputError, given, shortened
from simulation.inputs import opened

SAVED = {".keras": load_keras, ".npz": load_model}
"""What reads a saved network, by how its file ends."""

PARTS = "model", "x", "y"
MORE = "loss", "validation", "train", "evaluate", "metric", "members", "blocks"
"""What `build` may give in a dict besides: arguments of `check_up` and `measure`."""

MOST_NAMED = 12
"""Names that a message lists."""


@dataclass(frozen=True)
class HandedIn:
    """A model, with what came with it.

    Attributes
    ----------
    model : object
    x, y : object
        None where they were not given.
    more : dict of str to object
        Other arguments.
    """

    model: Any
    x: Any = None
    y: Any = None
    more: dict[str, Any] = field(default_factory=dict)

    def only(self, *names: str) -> dict[str, Any]:
        """Return those of the other arguments that somebody takes."""
        return {name: self.more[name] for name in names if name in self.more}


def handed_in(named: str, data: Path | None = None) -> HandedIn:
    """Return the model of this name, and its data.

    Parameters
    ----------
    named : str
        'package.module:function', 'file.py:function', or a saved network.
    data : path, optional
        An .npz file with arrays x and y, which stand in for what `build` gives.

    Raises
    ------
    InputError
        If there is no such thing, or it raises something.
    """
    found = saved(named) if Path(named).suffix in SAVED else built(named)
    if data is None:
        return found
    arrays = read_data(data)
    return HandedIn(found.model, arrays["x"], arrays.get("y", None), found.more)


def saved(named: str) -> HandedIn:
    """Return a network from its file."""
    return HandedIn(SAVED[Path(named).suffix](named))


def built(named: str) -> HandedIn:
    """Import a module, call its function and say what that gave."""
    where, colon, name = named.rpartition(":")
    if not (colon and where and name.isidentifier()):
        raise InputError(
            f"{given(named)} names no model: give package.module:build or file.py:build, where "
            "build() returns one, or a saved network (.keras, or .npz as save() writes it)"
        )
    folder = str(Path.cwd())
    if folder not in sys.path:  # as `python -m` has it
        sys.path.insert(0, folder)
    module = from_file(Path(where)) if where.endswith(".py") else from_name(where)
    build = getattr(module, name, None)
    if not callable(build):
        there = [
            each
            for each, thing in vars(module).items()
            if callable(thing) and getattr(thing, "__module__", None) == module.__name__
        ]
        raise InputError(f"{where} has no function {name}: {listed('it has', there)}")
    with users_own(f"{name}() of {where}"):
        made = build()
    return told(made, f"{name}() of {where}")


def told(given_back: Any, what: str) -> HandedIn:
    """Take apart what `build` has given."""
    if isinstance(given_back, Mapping):
        unknown = [str(key) for key in given_back if key not in PARTS + MORE]
        if unknown or "model" not in given_back:
            raise InputError(
                f"{what} gives a dict with {listed('', [str(key) for key in given_back])}, but "
                f"must have 'model', and may have {', '.join(PARTS[1:] + MORE)}"
            )
        held = {name: given_back[name] for name in PARTS if name in given_back}
        more = {name: given_back[name] for name in MORE if name in given_back}
        return HandedIn(**held, more=more)
    if isinstance(given_back, tuple):
        if not 1 <= len(given_back) <= 3:
            raise InputError(
                f"{what} gives {len(given_back)} things, but must give the model, (model, x), "
                "(model, x, y), or a dict of them"
            )
        return HandedIn(*given_back)
    if given_back is None:
        raise InputError(f"{what} gives None, but must give a model: let it return one")
    return HandedIn(given_back)


def from_file(path: Path) -> ModuleType:
    """Import a file by its path."""
    with opened(path, "Python file"):
        pass
    name = f"handed_in_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    assert spec is not None
    assert spec.loader is not None
    folder = str(path.resolve().parent)
    if folder not in sys.path:  # as for `python file.py`
        sys.path.insert(0, folder)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    with users_own(str(path)):
        spec.loader.exec_module(module)
    return module


def from_name(name: str) -> ModuleType:
    """Import a module by its name."""
    if not all(part.isidentifier() for part in name.split(".")):
        raise InputError(
            f"{given(name)} is no name of a module: write package.module, or the path of a .py file"
        )
    importlib.invalidate_caches()
    with users_own(name):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as missing:
            if missing.name is None or not f"{name}.".startswith(f"{missing.name}."):
                raise  # something that the user's module asks for
    there = [path.stem for path in sorted(Path.cwd().glob("*.py"))]
    raise InputError(f"there is no module {name}: {listed('the current folder has', there)}")


def read_data(path: Path) -> dict[str, Array]:
    """Read arrays x and, if it is there, y."""
    with opened(path, "data") as file:
        try:
            arrays = read_npz(file)
        except Exception as error:  # a damaged file can raise nearly anything on its way
            raise InputError(
                f"the data {path} cannot be read ({shortened(str(error), 100)}): give a file that "
                "numpy.savez(file, x=x, y=y) wrote"
            ) from error
    if "x" not in arrays or len(arrays) > 2 or arrays.keys() - {"x", "y"}:
        raise InputError(
            f"the data {path} must be arrays x and y, or x alone, {listed('but it has', arrays)}"
        )
    return arrays


@contextmanager
def users_own(what: str) -> Iterator[None]:
    """Tell in one line what somebody's own code raises, and where."""
    try:
        yield
    except InputError:
        raise
    except (Exception, SystemExit) as error:
        raise InputError(
            f"{what} raises {type(error).__name__}: {shortened(str(error), 300)}{place(error)}"
        ) from error


def place(error: BaseException) -> str:
    """Say where something was raised: the user's own line that led there, if there is one."""
    if isinstance(error, SyntaxError) and error.filename:
        return f" ({near(error.filename)}:{error.lineno})"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if is_own(frame.filename)]
    return f" ({near(own[-1].filename)}:{own[-1].lineno})" if own else ""


def is_own(file: str) -> bool:
    """Tell the user's files from those of libraries, of Python and of ours."""
    path = Path(file)
    foreign = Path(sys.prefix), Path(sys.base_prefix), Path(__file__).parent
    inside = any(path.is_relative_to(folder) for folder in foreign)
    return path.is_file() and not inside and "site-packages" not in path.parts


def near(file: str) -> str:
    """Write a path as seen from the current folder, if it is in there."""
    path = Path(file)
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def listed(begin: str, names: Any) -> str:
    """List names in a message, not all where they are many."""
    names = list(names)
    shown = ", ".join(map(str, names[:MOST_NAMED])) or "nothing"
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{begin} {shown}{more}".strip()
