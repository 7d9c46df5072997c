"""The check-up of PyTorch's models: what is seen of their chance, and what of that is wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from frameworks import needs

from nn_bridge import check_up
from simulation import InputError

torch = needs("torch")
nn, F = torch.nn, torch.nn.functional

X = torch.from_numpy(np.random.default_rng(0).normal(size=(64, 20))).float()
WORDS = torch.arange(32 * 7).reshape(32, 7) % 50
IMAGES = torch.from_numpy(np.random.default_rng(1).normal(size=(16, 3, 8, 8))).float()


def model_of(forward, x_features=20, **parts):
    """A model with a layer in, a layer out, and between them what `forward(self, h)` does."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.first, self.last = nn.Linear(x_features, 30), nn.Linear(30, 3)
            for name, part in parts.items():
                setattr(self, name, part)

        def forward(self, x):
            return self.last(forward(self, torch.relu(self.first(x))))

    return Model()


def words(forward, **parts):
    """The same of sequences of words, their features last."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.embed, self.last = nn.Embedding(50, 16), nn.Linear(16, 2)
            for name, part in parts.items():
                setattr(self, name, part)

        def forward(self, x):
            return self.last(forward(self, self.embed(x)))

    return Model()


def kinds(model, x=X, **options):
    return [each.kind for each in check_up(model, x, passes=10, **options).findings]


def by_hand(self, h):
    if not self.training:
        return h
    return h * (torch.rand_like(h) > 0.25) / 0.75


def old_style(self, h):
    return h * (torch.rand_like(h) > 0.25) if self.training else h * 0.75


def locked(self, h):
    return h * self.drop(torch.ones_like(h[:1]))


def filled(self, h):
    if self.training:
        h = (h / 0.75).masked_fill(torch.rand_like(h) < 0.25, 0)
    return h


def set_to_zero(self, h):
    if self.training:
        h = h.clone()
        h[torch.rand_like(h) < 0.25] = 0
        h = h / 0.75
    return h


def a_path(self, h):
    if not self.training:
        return h
    mask = h.new_empty(len(h), 1).bernoulli_(0.75).div_(0.75)
    return h + h * mask


def noisy(self, h):
    return h + 0.1 * torch.randn_like(h) if self.training else h


def blocks(self, h):
    for block in self.blocks:
        if not (self.training and torch.rand(()) < 0.3):
            h = block(h)
    return h


def drop(self, h):
    return self.drop(h)


HERE = "test_check_up_pytorch.py:"
EACH = "per value"


@pytest.mark.parametrize(
    ("forward", "layer", "kind", "asked", "mask"),
    [
        (drop, nn.Dropout(0.25), "Dropout", 0.25, EACH),
        (drop, nn.AlphaDropout(0.25), "AlphaDropout", 0.25, EACH),
        (lambda s, h: F.dropout(h, 0.25, s.training), None, "F.dropout", 0.25, EACH),
        (lambda s, h: F.dropout(h, 0.25, s.training, True), None, "F.dropout", 0.25, EACH),
        (lambda s, h: torch.dropout(h, 0.25, s.training), None, "F.dropout", 0.25, EACH),
        (locked, nn.Dropout(0.25), "Dropout", 0.25, "shared by the batch"),
        (by_hand, None, "by hand", None, EACH),
        (old_style, None, "by hand", None, EACH),
        (filled, None, "by hand", None, EACH),
        (set_to_zero, None, "by hand", None, EACH),
        (a_path, None, "by hand", None, "per sample"),
        (drop, nn.Dropout(0.001), "Dropout", 0.001, EACH),
    ],
)
def test_a_healthy_site(forward, layer, kind, asked, mask):
    found = check_up(model_of(forward, **({} if layer is None else {"drop": layer})), X)
    assert not found.findings
    (site,) = found.sites
    assert (site.kind, site.asked, site.mask) == (kind, asked, mask)
    assert site.where.startswith(HERE if layer is None else "drop")
    assert site.rate.agrees_with(asked or 0.25)
    assert (site.training, site.evaluation, site.again) == (True, False, True)


def test_sites_without_a_rate():
    (site,) = check_up(model_of(noisy), X).sites
    assert (site.kind, site.rate, site.training, site.evaluation) == ("noise", None, True, False)
    (site,) = check_up(model_of(drop, drop=nn.Dropout(0.0)), X).sites
    assert (site.asked, site.rate, site.training, site.calls) == (0.0, None, False, 1.0)


def test_attention_dropout_is_seen_inside_the_function():
    layer = nn.TransformerEncoderLayer(16, 4, 32, dropout=0.2, batch_first=True)
    found = check_up(words(lambda s, h: s.t(h), t=layer), WORDS)
    assert not found.findings
    assert [(each.where, each.kind) for each in found.sites] == [
        ("t.self_attn", "attention"), ("t.dropout1", "Dropout"), ("t.dropout", "Dropout"),
        ("t.dropout2", "Dropout"),
    ]  # fmt: skip
    assert all(each.rate.agrees_with(0.2) for each in found.sites)


def test_a_rate_handed_to_a_function_is_carried_out_though_its_layer_is_not_called():
    def attend(self, h):
        rate = self.drop.p if self.training else 0.0
        return F.scaled_dot_product_attention(h, h, h, dropout_p=rate)

    found = check_up(words(attend, drop=nn.Dropout(0.3)), WORDS)
    assert not found.findings
    site = next(each for each in found.sites if each.kind == "attention")
    assert site.rate.agrees_with(0.3)
    assert "dropout" not in kinds(words(attend, drop=nn.Dropout(0.3), dropout=0.3), WORDS)
    assert kinds(words(attend, drop=nn.Dropout(0.3), dropout=0.2), WORDS) == ["not wired"]


@pytest.mark.parametrize("cell", [nn.LSTM, nn.GRU, nn.RNN])
def test_dropout_between_recurrent_layers(cell):
    def recur(self, h):
        return self.cell(h)[0]

    layer = cell(16, 16, num_layers=2, dropout=0.3, batch_first=True)
    found = check_up(words(recur, cell=layer), WORDS)
    assert not found.findings
    (site,) = found.sites
    assert (site.where, site.kind) == ("cell", "between layers")
    assert site.rate.agrees_with(0.3)


@pytest.mark.filterwarnings("ignore:dropout option")
def test_a_recurrent_rate_with_one_layer():
    model = words(lambda s, h: s.cell(h)[0], cell=nn.LSTM(16, 16, dropout=0.3, batch_first=True))
    assert kinds(model, WORDS) == ["one layer"]


def test_layers_that_some_passes_skip():
    model = model_of(blocks, blocks=nn.ModuleList(nn.Linear(30, 30) for _ in range(3)))
    found = check_up(model, X)
    assert not found.findings
    assert [each.kind for each in found.sites] == ["layer drop"] * 3
    assert found.sites[0].rate.agrees_with(0.3)


def anew(self, h):
    return nn.Dropout(0.5)(h)


def unused(self, h):
    self.drop(h)
    return h


def unused_later(self, h):
    self.last(self.drop(h))
    return h


def seeded(self, h):
    torch.manual_seed(0)
    return self.drop(h)


def own_chance(self, h):
    return h + float(np.random.rand())  # noqa: NPY002


def other_rate(self, h):
    return h * (torch.rand_like(h) < self.drop_rate) / (1 - self.drop_rate) if self.training else h


def normed(self, h):
    return self.norm(self.drop(h))


class Still(nn.Sequential):
    def train(self, mode=True):
        return self


class Halves(nn.Module):
    """A rate that each evaluation changes, by itself."""

    def __init__(self, after):
        super().__init__()
        self.drop, self.after = nn.Dropout(0.4), after

    def forward(self, h):
        return self.drop(h)

    def train(self, mode=True):
        super().train(mode)
        if not mode:
            self.drop.p = self.after
        return self


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (model_of(lambda s, h: h, drop=nn.Dropout(0.5)), "never called"),
        (model_of(lambda s, h: F.dropout(h, 0.5, training=False)), "never drops"),
        (model_of(unused, drop=nn.Dropout(0.5)), "result not used"),
        (model_of(unused_later, drop=nn.Dropout(0.5)), "result not used"),
        (model_of(lambda s, h: F.dropout(h, 0.5)), "drops in evaluation"),
        (model_of(lambda s, h: h * (torch.rand_like(h) > 0.5) * 2), "drops in evaluation"),
        (model_of(anew), "made anew in forward"),
        (model_of(lambda s, h: s.parts[0](h), parts=[nn.Dropout(0.5)]), "not reached"),
        (model_of(lambda s, h: s.parts["a"](h), parts={"a": nn.Dropout(0.5)}), "not reached"),
        (model_of(lambda s, h: s.part(h), part=Still(nn.Dropout(0.5))), "not reached"),
        (model_of(lambda s, h: s.part(h), part=Halves(0.2)), "rate changed"),
        (model_of(drop, drop=nn.Dropout(0.5), dropout=0.3), "not wired"),
        (model_of(drop, drop=nn.Dropout(0.5), config={"dropout": 0.3}), "not wired"),
        (model_of(other_rate, drop_rate=0.3), "other rate than asked"),
        (model_of(drop, drop=nn.Dropout(0.9)), "keep probability"),
        (model_of(lambda s, h: h * (torch.rand_like(h) > 0.5) if s.training else h), "not scaled"),
        (model_of(normed, drop=nn.Dropout(0.5), norm=nn.BatchNorm1d(30)), "before batch norm"),
        (model_of(drop, drop=nn.Dropout2d(0.5)), "wrong shape"),
        (model_of(seeded, drop=nn.Dropout(0.5)), "same mask every pass"),
        (model_of(own_chance), "other outputs in evaluation"),
    ],
)  # fmt: skip
def test_a_fault(model, kind):
    assert kinds(model) == [kind]


def test_a_rate_that_each_evaluation_sets_to_zero():
    model = model_of(lambda s, h: s.part(h), part=Halves(0.0))
    assert kinds(model) == ["off after evaluation", "rate changed"]


def test_channels_are_looked_for_where_they_are():
    def right(self, h):
        return self.drop(h.transpose(1, 2)).transpose(1, 2)

    def also_right(self, h):
        return self.drop(h.unsqueeze(2).permute(0, 3, 2, 1)).permute(0, 3, 2, 1).squeeze(2)

    assert kinds(words(drop, drop=nn.Dropout1d(0.5)), WORDS) == ["wrong shape"]
    assert not kinds(words(right, drop=nn.Dropout1d(0.5)), WORDS)
    assert not kinds(words(also_right, drop=nn.Dropout2d(0.5)), WORDS)
    found = check_up(nn.Sequential(nn.Conv2d(3, 8, 3), nn.Dropout2d(0.5), nn.Flatten()), IMAGES)
    assert not found.findings
    assert found.sites[0].mask == "per channel"


def test_dropout_behind_the_last_batch_normalisation_is_no_fault():
    layers = [nn.Linear(20, 30), nn.BatchNorm1d(30), nn.ReLU(), nn.Dropout(0.5), nn.Linear(30, 3)]
    assert not kinds(nn.Sequential(*layers))


def test_what_the_user_calls_to_evaluate():
    def in_training_mode(model):
        model(X)

    def rightly(model):
        model.eval()
        model(X)
        model.train()

    def sets_the_mode(model):
        model.training = False  # not that of its parts

    model = nn.Sequential(nn.Linear(20, 30), nn.Dropout(0.5))
    assert kinds(model, evaluate=in_training_mode) == ["evaluated in training mode"]
    assert kinds(model, evaluate=lambda model: model.train()) == ["evaluated in training mode"]
    assert not kinds(model, evaluate=rightly)
    assert kinds(model, evaluate=sets_the_mode) == ["not reached"]


def test_data_of_all_kinds():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.drop = nn.Dropout(0.5)

        def forward(self, a, b):
            return self.drop(a + b)

    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, X), 16)
    for model, x in (
        (nn.Dropout(0.5), X.numpy().tolist()), (nn.Dropout(0.5), loader), (Two(), (X, X)),
        (Two(), {"a": X, "b": X.numpy()}), (nn.Dropout(0.5), iter([X[:9], X[9:20]])),
        (nn.Dropout(0.5), pd.DataFrame(X.numpy())),
    ):  # fmt: skip
        (site,) = check_up(model, x, passes=3).sites
        assert site.rate.agrees_with(0.5)


def test_bad_input_is_told_in_one_line():
    lazy = nn.LazyLinear(3)
    for model, x, told in (
        (model_of(lambda s, h: h), X[:, :3], r"the model Model cannot be run on float32 \(32, 3\)"),
        (lazy, X, "weights are not made yet"),
        (nn.Dropout, X, "hand in the model itself"),
    ):
        with pytest.raises(InputError, match=told) as raised:
            check_up(model, x)
        assert "\n" not in str(raised.value)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")
def test_a_scripted_model_is_seen_by_what_it_runs():
    layers = nn.Sequential(nn.Linear(20, 30), nn.Dropout(0.5))
    found = check_up(torch.jit.script(layers), X)
    assert not found.findings
    (site,) = found.sites
    assert (site.where, site.kind) == ("RecursiveScriptModule", "by hand")
    assert site.rate.agrees_with(0.5)


def test_a_model_that_takes_gradients_in_its_forward_pass():
    def gradient(self, h):
        h = h.detach().requires_grad_(True)
        return torch.autograd.grad(self.drop(h).pow(2).sum(), h)[0]

    found = check_up(model_of(gradient, drop=nn.Dropout(0.5)), X)
    assert not found.findings
    assert found.sites[0].rate.agrees_with(0.5)


def test_an_operation_that_drops_by_itself_as_on_gpus():
    def fused(self, h):
        return torch.native_dropout(h, 0.3, self.training)[0]

    found = check_up(model_of(fused), X)
    assert not found.findings
    (site,) = found.sites
    assert site.rate.agrees_with(0.3)
    assert site.scale == pytest.approx(1 / 0.7)


def positions(of, *layers):
    """Apply layers to constants, a row of 30 in all, as to encodings of positions."""
    size = 30 // len(layers)
    return torch.cat([layer(of(torch.arange(size) + 1.0)) for layer in layers])


def a_sparse_copy(self, h):
    return torch.sparse.mm(self.drop(h).to_sparse(), torch.eye(30))


def edges(self, h):
    pairs, weights = torch.arange(len(h)).repeat(2, 1), self.drop(torch.ones(len(h)))
    return torch.sparse.mm(torch.sparse_coo_tensor(pairs, weights, (len(h), len(h))), h)


def through_dlpack(self, h):
    return torch.from_dlpack(self.drop(h).detach())


def as_a_weight(self, h):
    self.last.weight.data = self.drop(torch.sin(torch.arange(90.0))).reshape(3, 30)
    return h


def in_inference_mode(self, h):
    with torch.inference_mode():
        dropped = self.drop(h)
    return h.detach() + dropped


@pytest.mark.parametrize(
    "forward",
    [
        a_sparse_copy, edges, through_dlpack, as_a_weight, in_inference_mode,
        lambda s, h: h + positions(torch.sin, s.drop),
        lambda s, h: h + positions(torch.sin, s.drop, s.second),
        lambda s, h: h @ s.drop(torch.eye(30)),
        lambda s, h: torch.tanh(h + s.drop(torch.zeros(len(h), 30))),
        lambda s, h: h * (s.drop(torch.ones(30)) * s.second(torch.ones(30, 30)))[0],
        lambda s, h: torch.addcmul(h, s.drop(torch.ones(30)), s.second(torch.ones(30))),
    ],
)  # fmt: skip
def test_the_trail_of_what_is_dropped_is_not_lost(forward):
    """Each of these was 'result not used' or 'drops in evaluation' once, or noise without rate."""
    drop = nn.Dropout(0.3)
    second = {"second": nn.Dropout(0.3)} if "second" in forward.__code__.co_names else {}
    found = check_up(model_of(forward, drop=drop, **second), X)
    assert not found.findings
    assert [(each.where, each.kind) for each in found.sites] == [
        (name, "Dropout") for name in ("drop", *second)
    ]
    assert all(each.rate.agrees_with(0.3) for each in found.sites)


@pytest.mark.parametrize(
    "forward",
    [
        lambda s, h: (s.drop(torch.ones(30)), h)[1],
        lambda s, h: (positions(torch.sin, s.drop), h)[1],
        lambda s, h: (s.drop(h).to_sparse(), h)[1],
        lambda s, h: (s.drop(torch.ones(30)) * h, h)[1],
    ],
)
def test_what_is_dropped_from_constants_and_then_left_is_told(forward):
    assert kinds(model_of(forward, drop=nn.Dropout(0.3))) == ["result not used"]


def into_a_result(s, h):
    result = torch.empty(0)
    with torch.no_grad():
        return torch.cat([s.drop(h[:, :10]), h[:, 10:]], 1, out=result)


def set_in_place(s, h):
    result = torch.zeros_like(h)
    result[:, 3:9].copy_(s.drop(h[:, 3:9]))
    return result.index_put_((torch.arange(5),), s.drop(h[:5]))


def into_numpy(s, h):
    result = torch.zeros(h.shape)
    result.numpy()[:] = s.drop(h).detach().numpy()
    return result


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, h):
        return 2 * h


@pytest.mark.parametrize(
    "forward",
    [
        into_a_result, set_in_place, into_numpy,
        lambda s, h: Doubled.apply(s.drop(h)),
        lambda s, h: torch.utils.checkpoint.checkpoint(s.drop, h, use_reentrant=False),
        lambda s, h: torch.einsum("bi,ij->bj", s.drop(h), torch.eye(30)),
        lambda s, h: h.gather(1, s.drop(h).topk(30)[1]),
        lambda s, h: torch.stack(list(s.drop(h).as_strided((len(h), 30), (30, 1)))),
        lambda s, h: h * s.drop(h).sum().item(),
        lambda s, h: torch.func.jvp(s.drop, (h,), (h,))[0],
        lambda s, h: torch.vmap(s.drop, randomness="different")(h),
    ],
)  # fmt: skip
def test_ways_from_what_is_dropped_to_the_outputs(forward):
    found = check_up(model_of(forward, drop=nn.Dropout(0.3)), X)
    assert not found.findings
    assert found.sites[0].rate.agrees_with(0.3)


@dataclasses.dataclass
class Outputs:
    first: object
    others: dict


def test_outputs_of_all_kinds():
    class Wrapped(nn.Module):
        def __init__(self, outputs):
            super().__init__()
            self.drop, self.outputs = nn.Dropout(0.3), outputs

        def forward(self, x):
            return self.outputs(x, self.drop(x))

    for outputs in (
        lambda x, dropped: (x, [x, (dropped,)]),
        lambda x, dropped: Outputs(x, {"a": [dropped]}),
        lambda x, dropped: (x, positions(torch.sin, lambda each: each) * dropped.mean()),
    ):
        assert not kinds(Wrapped(outputs))
    alone = Wrapped(lambda x, _: x)
    assert kinds(alone) == ["result not used"]


def test_parts_of_a_tensor_that_are_set_leave_the_rest_as_it_was():
    def part(self, h):
        result = torch.zeros(len(h), 30)
        result[:, :] = h
        result[:, :3].zero_()
        return self.drop(result)

    def masks(self, h):
        if not self.training:
            return h
        mask = torch.empty(30)
        for half in mask.chunk(2):
            half.bernoulli_(0.7).div_(0.7)
        return h * mask

    for model in (model_of(part, drop=nn.Dropout(0.3)), model_of(masks)):
        found = check_up(model, X)
        assert not found.findings
        assert found.sites[0].rate.agrees_with(0.3)


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors:UserWarning")
@pytest.mark.parametrize("layout", [torch.strided, torch.jagged])
def test_dropout_of_nested_tensors(layout):
    def ragged(self, h):
        rows = torch.nested.as_nested_tensor([h[0, :3], h[1, :7], *h[2:].detach()], layout=layout)
        return torch.nested.to_padded_tensor(self.drop(rows), 0.0)

    found = check_up(words(ragged, drop=nn.Dropout(0.3)), WORDS)
    assert not found.findings
    assert found.sites[0].rate.agrees_with(0.3)
