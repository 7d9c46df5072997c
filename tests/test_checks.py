"""What is said about bad input: one line, what was given, what is allowed."""

import re

import numpy as np
import pytest

from simulation.checks import (
    DivergedError,
    InputError,
    boolean,
    instance,
    listed,
    numeric,
    one_of,
    real,
    room,
    text,
    whole,
)


@pytest.mark.parametrize("value", [0, 7, np.int64(3), np.uint8(7)])
def test_whole_numbers_within_bounds_come_back_as_int(value):
    assert whole("count", value, most=7) == value
    assert type(whole("count", value, most=7)) is int


@pytest.mark.parametrize(
    "value", [-1, 8, 2.0, "3", None, True, np.nan, np.inf, [1], 10**400, [10**5000]]
)
def test_anything_else_is_no_whole_number(value):
    with pytest.raises(InputError, match=r"^count is .*, but must be 0 to 7$"):
        whole("count", value, most=7)


def test_a_whole_number_without_upper_bound_may_be_huge():
    assert whole("count", 10**30, least=1) == 10**30
    with pytest.raises(InputError, match="count is 0, but must be a whole number of at least 1"):
        whole("count", 0, least=1)


@pytest.mark.parametrize("value", [0, 0.0, 0.5, np.float32(0.25), np.float64(0.999)])
def test_real_numbers_within_bounds_come_back_as_float(value):
    assert real("rate", value, least=0, below=1) == value
    assert type(real("rate", value, least=0, below=1)) is float


BAD_REALS = [1, 1.0, -1e-9, np.nan, np.inf, -np.inf, "0.5", None, True, [0.5], 1j, 10**400]


@pytest.mark.parametrize("value", BAD_REALS, ids=lambda value: repr(value)[:10])
def test_anything_else_is_no_rate(value):
    with pytest.raises(InputError, match=r"^rate is .*, but must be a number in \[0, 1\)$"):
        real("rate", value, least=0, below=1)


@pytest.mark.parametrize(
    ("bounds", "inside", "outside", "allowed"),
    [
        ({"least": 0, "most": 1}, [0, 1], [-0.1, 1.1], "in [0, 1]"),
        ({"above": 0, "most": 1}, [1e-300, 1], [0, 1.1], "in (0, 1]"),
        ({"above": 0}, [1e-300, 1e300], [0, -1, np.inf], "in (0, inf)"),
        ({"least": 1}, [1, 1e300], [0.9, np.inf], "in [1, inf)"),
        ({}, [-1e300, 1e300], [np.inf, np.nan], "a finite number"),
    ],
)
def test_bounds_hold_as_they_are_written(bounds, inside, outside, allowed):
    for value in inside:
        assert real("figure", value, **bounds) == value
    for value in outside:
        with pytest.raises(InputError, match=re.escape(allowed)):
            real("figure", value, **bounds)


def test_a_word_must_be_one_of_those_listed():
    assert one_of("colour", "red", ("red", "blue")) == "red"
    for value in ("green", "", None, 3, ["red"]):
        with pytest.raises(InputError, match=r"colour is .*, but must be one of: red, blue"):
            one_of("colour", value, ("red", "blue"))


@pytest.mark.parametrize("value", ["x" * 10_000, "two\nlines", np.zeros((3, 3)), [[1]] * 100])
def test_messages_are_one_short_line_whatever_was_given(value):
    for check in (whole, real):
        with pytest.raises(InputError) as refused:
            check("figure", value)
        assert "\n" not in str(refused.value)
        assert len(str(refused.value)) < 150


def test_input_errors_are_value_errors_and_divergence_is_an_input_error():
    assert issubclass(InputError, ValueError)
    assert issubclass(DivergedError, InputError)


def test_arrays_of_numbers_come_back_as_they_are_or_as_floats():
    for kind in (np.float32, np.float64):
        values = np.ones((2, 3), dtype=kind)
        assert numeric("figures", values, "rows", 3) is values
    for values in ([1, 0], (True, False), np.array([1, 0], dtype=np.uint8), np.float16([1, 0])):
        assert numeric("figures", values, 2).tolist() == [1.0, 0.0]
        assert numeric("figures", values).dtype == np.float64
    assert numeric("figures", np.zeros((0, 2)), None, 2).shape == (0, 2)
    assert np.isnan(numeric("figures", [np.nan, 1], 2, finite=False)[0])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, r"figures is None, but must be an array of numbers$"),
        (["1", "2"], r"figures is \['1', '2'\], but must be an array of numbers$"),
        ([[1, 2], [3]], r"figures is \[\[1, 2\], \[3\]\], but must be an array of numbers$"),
        ([1j, 2], r"but must be an array of numbers$"),
        ([10**400, 1], r"but must be an array of numbers$"),
        (np.ma.masked_equal([1, 2], 2), r"but must be an array of numbers$"),
        ([1, 2, 3], r"figures: the shape is \(3,\), but must be \(2\)$"),
        ([[1, 2]], r"figures: the shape is \(1, 2\), but must be \(2\)$"),
        ([1, np.nan], r"figures: not all numbers are finite, take out NaN and infinity$"),
        ([1, np.inf], r"figures: not all numbers are finite"),
    ],
    ids=str,
)
def test_what_is_no_array_of_numbers_is_refused_in_one_line(value, said):
    with pytest.raises(InputError, match=said):
        numeric("figures", value, 2)


def test_an_axis_with_a_name_has_at_least_one_place():
    with pytest.raises(InputError, match=r"the shape is \(0, 3\), but must be \(rows, 3\)"):
        numeric("figures", np.zeros((0, 3)), "rows", 3)


def test_truth_values_may_be_given_as_0_and_1_only():
    there = np.array([True, False])
    assert boolean("marks", there, 2) is there
    for values in ([1, 0], np.array([1, 0], dtype=np.uint8)):
        assert boolean("marks", values, 2).tolist() == [True, False]
    with pytest.raises(InputError, match="marks: there are other numbers than 0 and 1"):
        boolean("marks", [1, 2], 2)
    for values in ([0.0, 1.0], ["1"], None):
        with pytest.raises(InputError, match="but must be an array of True and False"):
            boolean("marks", values)


def test_a_list_is_whatever_has_parts_in_an_order():
    for value in ([1, 2], (1, 2), np.array([1, 2]), range(1, 3), iter([1, 2])):
        assert listed("counts", value) == (1, 2)
    for value in ("12", b"12", {1, 2}, {1: 2}, None, 3, np.array(3)):
        with pytest.raises(InputError, match=r"counts is .*, but must be a list"):
            listed("counts", value)


def test_arrays_that_no_machine_has_room_for_are_refused_before_they_are_made():
    room("the draw", 2**14, 2**15)
    with pytest.raises(InputError, match=r"^the draw would take 16384 x 32769 numbers, but 53687"):
        room("the draw", 2**14, 2**15 + 1)
    with pytest.raises(InputError, match="the draw would take a int too long to write x 2"):
        room("the draw", 10**5000, 2)


def test_texts_and_classes_are_told_apart():
    assert text("name", "A") == "A"
    assert instance("error", InputError("it is not so"), ValueError).args
    with pytest.raises(InputError, match="name is 3, but must be a text"):
        text("name", 3)
    with pytest.raises(InputError, match="error is 3, but must be of the class ValueError"):
        instance("error", 3, ValueError)
