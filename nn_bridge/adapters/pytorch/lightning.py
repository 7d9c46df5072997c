"""What is measured after each epoch of Lightning's Trainer, into its logs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from simulation.checks import InputError

PACKAGES = ("lightning.pytorch", "pytorch_lightning")
"""Lightning goes by two names, which do not know each other's classes."""


def epoch_log(log: Callable[[Any, int], dict[str, float]]) -> Any:
    """Return a callback for Lightning's Trainer.

    Parameters
    ----------
    log : function(model, epoch) -> dict of str to float

    Raises
    ------
    InputError
        If there is no Lightning.
    """
    base = _lightning().Callback

    class LightningEpochLog(base):  # type: ignore[misc, valid-type]
        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
            pl_module.log_dict(log(pl_module, trainer.current_epoch))

    return LightningEpochLog()


def _lightning() -> Any:
    """Import Lightning, by the name by which somebody has imported it already."""
    for name in sorted(PACKAGES, key=lambda name: name not in sys.modules):
        try:
            return import_module(name)
        except ImportError:
            continue
    raise InputError("there is no Lightning: install it, as by pip install lightning")
