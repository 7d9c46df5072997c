"""Sequential: layers in a row, trained as Keras does; one network, or a stack of them at once.

With `seed=[s0, s1, ...]` the weights get a leading replicate axis R and one call trains R networks.
Member r is the network that `seed=s_r` alone would give: same start, same order of the data, same
masks. Each of the three has its own stream of chance, so a change of rate changes only the masks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nn_bridge import losses, optimizers
from nn_bridge.dense import Dense
from nn_bridge.dropout import Dropout
from nn_bridge.layer import Layer, Shape, Streams, checked_shape
from nn_bridge.plan import Plan, plan_for
from nn_bridge.samples import check_samples, shape_of_one, some_of
from nn_bridge.storage import read_model, save_model
from nn_bridge.training import (
    History,
    Logs,
    as_keras,
    diverged,
    mean_of_batches,
    plain,
    reporting,
    slices,
)
from simulation.checks import InputError, one_of, whole

Array = npt.NDArray[Any]
Masks = Mapping[Dropout, Any]

EVALUATE_AT_ONCE = 1024
"""Samples that `evaluate` and `predict` take through the network together."""


class Sequential:
    """Layers in a row.

    Parameters
    ----------
    layers : sequence of Layer
    seed : int or sequence of int, optional
        An int gives one network, a sequence a stack of as many; None draws a seed from the system.
    dtype : {'float32', 'float64'}
        Of all weights, activations and gradients.

    Examples
    --------
    >>> from nn_bridge.dense import Dense
    >>> from nn_bridge.dropout import Dropout
    >>> stack = Sequential([Dropout(0.2, input_shape=(4,)), Dense(3)], seed=[0, 1])
    >>> stack(np.ones((5, 4))).shape
    (2, 5, 3)
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        seed: int | Sequence[int] | None = None,
        dtype: str = "float32",
    ) -> None:
        self.layers = list(layers)
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise InputError(f"{layer!r} is no layer: use the layers of nn_bridge.dense")
        if not self.layers:
            raise InputError("the network has no layers: give it at least one, such as Dense(10)")
        self.dtype = np.dtype(one_of("dtype", dtype, ("float32", "float64")))
        self.seed = _checked_seed(seed)
        self.replicates: Shape = (len(self.seed),) if isinstance(self.seed, list) else ()
        self.optimizer: optimizers.Optimizer | None = None
        self.loss: losses.Loss | None = None
        self.metrics: list[str] = []
        self.input_shape: Shape | None = None
        if self.layers[0].input_shape is not None:
            self.build(self.layers[0].input_shape)

    def build(self, input_shape: Shape) -> None:
        """Make all weights for samples of `input_shape` (without the batch axis)."""
        shape = first_shape = checked_shape(input_shape)
        seeds = self.seed if isinstance(self.seed, list) else [self.seed]
        start, order, chance = zip(
            *(np.random.SeedSequence(s).spawn(3) for s in seeds), strict=True
        )
        initial = [np.random.default_rng(sequence) for sequence in start]
        # Masks are seeded by depth, so that a Dropout left out does not move those further on.
        masks = [sequence.spawn(1)[0] for sequence in chance]
        learns_before = False
        for layer in self.layers:
            layer.passes_back = learns_before
            layer.build(shape, Streams(initial, masks, self.replicates), self.dtype)
            shape = layer.output_shape
            if layer.parameters:
                learns_before = True
                masks = [sequence.spawn(1)[0] for sequence in chance]
        self.shuffles = [np.random.default_rng(sequence) for sequence in order]
        self.input_shape = first_shape

    def compile(
        self,
        optimizer: str | optimizers.Optimizer = "sgd",
        loss: str | losses.Loss = "sparse_categorical_crossentropy",
        metrics: Sequence[str] = (),
    ) -> None:
        """Choose how to learn.

        Parameters
        ----------
        optimizer : 'sgd', 'adam' or an Optimizer that no other network uses
        loss : a name in `losses.LOSSES`, or a Loss
        metrics : [] or ['accuracy']
        """
        chosen = losses.get(loss)
        last = self.layers[-1]
        if not isinstance(last, Dense):
            raise InputError(
                f"the last layer is {type(last).__name__}, but training needs outputs that learn: "
                "end with a Dense layer"
            )
        if chosen.takes_logits and last.activation != "softmax":
            raise InputError(
                f"loss {chosen.name} needs probabilities, but the last layer's activation is "
                f"{last.activation}: end with Dense({last.units}, activation='softmax')"
            )
        if isinstance(metrics, str):
            raise InputError(f"metrics is {metrics!r}, but must be a list: write [{metrics!r}]")
        self.metrics = [one_of("a metric", metric, ("accuracy",)) for metric in metrics]
        if self.metrics and last.units < 2:
            raise InputError(
                "accuracy compares outputs, but there is one only: leave the metric out"
            )
        self.loss, self.optimizer = chosen, optimizers.get(optimizer)

    def fit(
        self,
        x: Any,
        y: Any,
        batch_size: int = 32,
        epochs: int = 1,
        verbose: str | int = "auto",
        validation_data: tuple[Any, Any] | None = None,
        shuffle: bool = True,
        on_epoch_end: Callable[[int, Logs], None] | None = None,
    ) -> History:
        """Train on all samples, `epochs` times; the last batch of an epoch may be smaller.

        Parameters
        ----------
        x : (P, *input_shape) array, or (R, P, *input_shape) with data for each network of a stack
        y : (P,) labels or (P, K) array, or the same with a leading R
        verbose : {'auto', 0, 1, 2}
            Silent, a progress bar, or a line an epoch; 'auto' is a bar if a terminal looks on.
        validation_data : (x, y), optional
            Evaluated after each epoch.
        on_epoch_end : function(epoch, logs), optional
            Called after each epoch, counted from 0, with what History gets.

        Raises
        ------
        InputError
            If the data do not fit the network.
        DivergedError
            If loss or weights stop being finite.
        """
        whole("batch_size", batch_size, least=1)
        whole("epochs", epochs, least=0)
        if not isinstance(shuffle, bool):
            raise InputError(f"shuffle is {shuffle!r}, but must be True or False")
        x, targets = self._pair(x, y)
        validation = None if validation_data is None else self._pair(*_two(validation_data))
        history = History()
        plan, steps = self._plan(x, targets, batch_size), -(-self._count(x) // batch_size)
        with reporting(verbose, epochs) as report:
            for epoch in range(epochs):
                order, when = self._order(self._count(x), shuffle), f"epoch {epoch + 1}, "
                if plan is None:
                    logs = self._train_epoch(x, targets, batch_size, order, when)
                else:
                    logs = plan.epoch(order, when)
                for parameter in self.parameters():
                    self._check_finite("a weight", parameter, f"{when}after step {steps}")
                if validation is not None:
                    seen = self._evaluate(*validation, EVALUATE_AT_ONCE)
                    logs |= {f"val_{name}": value for name, value in seen.items()}
                history.add(epoch, logs)
                report(epoch, logs)
                if on_epoch_end is not None:
                    on_epoch_end(epoch, logs)
        return history

    def train_on_batch(self, x: Any, y: Any, masks: Masks | None = None) -> Any:
        """Take one step on one batch; return the loss, or [loss, accuracy], from before the step.

        `masks` hands dropout layers who is kept, {layer: mask}; see `Dropout.forward`.
        """
        return as_keras(self._train_step(*self._pair(x, y), masks))

    def loss_and_gradients(self, x: Any, y: Any, masks: Masks | None = None) -> Any:
        """Fill each layer's `gradients` as a training step would; return the loss."""
        return plain(self._backpropagate(*self._pair(x, y), masks)["loss"])

    def apply_gradients(self) -> None:
        """Let the optimizer take one step down the layers' `gradients`."""
        _, optimizer = self._compiled()
        gradients = [g for layer in self.layers for g in layer.gradients.values()]
        with np.errstate(over="ignore", invalid="ignore"):
            optimizer.step(self.parameters(), gradients)

    def evaluate(
        self, x: Any, y: Any, batch_size: int = EVALUATE_AT_ONCE, return_dict: bool = False
    ) -> Any:
        """Return the loss, or [loss, accuracy] (or a dict of them), without dropout."""
        logs = self._evaluate(*self._pair(x, y), whole("batch_size", batch_size, least=1))
        return logs if return_dict else as_keras(logs)

    def predict(self, x: Any, batch_size: int = EVALUATE_AT_ONCE) -> Array:
        """Return the outputs for x, without dropout: (P, K), or (R, P, K) for a stack."""
        whole("batch_size", batch_size, least=1)
        x = self._samples(x)
        outputs = [self(self._rows(x, rows)) for rows in slices(self._count(x), batch_size)]
        return np.concatenate(outputs, axis=-1 - len(self.layers[-1].output_shape))

    def __call__(self, x: Any, training: bool = False, masks: Masks | None = None) -> Array:
        """Return the outputs for x; with `training` through dropout."""
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = self._forward(self._samples(x), training, masks, len(self.layers))
        self._check_finite("the output", outputs, "the forward pass")
        return outputs

    def summary(self) -> None:
        """Print the layers, the shapes that come out of them and how many numbers they learn."""
        stack = f", a stack of {self.replicates[0]}" if self.replicates else ""
        print(f"Sequential ({self.dtype}{stack})")
        print(f"{'layer (type)':<24}{'output shape':<20}{'parameters':>12}")
        total = 0
        for number, layer in enumerate(self.layers):
            kind = type(layer).__name__
            count = sum(p.size for p in layer.parameters.values()) // (self.replicates or (1,))[0]
            shape = str((None, *layer.output_shape)) if layer.built else "?"
            print(f"{f'{kind.lower()}_{number} ({kind})':<24}{shape:<20}{count:>12,}")
            total += count
        each = " in each network" if self.replicates else ""
        print(f"{f'total parameters{each}':<44}{total:>12,}")

    def save(self, path: Any) -> None:
        """Write all that training needs to go on to a .npz file; see `storage.save_model`."""
        save_model(self, path)

    def parameters(self) -> list[Array]:
        """Return the arrays that are learned, layer by layer."""
        return [p for layer in self.layers for p in layer.parameters.values()]

    def _plan(self, x: Array, targets: Array, batch_size: int) -> Plan | None:
        """Return a faster way to train on these data; None where there is none."""
        loss, optimizer = self._compiled()
        if self.replicates:
            return None
        return plan_for(self.layers, loss, optimizer, bool(self.metrics), x, targets, batch_size)

    def _order(self, count: int, shuffle: bool) -> Array:
        """Return the samples of an epoch in a new order, ((R,) P)."""
        orders = [rng.permutation(count) if shuffle else np.arange(count) for rng in self.shuffles]
        return np.stack(orders).reshape(*self.replicates, count)

    def _train_epoch(
        self, x: Array, targets: Array, batch_size: int, order: Array, epoch: str
    ) -> Logs:
        """Train layer by layer on the samples in `order`; return the means."""
        weighted: list[tuple[int, Logs]] = []
        for step, rows in enumerate(slices(self._count(x), batch_size), start=1):
            chosen = order[..., rows]
            batch = self._rows(x, chosen), self._rows(targets, chosen, axes=1)
            logs = self._train_step(*batch, None, f"{epoch}step {step}")
            weighted.append((chosen.shape[-1], logs))
        return mean_of_batches(weighted)

    def _train_step(
        self, x: Array, targets: Array, masks: Masks | None, when: str | None = None
    ) -> Logs:
        logs = self._backpropagate(x, targets, masks, when)
        self.apply_gradients()
        return logs

    def _backpropagate(
        self, x: Array, targets: Array, masks: Masks | None, when: str | None = None
    ) -> Logs:
        loss, optimizer = self._compiled()
        last = self.layers[-1]
        assert isinstance(last, Dense)  # compile saw to it
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = self._judged(x, training=True, masks=masks)  # (..., B, K)
            value, gradient = loss.value_and_gradient(outputs, targets)
            logs = self._logs(value, outputs, targets)
            self._check_finite(
                "the loss", logs["loss"], when or f"training, step {optimizer.iterations + 1}"
            )
            gradient /= gradient.shape[-2]  # the loss is the mean over the batch
            back = last.backward_from_logits if loss.takes_logits else last.backward
            passed = back(gradient)
            for layer in reversed(self.layers[:-1]):
                if passed is None:
                    break
                passed = layer.backward(passed)
        return logs

    def _evaluate(self, x: Array, targets: Array, batch_size: int) -> Logs:
        loss, _ = self._compiled()
        weighted = []
        for rows in slices(self._count(x), batch_size):
            wanted = self._rows(targets, rows, axes=1)
            with np.errstate(over="ignore", invalid="ignore"):
                outputs = self._judged(self._rows(x, rows), training=False, masks=None)
                value, _ = loss.value_and_gradient(outputs, wanted)
            weighted.append((value.shape[-1], self._logs(value, outputs, wanted)))
        logs = mean_of_batches(weighted)
        self._check_finite("the loss", logs["loss"], "evaluation")
        return logs

    def _judged(self, x: Array, training: bool, masks: Masks | None) -> Array:
        """Return what the loss takes: the outputs, or the logits before the last softmax."""
        loss, _ = self._compiled()
        last = self.layers[-1]
        if loss.takes_logits and isinstance(last, Dense):
            before = self._forward(x, training, masks, len(self.layers) - 1)
            return last.logits(before, training)
        return self._forward(x, training, masks, len(self.layers))

    def _forward(self, x: Array, training: bool, masks: Masks | None, depth: int) -> Array:
        handed = masks or {}
        if any(layer not in self.layers for layer in handed) or (handed and not training):
            raise InputError(
                "masks are for dropout layers of this network while it trains: "
                "name its own layers, as in {model.layers[1]: mask}"
            )
        for layer in self.layers[:depth]:
            if isinstance(layer, Dropout) and layer in handed:
                x = layer.forward(x, training, handed[layer])
            else:
                x = layer.forward(x, training)
        return x

    def _compiled(self) -> tuple[losses.Loss, optimizers.Optimizer]:
        if self.loss is None or self.optimizer is None:
            raise InputError("the network is not compiled: call compile(optimizer, loss) first")
        return self.loss, self.optimizer

    def _logs(self, value: Array, outputs: Array, targets: Array) -> Logs:
        logs: Logs = {"loss": value.mean(axis=-1)}
        if self.metrics:
            logs["accuracy"] = losses.accuracy(outputs, targets)
        return logs

    def _samples(self, x: Any) -> Array:
        samples = losses.finite_numbers("x", x, self.dtype)
        if self.input_shape is None:
            self.build(shape_of_one(samples))
        check_samples(samples, self.input_shape or (), self.replicates)
        return samples

    def _pair(self, x: Any, y: Any) -> tuple[Array, Array]:
        loss, _ = self._compiled()
        x = self._samples(x)
        targets = loss.targets(y, self.layers[-1].output_shape[0], self.dtype)  # ((R,) P, K)
        if targets.shape[-2] != self._count(x) or targets.shape[:-2] not in ((), self.replicates):
            raise InputError(
                f"y has shape {np.shape(y)}, but x has {self._count(x)} samples: "
                "give one label or one row of targets for each"
            )
        return x, targets

    def _count(self, x: Array) -> int:
        return int(x.shape[x.ndim - len(self.input_shape or ()) - 1])

    def _rows(self, data: Array, rows: slice | Array, axes: int | None = None) -> Array:
        """Return the samples `rows` of data whose samples have `axes` axes (those of x if None)."""
        own = len(self.input_shape or ()) if axes is None else axes
        return some_of(data, rows, own)

    def _check_finite(self, what: str, value: Any, when: str) -> None:
        if not np.isfinite(value).all():
            raise diverged(what, when, self.optimizer)


def load_model(path: Any) -> Sequential:
    """Read a network that `Sequential.save` wrote; see `storage.read_model` for what is refused."""
    return read_model(path, Sequential)


def _checked_seed(seed: Any) -> int | list[int] | None:
    if isinstance(seed, (list, tuple, range, np.ndarray)):
        if not len(seed):
            raise InputError("seed is an empty list, but a stack needs a seed for each network")
        return [whole("a seed of the stack", one) for one in seed]
    return None if seed is None else whole("seed", seed)


def _two(validation_data: Any) -> tuple[Any, Any]:
    if not isinstance(validation_data, (tuple, list)) or len(validation_data) != 2:
        raise InputError("validation_data must be a pair: write validation_data=(x, y)")
    return validation_data[0], validation_data[1]
