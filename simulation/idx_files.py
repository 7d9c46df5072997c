"""The IDX files that MNIST and its kin come in: no more of them is read than they promise."""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from typing import Any, BinaryIO, cast

import numpy as np

from simulation.arrays import Array
from simulation.checks import InputError
from simulation.inputs import opened, read_at_most

TYPES: dict[int, np.dtype[Any]] = {8: np.dtype("u1"), 12: np.dtype(">i4")}
"""The type codes read here: MNIST's unsigned bytes, and the integers of QMNIST's labels."""

IMAGES = ((8, 3),)
"""Type code and number of axes of a file of images."""

LABELS = ((8, 1), (12, 2))
"""The same of a file of labels: one a row, or QMNIST's rows of eight whose first is the digit."""

MOST_BYTES = 2**29
"""Bytes of the largest file that is read (512 MiB): ten times MNIST's."""


def read_idx(path: str | PathLike[str], kinds: tuple[tuple[int, int], ...]) -> Array:
    """Read one IDX file, plain or gzip-compressed.

    The format: two zero bytes, a type code, the number of axes, each axis's length as a big-endian
    32-bit number, then the values in row-major order.

    Parameters
    ----------
    path : path
    kinds : (type code, number of axes), ..
        What it may hold: `IMAGES` or `LABELS`.

    Raises
    ------
    InputError
        If it cannot be read, has another magic number, or another length than its header says.
    """
    with _unpacked(path) as file:
        return _values(file, path, *_header(file, path, kinds))


def idx_shape(path: str | PathLike[str], kinds: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    """Return the shape that an IDX file promises in its header, and read no more of it.

    Parameters and refusals are those of `read_idx`.
    """
    with _unpacked(path) as file:
        return _header(file, path, kinds)[1]


@contextmanager
def _unpacked(path: str | PathLike[str]) -> Iterator[BinaryIO]:
    with opened(path, "IDX file") as file:
        try:
            compressed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if not compressed:
                yield file
                return
            with gzip.GzipFile(fileobj=file) as inside:
                yield cast(BinaryIO, inside)
        except (EOFError, zlib.error) as error:
            raise InputError(
                f"the IDX file {path} cannot be read: {error}, fetch it again"
            ) from None


def _header(
    file: BinaryIO, path: str | PathLike[str], kinds: tuple[tuple[int, int], ...]
) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magics = {bytes([0, 0, *kind]): kind for kind in kinds}
    magic = file.read(4)
    if magic not in magics:
        raise InputError(
            f"{path} begins with the magic number {magic.hex() or 'nothing'}, but such an IDX file "
            f"begins with {' or '.join(each.hex() for each in magics)}: is it the right file?"
        )
    code, axes = magics[magic]
    header = file.read(4 * axes)
    if len(header) < 4 * axes:
        raise InputError(f"{path} ends in its header: it was cut short, fetch it again")
    shape = tuple(np.frombuffer(header, ">u4").tolist())
    promised = math.prod(shape) * TYPES[code].itemsize
    if not 0 < promised <= MOST_BYTES:
        raise InputError(
            f"{path} promises {promised} bytes of values, {' x '.join(map(str, shape))} of them, "
            f"but 1 to {MOST_BYTES} are read: is it the right file?"
        )
    return TYPES[code], shape


def _values(
    file: BinaryIO, path: str | PathLike[str], kind: np.dtype[Any], shape: tuple[int, ...]
) -> Array:
    promised = math.prod(shape) * kind.itemsize
    content = read_at_most(file, promised + 1)
    if len(content) != promised:
        has = "more" if len(content) > promised else f"only {len(content)}"
        raise InputError(
            f"{path} promises {promised} bytes of values in its header and has {has}: "
            "it was cut short or added to, fetch it again"
        )
    return np.frombuffer(content, kind).reshape(shape)
