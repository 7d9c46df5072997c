"""What the results of a run depend on besides its seed."""

import platform
from importlib.metadata import version

PACKAGES = ("mesa", "numpy", "scipy", "scikit-learn")


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that figures come from, by name."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
