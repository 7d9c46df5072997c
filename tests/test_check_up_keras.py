"""Check-ups of healthy Keras models: chance is told as it is, and there is no false alarm."""

from __future__ import annotations

import pytest
from keras_models import (
    IMAGES,
    RNG,
    WORDS,
    Masked,
    MaskedDropout,
    X,
    Y,
    keras,
    kinds,
    layers,
    names_from_the_start,  # noqa: F401
    ops,
    row,
    site,
)

from nn_bridge import check_up


def test_a_plain_dropout_layer():
    found = check_up(row(layers.Activation("relu"), layers.Dropout(0.3)), X, Y)
    (one,) = found.sites
    assert (one.where, one.kind, one.asked, one.calls) == ("dropout", "Dropout", 0.3, 1)
    assert (one.training, one.evaluation, one.again) == (True, False, True)
    assert one.mask == "per value"
    assert one.rate.agrees_with(0.3)
    assert one.rate.draws == 30 * 32 * 24  # zeros of ReLU are not taken for dropped
    assert one.scale == pytest.approx(1 / 0.7)
    assert found.findings == ()
    assert found.framework == "Keras 3"
    assert found.gap.own.value > 0


@pytest.mark.parametrize(
    ("layer", "mask"),
    [
        (layers.SpatialDropout2D(0.25), "per channel"),
        (layers.Dropout(0.25, noise_shape=(None, 1, 1, 1)), "per sample"),
        (layers.Dropout(0.25, noise_shape=(1, 1, 1, 4)), "per channel, shared by the batch"),
    ],
)
def test_shapes_of_masks(layer, mask):
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layer, layers.Flatten(), layers.Dense(2)]
    )
    found = check_up(model, IMAGES)
    assert found.findings == ()
    assert found.sites[0].mask == mask
    assert found.sites[0].rate.agrees_with(0.25)


def test_words_recurrent_layers_and_attention():
    words = keras.Input((6,))
    x = layers.SpatialDropout1D(0.2)(layers.Embedding(9, 8, mask_zero=True)(words))
    x = layers.LSTM(6, dropout=0.3, recurrent_dropout=0.2, return_sequences=True)(x)
    x = layers.MultiHeadAttention(2, 4, dropout=0.1)(x, x)
    x = layers.GRU(5, dropout=0.25)(layers.GaussianNoise(0.1)(x))
    x = layers.AlphaDropout(0.2)(layers.GaussianDropout(0.2)(x))
    found = check_up(keras.Model(words, layers.Dense(2)(x)), WORDS, passes=5)
    assert found.findings == ()
    assert {each.where: each.asked for each in found.sites} == {
        "spatial_dropout1d": 0.2,
        "lstm.dropout": 0.3,
        "lstm.recurrent_dropout": 0.2,
        "multi_head_attention.dropout": 0.1,
        "gaussian_noise": None,
        "gru.dropout": 0.25,
        "gaussian_dropout": None,
        "alpha_dropout": 0.2,
    }
    assert all(each.training and each.again and not each.evaluation for each in found.sites)
    assert [each.kind for each in found.sites].count("noise") == 2
    for each in found.sites:
        assert each.rate is None or each.rate.agrees_with(each.asked)


def test_rates_of_0_and_nearly_0():
    assert kinds(row(layers.Dropout(0.0), layers.Dropout(0.001))) == []


def test_a_mask_drawn_by_somebodys_own_layer():
    found = site(row(Masked(0.3)))
    assert found.where.startswith("masked (keras_models.py:")
    assert (found.kind, found.mask) == ("by hand", "per value")
    assert found.rate.agrees_with(0.3)
    assert found.scale == pytest.approx(1 / 0.7, rel=1e-4)
    assert kinds(row(MaskedDropout(0.3))) == []


def test_stochastic_depth():
    class Residual(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = layers.Dense(24)

        def call(self, x, training=None):
            branch = self.inner(x)
            if training:
                kept = ops.floor(0.4 + keras.random.uniform((ops.shape(x)[0], 1)))
                branch = branch / 0.4 * kept
            return x + branch

    found = site(row(Residual()))
    assert found.mask == "per sample"
    assert found.rate.agrees_with(0.6)
    assert found.scale == pytest.approx(1 / 0.4, rel=1e-3)
    assert kinds(row(Residual())) == []


def test_noise_drawn_by_hand():
    class Noisy(layers.Layer):
        def call(self, x, training=None):
            return x + keras.random.uniform(ops.shape(x)) if training else x

    assert site(row(Noisy())).kind == "noise"
    assert kinds(row(Noisy())) == []


def test_scaling_in_evaluation_instead():
    class Old(layers.Layer):
        def call(self, x, training=None):
            if not training:
                return x * 0.6
            return x * ops.cast(keras.random.uniform(ops.shape(x)) < 0.6, x.dtype)

    assert kinds(row(Old())) == []


def test_no_false_alarm_in_applications():
    model = keras.applications.MobileNetV3Small(
        weights=None, input_shape=(32, 32, 3), classes=3, include_preprocessing=False
    )
    x = RNG.uniform(size=(2, 32, 32, 3)).astype("float32")
    assert kinds(model, x, passes=2) == []


@pytest.mark.parametrize("by_hand", [True, False])
def test_layers_made_after_keras_own(by_hand):
    class Mine(layers.Dropout):
        def call(self, x, training=False):
            if not by_hand:
                return super().call(x, training=training)
            kept = keras.random.uniform(ops.shape(x)) >= self.rate
            return x * ops.cast(kept, x.dtype) / (1 - self.rate) if training else x

    class MyGRU(layers.GRU):
        pass

    assert kinds(row(Mine(0.3, name="mine"))) == []
    assert site(row(Mine(0.3, name="mine"))).asked == 0.3
    words = keras.Input((6,))
    x = MyGRU(4, recurrent_dropout=0.4)(layers.Embedding(9, 8)(words))
    assert kinds(keras.Model(words, x), WORDS, passes=5) == []


def test_layers_that_change_images_do_so_in_training():
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.RandomFlip(), layers.Flatten(), layers.Dense(2)]
    )
    found = check_up(model, IMAGES, passes=5)
    assert found.findings == ()
    assert [(each.kind, each.evaluation) for each in found.sites] == [("noise", False)]


def test_losses_of_keras():
    model = row(layers.Dropout(0.5))
    plain = check_up(model, X, Y, loss="cross-entropy", passes=3).gap
    theirs = check_up(
        model, X, Y, loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), passes=3
    ).gap
    assert theirs.evaluation.value == pytest.approx(plain.evaluation.value, rel=1e-5)
    assert theirs.chance.value == pytest.approx(plain.chance.value, rel=1e-5)
