"""Gradients with frozen masks and rate > 0: against central differences and PyTorch."""

import numpy as np
import pytest
from frameworks import needs

from nn_bridge.dense import Dense, Flatten
from nn_bridge.dropout import Dropout
from nn_bridge.network import Sequential
from nn_bridge.optimizers import SGD, Adam
from simulation.checks import InputError

B, D, K = 7, 6, 3


def one_hidden(end):
    return [Dense(8, "relu", input_shape=(D,)), Dropout(0.5), Dense(K, end)]


def two_hidden(end):
    return [
        Dense(8, "relu", input_shape=(D,)),
        Dropout(0.3),
        Dense(5, "relu"),
        Dropout(0.4),
        Dense(K, end),
    ]


def input_dropout(end):
    return [
        Flatten(input_shape=(2, D // 2)),
        Dropout(0.3),
        Dense(8, "relu"),
        Dropout(0.5),
        Dense(K, end),
    ]


def groups(end):
    return [
        Dense(8, "relu", input_shape=(D,)),
        Dropout(0.4, noise_shape=(1, None), group_size=2),
        Dense(K, end),
    ]


def dropout_after_linear_and_softmax(end):
    return [Dense(4, "softmax", input_shape=(D,)), Dropout(0.5), Dense(4), Dense(K, end)]


NETS = [one_hidden, two_hidden, input_dropout, groups, dropout_after_linear_and_softmax]
LOSSES = [
    ("sparse_categorical_crossentropy", "softmax"),
    ("categorical_crossentropy", "softmax"),
    ("mse", "linear"),
    ("half_squared_error", "linear"),
    ("half_squared_error", "softmax"),
    ("mse", "relu"),
]


def data(net, loss, replicates=()):
    rng = np.random.default_rng(5)
    shape = (2, D // 2) if net is input_dropout else (D,)
    x = rng.normal(size=(*replicates, B, *shape))
    labels = rng.integers(0, K, size=(*replicates, B))
    if loss.startswith("sparse"):
        return x, labels
    if loss == "categorical_crossentropy":  # soft targets, so that p - t is tried with any t
        return x, rng.dirichlet(np.ones(K), size=(*replicates, B))
    return x, rng.normal(size=(*replicates, B, K))


def frozen(model, x):
    """Draw masks once; return them, having seen that they do drop something and not all."""
    model(x, training=True)
    masks = {m: m.last_mask for m in model.layers if isinstance(m, Dropout)}
    assert all(0 < mask.mean() < 1 for mask in masks.values())
    return masks


@pytest.mark.parametrize("seed", [1, [1, 2, 3]], ids=["single", "stack"])
@pytest.mark.parametrize(("loss", "end"), LOSSES)
@pytest.mark.parametrize("net", NETS)
def test_gradients_are_central_differences(net, loss, end, seed):
    model = Sequential(net(end), seed=seed, dtype="float64")
    model.compile("sgd", loss)
    x, y = data(net, loss, model.replicates)
    for bias in model.parameters()[1::2]:  # zero biases would hide mistakes
        bias[...] = np.random.default_rng(0).normal(size=bias.shape) * 0.3
    masks = frozen(model, x)
    model.loss_and_gradients(x, y, masks)
    filled = [{n: g.copy() for n, g in layer.gradients.items()} for layer in model.layers]
    step = 1e-5
    checked = 0
    for layer, gradients in zip(model.layers, filled, strict=True):
        for name, parameter in layer.parameters.items():
            analytic, numeric = gradients[name], np.zeros_like(parameter)
            for index in np.ndindex(parameter.shape):
                kept = parameter[index]
                parameter[index] = kept + step
                up = np.sum(model.loss_and_gradients(x, y, masks))
                parameter[index] = kept - step
                down = np.sum(model.loss_and_gradients(x, y, masks))
                parameter[index] = kept
                numeric[index] = (up - down) / (2 * step)
            np.testing.assert_allclose(analytic, numeric, atol=1e-8)
            checked += np.count_nonzero(analytic)
    assert checked > 20


@pytest.mark.parametrize("net", [one_hidden, two_hidden, groups])
def test_gradient_at_the_input_is_central_differences(net):
    model = Sequential(net("linear"), seed=1, dtype="float64")
    x = np.random.default_rng(2).normal(size=(B, D))
    masks = frozen(model, x)
    direction = np.random.default_rng(3).normal(size=(B, K))

    def value(x):
        return float((model(x, training=True, masks=masks) * direction).sum())

    model.layers[0].passes_back = True
    value(x)
    gradient = direction
    for layer in reversed(model.layers):
        gradient = layer.backward(gradient)
    for index in np.ndindex(x.shape):
        moved = np.zeros_like(x)
        moved[index] = 1e-5
        assert gradient[index] == pytest.approx(
            (value(x + moved) - value(x - moved)) / 2e-5, abs=1e-8
        )


def test_crossentropy_learns_where_softmax_has_underflowed():
    model = Sequential([Dense(2, "softmax", input_shape=(1,))], dtype="float64")
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.layers[0].weight[...] = [[2000.0], [0.0]]
    loss = model.loss_and_gradients([[1.0]], [1])
    assert loss == 2000.0
    np.testing.assert_array_equal(model.layers[0].gradients["weight"], [[1.0], [-1.0]])


def torch_forward(torch, model, leaves, masks, x):
    """Do the forward pass up to the logits in PyTorch, with dropout written out by hand."""
    h, free = torch.tensor(x).reshape(len(x), -1), iter(leaves)
    for layer in model.layers:
        if isinstance(layer, Dropout):
            keep = torch.tensor(masks[layer]).repeat_interleave(layer.group_size, dim=-1)
            h = h * keep / (1 - layer.rate)
        elif isinstance(layer, Dense):
            h = torch.nn.functional.linear(h, next(free), next(free))
            if layer.activation == "relu":
                h = torch.relu(h)
            elif layer.activation == "softmax" and layer is not model.layers[-1]:
                h = torch.softmax(h, dim=-1)
    return h


OPTIMIZERS = {
    "sgd": (lambda: SGD(0.1), lambda t, p: t.optim.SGD(p, lr=0.1)),
    "momentum": (lambda: SGD(0.05, momentum=0.9), lambda t, p: t.optim.SGD(p, 0.05, momentum=0.9)),
    "adam": (lambda: Adam(0.01), lambda t, p: t.optim.Adam(p, 0.01)),
}


@pytest.mark.filterwarnings("default")  # PyTorch's own warnings are not ours to mend
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "mse"])
@pytest.mark.parametrize("net", NETS)
def test_ten_steps_are_pytorchs(net, loss, optimizer):
    torch = needs("torch")
    ours, theirs = OPTIMIZERS[optimizer]
    classes = loss != "mse"
    judge = torch.nn.functional.cross_entropy if classes else torch.nn.functional.mse_loss
    model = Sequential(net("softmax" if classes else "linear"), seed=2, dtype="float64")
    model.compile(ours(), loss)
    leaves = [torch.tensor(p.copy(), requires_grad=True) for p in model.parameters()]
    torch_optimizer = theirs(torch, leaves)
    rng = np.random.default_rng(0)
    for t in range(1, 11):
        # Keras adds epsilon to the root of the uncorrected mean, PyTorch to that of the corrected.
        torch_optimizer.param_groups[0]["eps"] = 1e-7 / np.sqrt(1 - 0.999**t)
        x = rng.normal(size=(B, *model.input_shape))
        y = rng.integers(0, K, size=B) if classes else rng.normal(size=(B, K))
        loss_here = model.train_on_batch(x, y)
        masks = {m: m.last_mask for m in model.layers if isinstance(m, Dropout)}
        torch_optimizer.zero_grad()
        loss_there = judge(torch_forward(torch, model, leaves, masks, x), torch.tensor(y))
        loss_there.backward()
        torch_optimizer.step()
        assert loss_here == pytest.approx(loss_there.item(), rel=1e-11)
        for here, there in zip(model.parameters(), leaves, strict=True):
            np.testing.assert_allclose(here, there.detach().numpy(), atol=1e-11)


def test_adam_is_kerass_formula_epsilon_included():
    weight, rng = np.array([1.0, -2.0]), np.random.default_rng(0)
    adam, m, v = Adam(0.1, 0.8, 0.9, epsilon=0.05), 0.0, 0.0
    expected = weight.copy()
    for t in range(1, 6):
        g = rng.normal(size=2)
        m, v = 0.8 * m + 0.2 * g, 0.9 * v + 0.1 * g**2
        expected -= 0.1 * np.sqrt(1 - 0.9**t) / (1 - 0.8**t) * m / (np.sqrt(v) + 0.05)
        adam.step([weight], [g])
    np.testing.assert_allclose(weight, expected, rtol=1e-13)


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.1, momentum=0.9), Adam(0.1)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_step_moves_arrays_of_any_shape_and_leaves_their_gradients(optimizer, dtype):
    rng, optimizer = np.random.default_rng(0), type(optimizer)(**optimizer.get_config())
    parameters = [rng.normal(size=shape).astype(dtype) for shape in ((2, 3, 4), (5,))]
    gradients = [rng.normal(size=p.shape).astype(dtype) for p in parameters]
    alone = [p.flatten() for p in parameters]
    one_by_one = [type(optimizer)(**optimizer.get_config()) for _ in alone]
    for _ in range(3):
        before = [g.copy() for g in gradients]
        optimizer.step(parameters, gradients)
        for single, p, g in zip(one_by_one, alone, gradients, strict=True):
            single.step([p], [g.flatten()])
        for g, old in zip(gradients, before, strict=True):
            np.testing.assert_array_equal(g, old)
    for p, vector in zip(parameters, alone, strict=True):
        np.testing.assert_array_equal(p.flatten(), vector)
    for arrays in optimizer.slots.values():
        assert [a.shape for a in arrays] == [p.shape for p in parameters]


@pytest.mark.parametrize("weight", [np.zeros((2, 3)).T, np.zeros((2, 3), "float16")])
def test_an_array_that_cannot_be_changed_in_place_is_refused(weight):
    with pytest.raises(InputError, match="C-contiguous one of float32 or float64: hand in"):
        Adam().step([weight], [np.ones(weight.shape, weight.dtype)])
