"""What `measure` may be handed: models, data, members in many ways; what else is told in a line."""

import warnings

import numpy as np
import pandas as pd
import pytest
from frameworks import needs
from networks import blobs, small
from sklearn.neural_network import MLPClassifier
from torch_models import three

from nn_bridge import compare, keras, measure
from simulation.checks import InputError

torch = needs("torch")

X, Y = blobs(24)


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


class Broken(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = torch.nn.Linear(6, 4)
        self.unused = torch.nn.Linear(4, 4)

    def forward(self, x):
        if len(x.shape) != 2:
            raise RuntimeError("two axes\nplease")
        return self.fc1(x)


def diverged():
    model = three()
    with torch.no_grad():
        model[2].bias[0] = float("nan")
    return model


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


def test_pairs_must_be_pairs():
    with pytest.raises(InputError, match="2 models without and 1 with"):
        compare([small(), small()], [small()], X, Y, members="dense")
