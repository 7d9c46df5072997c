"""Check-ups of Keras models: what is found, what is not, and that all is left as found."""

from __future__ import annotations

import random

import numpy as np
import pytest
from frameworks import needs

keras = needs("keras")

from nn_bridge import check_up  # noqa: E402
from nn_bridge.adapters.keras3.tensors import as_numpy  # noqa: E402
from simulation.checks import InputError  # noqa: E402

layers, ops = keras.layers, keras.ops
RNG = np.random.default_rng(0)
X = RNG.normal(size=(32, 10)).astype("float32")
Y = RNG.integers(0, 3, 32)
WORDS = RNG.integers(1, 9, (16, 6))
IMAGES = RNG.normal(size=(16, 8, 8, 3)).astype("float32")


@pytest.fixture(autouse=True)
def _names_from_the_start():
    keras.utils.clear_session()


class Masked(layers.Layer):
    """A layer that draws its mask itself."""

    def __init__(self, rate, scaled=True, wrong=False, always=False, **settings):
        super().__init__(**settings)
        self.rate, self.scaled, self.wrong, self.always = rate, scaled, wrong, always
        self.seeds = keras.random.SeedGenerator(1)

    def call(self, x, training=None):
        if not (training or self.always):
            return x
        drawn = keras.random.uniform(ops.shape(x), seed=self.seeds)
        kept = ops.cast(drawn < self.rate if self.wrong else drawn >= self.rate, x.dtype)
        return x * kept / (1 - self.rate) if self.scaled else x * kept


class MaskedDropout(Masked):
    """The same, by a name that says what it does."""


def row(*middle, last=3):
    return keras.Sequential([keras.Input((10,)), layers.Dense(24), *middle, layers.Dense(last)])


def own(call, x=X, **inside):
    """A model written as a class, with these layers and this call."""

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            for name, layer in inside.items():
                setattr(self, name, layer)

    Own.call = call
    model = Own()
    model(x)
    return model


def kinds(model, x=X, **settings):
    found = check_up(model, x, **settings)
    return [(each.kind, each.where) for each in found.findings]


def site(model, x=X, **settings):
    (found,) = check_up(model, x, **settings).sites
    return found


# What is healthy


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
    assert found.where.startswith("masked (test_check_up_keras.py:")
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


# What is wrong


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
    assert where.startswith("test_check_up_keras.py:")


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


# All is left as found


class Fails(layers.Layer):
    """Works until it does not."""

    left = 10**6

    def call(self, x):
        Fails.left -= 1
        if Fails.left < 0:
            raise RuntimeError("out of order")
        return x


def state(model):
    seeds = keras.src.backend.common.global_state.get_global_attribute("global_seed_generator")
    values = [as_numpy(each).tolist() for each in model.variables]
    chance = [random.getstate(), str(np.random.get_state())]  # noqa: NPY002
    return values, chance, None if seeds is None else as_numpy(seeds.state).tolist()


@pytest.mark.parametrize("passes", [10**6, 0, 3, 20, 45])
def test_all_is_left_as_found(passes):
    from keras.src import backend
    from keras.src.ops.operation import Operation

    model = row(layers.BatchNormalization(), layers.Dropout(0.5), Fails())
    model(X[:2], training=True)
    before, attributes = state(model), {each: dict(vars(each)) for each in model.layers}
    functions = (Operation.__call__, backend.random.dropout, backend.random.uniform)
    Fails.left = passes
    if passes < 100:
        with pytest.raises(InputError, match=r"cannot be run on .*RuntimeError: .*out of order"):
            check_up(model, X, Y)
    else:
        check_up(model, X, Y)
    Fails.left = 10**6
    assert state(model) == before
    assert {each: dict(vars(each)) for each in model.layers} == attributes
    assert (Operation.__call__, backend.random.dropout, backend.random.uniform) == functions


def test_the_same_seed_gives_the_same():
    model = row(layers.Dropout(0.5))
    first, again, other = (check_up(model, X, Y, seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert first.sites != other.sites


def test_losses_of_keras():
    model = row(layers.Dropout(0.5))
    plain = check_up(model, X, Y, loss="cross-entropy", passes=3).gap
    theirs = check_up(
        model, X, Y, loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), passes=3
    ).gap
    assert theirs.evaluation.value == pytest.approx(plain.evaluation.value, rel=1e-5)
    assert theirs.chance.value == pytest.approx(plain.chance.value, rel=1e-5)


def test_a_model_without_weights_gets_them_as_by_its_first_call():
    class Unbuilt(keras.Model):
        def __init__(self):
            super().__init__()
            self.drop, self.last = layers.Dropout(0.5), layers.Dense(3)

        def call(self, x, training=None):
            return self.last(self.drop(x, training=training))

    model = Unbuilt()
    chance = random.getstate(), str(np.random.get_state())  # noqa: NPY002
    assert kinds(model) == []
    assert model.built
    assert (random.getstate(), str(np.random.get_state())) == chance  # noqa: NPY002


def test_layers_that_change_images_do_so_in_training():
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.RandomFlip(), layers.Flatten(), layers.Dense(2)]
    )
    found = check_up(model, IMAGES, passes=5)
    assert found.findings == ()
    assert [(each.kind, each.evaluation) for each in found.sites] == [("noise", False)]
