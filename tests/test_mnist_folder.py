"""MNIST and its kin are found in a folder however they were packed, or it is said what is there."""

import gzip

import numpy as np
import pytest
from mnist_files import IMAGES, digit_files, idx, spread

from simulation import InputError, mnist_talk


def emnist(name):
    return "emnist-digits-" + name.replace("t10k", "test")


PACKINGS = {
    "dots": lambda name: name.replace("-idx", ".idx"),
    "capitals": str.upper,
    "GZ": lambda name: f"{name}.GZ",
    "torchvision": lambda name: f"MNIST/raw/{name}",
    "torchvision, inside": lambda name: f"raw/{name}.gz",
    "torchvision, Fashion-MNIST": lambda name: f"FashionMNIST/raw/{name}",
    "Kaggle": lambda name: f"{name}/{name}",
    "Kaggle, dots inside": lambda name: f"{name}/{name.replace('-idx', '.idx')}",
    "EMNIST": lambda name: f"{emnist(name)}.gz",
    "EMNIST, torchvision": lambda name: f"EMNIST/raw/{emnist(name)}",
}


@pytest.mark.parametrize("packing", PACKINGS.values(), ids=PACKINGS)
def test_mnist_is_found_however_it_was_packed(tmp_path, packing):
    wanted = mnist_talk(np.random.default_rng(0), spread(tmp_path, digit_files()))
    spread(tmp_path / "other", digit_files(), packing)
    talk = mnist_talk(np.random.default_rng(0), tmp_path / "other")
    np.testing.assert_array_equal(talk.practice_questions, wanted.practice_questions)
    np.testing.assert_array_equal(talk.practice_answers, wanted.practice_answers)
    np.testing.assert_array_equal(talk.show_answers, wanted.show_answers)


def test_qmnist_has_its_labels_in_the_first_of_eight_columns(tmp_path):
    rng = np.random.default_rng(0)
    labels = rng.integers(10, size=12)
    for part in ("train", "test"):
        table = np.column_stack([labels, rng.integers(4000, size=(12, 7))])
        images = gzip.compress(digit_files()[f"train-{IMAGES}"])
        (tmp_path / f"qmnist-{part}-images-idx3-ubyte.gz").write_bytes(images)
        (tmp_path / f"qmnist-{part}-labels-idx2-int.gz").write_bytes(gzip.compress(idx(table, 12)))
    talk = mnist_talk(np.random.default_rng(0), tmp_path)
    np.testing.assert_array_equal(talk.practice_answers.argmax(axis=1), labels)


def test_mnists_own_names_come_first_and_plain_files_before_packed_ones(tmp_path):
    spread(tmp_path, digit_files(seed=1), lambda name: f"{name}.gz")
    spread(tmp_path, digit_files(seed=2), emnist)
    spread(tmp_path, digit_files(seed=3), lambda name: f"MNIST/raw/{name}")
    spread(tmp_path, digit_files(seed=4), lambda name: name.replace("-idx", ".idx"))
    talk = mnist_talk(np.random.default_rng(0), spread(tmp_path, digit_files()))
    pixels = np.frombuffer(digit_files()[f"train-{IMAGES}"][16:], dtype=np.uint8)
    np.testing.assert_allclose(talk.practice_questions.ravel() * 255, pixels)


def test_of_several_other_sets_none_is_taken_by_itself(tmp_path):
    spread(tmp_path, digit_files(), emnist)
    spread(tmp_path, digit_files(), lambda name: emnist(name).replace("digits", "mnist"))
    with pytest.raises(InputError, match=r"several sets of images \(emnist-digits-, emnist-mnist-"):
        mnist_talk(np.random.default_rng(0), tmp_path)
    spread(tmp_path / "both", digit_files(), lambda name: f"MNIST/raw/{name}")
    spread(tmp_path / "both", digit_files(), lambda name: f"KMNIST/raw/{name}")
    with pytest.raises(InputError, match=r"several sets of images \(KMNIST/, MNIST/\): name"):
        mnist_talk(np.random.default_rng(0), tmp_path / "both")


def test_similar_names_are_said_where_a_file_is_missing(tmp_path):
    spread(tmp_path, digit_files(), lambda name: name.replace("-ubyte", ""))
    with pytest.raises(InputError, match=r"similar names there are train-images-idx3, "):
        mnist_talk(np.random.default_rng(0), tmp_path)


def test_what_is_missing_from_another_set_is_said_of_that_set(tmp_path):
    spread(tmp_path, digit_files(), emnist)
    (tmp_path / emnist(f"train-{IMAGES}")).unlink()
    with pytest.raises(InputError, match=f"no train-{IMAGES} of the set emnist-digits, plain"):
        mnist_talk(np.random.default_rng(0), tmp_path)


def test_a_relative_folder_is_that_of_where_one_stands(tmp_path, monkeypatch):
    for number in range(2):
        spread(tmp_path / str(number) / "mnist", digit_files(train=10 + number), str)
        monkeypatch.chdir(tmp_path / str(number))
        talk = mnist_talk(np.random.default_rng(0), "mnist")
        assert len(talk.practice_questions) == 10 + number
