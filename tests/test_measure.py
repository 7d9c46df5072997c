"""`measure` and `compare`: what is planted comes out, of one network and of several."""

from contextlib import contextmanager

import numpy as np
import pytest
from frameworks import needs
from networks import blobs, small
from torch_models import three

from nn_bridge import compare, keras, measure
from nn_bridge.adapters.own.silencing import silenced as ours_silenced
from nn_bridge.measuring.network_game import game_of
from nn_bridge.measuring.silencing import Asked
from simulation.checks import InputError

torch = needs("torch")

X, Y = blobs(24)

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


def test_who_never_fires_is_seen_behind_the_activation_not_before_it():
    model = three()
    with torch.no_grad():
        model[0].bias[2] = -1e3
    behind = measure(model, X, Y, members="1")
    assert behind.never_fire == ("2",)
    for blocks in (None, 2):
        before = measure(model, X, Y, members="0", blocks=blocks)
        assert before.never_fire is None
        assert "none in 0 is ever 0, as none is before a ReLU" in " ".join(str(before).split())
        assert "never fire   " not in str(before)


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


def test_a_game_of_one_example_has_no_examples_to_leave_out():
    asked = Asked("dense")
    game = game_of(ours_silenced(small(), X[:1], asked), Y[:1], "accuracy", asked)
    assert game.qualities(np.ones((2, 16), dtype=bool)).shape == (2, 1)
