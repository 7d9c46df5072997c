"""MNIST from IDX files: pixel by pixel, or refused wherever a file is not what it says."""

import gzip
import struct
import tracemalloc

import numpy as np
import pytest
from mnist_files import IMAGES, LABELS, digit_files, idx, spread

from simulation import InputError, mnist_talk
from simulation.idx_files import IMAGES as IMAGE_KINDS
from simulation.idx_files import MOST_BYTES, read_idx
from simulation.real_talks import image_counts


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gz"])
def test_mnist_is_read_pixel_by_pixel(tmp_path, compressed):
    files = digit_files()
    talk = mnist_talk(
        np.random.default_rng(0), spread(tmp_path, files, "{}.gz".format if compressed else str)
    )
    for part, questions, answers in (
        ("train", talk.practice_questions, talk.practice_answers),
        ("t10k", talk.show_questions, talk.show_answers),
    ):
        pixels = np.frombuffer(files[f"{part}-{IMAGES}"][16:], dtype=np.uint8)
        np.testing.assert_allclose(questions.ravel() * 255, pixels)
        labels = np.frombuffer(files[f"{part}-{LABELS}"][8:], dtype=np.uint8)
        np.testing.assert_array_equal(answers.argmax(axis=1), labels)
    assert talk.practice_questions.shape == (12, 9)
    assert talk.n_sections == 10


def test_mnist_keeps_the_first_images_and_mislabels_as_asked(tmp_path):
    path = spread(tmp_path, digit_files(train=40))
    full, some = (
        mnist_talk(np.random.default_rng(1), path, practice=keep, label_noise=noise)
        for keep, noise in ((None, 0.0), (20, 0.25))
    )
    np.testing.assert_array_equal(some.practice_questions, full.practice_questions[:20])
    wrong = (some.practice_answers != full.practice_answers[:20]).any(axis=1)
    assert wrong.sum() == 5
    np.testing.assert_array_equal(some.show_answers, full.show_answers)


@pytest.mark.parametrize("keep", [0, 2, 3, 4, 7, 15, 16, 17, -1], ids="keep {}".format)
def test_images_cut_short_are_refused_wherever_they_end(tmp_path, keep):
    files = digit_files()
    files[f"train-{IMAGES}"] = files[f"train-{IMAGES}"][:keep]
    with pytest.raises(InputError, match=f"train-{IMAGES}"):
        mnist_talk(np.random.default_rng(0), spread(tmp_path, files))


@pytest.mark.parametrize("keep", [0, 3, 4, 6, 8, 9, -1], ids="keep {}".format)
def test_labels_cut_short_are_refused_wherever_they_end(tmp_path, keep):
    files = digit_files()
    files[f"t10k-{LABELS}"] = files[f"t10k-{LABELS}"][:keep]
    with pytest.raises(InputError, match=f"t10k-{LABELS}"):
        mnist_talk(np.random.default_rng(0), spread(tmp_path, files))


@pytest.mark.parametrize("keep", [0, 1, 2, 5, 9, 10, 15, 40, -1, -8], ids="keep {}".format)
def test_a_compressed_file_cut_short_is_refused(tmp_path, keep):
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(digit_files()[f"train-{IMAGES}"])[:keep])
    with pytest.raises(InputError, match=r"images\.gz"):
        read_idx(path, IMAGE_KINDS)


