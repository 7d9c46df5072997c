"""What is said about bad input: one line, what was given, what is allowed."""

import re

import numpy as np
import pytest

from simulation.checks import DivergedError, InputError, one_of, real, whole


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
