"""PyTorch models for `measure`: what precedes the members once, masks through the rest in batches.

Where the rest cannot be taken out of the model (its operations depend on the values it computes),
the whole model is run for each mask; the result's notes say so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nn_bridge.adapters.pytorch.additive import ended_with, logits_of
from nn_bridge.adapters.pytorch.places import Place, watched
from nn_bridge.adapters.pytorch.recording import Recorder
from nn_bridge.adapters.pytorch.rest import Harvester, Rest
from nn_bridge.adapters.pytorch.running import Running, UnsupportedError, as_numbers
from nn_bridge.adapters.pytorch.survey import Survey
from nn_bridge.measuring.data import parts_of
from nn_bridge.measuring.evaluating import WIDE
from nn_bridge.measuring.silencing import Asked, Contributions, Silenced
from simulation.arrays import Array, FloatArray
from simulation.checks import InputError, shortened

LEAST, MOST = 256, 4096
"""Examples, once for each mask, that go through the network together, if memory allows that."""

ROUNDING = 1e-4
"""Relative to the largest number, what sums of float32 in another order may differ by."""

FIRST = 8
"""Examples on which a model is looked at before it is known how many fit into memory."""


def silenced(model: Any, inputs: Any, asked: Asked) -> Silenced:
    """Make members of a PyTorch model's layers.

    Parameters
    ----------
    model : torch.nn.Module
    inputs : array, tuple of arrays or dict of arrays
        As the model's forward takes them, examples first.
    asked : Asked
    """
    return TorchNetwork(model, inputs, asked)


def outputs_of(model: Any, inputs: Any) -> Array:
    """Evaluate the model as it is now: hooks that somebody has put there stay."""
    running = Running(model, inputs)
    with running.evaluating():
        return as_numbers(running.run(running.given(slice(None))))


class TorchNetwork(Silenced):
    """See `Silenced`, and `silenced` for the parameters."""

    def __init__(self, model: Any, inputs: Any, asked: Asked) -> None:
        self.running = Running(model, inputs)
        self.examples, self.memory = self.running.examples, asked.memory
        self._chunks: dict[int, list[Tensor]] = {}  # what the rest needs, by the first example
        with self.running.evaluating():
            few = range(min(FIRST, self.examples))
            survey = Survey(self.running, asked, few)
            self.members, self.places, self.notes = survey.members, survey.places, survey.notes
            self.noun = "channels" if survey.channels and asked.blocks is None else ""
            self.silences = survey.silences(None)
            at_once, why = self._that_fit(few)
            self.chunk = math.ceil(self.examples / math.ceil(self.examples / at_once))
            self._activity, means = survey.all_examples(self.chunk)
            if asked.ablation == "mean":
                self.silences = survey.silences(means)
            self.rest: Rest | None = None
            most = 2 ** int(math.log2(max(1, at_once // self.chunk)))
            most = min(most, 2 ** len(self.members))
            for masks in () if why else dict.fromkeys((most, 1)):
                why = self._take_out(masks)
                if not why:
                    return
            self.rest = None
            self.notes += (f"the whole model was run for each mask: {why}",)

    def outputs(self, rows: slice, weights: FloatArray) -> Array:
        """See `Silenced.outputs`."""
        with self.running.evaluating():
            if self.rest is None:
                return np.stack([as_numbers(self._whole(rows, one)) for one in weights])
            parts = [as_numbers(part) for part in self._by_rest(self.rest, rows, weights)]
        return np.concatenate(parts)[: len(weights)]

    def activity(self) -> FloatArray | None:
        """See `Silenced.activity`."""
        return self._activity

    def additive(self) -> Contributions | None:
        """See `Silenced.additive`."""
        found = None if self.rest is None else logits_of(self.rest.graph)
        if self.rest is None or found is None:
            return None
        linear, then = ended_with(self.rest, found[0]), found[1]
        n = len(self.members)
        some = np.random.default_rng(0).random(n) * 2  # to see whether it is so
        weights = np.concatenate([np.eye(n), np.zeros((1, n)), some[None]])
        parts: list[Array] = []
        with self.running.evaluating():
            for start in range(0, self.examples, self.chunk):
                rows = slice(start, start + self.chunk)
                said = [as_numbers(part) for part in self._by_rest(linear, rows, weights)]
                part = np.concatenate(said)[: n + 2].astype(float)
                if n * self.examples * part[0, 0].size * 8 > self.memory // 2:
                    return None
                parts.append(part.reshape(*part.shape[:2], -1))
        logits = np.concatenate(parts, axis=1)  # (N + 2, M, K)
        nobody = logits[n]
        contributions = logits[:n] - nobody
        summed = np.tensordot(some, contributions, axes=1) + nobody
        apart = max(np.abs(nobody - nobody[0]).max(), np.abs(summed - logits[n + 1]).max())
        if apart > ROUNDING * np.abs(logits).max():
            return None  # what is there without the members may depend on the example
        return Contributions(contributions, nobody[0], then)

    def _that_fit(self, few: range) -> tuple[int, str]:
        """How many examples fit into half of the memory, and why no rest can be taken out."""
        why, given = "", self.running.given(few)
        try:
            rest = self._recorded(few, 1)
            each = rest.bytes_at_once + rest.bytes_needed
        except UnsupportedError as error:
            why = str(error)
            meter = Recorder(parts_of(given), 1, ())
            with meter:
                self.running.run(given)
            each = 2 * meter.largest
        each = max(1, each)
        fit = len(few) * (self.memory // 2) // each
        if not fit:
            raise InputError(
                f"memory is {self.memory} bytes, but one example alone takes about "
                f"{2 * each // len(few)}: give more"
            )
        # An accelerator is idle where little is done at once.
        on_cpu = str(parts_of(given)[0].device) == "cpu"
        here = WIDE * len(few) // each if on_cpu else MOST
        return min(fit, MOST, max(LEAST, here)), why

    def _recorded(self, rows: Any, masks: int) -> Rest:
        given = self.running.given(rows, masks)
        recorder = Recorder(parts_of(given), masks, self.running.model.parameters())
        weights = torch.ones(masks, len(self.members), device=parts_of(given)[0].device)

        def silence(place: Place, activation: Tensor) -> Tensor:
            return recorder.silence(activation, self.silences[place], weights)

        with watched(self.places, silence), recorder:
            output = self.running.run(given)
        return recorder.finished(output)

    def _take_out(self, masks: int) -> str:
        """Take the rest out, and hold it to the whole model; return why that fails."""
        self._chunks.clear()
        try:
            rest = self._recorded(self._padded(0), masks)
            there = np.random.default_rng(0).integers(0, 2, (masks, len(self.members)))
            weights = np.asarray(there * 1.5, dtype=np.float64)
            last = (self.examples - 1) // self.chunk * self.chunk
            for start in {0, last}:
                rows = slice(start, start + self.chunk)
                [found] = self._by_rest(rest, rows, weights)
                for one, mine in zip(weights[:2], found, strict=False):
                    if not _alike(self._whole(rows, one), mine):
                        return "what follows the members did not give what the whole model gives"
        except UnsupportedError as error:
            return str(error)
        except RuntimeError as error:  # of an operation that cannot be run so
            return f"what follows the members could not be run alone ({shortened(str(error))})"
        self.rest = rest
        return ""

    def _padded(self, start: int) -> Any:
        """Number the examples of a chunk, the last one again for those that are not there."""
        return np.minimum(np.arange(start, start + self.chunk), self.examples - 1)

    def _whole(self, rows: slice, weights: FloatArray) -> Tensor:
        """Run the whole model for one mask."""
        given = self.running.given(rows)
        masks = torch.as_tensor(weights[None], device=parts_of(given)[0].device)

        def silence(place: Place, activation: Tensor) -> Tensor:
            silenced: Tensor = self.silences[place](activation, masks, False)
            return silenced

        with watched(self.places, silence):
            return self.running.run(given)

    def _by_rest(self, rest: Rest, rows: slice, weights: FloatArray) -> Iterator[Tensor]:
        """Run the rest for as many masks at a time as it was written down for, (C, B, *out)."""
        start, stop, _ = rows.indices(self.examples)
        needed = self._needed(rest, start)
        masks = torch.as_tensor(weights, device=needed[0].device)
        if short := -len(masks) % rest.masks:
            masks = torch.cat([masks, masks[-1:].expand(short, -1)])
        for some in masks.split(rest.masks):
            found = rest.run(some, *needed)
            yield found.unflatten(0, (rest.masks, -1))[:, : stop - start]

    def _needed(self, rest: Rest, start: int) -> list[Tensor]:
        """What the rest needs for a chunk, by its first example; kept while there is room."""
        if start not in self._chunks:
            given = self.running.given(self._padded(start))
            harvester = Harvester(rest, parts_of(given))
            with watched(self.places, lambda _, each: harvester.apart(each)), harvester:
                self.running.run(given)
            needed = rest.of_chunk(harvester.finished())
            if (len(self._chunks) + 1) * rest.bytes_needed > self.memory // 4:
                return needed
            self._chunks[start] = needed
        return self._chunks[start]


def _alike(these: Tensor, those: Tensor) -> bool:
    """Whether they are the same but for rounding, which depends on how many run at once."""
    bound = torch.finfo(these.dtype).eps ** 0.5 * float(these.abs().max())
    return these.shape == those.shape and bool(((these - those).abs() <= bound).all())
