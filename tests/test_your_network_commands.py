"""`run.py measure` and `check-up`: what a user hands in, what is told of it, how it ends."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from frameworks import needs

import run
from commands import measure as measure_command

OURS = """
import numpy as np
from nn_bridge import Dense, Dropout, Sequential

def network():
    print("from the user's own code")
    return Sequential(
        [Dense(6, "relu", input_shape=(4,)), Dropout(0.5), Dense(3, "softmax")], seed=0
    )

def data():
    x = np.random.default_rng(0).normal(size=(60, 4))
    return x, network().predict(x).argmax(axis=1)

def with_x():
    return network(), data()[0]

def build():
    return network(), *data()

def by_name():
    x, y = data()
    return {"model": network(), "x": x, "y": y, "members": "dense", "blocks": 2}

def several():
    return [network() for _ in range(3)], *data()

def nothing(): pass
def four(): return 1, 2, 3, 4
def misnamed(): return {"net": 1}
def fails():
    return np.zeros(3) + np.zeros(4)
def leaves(): raise SystemExit("no data here")
def asks(size): return size
def deep(): return np.load("there is none")
def odd(): return 3, np.zeros((5, 2)), np.zeros(5)
def evaluates(model):
    model.predict(np.ones((2, 4)))
    open("evaluated", "w").close()
def checked():
    x, y = data()
    return {
        "model": network(), "x": x, "y": y, "loss": "cross-entropy", "validation": (x, y),
        "evaluate": evaluates,
    }
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Stand in a folder with the user's files, whose names no other test's module has."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    (tmp_path / "ours.py").write_text(OURS)
    (tmp_path / "broken.py").write_text("import numpy\n\ndef build(:\n")
    (tmp_path / "lacks.py").write_text("import there_is_no_such_package\n")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "nets.py").write_text("from ours import build\n")
    yield tmp_path
    for name in {*sys.modules} - before:
        if name.partition(".")[0] in {"ours", "broken", "lacks", "parts"} or "handed_in_" in name:
            del sys.modules[name]


def told(words, capsys):
    code = run.main(words)
    return code, *capsys.readouterr()


@pytest.mark.parametrize("named", ["ours:build", "ours.py:build", "parts.nets:build"])
def test_a_network_is_measured_wherever_its_function_is(named, folder, capsys):
    code, out, err = told(["measure", named, "--members", "dense"], capsys)
    assert code == 0
    assert out.startswith("dense on the yardstick: 6 units, accuracy\n")
    assert "from the user's own code" in err  # and not among the results
    path = str(folder / "ours.py:build")
    assert told(["measure", path, "--members", "dense"], capsys)[1] == out


def test_results_are_saved_and_printed_as_json(folder, capsys):
    words = ["measure", "ours:build", "--members", "dense", "--json", "--save"]
    code, out, _ = told([*words, "mine.json"], capsys)
    assert code == 0
    held = json.loads(out)
    assert held == json.loads((folder / "mine.json").read_text("utf-8"))
    assert (held["where"], held["noun"], len(held["shapley"])) == ("dense", "units", 6)
    assert told([*words[:-2], "--save", "mine.html", "--lang", "ja"], capsys)[1].endswith(
        "\nWrote mine.html.\n"
    )
    assert '<html lang="ja">' in (folder / "mine.html").read_text("utf-8")


def test_arguments_come_by_name_and_options_stand_above_them(folder, capsys):
    for more, members in (([], 2), (["--blocks", "3"], 3)):
        held = json.loads(told(["measure", "ours:by_name", "--json", *more], capsys)[1])
        assert (held["noun"], len(held["members"])) == ("blocks", members)
    held = json.loads(told(["measure", "ours:several", "--members", "dense", "--json"], capsys)[1])
    assert held["starts"] == 3


def test_a_check_up_takes_what_is_judged_and_how_one_evaluates_by_name(folder, capsys):
    code, out, _ = told(["check-up", "ours:checked", "--passes", "3"], capsys)
    assert code == 0
    assert (folder / "evaluated").exists()
    assert "the validation loss" in " ".join(out.split()).lower()


def test_data_of_a_file_take_the_place_of_others(folder, capsys):
    x = np.random.default_rng(1).normal(size=(40, 4))
    np.savez("data.npz", x=x, y=np.zeros(40, dtype=int))
    words = ["measure", "ours:build", "--members", "dense", "--json"]
    assert json.loads(told(words, capsys)[1])["examples"] == 60
    assert json.loads(told([*words, "--data", "data.npz"], capsys)[1])["examples"] == 40


