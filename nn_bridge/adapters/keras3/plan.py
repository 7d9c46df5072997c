"""What runs where in a Keras model: which steps lie before the silenced layers, which behind.

A functional model is a graph, which is walked here as Keras walks it, but in two parts: `before`
is run once a batch of examples, `behind` once a batch of examples and masks. A functional model
inside it is opened where a silenced layer is in it. A layer of somebody's own that has one inside
runs whole, with the `call` of that layer wrapped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from nn_bridge.adapters.keras3.layers import layers_inside, without_training

Key = tuple[int, int]
"""A tensor of the graph: in which call of a model, and its id."""

Run = Callable[[Sequence[Any]], list[Any]]
"""What a step does with the tensors that it takes."""


@dataclass
class Step:
    """One call in a model's graph.

    Parameters
    ----------
    layer : Any
        What is called.
    run : Run
    takes, gives : list of Key
    passes : bool
        Whether it only hands on what it takes.
    """

    layer: Any
    run: Run
    takes: list[Key]
    gives: list[Key]
    passes: bool = False


@dataclass
class Plan:
    """The steps of a model in their order, and what comes out.

    Parameters
    ----------
    inputs : function of x
        Makes of somebody's input the list of tensors that the graph begins with.
    takes : list of Key
        What that is.
    steps : list of Step
    gives : list of Key
        The model's outputs, flat.
    """

    inputs: Callable[[Any], list[Any]]
    takes: list[Key]
    steps: list[Step] = field(default_factory=list)
    gives: list[Key] = field(default_factory=list)


def graph_of(model: Any) -> Any:
    """Return the functional model that a Keras model is, or None where it is not one."""
    graph = getattr(model, "_functional", model)  # a Sequential has one once its input is known
    calls = [getattr(type(part), "call", None) for part in (model, graph)]
    names = [getattr(call, "__qualname__", "") for call in calls]
    plain = names[0] in ("Functional.call", "Sequential.call") and names[1] == "Functional.call"
    return graph if plain else None


def plan_of(model: Any, silenced: Iterable[Any], inputs: Any) -> Plan:
    """Return the steps of a model, opened down to the silenced layers where it can be.

    Parameters
    ----------
    model : keras.Model
    silenced : layers
    inputs : array, tuple of arrays or dict of arrays
        Such as it will be run on.
    """
    wanted = {id(layer) for layer in silenced}
    graph = graph_of(model)
    if graph is None:
        return _whole(model, inputs)
    opened = _Opened(wanted)
    plan = Plan(lambda x: list(graph._standardize_inputs(x)), opened.enter(graph))
    opened.walk(graph, opened.scope)
    plan.steps, plan.gives = opened.steps, [(1, id(tensor)) for tensor in graph.outputs]
    return plan


def _whole(model: Any, inputs: Any) -> Plan:
    """Return the plan of a model that is one step."""
    keras = _keras()
    takes = [(0, number) for number in range(len(keras.tree.flatten(inputs)))]

    def tensors(x: Any) -> list[Any]:
        return [keras.ops.convert_to_tensor(part) for part in keras.tree.flatten(x)]

    def run(given: Sequence[Any]) -> list[Any]:
        x = keras.tree.pack_sequence_as(inputs, list(given))
        return list(keras.tree.flatten(model(x, **without_training(model))))

    return Plan(tensors, takes, [Step(model, run, takes, [(0, -1)])], [(0, -1)])


class _Opened:
    """Walks graphs; those inside graphs as well, where a silenced layer is in them."""

    def __init__(self, wanted: set[int]) -> None:
        self.wanted, self.steps, self.scope = wanted, list[Step](), 0

    def enter(self, graph: Any) -> list[Key]:
        """Begin the next call of a graph; return the keys of its inputs."""
        self.scope += 1
        return [(self.scope, id(tensor)) for tensor in graph.inputs]

    def walk(self, graph: Any, scope: int) -> None:
        """Add the steps of a graph, in the order of Keras's own walk."""
        for depth in sorted(graph._nodes_by_depth, reverse=True):
            for node in graph._nodes_by_depth[depth]:
                if node.operation and not node.is_input:
                    self.add(node, scope)

    def add(self, node: Any, scope: int) -> None:
        layer = node.operation
        takes = [(scope, id(tensor)) for tensor in node.input_tensors]
        gives = [(scope, id(tensor)) for tensor in node.outputs]
        inner = graph_of(layer) if self.inside(layer) else None
        arguments = node.arguments
        said = {name for name, value in arguments.kwargs.items() if value is not None}
        if inner is None or said - {"training"} or len(arguments.args) != 1:
            self.steps.append(Step(layer, _calling(layer, arguments), takes, gives))
            return

        def entered(given: Sequence[Any]) -> list[Any]:
            (structure,), _ = arguments.fill_in(_filled(arguments, given))
            return list(inner._standardize_inputs(structure))

        self.steps.append(Step(None, entered, takes, self.enter(inner), passes=True))
        within = self.scope
        self.walk(inner, within)
        outputs = [(within, id(tensor)) for tensor in inner.outputs]
        self.steps.append(Step(layer, list, outputs, gives, passes=True))

    def inside(self, layer: Any) -> bool:
        """Return whether a silenced layer is in this one."""
        return any(id(inner) in self.wanted for inner in layers_inside(layer) if inner is not layer)


def _calling(layer: Any, arguments: Any) -> Run:
    quiet, keras = without_training(layer), _keras()

    def run(given: Sequence[Any]) -> list[Any]:
        args, kwargs = arguments.fill_in(_filled(arguments, given))
        return list(keras.tree.flatten(layer(*args, **{**kwargs, **quiet})))

    return run


def _filled(arguments: Any, given: Sequence[Any]) -> dict[int, Any]:
    return {id(tensor): value for tensor, value in zip(arguments.keras_tensors, given, strict=True)}


def _keras() -> Any:
    import keras

    return keras
