"""The article's networks in the page, held to nn_bridge's."""

import numpy as np
import pytest

from dashboard.live.digits import DigitNetworks, digits_as_text
from dashboard.live.setup import EPOCHS

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
    code = "tell([...made([4, 0.5, 0]).message({ playing: true, withPixels: false })])"
    *pauses, told = in_node(node, code)
    assert pauses == [None, None]
    *_, message = DigitNetworks(4, 0.5, 0.0).message(playing=True, with_pixels=False)
    assert told == message
