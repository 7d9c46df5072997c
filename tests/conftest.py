import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True, scope="session")
def _one_blas_thread():
    """Tests run side by side; threads of theirs would fight over the cores."""
    with threadpool_limits(1):
        yield
