import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import fuzzing
import pytest
from threadpoolctl import threadpool_limits


def pytest_addoption(parser):
    parser.addoption(
        "--fuzz",
        type=int,
        default=fuzzing.INPUTS,
        metavar="N",
        help=f"inputs that all doors are given together; {fuzzing.INPUTS} if left out",
    )


def pytest_configure(config):
    fuzzing.prepare(config.getoption("--fuzz"))
    # What Keras logs by keeps the standard error of the moment, and closes it when somebody else
    # sets logging up anew, as uvicorn does: it would be pytest's own. Python's it leaves alone.
    with suppress(ImportError):
        from absl import logging

        logging.get_absl_handler().python_handler.setStream(sys.__stderr__)


@pytest.fixture(autouse=True, scope="session")
def _one_blas_thread():
    """Tests run side by side; threads of theirs would fight over the cores."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def memory_path():
    """A folder in memory where there is one: nothing waits for a disk, or dies with a process."""
    folder = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=folder) as name:
        yield Path(name)
