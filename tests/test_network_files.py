"""Networks in files: training goes on from them, and what is no network is refused."""

import json
import pickle
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from networks import blobs, small

import experiments.output_noise  # noqa: F401 (registers NoisyDense)
import nn_bridge as tf
from nn_bridge.attendance_dropout import AttendanceDropout
from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.layer import LAYERS, Layer, register_layer
from nn_bridge.losses import Loss, MeanSquaredError
from nn_bridge.network import Sequential, load_model
from nn_bridge.optimizers import SGD, Adam
from simulation.checks import InputError
from simulation.laws import Bursts

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("seed", [0, [4, 5]])
@pytest.mark.parametrize("optimizer", [lambda: SGD(0.1, 0.9), lambda: Adam(0.01)])
def test_training_goes_on_from_a_file_as_if_never_interrupted(tmp_path, seed, optimizer):
    def fresh():
        model = Sequential(
            [
                Flatten(input_shape=(2, 3)),
                Dropout(0.2),
                Dense(12, "relu"),
                Dropout(0.5, noise_shape=(1, None), seed=4, group_size=3),
                Dense(3, "softmax"),
            ],
            seed,
        )
        model.compile(optimizer(), "sparse_categorical_crossentropy", ["accuracy"])
        return model

    x, y = blobs(50)
    x = x.reshape(50, 2, 3)
    whole, broken = fresh(), fresh()
    whole.fit(x, y, epochs=2)
    rest = whole.fit(x, y, epochs=3).history
    broken.fit(x, y, epochs=2)
    broken.save(tmp_path / "model.npz")
    again = tf.keras.models.load_model(tmp_path / "model.npz")
    resumed = again.fit(x, y, epochs=3).history
    np.testing.assert_array_equal(resumed["loss"], rest["loss"])
    np.testing.assert_array_equal(resumed["accuracy"], rest["accuracy"])
    for one, other in zip(whole.parameters(), again.parameters(), strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype
    assert [p.name for p in tmp_path.iterdir()] == ["model.npz"]


def test_an_uncompiled_network_and_one_before_its_first_step_can_be_saved(tmp_path):
    model = Sequential([Dense(3, input_shape=(6,))])
    model.save(tmp_path / "a.npz")
    assert load_model(tmp_path / "a.npz").optimizer is None
    np.testing.assert_array_equal(
        load_model(tmp_path / "a.npz").layers[0].weight, model.layers[0].weight
    )
    model.compile("adam", "mse")
    model.save(str(tmp_path / "b.npz"))
    assert load_model(str(tmp_path / "b.npz")).optimizer.learning_rate == 0.001


def test_a_registered_layer_may_change_the_shape(tmp_path, monkeypatch):
    monkeypatch.setattr("nn_bridge.layer.LAYERS", known := dict(LAYERS))
    monkeypatch.setattr("nn_bridge.storage.LAYERS", known)

    @register_layer
    class FirstHalf(Layer):
        """Passes on the first half of each sample."""

        def build(self, input_shape, streams, dtype):
            super().build(input_shape, streams, dtype)
            self.output_shape = (input_shape[0] // 2,)

        def forward(self, x, training=False):
            return x[..., : self.output_shape[0]]

    model = Sequential([FirstHalf(input_shape=(6,)), Dense(3)], seed=0)
    model.save(tmp_path / "model.npz")
    x = blobs(5)[0]
    np.testing.assert_array_equal(load_model(tmp_path / "model.npz")(x), model(x))


def test_a_registered_layer_is_saved_with_its_own_chance(tmp_path, monkeypatch):
    known = dict(LAYERS)
    monkeypatch.setattr("nn_bridge.layer.LAYERS", known)
    monkeypatch.setattr("nn_bridge.storage.LAYERS", known)

    @register_layer
    class Turns(Dropout):
        """One unit after the other is away."""

        turn = 0

        def draw_mask(self, shape):
            self.turn += 1
            return (np.arange(shape[-1]) != self.turn % shape[-1])[None]

        def get_random_state(self):
            return self.turn

        def set_random_state(self, state):
            self.turn = state

    x, y = blobs(40)
    model = Sequential(
        [Turns(0.2, noise_shape=(1, None), input_shape=(6,)), Dense(3, "softmax")], seed=0
    )
    model.compile(Adam())
    model.fit(x, y)
    model.save(tmp_path / "turns.npz")
    again = load_model(tmp_path / "turns.npz")
    assert type(again.layers[0]) is Turns
    assert again.fit(x, y, epochs=3).history == model.fit(x, y, epochs=3).history


def test_saving_over_a_file_replaces_it_whole(tmp_path, monkeypatch):
    small(seed=1).save(tmp_path / "model.npz")
    before = (tmp_path / "model.npz").read_bytes()

    def full_disk(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(InputError, match=r"cannot be written \(No space left"):
        small(seed=2).save(tmp_path / "model.npz")
    assert (tmp_path / "model.npz").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def rewritten(path, **changes):
    """Save the file with some of its arrays changed, or left out if None."""
    arrays = dict(np.load(path)) | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


def config_with(path, **changes):
    config = json.loads(str(np.load(path)["config"])) | changes
    rewritten(path, config=np.array(json.dumps(config)))


def bomb(path, save, shape):
    save(path, **dict(np.load(path)), more=np.zeros(shape))


def promising(path, count):
    """Add an array whose header promises more numbers than follow."""
    with zipfile.ZipFile(path, "a") as archive, archive.open("more.npy", "w") as file:
        header = {"descr": "<f8", "fortran_order": False, "shape": (count,)}
        np.lib.format.write_array_header_1_0(file, header)


def directory_promising(path, size):
    """Say of an array in the archive's directory that it is larger."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.npy", b"")
        archive.infolist()[0].file_size = size


def with_chance(path, change):
    """Change where the chance of the first network stands that has some."""
    config = json.loads(str(np.load(path)["config"]))
    change(config)
    rewritten(path, config=np.array(json.dumps(config)))


def set_state(*place, to):
    def change(config):
        part = config
        for key in place[:-1]:
            part = part[key]
        part[place[-1]] = to

    return change


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda p: p.unlink(), "there is none of that name"),
        (lambda p: p.write_bytes(b""), "give a file that save() wrote"),
        (lambda p: p.write_text("hello"), "give a file that save() wrote"),
        (lambda p: p.write_bytes(p.read_bytes()[:-200]), "give a file that save() wrote"),
        (lambda p: p.write_bytes(p.read_bytes()[:300]), "give a file that save() wrote"),
        (
            lambda p: p.write_bytes(
                p.read_bytes().replace("float32".encode("utf-32-le"), "float99".encode("utf-32-le"))
            ),
            "save() wrote",
        ),
        (lambda p: p.write_bytes(pickle.dumps([1])), "is not a zip file"),
        (lambda p: np.savez(p, config=np.array([{}], dtype=object)), "holds objects"),
        (
            lambda p: np.save(p.with_suffix(".npy"), np.ones(3)) or p.with_suffix(".npy").rename(p),
            "save() wrote",
        ),
        (lambda p: np.savez(p, weights=np.ones(3)), "config"),
        (lambda p: rewritten(p, **{"parameter 0": None}), "parameter 0"),
        (lambda p: rewritten(p, **{"velocity 1": None}), "velocity 1"),
        (lambda p: rewritten(p, **{"parameter 0": np.ones((1, 6), "f4")}), "float32 (1, 6)"),
        (lambda p: config_with(p, format="other 2"), "format is 'other 2'"),
        (lambda p: config_with(p, layers=[["Conv", {}]]), "layer class Conv is unknown"),
        (lambda p: config_with(p, layers=[["Dropout", {"rate": 2}]]), "rate"),
        (lambda p: config_with(p, chance=[]), "give a file that save() wrote"),
        (lambda p: config_with(p, more=1), "its config are other than format, dtype, seed"),
        (lambda p: rewritten(p, more=np.ones(3)), "its arrays are other than parameter 0"),
        (lambda p: config_with(p, shuffles=[]), "give a file that save() wrote"),
        (lambda p: config_with(p, seed=True), "a file that save() wrote"),
        (lambda p: config_with(p, dtype="float64"), "parameter 0 is float32 (16, 6) where"),
        (lambda p: config_with(p, metrics=["auc"]), "a metric is 'auc'"),
        (lambda p: config_with(p, loss=["mse"]), "loss is ['mse'], but must be one of"),
        (lambda p: config_with(p, optimizer=["sgd", {}, 2.5]), "the steps taken is 2.5"),
        (lambda p: config_with(p, optimizer=["sgd", {"learning_rate": "1"}, 2]), "learning_rate"),
        (lambda p: config_with(p, input_shape=[7]), "the network has weights for (6,)"),
        (lambda p: config_with(p, input_shape=[10**9]), "the network has weights for (6,)"),
        (
            lambda p: config_with(p, layers=[["Dense", {"units": 10**12, "activation": "relu"}]]),
            "more weights than it holds",
        ),
        (
            lambda p: with_chance(p, set_state("layers", 2, 1, "units", to=30)),
            "more weights than it holds",
        ),
        (lambda p: rewritten(p, **{"parameter 1": np.full(16, np.nan, "f4")}), "not finite"),
        (lambda p: rewritten(p, **{"velocity 1": np.full(16, np.inf, "f4")}), "not finite"),
        (lambda p: rewritten(p, **{"parameter 1": np.ones(16, ">f4")}), "parameter 1 is >f4 (16,)"),
        (lambda p: p.unlink() or p.mkdir(), "it is a folder, name a file"),
        (lambda p: bomb(p, np.savez_compressed, (10**7,)), "its arrays are compressed"),
        (lambda p: promising(p, 10**12), "an array promises more than it holds"),
        (lambda p: directory_promising(p, 10**9), "it promises more than it holds"),
    ],
)
def test_files_that_are_not_ours_are_one_clear_error(tmp_path, damage, says):
    path = tmp_path / "model.npz"
    model = small(optimizer=SGD(0.1, 0.9), dtype="float32")
    model.fit(*blobs(40))
    model.save(path)
    damage(path)
    with pytest.raises(InputError) as caught:
        load_model(path)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_cut_of_a_file_is_mistaken_for_a_network(tmp_path):
    path = tmp_path / "model.npz"
    small().save(path)
    content = path.read_bytes()
    for length in range(0, len(content), 97):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match=r"give a file that save\(\) wrote"):
            load_model(path)


@pytest.mark.parametrize(
    ("name", "tolerance"), [("dropout_adam", 1e-10), ("attendance_momentum", 1e-4)]
)
def test_networks_written_in_november_2026_go_on_where_they_stood(name, tolerance):
    """The files, and what then came out, were written by the program as it was before its rooms
    were moved; the second holds an AttendanceDropout with memory and a NoisyDense, in float32.
    """
    model = load_model(DATA / f"{name}.npz")
    then = np.load(DATA / f"{name}_went_on.npz")
    np.testing.assert_allclose(model.predict(then["x"]), then["predictions"], rtol=tolerance)
    losses = model.fit(then["x"], then["y"], batch_size=8, epochs=4).history["loss"]
    np.testing.assert_allclose(losses, then["losses"], rtol=tolerance)
    for number, parameter in enumerate(model.parameters()):
        expected = then[f"parameter {number}"]
        np.testing.assert_allclose(parameter, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    "change",
    [
        set_state("chance", 1, "held", to=-1),
        set_state("chance", 1, "held", to="three"),
        set_state("chance", 1, "before", to=[]),
        set_state("chance", 1, "before", to=[[True]]),
        set_state("chance", 1, "before", to=[[5, 1, 1, 1]]),
        set_state("chance", 1, "rngs", 0, "bit_generator", to="MT19937"),
        set_state("chance", 1, "rngs", 0, "state", "inc", to=-1),
        set_state("chance", 1, "rngs", 0, "state", "state", to=2**200),
        set_state("chance", 1, "rngs", 0, "uinteger", to=0.5),
        set_state("chance", 1, "rngs", 0, "state", to=None),
        set_state("layers", 1, 1, "law", "n_presenters", to=10**9),
        set_state("layers", 1, 1, "law", "rate", to=2),
        set_state("layers", 1, 1, "law", "name", to="Team"),
        set_state("layers", 1, 1, "per", to="day"),
        set_state("layers", 1, 1, "more", to=1),
        set_state("layers", 0, 1, "name", to=3),
        set_state("layers", 0, 1, "input_shape", to=[10**9]),
    ],
)
def test_chance_that_cannot_be_gone_on_from_is_refused(tmp_path, change):
    path = tmp_path / "model.npz"
    law = Bursts(4, 0.3)
    layers = [Dense(8, "relu", input_shape=(6,)), AttendanceDropout(law, 2), Dense(3, "softmax")]
    model = Sequential(layers, seed=0)
    model.compile("adam")
    model.fit(*blobs(40))
    model.save(path)
    with_chance(path, change)
    with pytest.raises(InputError, match=r"give a file that save\(\) wrote") as caught:
        load_model(path)
    assert "\n" not in str(caught.value)


def test_a_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.npz"
    small().save(path)
    bomb(path, np.savez_compressed, (10**7,))
    assert path.stat().st_size < 200_000
    tracemalloc.start()
    with pytest.raises(InputError, match="compressed"):
        load_model(path)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


class Unregistered(Dense):
    pass


class Forgetful(Dropout):
    """Its get_config leaves out an argument."""

    def __init__(self, rate, twice=False, *, input_shape=None, name=None):
        super().__init__(rate, input_shape=input_shape, name=name)
        self.twice = twice


class Absolute(MeanSquaredError):
    name = "absolute"


class Slow(SGD):
    pass


class Mine(Loss):
    def value_and_gradient(self, outputs, targets):
        return np.abs(outputs - targets).sum(-1), np.sign(outputs - targets)


@pytest.mark.parametrize(
    ("layer", "loss", "optimizer", "says"),
    [
        (Unregistered, "mse", SGD, "class Unregistered, which load_model would not find: put @reg"),
        (Dense, Absolute, SGD, "the loss is of the class Absolute, which load_model would not fin"),
        (Dense, Mine, SGD, "the loss is of the class Mine"),
        (Dense, "mse", Slow, "the optimizer is of the class Slow, which load_model would not find"),
    ],
)
def test_what_could_not_be_given_back_is_not_saved(tmp_path, layer, loss, optimizer, says):
    model = Sequential([layer(3, input_shape=(6,))])
    model.compile(optimizer(), loss if isinstance(loss, str) else loss())
    with pytest.raises(InputError) as caught:
        model.save(tmp_path / "model.npz")
    assert says in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_layer_that_get_config_does_not_tell_all_of_is_not_saved(tmp_path, monkeypatch):
    monkeypatch.setitem(LAYERS, "Forgetful", Forgetful)
    model = Sequential([Forgetful(0.5, True, input_shape=(6,)), Dense(3)])
    with pytest.raises(InputError, match="cannot be made again from what get_config of Forgetful"):
        model.save(tmp_path / "model.npz")


class Halving(Dropout):
    """Made from what its get_config returns it is another one."""

    def __init__(self, rate, *, input_shape=None):
        super().__init__(rate / 2, input_shape=input_shape)

    def get_config(self):
        return {"rate": self.rate, "input_shape": self.input_shape}


def test_a_layer_that_would_come_back_as_another_is_not_saved(tmp_path, monkeypatch):
    monkeypatch.setitem(LAYERS, "Halving", Halving)
    model = Sequential([Halving(0.5, input_shape=(6,)), Dense(3)])
    with pytest.raises(InputError, match="get_config of Halving returns is another"):
        model.save(tmp_path / "model.npz")


def test_registered_losses_and_optimizers_come_back(tmp_path, monkeypatch):
    monkeypatch.setitem(tf.keras.losses.LOSSES, "absolute", Absolute)
    monkeypatch.setitem(tf.keras.optimizers.OPTIMIZERS, "sgd", Slow)
    model = Sequential([Dense(3, input_shape=(6,), name="all")], name="mine")
    model.compile(Slow(0.1), Absolute())
    model.save(tmp_path / "model.npz")
    again = load_model(tmp_path / "model.npz")
    assert (type(again.loss), type(again.optimizer)) == (Absolute, Slow)
    assert (again.name, again.layers[0].name) == ("mine", "all")


def test_a_network_that_diverged_is_not_saved(tmp_path):
    model = small()
    model.layers[0].weight[0, 0] = np.nan
    with pytest.raises(InputError, match="parameter 0 of the network holds numbers that are not"):
        model.save(tmp_path / "model.npz")
