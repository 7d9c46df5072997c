"""PyTorch models for `measure`: what is taken out of them is what they do, and they stay so."""

import copy
import random
from contextlib import nullcontext

import numpy as np
import pytest
from frameworks import needs

from nn_bridge.measuring.silencing import Asked
from simulation.checks import InputError

torch = needs("torch")
nn = torch.nn

from nn_bridge.adapters.pytorch.places import watched  # noqa: E402 - PyTorch may be missing
from nn_bridge.adapters.pytorch.silencing import silenced  # noqa: E402

RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(30, 1, 12, 12))
WORDS = RNG.integers(0, 20, (30, 7))
ROWS = RNG.normal(size=(30, 7, 8))


class Residual(nn.Module):
    """A convolution that is added to what came in, by operations that write in place."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, padding=1)
        self.second = nn.Conv2d(4, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.last = nn.Linear(4, 3)

    def forward(self, x):
        x = torch.relu_(self.first(x))
        y = self.norm(self.second(x))
        y += x
        return self.last(torch.relu_(y).mean((2, 3)))


class Written(nn.Module):
    """Outputs are written into a tensor made beforehand."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(12, 6)
        self.last = nn.Linear(6, 3)

    def forward(self, x):
        x = self.hidden(x.flatten(1)[:, :12])
        out = torch.zeros(len(x), 3)
        out[:] = self.last(torch.relu(x))
        return out


class Deciding(Written):
    """What it does depends on the values that members give."""

    def forward(self, x):
        x = self.hidden(x.flatten(1)[:, :12])
        return self.last(x if x.sum() > 0 else -x)


class Overwriting(Written):
    """What the rest needs is no longer there at the end."""

    def forward(self, x):
        x = x.flatten(1)[:, :12]
        beside = x[:, :6] * 2
        out = self.last(self.hidden(x) + beside)
        beside.zero_()
        return out


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.lstm = nn.LSTM(8, 6, batch_first=True)
        self.last = nn.Linear(6, 3)

    def forward(self, words):
        return self.last(self.lstm(self.embed(words))[0][:, -1])


class SequenceFirst(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(8, 2, 16), 2, enable_nested_tensor=False
        )
        self.last = nn.Linear(8, 3)

    def forward(self, words):
        return self.last(self.encoder(self.embed(words).transpose(0, 1)).mean(0))


