"""check_up finds the planted faults, names them rightly, and is silent on healthy networks."""

import pytest
from zoo import FAULTY, SOUND, entries

import nn_bridge

pytestmark = [
    # What other people's networks warn of is theirs: Dropout2d on a sequence does.
    pytest.mark.filterwarnings("ignore::UserWarning:torch"),
    pytest.mark.skipif(not hasattr(nn_bridge, "check_up"), reason="the zoo was there first"),
]


def found(entry):
    return {finding.kind for finding in nn_bridge.check_up(**entry.build()).findings}


@pytest.mark.parametrize("entry", entries(FAULTY))
def test_a_planted_fault_is_found_and_named(entry):
    kinds = found(entry)
    assert entry.kind in kinds
    assert kinds - {entry.kind} <= entry.also


@pytest.mark.parametrize("entry", entries(SOUND))
def test_nothing_is_found_in_a_healthy_network(entry):
    assert found(entry) == set()
