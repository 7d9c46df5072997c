"""`measure` and `compare`: what is planted comes out, bad input is told, Ctrl-C is survived."""

import warnings
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
from frameworks import needs
from networks import blobs, small
from sklearn.neural_network import MLPClassifier

from nn_bridge import compare, keras, measure
from nn_bridge.adapters.own.silencing import silenced as ours_silenced
from nn_bridge.measuring.network_game import game_of
from nn_bridge.measuring.silencing import Asked
from simulation.checks import InputError

torch = needs("torch")

BITS = np.array([[a, b] for a in (0.0, 1.0) for b in (0.0, 1.0)] * 6)  # and what is wanted

# Units 0 to 2 stand in for each other: as long as one is there the first bit is said. Units 3 and 4
# are a couple: it takes both to say the second one. Unit 5 never fires; nobody listens to unit 6.
HIDDEN = (
    np.array([[1, 0], [1, 0], [1, 0], [0, 1], [0, 1], [-1, -1], [1, 1]]),
    [0, 0, 0, 0, 0, -1, 0],
)
MIDDLE = (
    np.array([[1, 1, 1, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0], [0, 0, 0, 1, 1, 0, 0]]),
    [0, -1, -1],
)
LAST = np.array([[1, -1, 0], [0, 0, 1]]), [0, 0]


def planted_in_torch():
    linear = []
    for weight, bias in (HIDDEN, MIDDLE, LAST):
        layer = torch.nn.Linear(weight.shape[1], len(weight))
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(weight))
            layer.bias.copy_(torch.tensor(bias))
        linear.append(layer)
    first, middle, last = linear
    return torch.nn.Sequential(first, torch.nn.ReLU(), middle, torch.nn.ReLU(), last), "1"


def planted_in_ours():
    model = keras.Sequential(
        [
            keras.layers.Dense(7, "relu", input_shape=(2,), name="hidden"),
            keras.layers.Dense(3, "relu"),
            keras.layers.Dense(2),
        ]
    )
    model.set_weights(
        [part for weight, bias in (HIDDEN, MIDDLE, LAST) for part in (weight.T, np.array(bias))]
    )
    return model, "hidden"


@pytest.mark.parametrize("planted", [planted_in_torch, planted_in_ours])
def test_couples_stand_ins_of_three_and_dead_units_come_out_as_planted(planted):
    model, layer = planted()
    found = measure(model, BITS, BITS, members=layer)
    assert found.exact
    assert not found.additive
    assert found.complete.value == pytest.approx(1)
    third, half = 1 / 3, 1 / 2
    np.testing.assert_allclose(
        [each.value for each in found.shapley], [third] * 3 + [half] * 2 + [0, 0], atol=1e-6
    )
    assert found.never_fire == ("5",)
    assert found.idle == ("5", "6")
    synergy = found.synergy.values
    assert synergy[3, 4] == pytest.approx(1, abs=1e-6)
    assert (synergy[[0, 0, 1], [1, 2, 2]] < -0.1).all()
    assert found.bus_factor.value == 1
    assert found.least_carrying.number.value == 4  # two who are idle, and two stand-ins


@pytest.mark.parametrize("planted", [planted_in_torch, planted_in_ours])
def test_leaving_one_or_two_out_does_not_see_stand_ins_of_three(planted):
    model, layer = planted()
    blocks = [[0], [1], [2]]
    found = measure(model, BITS, BITS, members=layer, blocks=blocks)
    assert [each.value for each in found.shapley] == pytest.approx([1 / 3] * 3, abs=1e-6)
    np.testing.assert_allclose(found.curve.mean, [1, 1, 1, 0], atol=1e-6)
    assert found.members == ("0", "1", "2")


def test_layers_are_members_and_the_mean_stands_for_them():
    model, _ = planted_in_torch()
    found = measure(model, BITS, BITS, members=["1", "3"], ablation="mean")
    assert found.members == ("1", "3")
    assert found.noun == "layers"
    assert found.nobody.value == pytest.approx(0, abs=1e-6), "the mean of what is wanted is said"
    assert found.ablation == "mean"


