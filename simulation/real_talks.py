"""Talks about real handwritten digits: the ten digits are the ten sections.

scikit-learn's digits (1,797 images of 8 x 8, bundled with the package) and MNIST from IDX files
that the user has.
"""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from simulation.arrays import FloatArray, IntArray
from simulation.checks import InputError, real, whole
from simulation.talk import Talk

UInt8Array = npt.NDArray[np.uint8]

SHOW_SHARE = 0.25
"""Share of the bundled digits kept for the show: 450 of 1,797; 1,347 are left to practise."""

IDX_UNSIGNED_BYTE = 8
"""Type code of MNIST's files in the IDX format; the only one read here."""


def digits_talk(
    rng: np.random.Generator, *, practice: int | None = None, label_noise: float = 0.0
) -> Talk:
    """Build a talk about scikit-learn's bundled digits, 64 pixels scaled to [0, 1].

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the split (stratified by digit), and which practice labels are wrong.
    practice : int or None
        Practice questions to keep of the 1,347; None keeps all.
    label_noise : float
        Fraction of practice questions with a wrong label, in [0, 1]. The show's stay right.

    Examples
    --------
    >>> digits_talk(np.random.default_rng(0), practice=500).practice_questions.shape
    (500, 64)
    """
    # Half a second with what it imports, which who talks about something else should not wait.
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    split = train_test_split(
        images / 16.0,
        labels,
        test_size=SHOW_SHARE,
        stratify=labels,
        random_state=int(rng.integers(2**31)),
    )
    practice_images, show_images, practice_labels, show_labels = split
    return _digit_talk(
        rng,
        "scikit-learn's digits",
        (practice_images, practice_labels),
        (show_images, show_labels),
        practice,
        label_noise,
    )


def mnist_talk(
    rng: np.random.Generator,
    folder: str | Path,
    *,
    practice: int | None = None,
    label_noise: float = 0.0,
) -> Talk:
    """Build a talk about MNIST (or another set of ten classes) from the IDX files in `folder`.

    Parameters
    ----------
    rng, practice, label_noise
        As for `digits_talk`; of the training images the first `practice` are kept.
    folder : path
        Holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
        t10k-labels-idx1-ubyte, each plain or as .gz.

    Raises
    ------
    InputError
        If a file is missing, cut short, of another format, or does not fit its fellow.
    """
    parts = []
    for part in ("train", "t10k"):
        images_path = _idx_path(Path(folder), f"{part}-images-idx3-ubyte")
        labels_path = _idx_path(Path(folder), f"{part}-labels-idx1-ubyte")
        images, labels = read_idx(images_path, axes=3), read_idx(labels_path, axes=1)
        if len(images) != len(labels) or len(images) == 0:
            raise InputError(
                f"{images_path} has {len(images)} images and {labels_path} {len(labels)} labels: "
                "give files that belong together and are not empty"
            )
        if labels.max() > 9:
            raise InputError(
                f"{labels_path} has the label {labels.max()}, but only 0 to 9 are digits"
            )
        parts.append((images.reshape(len(images), -1) / 255.0, labels.astype(np.int64)))
    return _digit_talk(rng, "MNIST", parts[0], parts[1], practice, label_noise)


def read_idx(path: str | Path, *, axes: int) -> UInt8Array:
    """Read one IDX file of unsigned bytes, plain or gzip-compressed.

    The format: two zero bytes, a type code, the number of axes, each axis's length as a big-endian
    32-bit number, then the values in row-major order.

    Parameters
    ----------
    path : path
    axes : int
        Number of axes it must have: 3 for images, 1 for labels.

    Raises
    ------
    InputError
        If it cannot be read, has another magic number, or another length than its header says.
    """
    try:
        content = Path(path).read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"the IDX file {path} cannot be read: {error}") from None
    magic = bytes([0, 0, IDX_UNSIGNED_BYTE, axes])
    header = 4 + 4 * axes
    if content[:4] != magic:
        raise InputError(
            f"{path} begins with the magic number {content[:4].hex() or 'nothing'}, but an IDX "
            f"file of bytes with {axes} axes begins with {magic.hex()}: is it the right file?"
        )
    shape = [int.from_bytes(content[at : at + 4], "big") for at in range(4, header, 4)]
    expected = header + math.prod(shape)
    if len(content) < header or len(content) != expected:
        raise InputError(
            f"{path} has {len(content)} bytes, but its header promises {expected}: "
            "it was cut short or added to, fetch it again"
        )
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape)


def _idx_path(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise InputError(
        f"{folder} holds neither {name} nor {name}.gz: name the folder with MNIST's files"
    )


def _digit_talk(
    rng: np.random.Generator,
    name: str,
    practice: tuple[FloatArray, IntArray],
    show: tuple[FloatArray, IntArray],
    keep: int | None,
    label_noise: float,
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
    )
