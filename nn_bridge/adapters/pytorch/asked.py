"""Functions of PyTorch that drop, and what a call of one asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DROPOUT = {
    "dropout": True, "dropout_": True, "dropout1d": True, "dropout2d": True, "dropout3d": True,
    "feature_dropout": True, "alpha_dropout": False, "alpha_dropout_": False,
    "feature_alpha_dropout": False,
}  # fmt: skip
"""Functions that drop, and whether they do unless told to train or not."""

RECURRENT = ("lstm", "gru", "rnn_tanh", "rnn_relu")
ATTENTION = {"scaled_dot_product_attention": 4, "multi_head_attention_forward": 10}
"""Functions with attention inside, and which argument their rate is."""


def asked_of(
    name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[float, bool] | None:
    """Return the rate that a function is asked for and whether it is to drop; None for others."""
    if name in DROPOUT:
        rate = kwargs.get("p", args[1] if len(args) > 1 else 0.5)
        told = kwargs.get("training", kwargs.get("train"))
        if told is None:
            told = args[2] if len(args) > 2 else DROPOUT[name]
        return float(rate), bool(told)
    if name in ATTENTION:
        at = ATTENTION[name]
        rate = float(kwargs.get("dropout_p", args[at] if len(args) > at else 0.0))
        return rate, rate > 0 and bool(kwargs.get("training", True))
    if name in RECURRENT:
        flags = [at for at, each in enumerate(args) if isinstance(each, bool)]
        if flags:
            layers, rate, train = args[flags[0] + 1 : flags[0] + 4]
            if layers > 1:
                return float(rate), bool(train)
    return None