def test_a_function_silences_what_it_calls_its_members():
    model, _ = planted_in_torch()

    @contextmanager
    def without(model, present):
        weight = model[0].weight
        before = weight.detach().clone()
        with torch.no_grad():
            weight[:3] *= float(present[0])
            weight[3:5] *= float(present[1])
        try:
            yield
        finally:
            with torch.no_grad():
                weight.copy_(before)

    found = measure(model, BITS, BITS, members=(["stand-ins", "couple"], without))
    assert found.members == ("stand-ins", "couple")
    assert [each.value for each in found.shapley] == pytest.approx([1, 1], abs=1e-6)
    assert found.co_adaptation is None, "nobody can fill the time"
    assert (found.where, found.noun, found.never_fire) == ("without", "members", None)
    with pytest.raises(InputError, match="choose the reading 'nobody covers'"):
        measure(model, BITS, BITS, members=(["a", "b"], without), reading="fill the time")


def trained(seed, rate, x, y):
    model = keras.Sequential(
        [
            keras.layers.Dense(12, "relu", input_shape=(6,)),
            keras.layers.Dropout(rate),
            keras.layers.Dense(3, "softmax"),
        ],
        seed=seed,
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=30, verbose=0)
    return model


def test_several_models_make_the_intervals_cover_starts_and_pairs_are_compared():
    x, y = blobs(200)
    with_, without = ([trained(s, rate, x, y) for s in range(3)] for rate in (0.5, 0.0))
    one = measure(without[0], x, y, members="dense")
    several = measure(without, x, y, members="dense")
    assert "one start" in one.warnings
    assert "one start" not in several.warnings
    assert several.starts == 3
    assert "starts" in several.complete.over
    found = compare(without, with_, x, y, members="dense")
    assert found.without.complete.value == pytest.approx(several.complete.value)
    effect = found.effects["quality, half silenced"]
    assert effect.difference == pytest.approx(found.with_.half.value - found.without.half.value)
    assert found.where == "dense"
    assert found.without.never_fire is not None


def test_the_same_seed_gives_the_same_figures():
    x, y = blobs()
    model = small(hidden=24)
    first, again, other = (
        measure(model, x, y, members="dense", draws=5, seed=seed).shapley[0].value
        for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.parametrize("kind", ["loader", "pairs", "generator", "dicts", "tensor", "list"])
def test_data_may_come_in_many_ways(kind):
    x, y = blobs()
    model = torch.nn.Sequential(torch.nn.Linear(6, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3))
    tensors = torch.from_numpy(x).float(), torch.from_numpy(y)
    halves = [(x[:40], y[:40]), (x[40:], y[40:])]
    given = {
        "loader": lambda: (
            torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*tensors), batch_size=40),
        ),
        "pairs": lambda: (halves,),
        "generator": lambda: (iter(halves),),
        "dicts": lambda: ([{"input": a, "labels": b} for a, b in halves],),
        "tensor": lambda: tensors,
        "list": lambda: (x.tolist(), y.tolist()),
    }[kind]()
    found = measure(model, *given, members="1")
    expected = measure(model, x, y, members="1")
    assert found.complete == expected.complete
    assert found.shapley == expected.shapley


def quit_after(number):
    def progress(done, of):
        assert done <= of
        if done > number:
            raise KeyboardInterrupt

    return progress


def test_an_interruption_gives_what_was_asked_until_then():
    x, y = blobs()
    model = torch.nn.Sequential(torch.nn.Linear(6, 30), torch.nn.Tanh(), torch.nn.Linear(30, 3))
    found = measure(model, x, y, members="1", progress=quit_after(600))
    assert found.interrupted
    assert "interrupted" in found.warnings
    assert len(found.shapley) == 30
    assert model.training
    with pytest.raises(KeyboardInterrupt):
        measure(model, x, y, members="1", progress=quit_after(0))


def test_a_bar_is_drawn_where_it_is_asked_for(capsys, monkeypatch):
    x, y = blobs()
    monkeypatch.setenv("FORCE_COLOR", "1")  # then rich takes anything for a terminal
    measure(small(), x, y, members="dense", progress=False)
    assert capsys.readouterr() == ("", "")
    measure(small(), x, y, members="dense", progress=True)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "coalitions" in shown.err


X, Y = blobs(24)