class Attending(nn.Module):
    """Attention that is asked for its weights, and gives several things by name."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 4, batch_first=True)
        self.last = nn.Linear(8, 3)

    def forward(self, rows, scale):
        found, _ = self.attention(rows, rows, rows)
        return {"hidden": found, "logits": self.last(found[:, 0] * scale)}


class Crossing(nn.Module):
    """Members attend to what they have no part in; that must lie in memory as it did."""

    def __init__(self):
        super().__init__()
        self.query, self.last = nn.Linear(8, 8), nn.Linear(8, 3)

    def forward(self, rows):
        query, key = (each.view(-1, 7, 2, 4).transpose(1, 2) for each in (self.query(rows), rows))
        found = nn.functional.scaled_dot_product_attention(key, query, key)
        return self.last(found.transpose(1, 2).view(-1, 7, 8).detach()).mean(1)


def convolutional():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3),
        nn.BatchNorm2d(6), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(54, 8), nn.Dropout(0.5),
        nn.ReLU(), nn.Linear(8, 3),
    )  # fmt: skip


TAKEN_OUT = {
    "channels": (convolutional, IMAGES, {"layers": "0"}),
    "channels behind their activation": (convolutional, IMAGES, {"layers": "1"}),
    "blocks of channels": (convolutional, IMAGES, {"layers": "4", "blocks": [[0, 3], [1], [5]]}),
    "units": (convolutional, IMAGES, {"layers": "9"}),
    "layers": (convolutional, IMAGES, {"layers": ["0", "3", "8"]}),
    "a layer that others go around": (Residual, IMAGES, {"layers": "second"}),
    "before a residual": (Residual, IMAGES, {"layers": "first"}),
    "recurrent units": (Recurrent, WORDS, {"layers": "lstm"}),
    "an embedding": (Recurrent, WORDS, {"layers": "embed"}),
    "sequences first": (SequenceFirst, WORDS, {"layers": "encoder.layers.0.linear1"}),
    "blocks, sequences first": (SequenceFirst, WORDS, {"layers": "encoder.layers.0", "blocks": 2}),
    "heads": (SequenceFirst, WORDS, {"layers": "encoder.layers.1.self_attn", "blocks": "heads"}),
    "attention to others": (Crossing, ROWS, {"layers": "query", "blocks": 4}),
    "heads asked for weights": (
        Attending, (ROWS, np.ones((30, 1))), {"layers": "attention", "blocks": "heads"}
    ),
    "inputs by name": (
        Attending, {"rows": ROWS, "scale": np.ones((30, 1))}, {"layers": "attention"}
    ),
}  # fmt: skip


def one_by_one(look, weights):
    """Outputs of the whole model, with hooks, mask by mask, all examples at once."""
    found = []
    with look.running.evaluating():
        given = look.running.given(slice(None))
        for one in weights:
            mask = torch.as_tensor(one[None])
            with watched(
                look.places, lambda place, a, mask=mask: look.silences[place](a, mask, False)
            ):
                found.append(look.running.run(given).numpy())
    return np.stack(found)


@pytest.mark.parametrize("ablation", ["zero", "mean"])
@pytest.mark.parametrize("name", TAKEN_OUT)
def test_what_is_taken_out_gives_what_the_whole_model_gives(name, ablation, monkeypatch):
    monkeypatch.setattr("nn_bridge.adapters.pytorch.silencing.LEAST", 72)
    monkeypatch.setattr("nn_bridge.adapters.pytorch.silencing.WIDE", 0)
    torch.manual_seed(0)
    make, inputs, asked = TAKEN_OUT[name]
    look = silenced(make(), inputs, Asked(**asked, ablation=ablation))
    assert not look.notes
    assert look.rest.masks == 2
    n = len(look.members)
    weights = np.random.default_rng(1).integers(0, 2, (11, n)) * 1.5
    weights[0], weights[1] = 1, 0
    rows = [slice(at, min(at + look.chunk, 30)) for at in range(0, 30, look.chunk)]
    found = np.concatenate([look.outputs(some, weights) for some in rows], axis=1)
    whole = one_by_one(look, weights)
    np.testing.assert_allclose(found, whole, rtol=1e-5, atol=1e-6)
    with look.running.evaluating():
        untouched = look.running.run(look.running.given(slice(None))).numpy()
    np.testing.assert_allclose(found[0], untouched, rtol=1e-5, atol=1e-6)
    assert np.abs(found[0] - found[1]).max() > 1e-3, "silence makes a difference"


def test_masks_go_through_the_rest_together(monkeypatch):
    monkeypatch.setattr("nn_bridge.adapters.pytorch.silencing.MOST", 300)
    look = silenced(convolutional(), IMAGES, Asked("3"))
    assert (look.chunk, look.rest.masks) == (30, 8)
    weights = np.random.default_rng(1).integers(0, 2, (23, 6)).astype(float)
    np.testing.assert_allclose(
        look.outputs(slice(0, 30), weights), one_by_one(look, weights), rtol=1e-5, atol=1e-6
    )


def test_what_precedes_the_members_is_computed_once():
    model = convolutional()
    calls = []
    look = silenced(model, IMAGES, Asked("3"))
    model[0].register_forward_hook(lambda *_: calls.append(0))
    for _ in range(3):
        look.outputs(slice(0, 30), np.ones((50, 6)))
    assert len(calls) <= 1


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (Written, "writes over"),
        (Deciding, "decides by values"),
        (Overwriting, "overwrites operations that it needs"),
    ],
)
def test_a_model_of_which_nothing_can_be_taken_out_is_run_whole(make, why):
    torch.manual_seed(0)
    look = silenced(make(), IMAGES, Asked("hidden"))
    assert look.rest is None
    [note] = look.notes
    assert note.startswith("the whole model was run for each mask: the model ")
    assert why in note
    weights = np.random.default_rng(1).integers(0, 2, (5, 6)).astype(float)
    rows = slice(0, look.chunk)
    with look.running.evaluating():
        given = look.running.given(range(look.chunk))
        for one, found in zip(weights, look.outputs(rows, weights), strict=True):
            with (
                torch.no_grad(),
                watched(look.places, lambda _, a, one=one: a * torch.as_tensor(one).to(a)),
            ):
                np.testing.assert_allclose(found, look.running.run(given).numpy(), atol=1e-6)


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
