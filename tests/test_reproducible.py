"""The same seed gives the same bytes in another process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SCRIPT = """
import hashlib
import numpy as np
from simulation import Team, one_or_two_absent, synthetic_talk
team = Team(synthetic_talk(np.random.default_rng(1)), one_or_two_absent(5), show_every=50, rng={})
team.practise_alone("B", 50)
team.rehearse(200)
digest = hashlib.sha256(team.handout.tobytes() + team.reliance.tobytes())
for presenter in team.agents:
    for part in (presenter.understanding, presenter.understanding_bias, presenter.delivery):
        digest.update(part.tobytes())
digest.update(team.datacollector.get_model_vars_dataframe().to_csv().encode())
print(digest.hexdigest())
"""


def digest_in_a_new_process(hash_seed, seed):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(seed)],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def digest():
    return digest_in_a_new_process("0", 7)


@pytest.mark.parametrize("hash_seed", ["0", "1", "random"])
def test_the_same_seed_gives_the_same_bytes_in_a_new_process(digest, hash_seed):
    assert len(digest.strip()) == 64
    assert digest_in_a_new_process(hash_seed, 7) == digest


def test_another_seed_gives_other_bytes(digest):
    assert digest_in_a_new_process("0", 8) != digest
