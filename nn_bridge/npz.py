"""Reading .npz files that may come from anywhere: no code runs, and no more is read than is there.

`numpy.savez` stores its arrays uncompressed, so a file of that kind holds all that it promises.
"""

from __future__ import annotations

import io
import math
import zipfile
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy

from simulation.arrays import Array
from simulation.checks import InputError


def read_npz(file: BinaryIO) -> dict[str, Array]:
    """Read all arrays that `numpy.savez` wrote.

    Raises
    ------
    InputError, zipfile.BadZipFile, ValueError, ...
        If it is damaged, or of another kind: nearly anything may be raised on the way.
    """
    size = file.seek(0, io.SEEK_END)
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if any(m.compress_type != zipfile.ZIP_STORED for m in members):
            raise InputError("its arrays are compressed")
        if sum(member.file_size for member in members) > size:
            raise InputError("it promises more than it holds")
        arrays = {m.filename.removesuffix(".npy"): _array(archive.read(m)) for m in members}
    if sorted(f"{name}.npy" for name in arrays) != sorted(m.filename for m in members):
        raise InputError("two of its arrays have the same name, or one is none")
    return arrays


def _array(content: bytes) -> Array:
    """Read what `numpy.save` wrote."""
    file = io.BytesIO(content)
    if npy.read_magic(file) != (1, 0):
        raise InputError("an array is not of the version that is written")
    shape, columns_first, dtype = npy.read_array_header_1_0(file)
    if dtype.hasobject:
        raise InputError("it holds objects instead of numbers")
    begin = file.tell()
    if len(content) - begin != math.prod(shape) * dtype.itemsize:
        raise InputError("an array promises more than it holds, or less")
    numbers = np.frombuffer(content, dtype, offset=begin)
    return numbers.reshape(shape, order="F" if columns_first else "C")
