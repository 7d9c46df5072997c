"""The article's network: its sizes, what each seed sees, and that a stack is its members."""

import numpy as np
import pytest

from experiments.article import Setting, fit_article_network, talk_of
from simulation import InputError


def trained(setting, seeds):
    talks = [talk_of(setting, seed) for seed in seeds]
    return fit_article_network(setting, seeds, talks).model


@pytest.fixture
def idx_folder(tmp_path):
    rng = np.random.default_rng(0)
    for part, count in (("train", 60), ("t10k", 30)):
        for name, values in (
            ("images-idx3-ubyte", rng.integers(256, size=(count, 5, 5))),
            ("labels-idx1-ubyte", np.arange(count) % 10),
        ):
            sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
            content = bytes([0, 0, 8, values.ndim]) + sizes + values.astype(np.uint8).tobytes()
            (tmp_path / f"{part}-{name}").write_bytes(content)
    return str(tmp_path)


def test_it_is_784_256_10_as_the_listing_has_it():
    model = trained(Setting(practice=40, epochs=1), [0])
    shapes = [parameter.shape[1:] for parameter in model.parameters()]
    assert shapes == [(256, 784), (256,), (10, 256), (10,)]


@pytest.mark.parametrize("data", ["mnist", "digits", "idx"])
def test_a_stack_is_its_members_whatever_they_share(data, idx_folder):
    setting = Setting(0.5, 0.3, 40, epochs=2, hidden=8, data=idx_folder if data == "idx" else data)
    stack = trained(setting, [3, 4])
    for member, seed in enumerate((3, 4)):
        alone = trained(setting, [seed])
        for mine, theirs in zip(stack.parameters(), alone.parameters(), strict=True):
            np.testing.assert_allclose(mine[member], theirs[0], rtol=1e-4, atol=1e-5)


def test_seeds_of_one_folder_share_images_but_not_wrong_labels(idx_folder):
    setting = Setting(label_noise=0.5, data=idx_folder)
    one, other = (talk_of(setting, seed) for seed in (0, 1))
    assert np.shares_memory(one.practice_questions, other.practice_questions)
    assert (one.practice_answers != other.practice_answers).any()


def test_unknown_data_is_refused_before_anything_is_trained():
    with pytest.raises(InputError, match="data is 'cifar', but must be one of: mnist, digits"):
        Setting(data="cifar")
