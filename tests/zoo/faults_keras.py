"""Faults of dropout in Keras 3, written for any backend."""

import numpy as np
from frameworks import needs

from zoo import fault

keras = needs("keras")
layers, ops = keras.layers, keras.ops


def pictures(n: int = 16):
    return np.random.default_rng(0).random((n, 12, 12), dtype=np.float32)


def moments(n: int = 8, length: int = 6, width: int = 16):
    return np.random.default_rng(0).standard_normal((n, length, width), dtype=np.float32)


def article(drop, *more):
    """The article's listing, smaller, with another layer where its Dropout stands."""
    hidden = layers.Flatten(), layers.Dense(64, activation="relu")
    shape = keras.Input((12, 12))
    return keras.Sequential([shape, *hidden, drop, *more, layers.Dense(10, activation="softmax")])


@fault("never called", source="NX-AI/tirex#19")
def model_has_a_dropout_that_call_leaves_out():
    class Perceptron(keras.Model):
        def __init__(self):
            super().__init__()
            self.flat, self.hidden = layers.Flatten(), layers.Dense(32, activation="relu")
            self.dropout, self.out = layers.Dropout(0.5), layers.Dense(10)

        def call(self, x, training=None):
            return self.out(self.hidden(self.flat(x)))

    return {"model": Perceptron(), "x": pictures()}


@fault("never drops", source="keras-team/keras-hub#1500")
def encoder_does_not_hand_the_mode_on():
    class Encoder(layers.Layer):
        def __init__(self):
            super().__init__()
            self.attention = layers.MultiHeadAttention(2, 8)
            self.dropout, self.norm = layers.Dropout(0.3), layers.LayerNormalization()

        def call(self, x, training=False):
            return self.norm(x + self.dropout(self.attention(x, x), training=training))

    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.encoder, self.out = Encoder(), layers.Dense(3)

        def call(self, x, training=False):
            return self.out(self.encoder(x, training=False))

    return {"model": Classifier(), "x": moments()}


@fault("never drops", source="tensorflow/tensorflow#25175")
def flag_of_the_constructor_turns_it_off():
    class Drop(layers.Layer):
        def __init__(self, rate, is_training=False):
            super().__init__()
            self.inner, self.is_training = layers.Dropout(rate), is_training

        def call(self, x):
            return self.inner(x, training=self.is_training)

    return {"model": article(Drop(0.5)), "x": pictures()}


@fault("result not used", source="kuanghuei/clean-net#2")
def dropped_values_are_thrown_away():
    class Perceptron(keras.Model):
        def __init__(self):
            super().__init__()
            self.flat, self.hidden = layers.Flatten(), layers.Dense(32, activation="relu")
            self.dropout, self.out = layers.Dropout(0.5), layers.Dense(10)

        def call(self, x, training=None):
            x = self.hidden(self.flat(x))
            self.dropout(x, training=training)
            return self.out(x)

    return {"model": Perceptron(), "x": pictures()}


@fault("drops in evaluation", source="keras-team/keras#18129")
def training_is_true_in_call():
    # Not so in a functional model: there, Keras 3 lets the model's own mode win over the layer's.
    class Perceptron(keras.Model):
        def __init__(self):
            super().__init__()
            self.flat, self.hidden = layers.Flatten(), layers.Dense(32, activation="relu")
            self.dropout, self.out = layers.Dropout(0.2), layers.Dense(10)

        def call(self, x):
            return self.out(self.dropout(self.hidden(self.flat(x)), training=True))

    return {"model": Perceptron(), "x": pictures()}


@fault(
    "drops in evaluation",
    also=("other outputs in evaluation",),
    source="davidsandberg/facenet#277",
)
def noise_for_practice_is_added_to_the_test_too():
    class Noise(layers.Layer):
        def __init__(self):
            super().__init__()
            self.seed = keras.random.SeedGenerator(3)

        def call(self, x):
            return x + 0.1 * keras.random.normal(ops.shape(x), seed=self.seed)

    return {"model": article(Noise()), "x": pictures()}