REFUSED = {
    "ours": "names no model: give package.module:build or file.py:build",
    "nowhere:build": "there is no module nowhere: the current folder has broken, lacks, ours",
    "ours.more:build": "there is no module ours.more",
    "ours:builds": "ours has no function builds: it has network, data, with_x, build",
    "no such:build": "'no such' is no name of a module",
    "none.py:build": "the Python file none.py cannot be read: there is none of that name",
    "ours:nothing": "nothing() of ours gives None, but must give a model",
    "ours:four": "four() of ours gives 4 things, but must give the model, (model, x)",
    "ours:misnamed": "misnamed() of ours gives a dict with net, but must have 'model'",
    "ours:fails": "fails() of ours raises ValueError: operands could not be broadcast together "
    "with shapes (3,) (4,) (ours.py:32)",
    "ours:leaves": "leaves() of ours raises SystemExit: no data here (ours.py:33)",
    "ours:asks": "asks() of ours raises TypeError: asks() missing 1 required positional argument: "
    "'size'\n",
    "ours:deep": "No such file or directory: 'there is none' (ours.py:35)\n",
    "broken:build": "broken raises SyntaxError: invalid syntax (broken.py, line 3) (broken.py:3)",
    "broken.py:build": "broken.py raises SyntaxError",
    "lacks:build": "lacks raises ModuleNotFoundError: No module named 'there_is_no_such_package' "
    "(lacks.py:1)",
    "ours:odd": "the model is 3, but must be one of PyTorch, Keras 3",
    "ours:with_x": "y is missing",
    "ours:network": "there are no data to judge the network on",
    "none.keras": "the Keras model none.keras cannot be read: there is none of that name",
    "none.npz": "the network none.npz cannot be read: there is none of that name",
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("named", REFUSED)
def test_what_is_wrong_with_the_model_is_told_in_one_line(named, capsys):
    code, out, err = told(["measure", named, "--members", "dense"], capsys)
    line = err.replace("from the user's own code\n", "")
    assert (code, out) == (2, "")
    assert line.startswith("run.py: ")
    assert line.count("\n") == 1
    assert REFUSED[named] in line


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--members", "dens"], "'dens', but the network has: dense, dense_1, dropout"),
        ([], "no members are named: give --members"),
        (["--members", "dense", "--metric", "beauty"], "metric is 'beauty', but must be one of"),
        (["--members", "dense", "--blocks", "many"], "blocks is 'many', but must be a number"),
        (["--members", "dense", "--seed", "-1"], "seed is -1"),
        (["--members", "dense", "--save", "mine.pdf"], "'mine.pdf' is no name for a result"),
        (["--members", "dense", "--save", "/proc/no/mine.html"], "cannot be written"),
        (["--members", "dense", "--save", "m.html", "--lang", "fr"], "language is 'fr'"),
        (["--members", "dense", "--lang", "fr"], "language is 'fr'"),
        (["--members", "dense", "--data", "ours.py"], "the data ours.py cannot be read"),
        (["--members", "dense", "--data", "other.npz"], "arrays x and y, or x alone, but it has z"),
    ],
)
def test_what_is_wrong_with_an_option_is_told_in_one_line(options, said, folder, capsys):
    np.savez("other.npz", z=np.zeros(3))
    before = sorted(folder.rglob("*"))
    code, out, err = told(["measure", "ours:build", *options], capsys)
    assert (code, out) == (2, "")
    assert said in err
    assert err.replace("from the user's own code\n", "").count("\n") == 1
    assert sorted(folder.rglob("*")) == before


def test_what_was_measured_before_ctrl_c_is_told(folder, capsys, monkeypatch):
    whole = measure_command.measure_of

    def cut(*arguments, **named):
        result = whole(*arguments, **named)
        object.__setattr__(result, "interrupted", True)
        return result

    monkeypatch.setattr(measure_command, "measure_of", cut)
    words = ["measure", "ours:build", "--members", "dense", "--save", "mine.html"]
    code, out, err = told(words, capsys)
    assert code == 130
    assert "dense on the yardstick" in out
    assert err.endswith("run.py: interrupted: told is what was measured until then\n")
    assert (folder / "mine.html").exists()


