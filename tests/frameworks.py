"""Frameworks that some tests need: asked for where they may be absent, insisted on in CI."""

import importlib
import os

import pytest

# Keras reads it when it is imported. PyTorch is there where Keras is.
os.environ.setdefault("KERAS_BACKEND", "torch")


def needs(name):
    """Import a framework; without it the tests of the file are skipped, except in CI."""
    if os.environ.get("CI_NEEDS_FRAMEWORKS"):
        return importlib.import_module(name)
    return pytest.importorskip(name)