@fault("made anew in forward", source="ewrfcas/face_attribute_classification_pytorch#1")
def new_layer_each_call():
    class Perceptron(keras.Model):
        def __init__(self):
            super().__init__()
            self.flat, self.hidden = layers.Flatten(), layers.Dense(32, activation="relu")
            self.out = layers.Dense(10)

        def call(self, x, training=None):
            x = self.hidden(self.flat(x))
            return self.out(layers.Dropout(0.3)(x, training=training))

    return {"model": Perceptron(), "x": pictures()}


@fault("rate changed", also=("off after evaluation",), source="whai362/PVT#2")
def evaluation_sets_the_rate_to_zero():
    def evaluate(model):
        model.get_layer("drop").rate = 0.0
        return model(x, training=False)

    x = pictures()
    return {"model": article(layers.Dropout(0.5, name="drop")), "x": x, "evaluate": evaluate}


@fault("not wired", source="dimitymiller/cac-openset#1", rate=0.4)
def rate_of_the_model_reaches_no_layer():
    class Tagger(keras.Model):
        def __init__(self, dropout_rate=0.4):
            super().__init__()
            self.dropout_rate = dropout_rate
            self.rnn, self.out = layers.LSTM(8, return_sequences=True), layers.Dense(4)

        def call(self, x, training=None):
            return self.out(self.rnn(x, training=training))

    return {"model": Tagger(), "x": moments()}


@fault("other rate than asked", source="tensorflow/tensorflow#24845", rate=0.3)
def the_layer_drops_what_it_should_keep():
    class Drop(layers.Layer):
        def __init__(self, rate):
            super().__init__()
            self.rate, self.seed = rate, keras.random.SeedGenerator(3)

        def call(self, x, training=False):
            return keras.random.dropout(x, 1 - self.rate, seed=self.seed) if training else x

    return {"model": article(Drop(0.3)), "x": pictures()}


@fault("keep probability", source="hunkim/DeepLearningZeroToAll#204", rate=0.85)
def probability_to_keep_handed_to_a_layer():
    return {"model": article(layers.Dropout(0.85)), "x": pictures()}


@fault("not scaled", source="keras-team/keras-cv#130")
def stochastic_depth_leaves_the_others_as_they_are():
    class StochasticDepth(layers.Layer):
        def __init__(self, rate):
            super().__init__()
            self.rate, self.seed = rate, keras.random.SeedGenerator(3)

        def call(self, x, training=False):
            if not training:
                return x
            shape = (ops.shape(x)[0],) + (1,) * (len(x.shape) - 1)
            there = keras.random.uniform(shape, seed=self.seed) >= self.rate
            return x * ops.cast(there, x.dtype)

    return {"model": article(StochasticDepth(0.3)), "x": pictures(64)}


@fault("before batch norm", source="luigibonati/mlcolvar#267")
def dropout_between_activation_and_batch_norm():
    model = article(layers.Dropout(0.5), layers.BatchNormalization())
    return {"model": model, "x": pictures(64)}


@fault("wrong shape", source="keras-team/keras#18802")
def maps_have_their_channels_last():
    first = layers.Reshape((12, 12, 1)), layers.Conv2D(6, 3, data_format="channels_last")
    drop = layers.SpatialDropout2D(0.3, data_format="channels_first")
    last = layers.Flatten(), layers.Dense(10)
    return {
        "model": keras.Sequential([keras.Input((12, 12)), *first, drop, *last]),
        "x": pictures(),
    }


@fault("same mask every pass", source="keras-team/keras#3648")
def whole_number_as_a_seed_gives_one_mask():
    class Drop(layers.Layer):
        def call(self, x, training=False):
            return keras.random.dropout(x, 0.5, seed=1337) if training else x

    return {"model": article(Drop()), "x": pictures()}


@fault("evaluated in training mode", also=("drops in evaluation",), source="appeler/ethnicolr#59")
def predictions_are_made_with_training_true():
    x = pictures()
    return {
        "model": article(layers.Dropout(0.5)),
        "x": x,
        "evaluate": lambda model: ops.argmax(model(x, training=True), axis=-1),
    }
