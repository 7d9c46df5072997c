"""Results on disk: whole or not at all."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from simulation.checks import InputError


def ready_folder(folder: Path, option: str = "--out") -> Path:
    """Make `folder` if needed and see that it can be written, before any work is done for it.

    `option` is what it was named with.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"the output folder {folder} cannot be written ({error.strerror}): "
            f"name another with {option}"
        ) from None
    return folder


def write_whole(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Let `write` fill a temporary file beside `path`, then rename it to `path`."""
    with _temporary(path) as name:
        with open(name, "wb") as file:
            write(file)
        os.replace(name, path)


def write_text(path: Path, text: str) -> None:
    """Write `text` in UTF-8."""
    write_whole(path, lambda file: file.write(text.encode()))


def json_text(content: Any) -> str:
    """Return `content` as readable JSON; nan and infinity, which JSON lacks, are null."""
    return json.dumps(_without_nan(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(path: Path, content: Any) -> None:
    """Write `content` as readable JSON."""
    write_text(path, json_text(content))


def _without_nan(content: Any) -> Any:
    match content:
        case dict():
            return {key: _without_nan(value) for key, value in content.items()}
        case list() | tuple():
            return [_without_nan(value) for value in content]
        case float() if not math.isfinite(content):
            return None
    return content


@contextmanager
def _temporary(path: Path) -> Iterator[str]:
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)  # mkstemp's files are for their owner alone
        try:
            yield name
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
