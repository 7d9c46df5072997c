"""Writing down what follows the members of a PyTorch model.

The model is run once while every operation that PyTorch dispatches is watched. Those that depend on
who is there become a graph; what else these need is noted: which operation made it, or that it is
a weight.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, fx
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map
from torch.utils.weak import WeakTensorKeyDictionary

from nn_bridge.adapters.pytorch.rest import UNCOUNTED, Needed, Origin, Rest, tensors_in
from nn_bridge.adapters.pytorch.running import UnsupportedError


class Recorder(TorchDispatchMode):  # type: ignore[misc, unused-ignore]
    """Writes down what depends on who is there, while the model runs.

    Parameters
    ----------
    inputs : list of Tensor
        What the model is given.
    masks : int
        C: each input stands there so many times, one after the other.
    weights : iterable of Tensor
        Of the model.
    """

    def __init__(self, inputs: list[Tensor], masks: int, weights: Iterable[Tensor]) -> None:
        super().__init__()
        self.masks = masks
        self._of_weights = {_storage(weight) for weight in weights}
        self.graph = fx.Graph()
        self.weights = self.graph.placeholder("weights")
        self.paused = False
        self.operations: list[Any] = []
        self.largest = 0  # of what the operations before the members take and give
        self._nodes: Any = WeakTensorKeyDictionary()  # of tensors that depend on who is there
        self._origins: Any = WeakTensorKeyDictionary()  # of those that do not
        self._needed: dict[tuple[int, bool], tuple[fx.Node, Needed, Tensor, int]] = {}
        for number, tensor in enumerate(inputs):
            self._origins[tensor] = Origin("input", number)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if self.paused:
            return func(*args, **kwargs)
        if func in UNCOUNTED:
            return self._same(func(*args, **kwargs), args[0])
        number = len(self.operations)
        self.operations.append(func)
        tensors = tensors_in((args, kwargs))
        if not any(tensor in self._nodes for tensor in tensors):
            found = func(*args, **kwargs)
            for which, tensor in enumerate(tensors_in(found)):
                if tensor not in self._origins:
                    self._origins[tensor] = Origin("operation", number, which)
            made = sum(map(_bytes, tensors_in(found)))
            self.largest = max(self.largest, made + sum(map(_bytes, tensors)))
            return found
        self._refuse(func, args, kwargs)
        handed = tree_map(lambda each: self._node(each) if _is(each) else each, (args, kwargs))
        found = func(*args, **kwargs)
        self._note(found, self.graph.call_function(func, *handed), tensors)
        return found

    def _same(self, found: Tensor, tensor: Tensor) -> Tensor:
        """Take one tensor for another."""
        for known in (self._nodes, self._origins):
            if tensor in known:
                known[found] = known[tensor]
        return found

    def silence(self, activation: Tensor, silence: Any, weights: Tensor) -> Tensor:
        """Silence members in an activation, and write that down."""
        self.paused = True
        try:
            depends = activation in self._nodes
            once = activation if depends else silence.first_mask_of(activation, self.masks)
            found: Tensor = silence(once, weights, depends)
        finally:
            self.paused = False
        node = self._node(activation, repeated=depends)
        made = self.graph.call_function(silence, (node, self.weights, depends))
        self._note(found, made, [])
        return found

    def finished(self, output: Tensor) -> Rest:
        """Return the graph that ends with `output`."""
        if output not in self._nodes:
            raise UnsupportedError("what the members give does not reach the output")
        for _, need, tensor, version in self._needed.values():
            if tensor._version != version:
                raise UnsupportedError(f"the model overwrites {need.origin.what}s that it needs")
        self.graph.output(self._nodes[output])
        return Rest(
            graph=self.graph,
            needed=[need for _, need, _, _ in self._needed.values()],
            operations=self.operations,
            masks=self.masks,
            bytes_at_once=max(_at_once(self.graph), self.largest),
            bytes_needed=sum(
                _bytes(tensor) // (1 if need.repeated else self.masks)
                for _, need, tensor, _ in self._needed.values()
                if need.weight is None
            ),
        )

    def _refuse(self, func: Any, args: Any, kwargs: Any) -> None:
        if {torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape} & set(func.tags):
            raise UnsupportedError(f"the model decides by values of the members ({func})")
        for argument, handed in zip(func._schema.arguments, args, strict=False):
            if argument.alias_info is not None and argument.alias_info.is_write:
                for tensor in tensors_in(handed):
                    if tensor not in self._nodes:
                        raise UnsupportedError(f"the model writes over what it was given ({func})")

    def _node(self, tensor: Tensor, *, repeated: bool = True) -> fx.Node:
        if tensor in self._nodes:
            found: fx.Node = self._nodes[tensor]
            return found
        key = id(tensor), repeated  # held below, so no other tensor has this number
        if key not in self._needed:
            origin = self._origins.get(tensor)
            if origin is None or _storage(tensor) in self._of_weights:
                origin = Origin("weight", len(self._needed))
            weight = tensor if origin.what == "weight" else None
            need = Needed(origin, tuple(tensor.shape), tensor.stride(), weight, repeated)
            with self.graph.inserting_after(self._last_placeholder()):
                node = self.graph.placeholder(f"needed_{len(self._needed)}")
            self._needed[key] = node, need, tensor, tensor._version
        return self._needed[key][0]

    def _last_placeholder(self) -> fx.Node:
        return next(reversed([node for node, *_ in self._needed.values()]), self.weights)

    def _note(self, found: Any, node: fx.Node, tensors: list[Tensor]) -> None:
        """Remember the nodes of what an operation gave."""
        storages = {_storage(tensor): tensor for tensor in tensors}
        node.meta["bytes"] = 0
        for tensor in tensors_in(found):
            base = storages.get(_storage(tensor))
            if base is None:
                node.meta["bytes"] += _bytes(tensor)
            elif base in self._nodes:
                node.meta["base"] = self._nodes[base]
        if isinstance(found, Tensor):
            self._nodes[found] = node
        elif isinstance(found, (list, tuple)):
            for at, part in enumerate(found):
                if isinstance(part, Tensor):
                    got = self.graph.call_function(operator.getitem, (node, at))
                    got.meta |= {"bytes": 0, "base": node}
                    self._nodes[part] = got
        else:
            raise UnsupportedError("the model decides by values of the members")


def _at_once(graph: fx.Graph) -> int:
    """Bytes held at most while the graph runs: each result until it is last used."""
    nodes = list(graph.nodes)
    last = {}
    for at, node in enumerate(nodes):
        for used in (node, *node.all_input_nodes):
            while used is not None:  # a view holds what it looks at
                last[used] = at
                used = used.meta.get("base")
    alive = most = 0
    ends: dict[int, int] = {}
    for at, node in enumerate(nodes):
        size = node.meta.get("bytes", 0)
        alive += size
        ends[last[node]] = ends.get(last[node], 0) + size
        most = max(most, alive)
        alive -= ends.pop(at, 0)
    return most


def _is(each: Any) -> bool:
    return isinstance(each, Tensor)


def _storage(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)


def _bytes(tensor: Tensor) -> int:
    return int(tensor.numel() * tensor.element_size())
