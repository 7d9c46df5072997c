"""Who draws: somebody's own line, or one of Keras's layers, told by Python's frames."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from nn_bridge.adapters.strangers import OURS, line_of


def drawing() -> tuple[Any, str, str]:
    """Tell who draws.

    Returns
    -------
    layer or None
        If it is code of one of Keras's layers: which. None for somebody's own code.
    str
        'initializer' where weights are made; of a recurrent cell the name of the rate.
    str
        File and line of somebody's own code.
    """
    import keras

    source = f"{Path(keras.__file__).parent}{os.sep}src{os.sep}"
    through = (OURS, *(f"{source}{part}{os.sep}" for part in ("random", "backend", "ops")))
    frame: Any = sys._getframe(1)
    while frame.f_code.co_filename.startswith(through):
        frame = frame.f_back
    name = frame.f_code.co_filename
    if name.startswith(f"{source}initializers"):
        return None, "initializer", ""
    if not name.startswith(f"{source}layers"):
        return None, "", line_of(frame)
    around = (frame, frame.f_back, frame.f_back.f_back)  # up to Python 3.11 lists have frames
    recurrent = any("recurrent" in each.f_code.co_name for each in around)
    owner = next((each.f_locals["self"] for each in around if "self" in each.f_locals), None)
    return owner, "recurrent_dropout" if recurrent else "dropout", ""
