"""`measure` at long work: Ctrl-C is survived, a bar is drawn, memory stays within its budget."""

import warnings

import numpy as np
import pytest
from frameworks import needs
from networks import blobs, small

from nn_bridge import measure
from nn_bridge.measuring.network_game import game_of
from nn_bridge.measuring.silencing import Asked

torch = needs("torch")


def quit_after(number):
    def progress(done, of):
        assert done <= of
        if done > number:
            raise KeyboardInterrupt

    return progress


def test_an_interruption_gives_what_was_asked_until_then():
    x, y = blobs()
    model = torch.nn.Sequential(torch.nn.Linear(6, 30), torch.nn.Tanh(), torch.nn.Linear(30, 3))
    found = measure(model, x, y, members="1", progress=quit_after(600))
    assert found.interrupted
    assert "interrupted" in found.warnings
    assert len(found.shapley) == 30
    assert model.training
    with pytest.raises(KeyboardInterrupt):
        measure(model, x, y, members="1", progress=quit_after(0))


def test_a_bar_is_drawn_where_it_is_asked_for(capsys, monkeypatch):
    x, y = blobs()
    monkeypatch.setenv("FORCE_COLOR", "1")  # then rich takes anything for a terminal
    measure(small(), x, y, members="dense", progress=False)
    assert capsys.readouterr() == ("", "")
    measure(small(), x, y, members="dense", progress=True)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "coalitions" in shown.err


def test_torch_memory_stays_within_the_budget():
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 8, 3, padding=1), torch.nn.ReLU(),
        torch.nn.Conv2d(8, 8, 3, padding=1), torch.nn.ReLU(),
        torch.nn.Flatten(), torch.nn.Linear(8 * 196, 10),
    )  # fmt: skip
    x = np.random.default_rng(0).normal(size=(400, 1, 14, 14)).astype(np.float32)
    masks = np.random.default_rng(1).random((20, 8)) < 0.5
    whole = peak(lambda: model(torch.from_numpy(x)))
    for memory in (2**20, 2**21, 2**22):
        asked = Asked("0", memory=memory)

        def judge(asked=asked):
            from nn_bridge.adapters.pytorch.silencing import silenced

            game_of(silenced(model, x, asked), np.arange(400) % 10, None, asked).qualities(masks)

        assert peak(judge) < memory < whole


def peak(work):
    """Bytes that PyTorch's tensors take at most."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with torch.profiler.profile(profile_memory=True) as seen:
            work()
    events = [e for e in seen.profiler.kineto_results.events() if e.name() == "[memory]"]
    return np.cumsum([e.nbytes() for e in sorted(events, key=lambda e: e.start_ns())]).max()
