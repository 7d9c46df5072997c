"""Results as plain data: what JSON can hold, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from os import PathLike
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Return a value in dicts, lists, texts and numbers; what is not finite, JSON lacks: None.

    Examples
    --------
    >>> plain({"rate": np.float32(0.5), "shape": (2, np.int64(3)), "error": math.nan})
    {'rate': 0.5, 'shape': [2, 3], 'error': None}
    """
    match value:
        case None | bool() | str() | int():
            return value
        case float() | np.floating():
            return float(value) if math.isfinite(value) else None
        case np.generic():
            return value.item()
        case np.ndarray():
            return plain(value.tolist())
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case list() | tuple() | Set():
            return [plain(each) for each in value]
        case PathLike():
            return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    return repr(value)  # a function, say, that was handed in
