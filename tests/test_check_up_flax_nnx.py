"""Flax NNX models checked up: planted faults are found, healthy models are quiet, all is left."""

from __future__ import annotations

import numpy as np
import pytest

from nn_bridge import check_up
from simulation.checks import InputError

pytest.importorskip("flax")

import jax
import jax.numpy as jnp
from flax import nnx
from test_flax_nnx import everything, same

X = np.random.default_rng(0).normal(size=(32, 6)).astype("float32")


class Net(nnx.Module):
    """Healthy; others are made from it."""

    def __init__(self, rngs, rate=0.5, **more):
        self.hidden = nnx.Linear(6, 20, rngs=rngs)
        self.dropout = nnx.Dropout(rate, rngs=rngs, **more)
        self.out = nnx.Linear(20, 3, rngs=rngs)

    def __call__(self, x):
        return self.out(self.drop(nnx.relu(self.hidden(x))))

    def drop(self, h):
        return self.dropout(h)


class Jitted(Net):
    @nnx.jit
    def __call__(self, x):
        return super().__call__(x)


class ByHand(Net):
    def drop(self, h):
        if self.dropout.deterministic:
            return h
        return h * jax.random.bernoulli(self.dropout.rngs(), 0.5, h.shape) / 0.5


class Attention(Net):
    def __init__(self, rngs):
        super().__init__(rngs)
        self.attention = nnx.MultiHeadAttention(
            2, 5, 4, dropout_rate=0.2, decode=False, broadcast_dropout=False, rngs=rngs
        )

    def drop(self, h):
        return self.dropout(self.attention(h.reshape(len(h), 4, 5)).reshape(len(h), 20))


class NormFirst(Net):
    def __init__(self, rngs):
        super().__init__(rngs)
        self.norm = nnx.BatchNorm(20, rngs=rngs)

    def drop(self, h):
        return self.dropout(self.norm(h))


class NormAfter(NormFirst):
    def drop(self, h):
        return self.norm(self.dropout(h))


class Always(Net):
    def drop(self, h):
        return self.dropout(h, deterministic=False)


class AlwaysByHand(Net):
    def drop(self, h):
        return self.dropout(h) * ~self.dropout.rngs.bernoulli(0.3, h.shape) / 0.7


class Never(Net):
    def drop(self, h):
        return self.dropout(h, deterministic=True)


class Uncalled(Net):
    def drop(self, h):
        return h


class Lost(Net):
    def drop(self, h):
        self.dropout(h)
        return h


class Anew(Net):
    def drop(self, h):
        return nnx.Dropout(0.3, rngs=self.dropout.rngs)(self.dropout(h))


class Reseeded(Net):
    def drop(self, h):
        return self.dropout(h, rngs=nnx.Rngs(0))


class Deaf(Net):
    def eval(self, **attributes):
        pass


class OwnNumbers(Net):
    def drop(self, h):
        return self.dropout(h) + np.random.normal(size=h.shape)  # noqa: NPY002


@pytest.mark.parametrize(
    ("kind", "sites"),
    [
        (Net, [("dropout", "Dropout", 0.5, "per value")]),
        (Jitted, [("dropout", "Dropout", 0.5, "per value")]),
        (NormFirst, [("dropout", "Dropout", 0.5, "per value")]),
        (
            Attention,
            [
                ("attention", "attention", 0.2, "per value"),
                ("dropout", "Dropout", 0.5, "per value"),
            ],
        ),
        (
            lambda rngs: Net(rngs, broadcast_dims=(0,)),
            [("dropout", "Dropout", 0.5, "shared by the batch")],
        ),
    ],
)
def test_healthy_models_are_quiet_and_left_as_found(kind, sites):
    model = kind(nnx.Rngs(0))
    before = everything(model)
    found = check_up(model, X, np.arange(32) % 3, passes=8)
    same(before, everything(model))
    assert found.findings == ()
    assert [(each.where, each.kind, each.asked, each.mask) for each in found.sites] == sites
    for site in found.sites:
        assert site.rate.agrees_with(site.asked)
        assert (site.training, site.evaluation, site.again, site.calls) == (True, False, True, 1)
        assert site.scale in (None, 1 / (1 - site.asked))


def test_a_mask_by_hand_is_a_site():
    model = ByHand(nnx.Rngs(0))
    found = check_up(model, X, passes=8)
    site = next(each for each in found.sites if each.kind == "by hand")
    assert "test_check_up_flax_nnx.py" in site.where
    assert (site.training, site.evaluation, site.mask) == (True, False, "per value")
    assert site.rate.agrees_with(0.5)
    assert found.findings == ()  # it carries out the rate of the layer that is not called


@pytest.mark.parametrize(
    ("kind", "faults"),
    [
        (Always, ["drops in evaluation"]),
        (AlwaysByHand, ["drops in evaluation"]),
        (Never, ["never drops"]),
        (Uncalled, ["never called"]),
        (Lost, ["result not used"]),
        (Anew, ["made anew in forward"]),
        (Reseeded, ["same mask every pass"]),
        (Deaf, ["not reached"]),
        (NormAfter, ["before batch norm"]),
        (OwnNumbers, ["other outputs in evaluation"]),
        (lambda rngs: Net(rngs, 0.9), ["keep probability"]),
    ],
)
def test_planted_faults_are_found_and_nothing_else(kind, faults):
    model = kind(nnx.Rngs(0))
    before, numbers = everything(model), np.random.get_state()[1].copy()  # noqa: NPY002
    found = check_up(model, X, passes=8)
    assert [each.kind for each in found.findings] == faults
    same(before, everything(model))
    assert np.array_equal(numbers, np.random.get_state()[1])  # noqa: NPY002


def test_what_drops_is_told_by_what_it_does_to_the_outputs():
    found = check_up(AlwaysByHand(nnx.Rngs(0)), X, passes=8)
    site = next(each for each in found.sites if each.kind == "by hand")
    assert site.rate.agrees_with(0.3)  # though True stands for dropped there


def test_users_own_function_that_evaluates_in_training_mode_is_told():
    found = check_up(Net(nnx.Rngs(0)), X, passes=8, evaluate=lambda model: model(jnp.asarray(X)))
    assert [each.kind for each in found.findings] == ["evaluated in training mode"]


class Falls(Net):
    calls = 0

    def drop(self, h):
        Falls.calls += 1
        if Falls.calls == 5:
            raise ValueError("no more")
        return self.dropout(h)


def test_a_model_that_fails_in_the_middle_is_left_as_found():
    model = Falls(nnx.Rngs(0))
    before, bernoulli = everything(model), jax.random.bernoulli
    with pytest.raises(InputError, match="ValueError: no more"):
        check_up(model, X, passes=8)
    same(before, everything(model))
    assert jax.random.bernoulli is bernoulli
