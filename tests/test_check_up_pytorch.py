"""The check-up of PyTorch's models: what is seen of sites, models and data that are right."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from watched_models import WORDS, X, drop, kinds, model_of, nn, torch, words

from nn_bridge import check_up
from simulation import InputError

F = nn.functional


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


HERE = f"{Path(__file__).name}:"
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
