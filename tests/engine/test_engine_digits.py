"""The article's networks in the page, held to nn_bridge's."""

import numpy as np
import pytest

from dashboard.live.digits import DigitNetworks, digits_as_text
from dashboard.live.setup import EPOCHS
from dashboard.live.training import Training

BEGIN = """
import { DigitNetworks } from "page/engine/digits.js";
const made = ([seed, rate, noise]) => new DigitNetworks(data.digits, seed, rate, noise, data.of);
"""
SETTINGS = [(7, 0.5, 0.3), (7, 0.3, 0.0), (2**31 - 1, 0.25, 0.3)]
"""The first networks have rate 0. The rates' coins take 1, 32 and 8 bits."""


def in_node(node, code, **given):
    return node(BEGIN + code, {"digits": digits_as_text(), "of": EPOCHS, **given})


def after(networks, epochs):
    """The losses, (epochs, 2), and the message after so many epochs in Python."""
    images, labels, _, _ = networks.data
    losses = []
    for _ in range(epochs):
        fits = [network.fit(images, labels, verbose=0) for network in networks.networks]
        losses.append([fit.history["loss"][0] for fit in fits])
        networks.epoch += 1
    *_, message = networks.message(playing=False, with_pixels=True)
    return losses, message


@pytest.mark.parametrize("settings", SETTINGS)
def test_ten_epochs_are_those_of_the_networks_on_the_server(node, settings):
    code = """
    const networks = made(data.settings), losses = [];
    for (let n = 0; n < 10; n++) {
      for (const _ of networks.train()) { /* network by network */ }
      losses.push([...networks.losses]);
    }
    tell([losses, [...networks.message({ playing: false, withPixels: true })].at(-1)]);
    """
    losses, told = in_node(node, code, settings=settings)
    wanted, message = after(DigitNetworks(*settings), 10)
    np.testing.assert_allclose(losses, wanted, rtol=0, atol=1e-6)
    assert np.ptp(wanted) > 0.1  # they do learn
    for mine, theirs in zip(told["digits"], message["digits"], strict=True):
        np.testing.assert_allclose(mine.pop("probs"), theirs.pop("probs"), rtol=0, atol=1.001e-3)
    assert told == message


def test_a_network_that_has_not_trained_is_the_servers(node):
    code = "tell([...made([7, 0.5, 0]).message({ playing: true, withPixels: false })])"
    *pauses, told = in_node(node, code)
    assert pauses == [None, None]
    *_, message = DigitNetworks(7, 0.5, 0.0).message(playing=True, with_pixels=False)
    assert told == message


def test_training_is_sliced_and_paced_as_on_the_server(node, monkeypatch):
    """Two epochs are caught up with; then play, pause, play to the end: step by step the same."""
    monkeypatch.setattr("dashboard.live.digits.EPOCHS", 5)
    # Milliseconds, and whether it plays from then on.
    script = [(0, False), *((t, True) for t in range(1000, 1400, 20)), (1400, False), (1401, False)]
    script += [(t, True) for t in (1402, 1403, 2000, 3000, 3000, 3001, 4000, 5000)]
    code = """
    const training = new Training(data.digits, 7, 0.5, 0.3, 2, data.of);
    tell(data.script.map(([now, playing]) => {
      if (training.playing !== playing) training.unseen = true;
      training.playing = playing;
      const steps = [];
      let wait;
      do {
        const told = [];
        wait = training.work(now, (message) => told.push(message));
        const shown = told.map((it) => [it.epoch, it.playing, it.of, "pixels" in it.digits[0]]);
        steps.push([wait, shown]);
      } while (wait === 0);
      return steps;
    }));
    """
    code = 'import { Training } from "page/engine/training.js";' + code
    told = node(code, {"digits": digits_as_text(), "of": 5, "script": script})
    training, wanted = Training(7, 0.5, 0.3, 2), []
    for now, playing in script:
        training.unseen |= training.playing is not playing
        training.playing = playing
        wait, steps = 0.0, []
        while wait == 0.0:
            said = []
            wait = training.work(now / 1000, said.append)
            shown = [[m["epoch"], m["playing"], m["of"], "pixels" in m["digits"][0]] for m in said]
            steps.append([wait if wait is None else pytest.approx(1000 * wait), shown])
        wanted.append(steps)
    assert told == wanted
    shown = [message for steps in told for _, messages in steps for message in messages]
    assert shown[0] == [2, False, 5, True]
    assert shown[-1] == [5, False, 5, False]


def test_a_training_that_stands_where_another_would_end_rests_and_shows_all(node):
    code = """
    import { Training } from "page/engine/training.js";
    const training = new Training(data.digits, 7, 0.5, 0.3, 1, data.of);
    const run = (told = []) => {
      const tell = (it) => told.push([it.epoch, it.playing, "pixels" in it.digits[0]]);
      while (training.work(0, tell) === 0);
      return told;
    };
    const stands = [training.standsAt(1, [7, 0.5, 0.3])];
    const first = run();
    training.playing = true;
    for (const [epochs, ...settings] of [[2, 7, 0.5, 0.3], [1, 8, 0.5, 0.3], [1, 7, 0.5, 0.3]]) {
      stands.push(training.standsAt(epochs, settings));
    }
    tell([stands, first, run()]);
    """
    stands, first, then = node(code, {"digits": digits_as_text(), "of": 5})
    assert stands == [False, False, False, True]
    assert first == then == [[1, False, True]]
