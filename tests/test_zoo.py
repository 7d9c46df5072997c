"""check_up finds the planted faults, names them rightly, and is silent on healthy networks."""

import random
import sys

import pytest
from zoo import FAULTY, SOUND, entries

from nn_bridge import check_up

# What other people's networks warn of is theirs: Dropout2d on a sequence does.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:torch")


@pytest.fixture(autouse=True)
def _seeded():
    random.seed(1)  # Keras draws its seeds from here
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(1)


def found(entry):
    return {finding.kind for finding in check_up(**entry.build()).findings}


@pytest.mark.parametrize("entry", entries(FAULTY))
def test_a_planted_fault_is_found_and_named(entry):
    kinds = found(entry)
    assert entry.kind in kinds
    assert kinds - {entry.kind} <= entry.also


@pytest.mark.parametrize("entry", entries(SOUND))
def test_nothing_is_found_in_a_healthy_network(entry):
    assert found(entry) == set()
