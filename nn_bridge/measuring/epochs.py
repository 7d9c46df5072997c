"""How quality and co-adaptation come about while a network trains: measured after each epoch."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from nn_bridge.callbacks import Callback, Logs
from nn_bridge.measuring.measure import examples_of, measure
from nn_bridge.measuring.silencing import Ablation
from simulation.checks import whole


class EpochLog(Callback):
    """Measures a network after each epoch; the network trains on as if nobody had looked.

    Of `nn_bridge` it is a callback as it stands: `fit(.., callbacks=[log])`. For Keras take
    `log.keras()`, and the figures stand in the History; for Lightning `log.lightning()`, and they
    are among what the trainer logs. In a loop of your own call `log(model)` after each epoch.

    Parameters
    ----------
    x, y, members, metric, blocks, ablation, seed, draws
        As for `measure`. The seed is the same after each epoch: so are the members silenced.
    every : int
        After how many epochs to measure.

    Attributes
    ----------
    rows : list of dict of str to float
        'epoch', counted from 0, and the figures: 'quality', 'quality_half', where half of the
        members are silenced, and 'co_adaptation', where the network has the score.

    Examples
    --------
    >>> import numpy as np
    >>> from nn_bridge import Dense, Dropout, Sequential
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(60, 4))
    >>> y = (x[:, 0] > 0).astype(int)
    >>> layers = [Dense(6, "relu", input_shape=(4,), name="hidden"), Dropout(0.5)]
    >>> model = Sequential([*layers, Dense(2, "softmax")], seed=0)
    >>> model.compile("adam", "sparse_categorical_crossentropy")
    >>> log = EpochLog(x, y, members="hidden")
    >>> history = model.fit(x, y, epochs=2, verbose=0, callbacks=[log])
    >>> [sorted(row) for row in log.rows]
    [['co_adaptation', 'epoch', 'quality', 'quality_half'], \
['co_adaptation', 'epoch', 'quality', 'quality_half']]
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        *,
        members: Any,
        metric: Any = None,
        blocks: Any = None,
        ablation: Ablation = "zero",
        seed: int = 0,
        draws: int = 10,
        every: int = 1,
    ) -> None:
        super().__init__()
        self._examples = examples_of(x, y)
        self._how: dict[str, Any] = {
            "members": members, "metric": metric, "blocks": blocks, "ablation": ablation,
            "seed": whole("seed", seed), "draws": whole("draws", draws, least=1),
        }  # fmt: skip
        self._every = whole("every", every, least=1)
        self._next = 0
        self.rows: list[dict[str, float]] = []

    def __call__(self, model: Any, epoch: int | None = None) -> dict[str, float]:
        """Measure a network now.

        Parameters
        ----------
        model : model
        epoch : int, optional
            Counted from 0; None: the one after the last.

        Returns
        -------
        dict of str to float
            The figures; empty if it is not this epoch's turn.
        """
        epoch = self._next if epoch is None else whole("epoch", epoch, least=0)
        self._next = epoch + 1
        if self._next % self._every:
            return {}
        found = measure(model, *self._examples, **self._how, progress=False)
        figures = {"quality": found.complete.value, "quality_half": found.half.value}
        if found.co_adaptation is not None:
            figures["co_adaptation"] = found.co_adaptation.value
        self.rows.append({"epoch": epoch, **figures})
        return figures

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Measure the network of ours that is being trained."""
        self(self.model, epoch)

    def keras(self) -> Any:
        """Return a callback for Keras's `fit`, whose History then has the figures."""
        return import_module("nn_bridge.adapters.keras3.callback").KerasEpochLog(self)

    def lightning(self) -> Any:
        """Return a callback for Lightning's Trainer, which then logs the figures."""
        return import_module("nn_bridge.adapters.pytorch.lightning").epoch_log(self)
