"""IDX files of any bytes, and folders of any names: read as they are, or refused in one line."""

import gzip
import struct
import tracemalloc

import numpy as np
import pytest
from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st
from mnist_files import idx

from simulation import InputError, mnist_talk
from simulation.idx_files import IMAGES, LABELS, MOST_BYTES, TYPES, read_idx

MEMORY = 2**22
"""More than this is never taken for the small files here, whatever they promise (4 MiB)."""


PIXELS = np.random.default_rng(0).integers(256, size=(5, 4, 3), dtype=np.uint8)
FILES = {
    IMAGES: [idx(PIXELS)],
    LABELS: [idx(np.arange(9)), idx(np.arange(24).reshape(3, 8), code=12)],
}
SIZES = st.one_of(st.integers(0, 6), st.sampled_from([2**16, 2**31, 2**32 - 1]))


def promised(content, kinds):
    """Read plain bytes as the format has it, or return None where they are no such file."""
    for code, axes in kinds:
        if content[:4] == bytes([0, 0, code, axes]) and len(content) >= 4 + 4 * axes:
            shape = struct.unpack(f">{axes}I", content[4 : 4 + 4 * axes])
            size, items = len(content) - 4 - 4 * axes, 1
            for length in shape:
                items *= length
            if 0 < items * TYPES[code].itemsize == size <= MOST_BYTES:
                return np.frombuffer(content, TYPES[code], offset=4 + 4 * axes).reshape(shape)
    return None


@st.composite
def contents(draw):
    """Return kinds and bytes: a right file, changed here and there, or bytes of any kind."""
    kinds = draw(st.sampled_from(list(FILES)))
    content = bytearray(draw(st.sampled_from(FILES[kinds])))
    for _ in range(draw(st.integers(0, 3))):
        match draw(st.integers(0, 4)):
            case 0:
                content[draw(st.integers(0, len(content)) if content else st.just(0)) :] = b""
            case 1:
                content += draw(st.binary(max_size=9))
            case 2 if content:
                content[draw(st.integers(0, len(content) - 1))] ^= draw(st.integers(1, 255))
            case 3:
                shape = draw(st.lists(SIZES, min_size=1, max_size=3))
                content[4 : 4 + 4 * len(shape)] = struct.pack(f">{len(shape)}I", *shape)
            case _:
                content = bytearray(draw(st.binary(max_size=40)))
    return kinds, bytes(content)


def read(path, kinds):
    """Read a file; what is refused is refused in one line, and for little memory."""
    tracemalloc.start()
    try:
        return read_idx(path, kinds)
    except InputError as error:
        said = str(error)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MEMORY
    assert "\n" not in said
    assert len(said) < 400
    return None


@examples(30)
@given(case=contents())
def test_plain_files_are_read_as_the_format_has_it_or_refused(tmp_path, case):
    kinds, content = case
    (tmp_path / "file").write_bytes(content)
    found, expected = read(tmp_path / "file", kinds), promised(content, kinds)
    if content[:2] != b"\x1f\x8b":
        assert (found is None) == (expected is None)
        np.testing.assert_array_equal(found, expected)


@examples(25)
@given(case=contents(), data=st.data())
def test_packed_files_give_what_was_packed_or_are_refused(tmp_path, case, data):
    kinds, content = case
    padding = data.draw(st.sampled_from([0, 0, 10**7]))
    packed = bytearray(gzip.compress(content + bytes(padding), mtime=0))
    damaged = data.draw(st.booleans())
    if damaged:
        packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    (tmp_path / "file.gz").write_bytes(packed)
    found, expected = read(tmp_path / "file.gz", kinds), promised(content, kinds)
    if found is not None:
        np.testing.assert_array_equal(found, expected)
    if not damaged and not padding:
        assert (found is None) == (expected is None)


PREFIXES = st.sampled_from(["", "emnist-digits-", "emnist-mnist-", "qmnist-"])
PLACES = st.sampled_from(["", "raw/", "MNIST/raw/", "KMNIST/raw/", "NAME/", "else/"])


@st.composite
def name(draw, what):
    """Return a name that one of the four files may go by, or nearly."""
    part, kind = what.split("-")
    if draw(st.booleans()) and part == "t10k":
        part = "test"
    end = draw(st.sampled_from(["-idx{}-ubyte", ".idx{}-ubyte", "-idx{}-int", ".idx{}", ""]))
    end = end.format(3 if kind == "images" else draw(st.sampled_from([1, 1, 2])))
    stem = draw(PREFIXES) + f"{part}-{kind}{end}"
    stem = draw(st.sampled_from([stem, stem, stem.upper()]))
    packed = draw(st.sampled_from(["", ".gz", ".GZ"]))
    return draw(PLACES).replace("NAME", stem) + stem + packed


@examples(25)
@given(data=st.data())
def test_folders_of_any_names_give_the_images_in_them_or_one_line(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("mnist")
    same = data.draw(st.integers())  # most folders are of one kind, else nothing is whole
    for what in ("train-images", "train-labels", "t10k-images", "t10k-labels"):
        content = idx(PIXELS) if "images" in what else idx(np.arange(len(PIXELS)))
        for _ in range(data.draw(st.integers(1, 2))):
            path = folder / data.draw(name(what) if same % 3 else st.just(f"{what}-idx1-ubyte"))
            if path.parent.is_file() or path.is_dir():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(gzip.compress(content) if path.suffix.lower() == ".gz" else content)
    try:
        talk = mnist_talk(0, folder)
    except InputError as error:
        said = str(error)
    else:
        np.testing.assert_array_equal(talk.practice_questions, PIXELS.reshape(5, -1) / 255)
        return
    assert "\n" not in said


@pytest.mark.parametrize("kinds", FILES)
def test_files_as_they_should_be_are_read(tmp_path, kinds):
    for content in FILES[kinds]:
        (tmp_path / "file").write_bytes(content)
        assert read(tmp_path / "file", kinds) is not None