@pytest.mark.parametrize("at", [2, 3, 12, 30, -6, -2], ids="byte {}".format)
def test_a_corrupt_compressed_file_is_refused(tmp_path, at):
    content = bytearray(gzip.compress(digit_files()[f"train-{IMAGES}"], mtime=0))
    content[at] ^= 0xFF
    path = tmp_path / "images.gz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"images\.gz"):
        read_idx(path, IMAGE_KINDS)


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        (f"train-{IMAGES}", idx(np.zeros(12)), "magic number 00000801, .* begins with 00000803"),
        (
            f"train-{LABELS}",
            idx(np.zeros((12, 3, 3))),
            "magic number 00000803, .* 00000801 or 00000c02",
        ),
        (f"train-{IMAGES}", b"\x00\x00\x0d\x03" + bytes(100), "magic number 00000d03"),
        (f"train-{IMAGES}", b"P5 28 28 255", "magic number 50352032"),
        (f"train-{IMAGES}", b"", "magic number nothing"),
        (f"train-{IMAGES}", idx(np.zeros((12, 3, 3))) + b"!", "promises 108 bytes .* has more"),
        (f"train-{IMAGES}", idx(np.zeros((12, 3, 3)))[:-1], "promises 108 bytes .* has only 107"),
        (f"train-{IMAGES}", struct.pack(">4I", 0x803, *[2**32 - 1] * 3), "promises 79228162458924"),
        (f"train-{IMAGES}", struct.pack(">4I", 0x803, 0, *[2**32 - 1] * 2), "promises 0 bytes"),
        (f"train-{LABELS}", struct.pack(">3I", 0xC02, 2**32 - 1, 0), "promises 0 bytes"),
        (
            f"train-{LABELS}",
            struct.pack(">3i", 0xC02, 1, 1) + b"\xff" * 4,
            "12 images and .* 1 labels",
        ),
        (f"train-{LABELS}", idx([[-1] * 8] * 12, 12), "the label -1, but only 0 to 9"),
        (f"train-{IMAGES}", idx(np.zeros((11, 3, 3))), "11 images and .* 12 labels"),
        (f"t10k-{LABELS}", idx(np.zeros(6)), "5 images and .* 6 labels"),
        (f"train-{LABELS}", idx([9] * 11 + [10]), "the label 10, but only 0 to 9"),
        (f"t10k-{IMAGES}", idx(np.zeros((5, 4, 4))), "9 features and those of the show 16"),
        (f"train-{IMAGES}", idx(np.zeros((12, 0, 3))), "promises 0 bytes of values, 12 x 0 x 3"),
    ],
)
def test_files_that_are_not_what_they_should_be_are_refused(tmp_path, name, content, complaint):
    with pytest.raises(InputError, match=complaint):
        mnist_talk(np.random.default_rng(0), spread(tmp_path, {**digit_files(), name: content}))


def test_empty_sets_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"t10k-images.* promises 0 bytes"):
        mnist_talk(np.random.default_rng(0), spread(tmp_path, digit_files(show=0)))


def test_a_compressed_file_is_read_as_far_as_its_header_promises(tmp_path):
    bomb = tmp_path / "images.gz"
    for promised, complaint in (
        ([10, 28, 28], "promises 7840 bytes .* has more"),
        ([10**6, 28, 28], "promises 784000000 bytes .* but 1 to 536870912 are read"),
    ):
        bomb.write_bytes(gzip.compress(struct.pack(">4I", 0x803, *promised) + bytes(10**8)))
        tracemalloc.start()
        with pytest.raises(InputError, match=complaint):
            read_idx(bomb, IMAGE_KINDS)
        assert tracemalloc.get_traced_memory()[1] < 10**6
        tracemalloc.stop()


def test_room_is_taken_for_what_is_there_only(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(struct.pack(">4I", 0x803, 1, 1, MOST_BYTES))
    tracemalloc.start()
    with pytest.raises(InputError, match=r"promises 536870912 bytes .* has only 0"):
        read_idx(path, IMAGE_KINDS)
    assert tracemalloc.get_traced_memory()[1] < 10**7
    tracemalloc.stop()


@pytest.mark.parametrize("name", sorted(digit_files()))
def test_a_missing_file_is_named(tmp_path, name):
    files = digit_files()
    del files[name]
    with pytest.raises(InputError, match=f"holds no {name}, plain or as .gz"):
        mnist_talk(np.random.default_rng(0), spread(tmp_path, files))


def test_what_cannot_be_opened_is_said_to_be_so(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_idx(tmp_path, IMAGE_KINDS)


def test_a_folder_may_hold_one_digit_only(tmp_path):
    files = digit_files()
    files[f"train-{LABELS}"], files[f"t10k-{LABELS}"] = idx(np.full(12, 3)), idx(np.full(5, 3))
    path = spread(tmp_path, files)
    assert image_counts(path) == (12, 5, 9)
    assert (mnist_talk(0, path, practice=4).show_answers.argmax(axis=1) == 3).all()
