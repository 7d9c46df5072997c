"""Networks in Keras 3 whose dropout does what it should, on any backend."""

from frameworks import needs

from zoo import healthy, healthy_and_slow
from zoo.faults_keras import article, moments, pictures

keras = needs("keras")
layers = keras.layers


def reader(*parts):
    return {"model": keras.Sequential([keras.Input((6, 16)), *parts]), "x": moments()}


def seen(*parts):
    shape = keras.Input((12, 12)), layers.Reshape((12, 12, 1)), layers.Conv2D(8, 3)
    last = layers.Flatten(), layers.Dense(10)
    return {"model": keras.Sequential([*shape, *parts, *last]), "x": pictures()}


@healthy
def the_articles_listing():
    y = [number % 10 for number in range(16)]
    loss = keras.losses.SparseCategoricalCrossentropy()
    settings = {"x": pictures(), "y": keras.ops.convert_to_numpy(y), "loss": loss}
    return {"model": article(layers.Dropout(0.5)), **settings}


@healthy
def rate_of_zero():
    return {"model": article(layers.Dropout(0.0)), "x": pictures()}


@healthy
def rate_of_a_thousandth():
    return {"model": article(layers.Dropout(0.001)), "x": pictures()}


@healthy
def no_dropout():
    return {"model": article(layers.LayerNormalization()), "x": pictures()}


@healthy
def one_mask_for_the_batch():
    return {"model": article(layers.Dropout(0.4, noise_shape=(1, None))), "x": pictures()}


@healthy
def dropout_with_a_seed():
    return {"model": article(layers.Dropout(0.4, seed=7)), "x": pictures()}


@healthy
def dropout_after_batch_norm():
    return {"model": article(layers.BatchNormalization(), layers.Dropout(0.4)), "x": pictures()}


@healthy
def noise_that_is_added():
    return {"model": article(layers.GaussianNoise(0.2)), "x": pictures()}


@healthy
def noise_that_is_multiplied():
    return {"model": article(layers.GaussianDropout(0.3)), "x": pictures()}


@healthy
def selu_with_alpha_dropout():
    return {"model": article(layers.Activation("selu"), layers.AlphaDropout(0.2)), "x": pictures()}


@healthy
def whole_maps_fall():
    return seen(layers.SpatialDropout2D(0.25))


@healthy
def pictures_are_turned_in_training():
    return seen(layers.RandomFlip("horizontal"), layers.Dropout(0.2))


@healthy
def whole_features_of_a_sequence_fall():
    return reader(layers.SpatialDropout1D(0.3), layers.Conv1D(8, 3), layers.GlobalMaxPooling1D())


@healthy
def recurrent_dropout():
    return reader(layers.LSTM(8, dropout=0.2, recurrent_dropout=0.3), layers.Dense(3))


@healthy
def two_directions():
    return reader(layers.Bidirectional(layers.GRU(8, dropout=0.3)), layers.Dense(3))


@healthy
def each_moment_has_a_dropout():
    dense = layers.TimeDistributed(layers.Dense(8))
    return reader(dense, layers.TimeDistributed(layers.Dropout(0.3)), layers.Dense(3))


@healthy
def attention_drops_its_scores():
    inputs = keras.Input((6, 16))
    attended = layers.MultiHeadAttention(2, 8, dropout=0.2)(inputs, inputs)
    x = layers.LayerNormalization()(layers.Add()([inputs, layers.Dropout(0.1)(attended)]))
    return {"model": keras.Model(inputs, layers.Dense(3)(x)), "x": moments()}


@healthy
def one_layer_called_twice():
    class Tied(keras.Model):
        def __init__(self):
            super().__init__()
            self.block, self.drop = layers.Dense(16, activation="tanh"), layers.Dropout(0.2)
            self.out = layers.Dense(3)

        def call(self, x, training=None):
            for _ in range(2):
                x = x + self.drop(self.block(x), training=training)
            return self.out(x)

    return {"model": Tied(), "x": moments()}


@healthy
def the_mode_finds_its_way_by_itself():
    """Keras 3 hands the mode on to layers inside, also past a `call` that does not name it."""

    class Encoder(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner, self.drop = layers.Dense(16, activation="relu"), layers.Dropout(0.3)

        def call(self, x):
            return self.drop(self.inner(x))

    return reader(Encoder(), layers.Dense(3))


def application(name, **settings):
    build = getattr(keras.applications, name)
    model = build(weights=None, input_shape=(32, 32, 3), classes=10, **settings)
    return {"model": model, "x": keras.random.uniform((4, 32, 32, 3), seed=1)}


@healthy_and_slow
def mobile_net():
    return application("MobileNetV2", alpha=0.35)


@healthy_and_slow
def efficient_net():
    return application("EfficientNetB0")


@healthy_and_slow
def dense_net():
    return application("DenseNet121")


@healthy_and_slow
def small_mobile_net():
    return application("MobileNetV3Small")
