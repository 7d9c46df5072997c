import numpy as np
import pytest


def test_numbers_go_into_node_and_come_out_to_the_last_bit(node):
    numbers = np.random.default_rng(1).standard_normal(1000).tolist()
    assert node("tell(Float64Array.from(data.numbers))", {"numbers": numbers}) == numbers


def test_the_page_is_imported_by_its_name(node):
    assert node('import { SIDES } from "page/address.js";\ntell(SIDES)') == ["left", "right"]


def test_what_fails_in_node_says_what_and_where(node):
    with pytest.raises(AssertionError, match=r"(?s)code\.js:2\b.*there is no such talk"):
        node('\nthrow new Error("there is no such talk")')
    with pytest.raises(AssertionError, match="called no tell"):
        node("")
