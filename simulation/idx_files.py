"""The IDX files that MNIST and its kin come in."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from simulation.checks import InputError

UInt8Array = npt.NDArray[np.uint8]

IDX_UNSIGNED_BYTE = 8
"""Type code of MNIST's files in the IDX format; the only one read here."""


def read_idx(path: str | Path, *, axes: int) -> UInt8Array:
    """Read one IDX file of unsigned bytes, plain or gzip-compressed.

    The format: two zero bytes, a type code, the number of axes, each axis's length as a big-endian
    32-bit number, then the values in row-major order.

    Parameters
    ----------
    path : path
    axes : int
        Number of axes it must have: 3 for images, 1 for labels.

    Raises
    ------
    InputError
        If it cannot be read, has another magic number, or another length than its header says.
    """
    try:
        content = Path(path).read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"the IDX file {path} cannot be read: {error}") from None
    magic = bytes([0, 0, IDX_UNSIGNED_BYTE, axes])
    header = 4 + 4 * axes
    if content[:4] != magic:
        raise InputError(
            f"{path} begins with the magic number {content[:4].hex() or 'nothing'}, but an IDX "
            f"file of bytes with {axes} axes begins with {magic.hex()}: is it the right file?"
        )
    shape = [int.from_bytes(content[at : at + 4], "big") for at in range(4, header, 4)]
    expected = header + math.prod(shape)
    if len(content) < header or len(content) != expected:
        raise InputError(
            f"{path} has {len(content)} bytes, but its header promises {expected}: "
            "it was cut short or added to, fetch it again"
        )
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape)


def idx_path(folder: Path, name: str) -> Path:
    """Find the file `name` in `folder`, plain or as .gz, or raise an InputError."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise InputError(
        f"{folder} holds neither {name} nor {name}.gz: name the folder with MNIST's files"
    )