class Broken(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = torch.nn.Linear(6, 4)
        self.unused = torch.nn.Linear(4, 4)

    def forward(self, x):
        if len(x.shape) != 2:
            raise RuntimeError("two axes\nplease")
        return self.fc1(x)


def three():
    return torch.nn.Sequential(torch.nn.Linear(6, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3))


def diverged():
    model = three()
    with torch.no_grad():
        model[2].bias[0] = float("nan")
    return model


def perceptron(labels=Y):
    model = MLPClassifier((5,), max_iter=5, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(X, labels)


def test_labels_of_scikit_learn_are_numbered_as_its_outputs_are():
    names = np.array(["c", "b", "a"])[Y]
    found = measure(perceptron(names), X, names, members="hidden 1")
    assert found.complete.value == perceptron(names).score(X, names)
    for held in (
        pd.Series(names),
        pd.DataFrame({"kind": names}),
        pd.Series(names, dtype="category"),
    ):
        assert measure(perceptron(names), X, held, members="hidden 1").complete == found.complete
    numbered = measure(perceptron(Y * 3), X, (Y * 3).tolist(), members="hidden 1")
    assert numbered.complete.value == perceptron(Y * 3).score(X, Y * 3)


def test_tables_of_pandas_are_data_whatever_their_columns_hold():
    plain = measure(small(), X.round(), Y, members="dense").complete
    table = pd.DataFrame(X.round()).astype({0: "Int64", 1: object})
    assert measure(small(), table, pd.Series(Y), members="dense").complete == plain
    assert (
        measure(small(), [(table, pd.Series(Y, dtype="Int64"))], members="dense").complete == plain
    )


BAD = {
    "a table with texts": (
        three, {"x": pd.DataFrame({"a": ["b"] * 24})}, "x holds texts, but must hold numbers"
    ),
    "a number of a layer": (three, {"members": 0}, "members is 0, but must be a layer's name, "),
    "a name nearly right": (
        lambda: keras.Sequential([
            keras.layers.Dense(6, "relu", input_shape=(6,), name=name)
            for name in ("zebra", "first", "ape", "second")
        ]), {"members": "secnd"}, "has: second, zebra, first, ape$",
    ),
    "no such layer": (three, {"members": "fc1"}, "the layer 'fc1', but the network has: "),
    "not called": (Broken, {"members": "unused", "y": X[:, :4]}, "unused is in the model, but is"),
    "fails": (
        Broken, {"x": X[None], "y": Y[:1], "members": "fc1"},
        r"run on float32 \(1, 24, 6\): RuntimeError: two axes please",
    ),
    "other inputs": (three, {"x": X[:, :3]}, r"cannot be run on float32 \(8, 3\): "),
    "NaN": (three, {"x": X * np.nan}, "x holds NaN or infinity"),
    "empty": (three, {"x": X[:0], "y": Y[:0]}, "x holds no examples"),
    "empty loader": (three, {"x": iter([]), "y": None}, "the loader is empty"),
    "lengths": (three, {"y": Y[:5]}, "x and y hold 24 and 5 examples"),
    "no y": (three, {"y": None}, "y is missing"),
    "labels outside": (three, {"y": Y + 2}, "the label [34], but the network tells 3 "),
    "labels of another kind": (three, {"y": X[:, 0], "metric": "accuracy"}, "are no labels"),
    "y does not fit": (three, {"y": X[:, :2]}, r"shape \(24, 2\) and the outputs \(24, 3\)"),
    "the same for all": (three, {"y": np.ones((24, 3))}, "1 - SSE/SST has no meaning"),
    "no such metric": (three, {"metric": "f1"}, "metric is 'f1', but must be one of"),
    "metric fails": (three, {"metric": lambda a, b: 1 / 0}, "raises ZeroDivisionError: division"),
    "metric of another shape": (
        three, {"metric": lambda a, b: a}, r"gives an array of shape \(24, 3\), but must"
    ),
    "metric not finite": (three, {"metric": lambda a, b: np.nan}, "is not a finite number"),
    "no heads": (three, {"blocks": "heads"}, "blocks is 'heads', but"),
    "blocks outside": (three, {"blocks": [[7]]}, "a unit of a block is 7, but must be 0 to 3"),
    "a unit twice": (three, {"blocks": [[1], [1]]}, "unit 1 stands in the blocks twice"),
    "too many blocks": (three, {"blocks": 9}, "blocks is 9, but must be 1 to 4"),
    "blocks of layers": (three, {"members": ["0", "1"], "blocks": 2}, "of the units of one layer"),
    "a layer twice": (three, {"members": ["0", "0"]}, "members names a layer twice"),
    "no members": (three, {"members": []}, "members is .*, but must be a layer's name"),
    "ablation": (three, {"ablation": "noise"}, "ablation is 'noise', but must be one of"),
    "reading": (three, {"reading": "x"}, "reading is 'x', but must be one of"),
    "memory": (three, {"memory": 10}, "memory .in bytes. is 10, but must be"),
    "progress": (three, {"progress": 3}, "progress is 3, but must be"),
    "no model": (lambda: 3, {}, "the model is 3, but must be one of"),
    "progress for each": (three, {"progress": X}, "progress is array"),
    "a class": (three, {"x": list, "y": Y}, "x is <class 'list'>, but must be an array"),
    "blocks as an array": (three, {"blocks": np.array([[7]])}, "a unit of a block is 7"),
    "no models": (list, {}, "model is empty"),
    "texts": (three, {"y": ["a"] * 24}, "y holds texts such as 'a'"),
    "diverged": (diverged, {}, "outputs on x are not all finite"),
    "other labels": (perceptron, {"members": "hidden 1", "y": Y + 1}, "was trained on .0, 1, 2."),
    "a stack": (lambda: small(seed=[0, 1]), {"members": "dense"}, "the model is a stack of 2"),
    "no such layer of ours": (small, {"members": "dens"}, "the network has: dense, "),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_in_one_line(name):
    make, changed, said = BAD[name]
    with pytest.raises(InputError, match=said) as error:
        measure(make(), **{"x": X, "y": Y, "members": "1"} | changed)
    assert "\n" not in str(error.value)


def test_who_never_fires_is_seen_behind_the_activation_not_before_it():
    model = three()
    with torch.no_grad():
        model[0].bias[2] = -1e3
    behind = measure(model, X, Y, members="1")
    assert behind.never_fire == ("2",)
    before = measure(model, X, Y, members="0")
    assert before.never_fire is None
    assert "nothing in 0 is ever 0, as it is before a ReLU" in " ".join(str(before).split())
    assert "never fire   " not in str(before)
    assert measure(model, X, Y, members="0", blocks=2).never_fire == ()


def test_pairs_must_be_pairs():
    with pytest.raises(InputError, match="2 models without and 1 with"):
        compare([small(), small()], [small()], X, Y, members="dense")


def test_a_game_of_one_example_has_no_examples_to_leave_out():
    asked = Asked("dense")
    game = game_of(ours_silenced(small(), X[:1], asked), Y[:1], "accuracy", asked)
    assert game.qualities(np.ones((2, 16), dtype=bool)).shape == (2, 1)


def test_torch_memory_stays_within_the_budget():
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 8, 3, padding=1), torch.nn.ReLU(),
        torch.nn.Conv2d(8, 8, 3, padding=1), torch.nn.ReLU(),
        torch.nn.Flatten(), torch.nn.Linear(8 * 196, 10),
    )  # fmt: skip
    x = np.random.default_rng(0).normal(size=(400, 1, 14, 14)).astype(np.float32)
    masks = np.random.default_rng(1).random((20, 8)) < 0.5
    whole = peak(lambda: model(torch.from_numpy(x)))
    for memory in (2**20, 2**21, 2**22):
        asked = Asked("0", memory=memory)

        def judge(asked=asked):
            from nn_bridge.adapters.pytorch.silencing import silenced

            game_of(silenced(model, x, asked), np.arange(400) % 10, None, asked).qualities(masks)

        assert peak(judge) < memory < whole


def peak(work):
    """Bytes that PyTorch's tensors take at most."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with torch.profiler.profile(profile_memory=True) as seen:
            work()
    events = [e for e in seen.profiler.kineto_results.events() if e.name() == "[memory]"]
    return np.cumsum([e.nbytes() for e in sorted(events, key=lambda e: e.start_ns())]).max()
