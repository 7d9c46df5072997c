"""The article's two networks as the page shows them."""

import numpy as np
import pytest

from dashboard.live.digits import BLOCKS, SHOWN, SILENT, DigitNetworks, all_digits, shared_digits
from experiments.article import article_network
from nn_bridge.bridge import network_game


def message_of(networks, **options):
    options = {"playing": False, "with_pixels": True} | options
    *pauses, message = networks.message(**options)
    assert pauses == [None, None]
    return message


@pytest.fixture(scope="module")
def networks():
    networks = DigitNetworks(seed=4, rate=0.5, label_noise=0.3)
    for _ in networks.train():
        pass
    return networks


def test_an_epoch_is_an_epoch_of_the_articles_network(networks):
    images, labels, _, _ = shared_digits(4, 0.3)
    expected = article_network(0.5, (8, 8), 4, dtype="float64")
    expected.compile("adam", "sparse_categorical_crossentropy")
    expected.fit(images, labels, verbose=0)
    for mine, theirs in zip(networks.networks[1].parameters(), expected.parameters(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("which", [0, 1])
def test_the_curve_is_the_accuracy_of_what_is_left(networks, which):
    network = networks.networks[which]
    _, _, images, labels = shared_digits(4, 0.3)
    game = network_game(network, images.reshape(-1, 64), np.eye(10)[labels], group_size=1)
    masks = np.ones((BLOCKS + 1, len(networks.orders), 256), dtype=bool)
    for step, silent in enumerate(SILENT):
        for number, order in enumerate(networks.orders):
            masks[step, number, order[:silent]] = False
    expected = game.quality(masks.reshape(-1, 256)).reshape(BLOCKS + 1, -1).mean(axis=1)
    np.testing.assert_allclose(message_of(networks)["curve"][which], expected, atol=1e-4)


def test_every_digit_is_practised_or_unseen_and_so_many_labels_are_wrong():
    pixels, labels = all_digits()
    images, right, unseen, unseen_labels = shared_digits(4, 0.0)
    assert (len(images), len(unseen)) == (1347, 450)
    drawn = np.concatenate([images, unseen]).reshape(-1, 64) * 16
    both = np.column_stack([drawn, np.concatenate([right, unseen_labels])])
    wanted = np.column_stack([pixels, labels])
    np.testing.assert_array_equal(both[np.lexsort(both.T)], wanted[np.lexsort(wanted.T)])
    _, noisy, _, still = shared_digits(4, 0.3)
    assert (noisy != right).sum() == round(0.3 * 1347)
    assert (still == unseen_labels).all()
    assert (shared_digits(5, 0.0)[1] != right).any()


def test_probabilities_are_what_the_networks_say_and_fade_with_their_units(networks):
    message = message_of(networks)
    _, _, images, labels = shared_digits(4, 0.3)
    assert len(message["digits"]) == SHOWN
    for number, digit in enumerate(message["digits"]):
        assert digit["label"] == labels[number]
        assert digit["pixels"] == (16 * images[number]).round().astype(int).ravel().tolist()
        for network, probabilities in zip(networks.networks, digit["probs"], strict=True):
            said = network.predict(images[number : number + 1])[0]
            np.testing.assert_allclose(probabilities[0], said, atol=1e-3)
            bias = network.parameters()[-1]  # all that is left when every unit is silent
            left = np.exp(bias) / np.exp(bias).sum()
            np.testing.assert_allclose(probabilities[-1], left, atol=1e-3)


def test_it_is_over_after_sixty_epochs_and_says_so(networks):
    assert message_of(networks, playing=True)["playing"] is True
    over = DigitNetworks(seed=4, rate=0.5, label_noise=0.3)
    over.epoch = 60
    assert over.over
    assert message_of(over, playing=True)["playing"] is False


def test_pictures_are_sent_only_when_asked_for(networks):
    assert "pixels" not in message_of(networks, with_pixels=False)["digits"][0]
