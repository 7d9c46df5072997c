"""What the results of a run depend on besides its seed."""

import platform
from importlib.metadata import version

PACKAGES = ("mesa", "numpy", "scipy", "scikit-learn")


def versions(*packages: str) -> dict[str, str]:
    """Return the versions of Python and of the packages that figures come from, by name.

    Parameters
    ----------
    *packages : str
        All of them; those that our own figures come from, if left out.
    """
    named = packages or PACKAGES
    return {"python": platform.python_version()} | {name: version(name) for name in named}
