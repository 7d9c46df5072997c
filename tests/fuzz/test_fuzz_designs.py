"""Designs as nobody should write them: each is read, or refused in one line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st

from experiments.sweep.design import Design, read_design
from experiments.sweep.written import Grid, Spec
from simulation import InputError

KEYS = [*Spec.model_fields, *Grid.model_fields]
LAWS = ["everyone", "one-or-two", "absent", "rate", "rates", "rota", "couples", "bursts", "without",
        "log", "sometimes", ""]  # fmt: skip
NUMBERS = [
    "0", "-0", "1", "3", "0.3", ".3", "-1", "1e400", "nan", "inf", "0x10", "1_0", "9" * 400,
    "9" * 5_000, "1e-320", "99999999999999999999", "true", "1979-05-27", "07:32:00",
    "1979-05-27T07:32:00Z", "0x" + "f" * 9_000, "1000001", "-9223372036854775809",
]  # fmt: skip
TEXTS = [
    "", "digits", "synthetic", "softmax", "squared error", "\x1b[2J", "[bold]", "<b>", "é",
    "a" * 3_000, "../../etc/passwd", "/dev/zero", "%s{}", "'", '"', "\\\\", "\ud800", "\U0001f600",
]  # fmt: skip

texts = st.sampled_from(TEXTS) | st.text(max_size=8)
laws = st.builds(
    lambda kind, rest: kind + (":" if rest else "") + rest,
    st.sampled_from(LAWS),
    st.lists(st.sampled_from(NUMBERS + TEXTS), max_size=3).map(",".join),
)
strings = (texts | laws).map(lambda text: '"' + text.translate({10: " ", 13: " "}) + '"')
scalars = st.sampled_from(NUMBERS) | strings
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]")
        | inner.map(lambda part: f"{{ rate = {part} }}")
    ),
    max_leaves=4,
)
keys = st.sampled_from(KEYS) | texts.map(lambda text: f'"{text}"')
lines = st.builds(lambda key, value: f"{key} = {value}", keys, values)
heads = st.sampled_from(["[grid]", "[[points]]", "[points]", "[grid.rate]", "[[grid]]", "[a]", "["])
odd = st.sampled_from([
    "a = " + "[" * 1_000 + "]" * 1_000, "[grid]\nrate = " + "[" * 400 + "0.1" + "]" * 400,
    "a = " + "{a=" * 1_000 + "1" + "}" * 1_000, "a." * 1_000 + "b = 1", "\x00", "\ufeffseeds = 1",
    "seeds = 1\r\n[grid]\r\nrate = 0.1", "# " + "x" * 10_000, "title = '''\na\nb'''", "\x7f", "\r",
])  # fmt: skip
files = st.lists(lines | heads | odd, max_size=6).map("\n".join)
settings = st.lists(
    st.builds(
        lambda key, equals, value: f"{key}{equals}{value}",
        st.sampled_from(KEYS) | texts,
        st.sampled_from(["=", "=", "=", "", " = ", "=="]),
        st.lists(st.sampled_from(NUMBERS + TEXTS) | laws, max_size=3).map(",".join),
    ),
    max_size=3,
)


def check(path: Path | None, given_settings: Sequence[str]) -> None:
    try:
        design = read_design(path, given_settings)
    except InputError as error:
        told = str(error)
    else:
        again = Design.from_json(design.to_json())
        assert again == design
        assert again.hash == design.hash
        told = "one line"
    assert len(told.splitlines()) == 1
    assert len(told) < 1_000


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("designs") / "sweep.toml"


@examples(50)
@given(content=files, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
def test_a_file_is_read_or_refused(file, content, encoding):
    file.write_bytes(content.encode(encoding, "replace"))
    check(file, ())


@examples(50)
@given(given_settings=settings)
def test_settings_are_read_or_refused(given_settings):
    check(None, given_settings)
