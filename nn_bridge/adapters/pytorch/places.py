"""Where in a PyTorch model members fall silent: in what a layer gives, or in its heads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from torch.overrides import TorchFunctionMode

from nn_bridge.measuring.silencing import Asked, Grouped, grouped, no_such_layer
from simulation.checks import InputError

CHANNELS_FIRST = ("Conv", "BatchNorm", "InstanceNorm", "GroupNorm")
"""Layers, by the beginning of their class's name, whose channels are axis 1."""

HEADS = ("num_heads", "num_attention_heads", "n_heads", "n_head", "nhead")
"""Where modules, and their configurations, say how many heads they have."""

Replace = Callable[["Place", Tensor], Tensor | None]
"""Told of each activation that members are in; may give another in its stead."""


@dataclass(eq=False)
class Place:
    """An activation that members are in.

    Attributes
    ----------
    layer : str
    module : nn.Module
    within : bool
        Whether it is what attention gives inside the layer, (B, heads, T, d), before heads are
        joined.
    member : int or None
        Which member the whole layer is; None: its units are members.
    axis : int
        Of the units.
    grouped : Grouped or None
        How its units make members.
    """

    layer: str
    module: Any
    within: bool = False
    member: int | None = None
    axis: int = 0
    grouped: Grouped | None = None

    def settle(self, activation: Tensor, blocks: Any) -> None:
        """Learn from its first activation how many units there are, and so who the members are."""
        if activation.ndim < 2 or not activation.is_floating_point():
            raise InputError(
                f"the layer {self.layer} gives {activation.dtype} of shape "
                f"{tuple(activation.shape)}, but members need numbers with examples and units"
            )
        if self.within:
            self.axis = 1
        else:
            self.axis = (self.axis or (1 if activation.ndim > 3 else -1)) % activation.ndim
        if self.member is None:
            units = activation.shape[self.axis]
            heads = units if self.within else _heads_of(self.module)
            self.grouped = grouped(units, blocks, heads)


def places_of(model: Any, asked: Asked) -> list[Place]:
    """Find the layers that were asked for."""
    modules = dict(model.named_modules())
    modules.pop("")
    for layer in asked.layers:
        if layer not in modules:
            no_such_layer(layer, list(modules))
    if len(asked.layers) > 1:
        return [Place(name, modules[name], member=at) for at, name in enumerate(asked.layers)]
    [name] = asked.layers
    return [Place(name, modules[name], asked.blocks == "heads" and _joins_heads(modules[name]))]


def _joins_heads(module: Any) -> bool:
    """Whether heads are mixed before the module gives anything.

    One that has weights for queries, keys and values (or all three in one) and no others gives its
    heads side by side.
    """
    weighted = [part for part in module.children() if list(part.parameters())]
    return len(weighted) not in (1, 3)


def _heads_of(module: Any) -> int | None:
    for holder in (module, getattr(module, "config", None)):
        for name in HEADS:
            if isinstance(found := getattr(holder, name, None), int):
                return found
    return None


@contextmanager
def watched(places: list[Place], replace: Replace) -> Iterator[None]:
    """Have `replace` told of each activation at `places` while the model runs."""
    with ExitStack() as stack:
        for place in places:
            add = _watch_attention if place.within else _watch_output
            for handle in add(place, replace):
                stack.callback(handle.remove)
        yield


@contextmanager
def axes_noted(model: Any, places: list[Place]) -> Iterator[None]:
    """Note where the units of each place are, while the model runs once.

    It is told by the last module with weights of its own that ran in it or before it: an
    activation behind a convolution has its channels where that has them.
    """
    axis = 0

    def note(module: Any, inputs: Any, output: Any) -> None:
        nonlocal axis
        kind = type(module).__name__.removeprefix("Lazy")
        # Conv1D is what transformers calls a linear layer of GPT-2.
        if kind.startswith(CHANNELS_FIRST) and kind != "Conv1D":
            axis = 1
        elif list(module.parameters(recurse=False)):
            axis = -1
        for place in places:
            if place.module is module:
                place.axis = axis

    with ExitStack() as stack:
        for module in model.modules():
            stack.callback(module.register_forward_hook(note, prepend=True).remove)
        yield


def _watch_output(place: Place, replace: Replace) -> list[Any]:
    def hook(module: Any, inputs: Any, output: Any) -> Any:
        found = first_tensor(output)
        if found is None:
            raise InputError(f"the layer {place.layer} gives no tensor that could fall silent")
        other = replace(place, found)
        return None if other is None else _with_first(output, other)

    return [place.module.register_forward_hook(hook)]


class _Attention(TorchFunctionMode):  # type: ignore[misc, unused-ignore]
    """Tells of what attention gives."""

    def __init__(self, place: Place, replace: Replace) -> None:
        super().__init__()
        self.place, self.replace = place, replace

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        if func is not scaled_dot_product_attention:
            return found
        other = self.replace(self.place, found)
        return found if other is None else other


def _watch_attention(place: Place, replace: Replace) -> list[Any]:
    modes: list[_Attention] = []

    def enter(module: Any, args: Any, kwargs: Any) -> Any:
        modes.append(_Attention(place, replace))
        modes[-1].__enter__()
        if isinstance(module, nn.MultiheadAttention):  # asked for weights, it computes otherwise
            names = ("query", "key", "value", "key_padding_mask", "need_weights", "attn_mask")
            named = dict(zip(names, args, strict=False)) | kwargs
            return (), named | {"need_weights": False}
        return None

    def leave(module: Any, inputs: Any, output: Any) -> None:
        modes.pop().__exit__(None, None, None)

    return [
        place.module.register_forward_pre_hook(enter, with_kwargs=True),
        place.module.register_forward_hook(leave, always_call=True),
    ]


def first_tensor(output: Any) -> Tensor | None:
    """Return what a module gives: the tensor, the logits of a dict, or the first of several."""
    if isinstance(output, Tensor):
        return output
    at = _place_of_first(output)
    return None if at is None else first_tensor(output[at])


def _with_first(output: Any, other: Tensor) -> Any:
    """Return the output with another tensor in place of `first_tensor`."""
    if isinstance(output, Tensor):
        return other
    at = _place_of_first(output)
    changed = _with_first(output[at], other)
    if isinstance(output, dict):
        copy = type(output)(output)
        copy[at] = changed
        return copy
    parts = [changed if each == at else part for each, part in enumerate(output)]
    return type(output)(*parts) if hasattr(output, "_fields") else type(output)(parts)


def _place_of_first(output: Any) -> Any:
    places: Any = ()
    if isinstance(output, dict):
        places = (["logits"] if "logits" in output else []) + list(output)
    elif isinstance(output, (list, tuple)):
        places = range(len(output))
    return next((at for at in places if first_tensor(output[at]) is not None), None)
