"""The trail in PyTorch's models from what is dropped to the outputs: lost only where it ends."""

from __future__ import annotations

import dataclasses

import pytest
from watched_models import WORDS, X, kinds, model_of, nn, torch, words

from nn_bridge import check_up


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


def test_constants_that_differ_are_data_to_a_mask():
    def by_hand(self, h):
        encoded = torch.sin(torch.arange(30) + 1.0)
        return h + (encoded * (torch.rand(30) > 0.3) / 0.7 if self.training else encoded)

    (site,) = check_up(model_of(by_hand), X).sites
    assert site.kind == "by hand"
    assert site.rate.agrees_with(0.3)
    drop = nn.Dropout(0.3)
    found = check_up(model_of(lambda s, h: h + positions(torch.sin, s.drop), drop=drop), X)
    assert found.sites[0].scale == pytest.approx(1 / 0.7)


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
