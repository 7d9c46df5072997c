"""Whether what follows the members is linear, told by the operations that it consists of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import fx

from nn_bridge.adapters.pytorch.rest import Rest
from nn_bridge.adapters.pytorch.silence import Silence

SAME = {
    "view", "_unsafe_view", "_reshape_alias", "reshape", "t", "transpose", "permute", "expand",
    "clone", "alias", "detach", "contiguous", "select", "slice", "squeeze", "unsqueeze", "split",
    "split_with_sizes", "unbind", "chunk", "flatten", "sum", "mean", "neg", "_to_copy",
    "avg_pool1d", "avg_pool2d", "avg_pool3d", "_adaptive_avg_pool2d", "_adaptive_avg_pool3d",
    "constant_pad_nd", "index_select", "index", "gather", "repeat", "roll", "flip", "getitem",
    "upsample_nearest2d", "upsample_bilinear2d", "lift_fresh",
}  # fmt: skip
"""Operations that are linear in their first argument, the only one that depends on who is there."""

ADDED = {"add", "add_", "sub", "sub_", "rsub", "cat", "stack"}
"""Operations that are linear in all of theirs."""

PRODUCTS = {"mul", "mul_", "mm", "bmm", "matmul", "linear", "convolution", "div", "div_"}
"""Operations of which one factor may depend on who is there; of a quotient, what is divided."""

SUMS_OF_PRODUCTS = {"addmm", "baddbmm"}
"""The same behind something that is added."""

NORMS = {"native_batch_norm": 5, "cudnn_batch_norm": 5, "_native_batch_norm_legit_no_training": 0}
"""Normalisation by what was learned: which argument says that it is by the batch instead, if one
does."""

ENDS = {"_softmax": "softmax", "_log_softmax": "log_softmax"}
"""What may come last, behind logits."""


def logits_of(graph: fx.Graph) -> tuple[fx.Node, str] | None:
    """Return up to which node a graph is linear in the weights, and what follows: '' or an end.

    None if that is not all of it.
    """
    [result] = graph.find_nodes(op="output")[0].all_input_nodes
    end = ENDS.get(_name(result), "")
    if end:
        result = result.args[0]
    depends: set[fx.Node] = set()
    for node in graph.nodes:
        if node.op == "placeholder":
            if node.target == "weights":
                depends.add(node)
            continue
        if node.op == "output":
            break
        mine = [each for each in node.all_input_nodes if each in depends]
        if not mine:
            continue
        if not _linear(node, depends):
            return None
        depends.add(node)
        if node is result:
            return result, end
    return None


def ended_with(rest: Rest, last: fx.Node) -> Rest:
    """Return the rest up to a node."""
    graph = fx.Graph()
    of_copy: dict[fx.Node, fx.Node] = {}
    graph.graph_copy(rest.graph, of_copy)
    graph.output(of_copy[last])
    return replace(rest, graph=graph)


def _linear(node: fx.Node, depends: set[fx.Node]) -> bool:
    name, args = _name(node), node.args
    among = [isinstance(each, fx.Node) and each in depends for each in args]
    if any(each in depends for each in _nodes(node.kwargs)):
        return False
    if isinstance(node.target, Silence):
        return not among[0]
    if name in ADDED:
        return True
    if name in SAME or (name in NORMS and not (NORMS[name] and args[NORMS[name]])):
        return among[0] and not any(each in depends for each in _nodes(args[1:]))
    if name in PRODUCTS:
        first_only = name in ("div", "div_", "convolution", "linear")
        return sum(among) == 1 and (among[0] or not first_only)
    if name in SUMS_OF_PRODUCTS:
        return sum(among[1:]) <= 1
    return False


def _name(node: fx.Node) -> str:
    target: Any = node.target
    if isinstance(target, torch._ops.OpOverload):
        return str(target.overloadpacket.__name__)
    return str(getattr(target, "__name__", ""))


def _nodes(tree: Any) -> list[fx.Node]:
    found: list[fx.Node] = []
    fx.node.map_arg(tree, found.append)
    return found
