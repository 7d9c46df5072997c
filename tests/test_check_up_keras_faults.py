"""Check-ups of Keras models with a fault: it is found, by its word and its place."""

from __future__ import annotations

import numpy as np
import pytest
from keras_models import (
    IMAGES,
    WORDS,
    MaskedDropout,
    X,
    keras,
    kinds,
    layers,
    names_from_the_start,  # noqa: F401
    ops,
    own,
    row,
)


def test_training_is_not_taken():
    model = own(lambda self, x: self.last(self.drop(x)), drop=layers.Dropout(0.5),
                last=layers.Dense(3))  # fmt: skip
    assert kinds(model) == [("never drops", "dropout")]


def test_never_drops_since_training_is_false_there():
    x = keras.Input((10,))
    hidden = layers.LSTM(4, dropout=0.5)(layers.Reshape((5, 2))(x))

    def call(self, x, training=None):
        return self.last(self.recurrent(self.shaped(x), training=False))

    model = own(call, shaped=layers.Reshape((5, 2)), last=layers.Dense(3),
                recurrent=layers.LSTM(4, dropout=0.5))  # fmt: skip
    assert kinds(model) == [("never drops", "lstm_1.dropout")]
    assert kinds(keras.Model(x, hidden)) == []


@pytest.mark.parametrize("model", [
    lambda: own(lambda self, x, training=None: self.last(self.drop(x, training=True)),
                drop=layers.Dropout(0.5), last=layers.Dense(3)),
    lambda: row(MaskedDropout(0.5, always=True)),
])  # fmt: skip
def test_chance_in_evaluation(model):
    assert [kind for kind, _ in kinds(model())] == ["drops in evaluation"]


def test_training_is_true_where_nothing_is_said():
    """fit and predict say so; model(x) does not."""
    model = own(lambda self, x, training=True: self.last(self.drop(x, training=training)),
                drop=layers.Dropout(0.5), last=layers.Dense(3))  # fmt: skip
    assert kinds(model) == [("drops in evaluation", "dropout")]


def test_a_function_called_without_a_question():
    def call(self, x, training=None):
        return self.last(keras.random.dropout(self.first(x), 0.5))

    model = own(call, first=layers.Dense(8), last=layers.Dense(3))
    ((kind, where),) = kinds(model)
    assert kind == "drops in evaluation"
    assert where.startswith("test_check_up_keras_faults.py:")


def test_never_called_not_used_made_anew_not_wired():
    def call(self, x, training=None):
        x = self.first(x)
        self.idle(x)
        return self.last(layers.Dropout(0.4, name="anew")(x))

    model = own(call, first=layers.Dense(8), last=layers.Dense(3), idle=layers.Dropout(0.5),
                spare=layers.Dropout(0.2), attention_dropout=0.3)  # fmt: skip
    found = kinds(model)
    assert [kind for kind, _ in found] == [
        "made anew in forward", "result not used", "not wired", "never called",
    ]  # fmt: skip
    assert [where for _, where in found[1:]] == ["dropout", "attention_dropout", "dropout_1"]


def test_wired_settings_are_no_fault():
    def call(self, x, training=None):
        return self.last(self.drop(x, training=training))

    model = own(call, drop=layers.Dropout(0.3), last=layers.Dense(3), dropout_rate=0.3)
    assert kinds(model) == []


def test_masks_by_hand_not_scaled_and_the_wrong_way_round():
    ((kind, _),) = kinds(row(MaskedDropout(0.4, scaled=False)))
    assert kind == "not scaled"
    ((kind, _),) = kinds(row(MaskedDropout(0.3, wrong=True)))
    assert kind == "other rate than asked"


@pytest.mark.parametrize("fixed", [1, "anew"])
def test_the_same_mask_every_pass(fixed):
    def call(self, x, training=None):
        seed = keras.random.SeedGenerator(1) if fixed == "anew" else fixed
        return self.last(keras.random.dropout(x, 0.5, seed=seed) if training else x)

    ((kind, _),) = kinds(own(call, last=layers.Dense(3)))
    assert kind == "same mask every pass"


def test_before_batch_normalisation_and_behind_it():
    assert kinds(row(layers.Dropout(0.5), layers.BatchNormalization())) == [
        ("before batch norm", "dropout")
    ]
    assert kinds(row(layers.BatchNormalization(), layers.Dropout(0.5))) == []


def test_a_rate_that_looks_like_a_keep_probability():
    assert kinds(row(layers.Dropout(0.9))) == [("keep probability", "dropout")]


@pytest.mark.parametrize("before", [True, False])
def test_whole_channels_along_the_wrong_axis(before):
    """By what comes before it; and by what comes after it."""
    wrong = layers.SpatialDropout2D(0.3, data_format="channels_first")
    inner = [layers.Conv2D(4, 3), wrong] if before else [wrong, layers.Conv2D(4, 3)]
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), *inner, layers.GlobalAveragePooling2D(), layers.Dense(2)]
    )
    assert kinds(model, IMAGES) == [("wrong shape", wrong.name)]


def test_a_turned_input_of_spatial_dropout():
    words = keras.Input((6,))
    x = layers.Permute((2, 1))(layers.Embedding(9, 8)(words))
    x = layers.Permute((2, 1))(layers.SpatialDropout1D(0.3)(x))
    model = keras.Model(words, layers.GRU(4)(x))
    assert kinds(model, WORDS, passes=5) == [("wrong shape", "spatial_dropout1d")]


def test_an_evaluation_that_changes_the_rate():
    model = row(layers.Dropout(0.5))
    drop = model.layers[1]

    def evaluate(model):
        drop.rate = 0.0
        model(X, training=False)

    found = kinds(model, evaluate=evaluate)
    assert ("off after evaluation", "dropout") in found
    assert drop.rate == 0.5

    def lower(model):
        drop.rate = 0.2

    assert kinds(model, evaluate=lower) == [("rate changed", "dropout")]


def test_an_evaluation_in_training_mode():
    def evaluate(model):
        model(X, training=True)

    assert kinds(row(layers.Dropout(0.5)), evaluate=evaluate) == [
        ("evaluated in training mode", "evaluate")
    ]
    assert kinds(row(layers.Dropout(0.5)), evaluate=lambda model: model(X)) == []


def test_numbers_from_outside_keras():
    def call(self, x, training=None):
        return self.last(x + ops.convert_to_tensor(np.random.normal(size=x.shape), x.dtype))  # noqa: NPY002

    assert [kind for kind, _ in kinds(own(call, last=layers.Dense(3)))] == [
        "other outputs in evaluation"
    ]
