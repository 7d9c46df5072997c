"""A PyTorch model run on examples in evaluation, and its errors told with what it was given."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nn_bridge.adapters.pytorch.keeping import kept
from nn_bridge.adapters.pytorch.places import first_tensor
from nn_bridge.checking.watching import described
from nn_bridge.measuring.data import parts_of, taken
from simulation.arrays import Array
from simulation.checks import InputError, shortened

_HERE = str(Path(__file__).parent)


class Running:
    """A model and all its examples.

    Parameters
    ----------
    model : torch.nn.Module
    inputs : array, tuple of arrays or dict of arrays
        As the model's forward takes them, examples first.
    """

    def __init__(self, model: Any, inputs: Any) -> None:
        self.model, self.inputs = model, inputs
        self.examples = len(parts_of(inputs)[0])

    @contextmanager
    def evaluating(self) -> Iterator[None]:
        """Evaluate; then leave everything as it was."""
        fast = torch.backends.mha.get_fastpath_enabled()
        parts = dict(self.model.named_modules())
        with kept(parts, weights=False), torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the model's own, once for each time that it is run
            # The fused path of nn.TransformerEncoderLayer calls none of the modules in it.
            torch.backends.mha.set_fastpath_enabled(False)
            try:
                self.model.eval()
                yield
            finally:
                torch.backends.mha.set_fastpath_enabled(fast)

    def given(self, rows: Any, times: int = 1) -> Any:
        """Return examples as tensors of the model's kind, on its device, `times` in a row."""
        weight = next((p for p in self.model.parameters() if p.is_floating_point()), None)

        def tensor(array: Array) -> Tensor:
            made = torch.from_numpy(np.array(array))
            if weight is not None:
                made = made.to(weight.device, weight.dtype if made.is_floating_point() else None)
            return made.repeat(times, *[1] * (made.ndim - 1)) if times > 1 else made

        return mapped(tensor, taken(self.inputs, rows))

    def run(self, given: Any) -> Tensor:
        """Run the model; return its first output, (examples, *out)."""
        try:
            if isinstance(given, dict):
                output = self.model(**given)
            else:
                output = self.model(*given) if isinstance(given, tuple) else self.model(given)
        except (InputError, UnsupportedError):
            raise
        except Exception as error:
            if not _of_the_model(error):
                raise
            raise InputError(
                f"the model cannot be run on {described(given)}: {type(error).__name__}: "
                f"{shortened(str(error), 300)}"
            ) from error
        found, examples = first_tensor(output), len(parts_of(given)[0])
        if found is None or not found.ndim or len(found) != examples:
            what = "no tensor" if found is None else f"a tensor of shape {tuple(found.shape)}"
            raise InputError(
                f"the model gives {what} for {examples} examples, but its first output must have "
                "them along its first axis"
            )
        return found


class UnsupportedError(Exception):
    """Why what follows the members cannot be taken out of the model."""


def _of_the_model(error: Exception) -> bool:
    """Whether the user's model raised it, rather than what of ours looks on while it runs."""
    ours = [
        frame.f_code.co_name
        for frame, _ in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename.startswith(_HERE)
    ]
    return ours[-1] in ("run", "__torch_function__")


def mapped(change: Callable[[Any], Any], inputs: Any) -> Any:
    """Change each part of inputs."""
    if isinstance(inputs, dict):
        return {name: change(part) for name, part in inputs.items()}
    return tuple(map(change, inputs)) if isinstance(inputs, tuple) else change(inputs)


def as_numbers(outputs: Tensor) -> Array:
    """Return outputs as NumPy has them."""
    if outputs.dtype in (torch.bfloat16, torch.float16):
        outputs = outputs.float()
    return np.asarray(outputs.detach().cpu().numpy())
