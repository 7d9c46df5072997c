"""Figures after each epoch, in every framework's own training."""

from __future__ import annotations

import numpy as np
import pytest
from frameworks import needs
from networks import blobs

import nn_bridge
from nn_bridge import EpochLog, measure
from simulation.checks import InputError

X, Y = blobs()


def ours(*callbacks, epochs=3):
    layers = [nn_bridge.Dense(8, "relu", input_shape=(6,), name="hidden"), nn_bridge.Dropout(0.5)]
    model = nn_bridge.Sequential([*layers, nn_bridge.Dense(3, "softmax")], seed=0)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(X, Y, epochs=epochs, verbose=0, callbacks=callbacks)
    return model


def test_our_own_network_trains_on_as_if_nobody_had_looked():
    log = EpochLog(X, Y, members="hidden")
    watched, alone = ours(log), ours()
    for mine, other in zip(watched.parameters(), alone.parameters(), strict=True):
        np.testing.assert_array_equal(mine, other)
    assert [row["epoch"] for row in log.rows] == [0, 1, 2]
    now = measure(watched, X, Y, members="hidden", draws=10)
    assert log.rows[-1] == {
        "epoch": 2,
        "quality": now.complete.value,
        "quality_half": now.half.value,
        "co_adaptation": now.co_adaptation.value,
    }
    assert log.rows[0] != {**log.rows[-1], "epoch": 0}


def test_every_second_epoch():
    log = EpochLog(X, Y, members="hidden", every=2)
    ours(log, epochs=5)
    assert [row["epoch"] for row in log.rows] == [1, 3]


def test_bad_settings_are_refused_at_once():
    with pytest.raises(InputError, match="every is 0"):
        EpochLog(X, Y, members="hidden", every=0)
    with pytest.raises(InputError, match="y is missing"):
        EpochLog(X, members="hidden")


def test_keras_history_has_the_figures():
    keras = needs("keras")

    def trained(*callbacks):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [keras.Input((6,)), keras.layers.Dense(8, "relu", name="hidden"),
             keras.layers.Dropout(0.5), keras.layers.Dense(3, "softmax")]
        )  # fmt: skip
        model.compile("adam", "sparse_categorical_crossentropy")
        history = model.fit(X, Y, epochs=3, verbose=0, callbacks=list(callbacks))
        return model, history.history

    log = EpochLog(iter([(X[:20], Y[:20]), (X[20:], Y[20:])]), members="hidden")
    (model, history), (_, plain) = trained(log.keras()), trained()
    assert history["quality"] == [row["quality"] for row in log.rows]
    assert len(history["quality_half"]) == len(history["co_adaptation"]) == 3
    assert history["loss"] == plain["loss"]  # the training is what it would have been
    now = measure(model, X, Y, members="hidden", draws=10)
    assert history["quality_half"][-1] == now.half.value


def test_a_loop_of_pytorch():
    torch = needs("torch")
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
    optimizer, log = torch.optim.Adam(model.parameters(), 0.05), EpochLog(X, Y, members="1")
    x, y = torch.tensor(X, dtype=torch.float32), torch.tensor(Y)
    for _ in range(3):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
        assert log(model)["quality"] == log.rows[-1]["quality"]
    assert [row["epoch"] for row in log.rows] == [0, 1, 2]
    assert model.training


@pytest.mark.filterwarnings("ignore")  # Lightning warns of what a small trainer leaves out
def test_lightning_logs_the_figures(tmp_path, monkeypatch):
    torch, lightning = needs("torch"), pytest.importorskip("lightning")
    monkeypatch.chdir(tmp_path)

    class Net(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.hidden, self.drop = torch.nn.Linear(6, 8), torch.nn.Dropout(0.5)
            self.active, self.last = torch.nn.ReLU(), torch.nn.Linear(8, 3)

        def forward(self, x):
            return self.last(self.drop(self.active(self.hidden(x))))

        def training_step(self, batch, number):
            return torch.nn.functional.cross_entropy(self(batch[0]), batch[1])

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters(), 0.05)

    pairs = torch.utils.data.TensorDataset(torch.tensor(X, dtype=torch.float32), torch.tensor(Y))
    log = EpochLog(X, Y, members="active")
    trainer = lightning.Trainer(
        max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, callbacks=[log.lightning()],
    )  # fmt: skip
    trainer.fit(Net(), torch.utils.data.DataLoader(pairs, batch_size=20))
    assert [row["epoch"] for row in log.rows] == [0, 1]
    for name in ("quality", "quality_half", "co_adaptation"):
        assert float(trainer.callback_metrics[name]) == pytest.approx(log.rows[-1][name], abs=1e-6)
    assert list(tmp_path.iterdir()) == []
