"""What is measured after each epoch of Keras's `fit`, into its History."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras


class KerasEpochLog(keras.callbacks.Callback):
    """Calls an `EpochLog` after each epoch, and adds its figures to the logs.

    Parameters
    ----------
    log : function(model, epoch) -> dict of str to float
    """

    def __init__(self, log: Callable[[Any, int], dict[str, float]]) -> None:
        super().__init__()
        self.log = log

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Measure; the History gets what is in the logs after this."""
        found = self.log(self.model, epoch)
        if logs is not None:
            logs.update(found)
