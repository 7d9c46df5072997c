"""Versions of what a result was made with, somebody's framework too."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version

from simulation.versions import versions

FRAMEWORKS = "torch", "keras", "tensorflow", "jax", "flax"


def loaded_versions() -> dict[str, str]:
    """Return the versions of Python, of our own packages, and of the frameworks imported so far."""
    found = versions()
    for name in FRAMEWORKS:
        if name in sys.modules:
            try:
                found[name] = version(name)
            except PackageNotFoundError:  # it goes by another name, as tensorflow-cpu does
                found[name] = str(getattr(sys.modules[name], "__version__", "?"))
    return found
