"""The faults of PyTorch's models that a check-up tells, and what is none."""

from __future__ import annotations

import numpy as np
import pytest
from watched_models import IMAGES, WORDS, X, drop, kinds, model_of, nn, torch, words

from nn_bridge import check_up

F = nn.functional


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


def normed_by_hand(self, h):
    mean, variance = torch.zeros(h.shape[1]), torch.ones(h.shape[1])
    return F.batch_norm(self.drop(h), mean, variance, training=self.training)


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
        (model_of(normed_by_hand, drop=nn.Dropout(0.5)), "before batch norm"),
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
