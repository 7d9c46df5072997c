"""Small files as MNIST and its kin come in, under the names that they are given."""

import gzip
import struct

import numpy as np

from simulation.idx_files import TYPES

IMAGES, LABELS = "images-idx3-ubyte", "labels-idx1-ubyte"


def idx(values, code=8):
    """Write an array as the IDX format wants it: bytes, or by another code other numbers."""
    values = np.asarray(values, dtype=TYPES[code])
    header = struct.pack(f">HBB{values.ndim}I", 0, code, values.ndim, *values.shape)
    return header + values.tobytes()


def digit_files(train=12, show=5, side=3, seed=0):
    """Return the four files of a small MNIST, by name."""
    rng = np.random.default_rng(seed)
    files = {}
    for part, size in (("train", train), ("t10k", show)):
        files[f"{part}-{IMAGES}"] = idx(rng.integers(256, size=(size, side, side)))
        files[f"{part}-{LABELS}"] = idx(rng.integers(10, size=size))
    return files


def spread(folder, files, packing=str):
    """Write files, or their packed form, under the names that `packing` gives them."""
    for name, content in files.items():
        path = folder / packing(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content) if path.suffix.lower() == ".gz" else content)
    return folder
