"""A check-up leaves PyTorch's models and all chance as they were found, whatever happens."""

from __future__ import annotations

import random
from itertools import count

import numpy as np
import pytest
from frameworks import needs

from nn_bridge import check_up
from simulation import InputError

torch = needs("torch")
nn = torch.nn
module = torch.nn.modules.module

X = torch.linspace(-1, 1, 64 * 6).reshape(64, 6)
Y = torch.arange(64) % 3


class Everything(nn.Module):
    """All that a forward pass or a switch may change, and an error when it is asked for."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.first, self.norm, self.drop = nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Dropout(0.5)
        self.last = nn.Linear(8, 3)
        self.hidden = [nn.Dropout(0.3), nn.BatchNorm1d(8)]
        self.register_buffer("steps", torch.zeros(()))
        self.calls, self.seen, self.raises = 0, [], {}
        self.ever = count()  # goes on, whatever is put back
        self.chance = np.random.default_rng(0)
        self.noise = torch.Generator().manual_seed(3)
        self.first.weight.requires_grad = False
        self.last.weight.grad = torch.ones_like(self.last.weight)

    def forward(self, x):
        self.calls += 1
        self.steps += 1
        self.fresh = self.calls
        self.seen.append(float(self.chance.random()))
        x = x + torch.rand(x.shape, generator=self.noise) + np.random.rand() + random.random()  # noqa: NPY002
        if next(self.ever) in self.raises:
            raise self.raises[next(self.ever) - 1]
        h = self.hidden[1](self.hidden[0](self.drop(self.norm(self.first(x)))))
        self.first.weight.data.mul_(1.01)
        self.last.weight.grad.add_(1)
        self.last.bias.requires_grad = False
        return self.last(h)

    def train(self, mode=True):
        super().train(mode)
        self.drop.p = 0.5 if mode else 0.4
        return self


def state(model):
    """All of it, to be compared."""
    parts = [*model.modules(), *model.hidden]
    tensors = [*model.state_dict().values(), *model.hidden[1].state_dict().values()]
    return (
        [each.clone() for each in tensors],
        [(each.requires_grad, each.grad is None) for each in model.parameters()],
        model.last.weight.grad.clone(),
        [each.training for each in parts],
        [sorted(vars(each)) for each in parts],
        [(len(each._forward_hooks), len(each._forward_pre_hooks)) for each in parts],
        (model.drop.p, model.calls, list(model.seen), model.chance.bit_generator.state),
        model.noise.get_state(),
    )


def chance():
    return torch.get_rng_state(), random.getstate(), np.random.get_state()  # noqa: NPY002


def settings():
    return (
        len(module._global_forward_hooks), len(module._global_forward_pre_hooks),
        torch.is_grad_enabled(), torch.backends.mha.get_fastpath_enabled(),
        torch.backends.cudnn.enabled, torch.backends.cuda.flash_sdp_enabled(),
    )  # fmt: skip


def same(one, other):
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@pytest.mark.parametrize("mode", ["training", "evaluation", "mixed"])
@pytest.mark.parametrize("raises", [None, ValueError("broken"), KeyboardInterrupt()])
@pytest.mark.parametrize("at", [0, 6, 12, 15, 20, 24, 28])
def test_all_is_left_as_found(mode, raises, at):
    model = Everything().train(mode != "evaluation")
    if mode == "mixed":
        model.norm.eval()
    if raises is not None:
        model.raises[at] = raises
    torch.manual_seed(5)
    before = state(model), chance(), settings()
    if raises is None:
        assert check_up(model, X, Y, passes=5).mode == mode
    else:
        with pytest.raises((InputError, KeyboardInterrupt)):
            check_up(model, X, Y, passes=5)
    after = state(model), chance(), settings()
    for one, other in zip(before, after, strict=True):
        for each, again in zip(one, other, strict=True):
            assert same(each, again)


def test_the_users_own_functions_may_leave_what_they_like():
    model = Everything()
    before = state(model)

    def evaluate(model):
        model.eval()
        model.drop.p = 0.9
        model(X)
        model.drop.register_forward_hook(lambda *_: None)
        model.register_buffer("more", torch.ones(2))
        model.last.weight.data = torch.zeros(2, 2)
        raise RuntimeError("lost")

    with pytest.raises(InputError, match=r"evaluate cannot be run on Everything.*lost"):
        check_up(model, X, evaluate=evaluate)
    assert all(map(same, before, state(model)))


def test_the_same_seed_gives_the_same():
    model = nn.Sequential(nn.Linear(6, 5), nn.Dropout(0.5), nn.Linear(5, 3))
    one, again = check_up(model, X, Y, passes=5), check_up(model, X, Y, passes=5)
    assert one == again
    assert check_up(model, X, Y, passes=5, seed=1) != one
