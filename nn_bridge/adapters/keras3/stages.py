"""A Keras model in two stages: before the silenced layers, and behind them for many masks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nn_bridge.adapters.keras3.layers import Wrapper, layers_inside, wrapped
from nn_bridge.adapters.keras3.places import Place
from nn_bridge.adapters.keras3.plan import Key, Plan, Step
from nn_bridge.adapters.keras3.tensors import repeated

Silence = Callable[[int, Any, int], Any]
"""Silences at the place of this number; activations are there once, or once for each mask."""

Weigh = Callable[[int], None]
"""Is told how many numbers are held at a time."""


@dataclass
class Silencing(Step):
    """A step that lets members of the place `number` fall silent."""

    number: int = 0


class Stages:
    """What is run once for some examples, and what for each mask as well.

    Parameters
    ----------
    plan : Plan
    places : sequence of Place
    """

    def __init__(self, plan: Plan, places: Sequence[Place]) -> None:
        self.plan, self.places = plan, places
        self.before: list[Step] = []
        self.behind: list[Step] = []
        behind = set[Key]()
        for step in _woven(plan.steps, places):
            late = isinstance(step, Silencing) or self._deeper(step) or behind & {*step.takes}
            (self.behind if late else self.before).append(step)
            if late:
                behind.update(step.gives)
        wanted = {key for step in self.behind for key in step.takes} | {*plan.gives}
        self.kept = wanted & {*plan.takes, *(key for step in self.before for key in step.gives)}

    def first(self, inputs: Any, weigh: Weigh | None = None) -> dict[Key, Any]:
        """Run what lies before; return what the rest takes of it."""
        values = dict(zip(self.plan.takes, self.plan.inputs(inputs), strict=True))
        for step, over in _with_last_uses(self.before, self.kept):
            given = [values[key] for key in step.takes]
            values.update(zip(step.gives, step.run(given), strict=True))
            _weighed(weigh, values)
            for key in over:
                del values[key]
        return {key: values[key] for key in self.kept}

    def rest(
        self,
        kept: Mapping[Key, Any],
        examples: int,
        masks: int,
        silence: Silence,
        weigh: Weigh | None = None,
    ) -> list[Any]:
        """Run what lies behind for C masks at once; return the outputs, (C B, *out) each."""
        wide = dict[Key, Any]()

        def taken(key: Key) -> Any:
            if key not in wide:
                wide[key] = repeated(kept[key], examples, masks)
            return wide[key]

        for step, over in _with_last_uses(self.behind, {*self.plan.gives}):
            if isinstance(step, Silencing):
                (key,) = step.takes
                groups = masks if key in wide else 1
                found = [silence(step.number, wide.get(key, kept.get(key)), groups)]
            else:
                given = [taken(key) for key in step.takes]
                found = self._run(step, given, masks, silence, weigh)
            wide.update(zip(step.gives, found, strict=True))
            _weighed(weigh, wide)
            for key in over:
                wide.pop(key, None)
        return [taken(key) for key in self.plan.gives]

    def _run(
        self, step: Step, given: list[Any], masks: int, silence: Silence, weigh: Weigh | None
    ) -> list[Any]:
        """Run one step; what is deeper inside it is silenced while it runs."""
        deeper = self._deeper(step)
        if not deeper:
            return step.run(given)
        wrappers = {}
        for number in deeper:
            place = self.places[number]
            layer = place.layer._output_dense if place.heads else place.layer
            wrappers[layer] = _silencing(number, place.heads, masks, silence)
        held = _Held()
        others = [layer for layer in layers_inside(step.layer)[1:] if layer not in wrappers]
        with wrapped({**wrappers, **(dict.fromkeys(others, held) if weigh else {})}):
            found = step.run(given)
        if weigh:
            weigh(held.numbers)
        return found

    def _deeper(self, step: Step) -> list[int]:
        """Return the places inside a step's layer, where no plan leads."""
        inside = {id(each) for each in layers_inside(step.layer)[1:]}
        return [number for number, place in enumerate(self.places) if id(place.layer) in inside]


def _woven(steps: Sequence[Step], places: Sequence[Place]) -> list[Step]:
    """Let members fall silent right after the layers that are steps themselves.

    Attention with silent heads becomes two steps: all up to its last projection, and that.
    """
    woven: list[Step] = []
    numbers = {id(place.layer): number for number, place in enumerate(places)}
    for step in steps:
        number = numbers.get(id(step.layer))
        if number is None:
            woven.append(step)
        elif not places[number].heads:
            key = step.gives[0]
            woven += [step, Silencing(step.layer, list, [key], [key], number=number)]
        else:
            key = (-1 - len(woven), number)  # no call of a model has it
            last = step.layer._output_dense
            woven += [
                Step(step.layer, _up_to(last, step), step.takes, [key, *step.gives[1:]]),
                Silencing(step.layer, list, [key], [key], number=number),
                Step(last, _calling(last), [key], step.gives[:1]),
            ]
    return woven


def _calling(layer: Any) -> Callable[[Sequence[Any]], list[Any]]:
    return lambda given: [layer(*given)]


def _up_to(projection: Any, step: Step) -> Callable[[Sequence[Any]], list[Any]]:
    """Return a step that gives what the last projection takes, instead of what it gives."""

    def run(given: Sequence[Any]) -> list[Any]:
        seen = list[Any]()

        def seeing(call: Callable[..., Any], args: Any, kwargs: Any) -> Any:
            seen.append(args[0])
            return call(*args, **kwargs)

        with wrapped({projection: seeing}):
            rest = step.run(given)[1:]
        return [seen[-1], *rest]

    return run


def _silencing(number: int, heads: bool, masks: int, silence: Silence) -> Wrapper:
    import keras

    def wrapper(call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if heads:
            return call(silence(number, args[0], masks), *args[1:], **kwargs)
        found = call(*args, **kwargs)
        first, *others = keras.tree.flatten(found)
        return keras.tree.pack_sequence_as(found, [silence(number, first, masks), *others])

    return wrapper


class _Held:
    """A wrapper that adds up how many numbers the layers give."""

    numbers = 0

    def __call__(self, call: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        import keras

        found = call(*args, **kwargs)
        self.numbers += sum(map(_numbers, keras.tree.flatten(found)))
        return found


def _with_last_uses(steps: Sequence[Step], kept: set[Key]) -> list[tuple[Step, list[Key]]]:
    """Pair each step with what nobody takes after it."""
    last = {key: at for at, step in enumerate(steps) for key in (*step.gives, *step.takes)}
    over: list[list[Key]] = [[] for _ in steps]
    for key, at in last.items():
        if key not in kept:
            over[at].append(key)
    return list(zip(steps, over, strict=True))


def _weighed(weigh: Weigh | None, values: Mapping[Key, Any]) -> None:
    if weigh:
        weigh(sum(map(_numbers, values.values())))


def _numbers(tensor: Any) -> int:
    return math.prod(getattr(tensor, "shape", ()))
