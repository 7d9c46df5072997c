"""What `measure` takes out of a PyTorch model does what the model does, and is run instead."""

import numpy as np
import pytest
from frameworks import needs
from torch_models import (
    IMAGES,
    ROWS,
    WORDS,
    Attending,
    Crossing,
    Deciding,
    Overwriting,
    Recurrent,
    Residual,
    SequenceFirst,
    Written,
    convolutional,
)

from nn_bridge.measuring.silencing import Asked

torch = needs("torch")

from nn_bridge.adapters.pytorch.places import watched  # noqa: E402 - PyTorch may be missing
from nn_bridge.adapters.pytorch.silencing import silenced  # noqa: E402

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
