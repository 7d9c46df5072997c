"""What is handed on: the source distribution holds all that its own tests need."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MADE = {"PKG-INFO", "setup.cfg"}
BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_sdist(sys.argv[1]))"


def tracked():
    """Names of the files under version control; none where there is no git."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        return set()
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return {name for name in listed.split("\0") if (ROOT / name).is_file()}


@pytest.mark.slow
@pytest.mark.skipif(not tracked(), reason="not a checkout: nothing to compare with")
def test_the_source_distribution_holds_what_is_tracked_and_nothing_else(tmp_path):
    pytest.importorskip("setuptools", minversion="77")
    copy = tmp_path / "copy"
    for name in tracked():  # building writes beside the sources
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy / name)
    built = subprocess.run(
        [sys.executable, "-c", BUILD, str(tmp_path)],
        cwd=copy, check=True, capture_output=True, text=True,
    ).stdout.split()[-1]  # fmt: skip
    with tarfile.open(tmp_path / built) as archive:
        names = {one.name.partition("/")[2] for one in archive if one.isfile()}
    names = {name for name in names if ".egg-info/" not in name}
    assert names - MADE == tracked()
