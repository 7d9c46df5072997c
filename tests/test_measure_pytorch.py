"""PyTorch models for `measure`: they stay as they were, and what is said of them is so."""

import copy
import random
from contextlib import nullcontext

import numpy as np
import pytest
from frameworks import needs
from torch_models import IMAGES, ROWS, WORDS, convolutional

from nn_bridge.measuring.silencing import Asked
from simulation.checks import InputError

torch = needs("torch")
nn = torch.nn

from nn_bridge.adapters.pytorch.silencing import silenced  # noqa: E402 - PyTorch may be missing


def state(model):
    return (
        [module.training for module in model.modules()],
        [tuple(map(id, module._forward_hooks.values())) for module in model.modules()],
        [p.requires_grad for p in model.parameters()],
        copy.deepcopy(model.state_dict()),
        torch.get_rng_state(),
        np.random.get_state()[1].tolist(),  # noqa: NPY002
        random.getstate(),
        torch.backends.mha.get_fastpath_enabled(),
        torch.is_grad_enabled(),
    )


class Restless(nn.Module):
    """Counts its calls, draws chance of every kind, and fails at one of them if it is told to."""

    def __init__(self, fails_at=None):
        super().__init__()
        self.hidden = nn.Linear(8, 6)
        self.drop = nn.Dropout(0.5)
        self.register_buffer("calls", torch.zeros(1))
        self.fails_at = fails_at

    def forward(self, x):
        random.random()
        np.random.random()  # noqa: NPY002
        self.calls += 1
        if self.calls == self.fails_at:
            raise ValueError("tired")
        return self.drop(self.hidden(x)) + torch.rand(1)


@pytest.mark.parametrize("fails_at", [None, 1, 2, 3, 4, 5, 7])
def test_a_model_is_left_as_it_was_found(fails_at):
    model = Restless(fails_at)
    model.drop.eval()
    model.hidden.register_forward_hook(lambda *_: None)
    model.hidden.weight.requires_grad_(False)
    before = state(model)
    with (
        pytest.raises(InputError, match=r"run on float32 \(.*\): ValueError: tired")
        if fails_at
        else nullcontext()
    ):
        look = silenced(model, ROWS[:, 0], Asked("hidden"))
        look.outputs(slice(0, look.chunk), np.ones((3, 6)))
    after = state(model)
    for was, is_ in zip(before, after, strict=True):
        if isinstance(was, dict):
            assert all(torch.equal(was[name], is_[name]) for name in was)
        else:
            assert torch.equal(was, is_) if torch.is_tensor(was) else was == is_


def test_what_is_wrong_with_ours_is_not_laid_to_the_model(monkeypatch):
    def broken(self, activation, weights, repeated):
        raise TypeError("ours")

    monkeypatch.setattr("nn_bridge.adapters.pytorch.silence.Silence.__call__", broken)
    with pytest.raises(TypeError, match="ours"):
        silenced(convolutional(), IMAGES, Asked("0"))


def test_evaluations_that_differ_are_told():
    look = silenced(Restless(), ROWS[:, 0], Asked("hidden"))
    assert look.notes[0].startswith("evaluations differ: outputs on the same 8 examples")


def ended(*last):
    return lambda: nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), *last)


ADDITIVE = {
    "": ended(nn.AvgPool2d(2), nn.Flatten(), nn.Dropout(), nn.Linear(100, 3)),
    "softmax": ended(nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(400, 3), nn.Softmax(dim=-1)),
    "log_softmax": ended(nn.Flatten(), nn.Linear(400, 5), nn.Linear(5, 3), nn.LogSoftmax(dim=-1)),
}


@pytest.mark.parametrize("ablation", ["zero", "mean"])
@pytest.mark.parametrize("then", ADDITIVE)
def test_what_is_linear_to_the_end_is_additive(then, ablation):
    torch.manual_seed(0)
    look = silenced(ADDITIVE[then](), IMAGES, Asked("1", ablation=ablation))
    found = look.additive()
    assert found.then == then
    weights = np.random.default_rng(1).random((6, 4)) * 2
    sums = torch.from_numpy(np.tensordot(weights, found.contributions, axes=1) + found.handout)
    said = getattr(sums, then)(dim=-1) if then else sums
    np.testing.assert_allclose(look.outputs(slice(0, 30), weights), said, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("make", "asked"),
    [
        (ended(nn.ReLU(), nn.Flatten(), nn.Linear(400, 3)), {"layers": "1"}),
        (ended(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(100, 3)), {"layers": "1"}),
        (ended(nn.Flatten(), nn.Linear(400, 3), nn.Sigmoid()), {"layers": "1"}),
        (ended(nn.LayerNorm(10), nn.Flatten(), nn.Linear(400, 3)), {"layers": "1"}),
        (ended(nn.Flatten(), nn.Linear(400, 3)), {"layers": ["0", "1"]}),
        (ended(nn.Flatten(), nn.Linear(400, 3)), {"layers": "1", "blocks": [[0, 1], [2]]}),
        (ended(nn.Flatten(), nn.Linear(400, 3)), {"layers": "1", "memory": 2**20, "fill": 200}),
    ],
)
def test_additive_is_not_claimed_where_it_is_not_so(make, asked):
    images = np.tile(IMAGES, (asked.pop("fill", 1), 1, 1, 1))
    assert silenced(make(), images, Asked(**asked)).additive() is None


def test_heads_of_transformers_are_found_wherever_attention_is_computed():
    transformers = needs("transformers")
    small = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 4}
    bert = transformers.BertForSequenceClassification(
        transformers.BertConfig(vocab_size=20, intermediate_size=32, **small)
    )
    masks = np.array([[1.0, 0, 1, 1], [1, 1, 1, 1]])
    found = []
    for how in ("sdpa", "eager"):
        bert.set_attn_implementation(how)
        inputs = {"input_ids": WORDS, "attention_mask": np.ones_like(WORDS)}
        look = silenced(bert, inputs, Asked("bert.encoder.layer.0.attention.self", blocks="heads"))
        assert look.members == tuple(f"head {j}" for j in range(4))
        assert look.rest is not None
        found.append(look.outputs(slice(0, 30), masks))
    np.testing.assert_allclose(*found, atol=1e-6)
    with pytest.raises(InputError, match="attn_implementation='sdpa'"):
        silenced(bert, inputs, Asked("bert.encoder.layer.0.attention", blocks="heads"))


def test_activity_is_the_share_of_examples_on_which_a_member_is_not_0():
    model = convolutional()
    look = silenced(model, IMAGES, Asked("1", blocks=[[0, 1], [3]]))
    with torch.no_grad():
        fired = (model[:2](torch.from_numpy(IMAGES).float()) > 1e-12).flatten(2).any(2).numpy()
    expected = [fired[:, :2].any(axis=1).mean(), fired[:, 3].mean()]
    np.testing.assert_allclose(look.activity(), expected)
    with torch.no_grad():
        model[0].weight[2:] = 0
        model[0].bias[2:] = torch.tensor([-1.0, 0.1])
    silent = silenced(model, IMAGES, Asked("1")).activity()
    assert silent[2:].tolist() == [0, 1]
    rows = ROWS[:, 0] * (np.arange(30) % 3 == 0)[:, None]  # a third of the examples
    layers = silenced(nn.Sequential(nn.Identity(), nn.Linear(8, 3)), rows, Asked(["0", "1"]))
    np.testing.assert_allclose(layers.activity(), [1 / 3, 1])