def test_a_network_of_ours_that_was_saved(folder, capsys):
    from nn_bridge import Dense, Sequential

    Sequential([Dense(5, "relu", input_shape=(4,)), Dense(2, "softmax")], seed=0).save("mine.npz")
    np.savez("data.npz", x=np.ones((9, 4)), y=np.zeros(9, dtype=int))
    words = ["measure", "mine.npz", "--members", "dense", "--data", "data.npz", "--json"]
    assert len(json.loads(told(words, capsys)[1])["members"]) == 5


def test_a_check_up_of_a_network(folder, capsys):
    words = ["check-up", "ours:build", "--passes", "5"]
    code, out, err = told([*words, "--save", "mine.html"], capsys)
    assert code == 0
    assert out.startswith("Check-up of Sequential (nn_bridge)\nNothing is wrong with the chance")
    assert out.endswith("\nWrote mine.html.\n")
    assert (folder / "mine.html").read_text("utf-8").count("<article") == 2
    assert "from the user's own code" in err
    held = json.loads(told([*words, "--json"], capsys)[1])
    assert [site["asked"] for site in held["sites"]] == [0.5]
    assert held["passes"] == 5
    assert held["gap"]["loss"] == "cross-entropy"
    assert told([*words, "--strict"], capsys)[0] == 0


def test_a_check_up_takes_random_numbers_where_there_are_no_data(folder, capsys):
    for named in ("ours:network", "ours:with_x"):
        held = json.loads(told(["check-up", named, "--passes", "2", "--json"], capsys)[1])
        assert [site["where"] for site in held["sites"]] == ["dropout"]
        assert held["gap"] is None
    (folder / "unbuilt.py").write_text(
        "from nn_bridge import Dense, Sequential\n"
        "def build(): return Sequential([Dense(3)], seed=0)\n"
    )
    code, out, err = told(["check-up", "unbuilt.py:build"], capsys)
    assert (code, out) == (2, "")
    assert "there are no data to run the network on: let build() return (model, x)" in err
    for shape, said in (("4,x", "shape has 'x'"), ("0", "shape is 0"), ("9" * 9 + ",9999", "most")):
        code, out, err = told(["check-up", "ours:network", "--shape", shape], capsys)
        assert (code, out) == (2, "")
        assert said in err.splitlines()[-1]


def test_what_a_check_up_finds_changes_its_exit_code_if_asked(folder, capsys):
    needs("torch")
    (folder / "torchnet.py").write_text(
        "import torch\n"
        "class Net(torch.nn.Module):\n"
        "    def forward(self, x):\n"
        "        return torch.nn.functional.dropout(x, 0.3)\n"
        "def build():\n"
        "    return Net()\n"
    )
    words = ["check-up", "torchnet.py:build", "--shape", "50", "--passes", "5"]
    code, out, _ = told(words, capsys)
    assert code == 0
    assert "At torchnet.py:4 chance enters in evaluation too." in out
    assert told([*words, "--strict"], capsys)[:2] == (1, out)


def test_a_network_of_pytorch(folder, capsys):
    needs("torch")
    (folder / "torchnet.py").write_text(
        "import torch\n"
        "def build():\n"
        "    torch.manual_seed(0)\n"
        "    model = torch.nn.Sequential(\n"
        "        torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2))\n"
        "    return model, torch.randn(30, 4), torch.zeros(30, dtype=torch.long)\n"
    )
    held = json.loads(told(["measure", "torchnet.py:build", "--members", "0", "--json"], capsys)[1])
    assert held["settings"]["framework"] == "PyTorch"
    assert "torch" in held["versions"]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own
def test_a_network_that_keras_has_saved(folder, capsys):
    keras = needs("keras")
    made = keras.Sequential(
        [
            keras.layers.Input((4,)),
            keras.layers.Dense(5, "relu", name="first"),
            keras.layers.Dense(2),
        ]
    )
    made.save("mine.keras")
    x = np.random.default_rng(0).normal(size=(20, 4))
    np.savez("data.npz", x=x, y=np.arange(20) % 2)
    words = ["measure", "mine.keras", "--members", "first", "--data", "data.npz", "--json"]
    held = json.loads(told(words, capsys)[1])
    assert (len(held["members"]), held["settings"]["framework"]) == (5, "Keras 3")
    (folder / "bad.keras").write_text("no archive")
    code, out, err = told(["measure", "bad.keras", *words[2:]], capsys)
    assert (code, out) == (2, "")
    assert err.startswith("run.py: bad.keras cannot be read as a Keras model: ")
    assert err.count("\n") == 1
