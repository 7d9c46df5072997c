"""Where processes are not forked and POSIX's modules are missing, as on Windows: all commands are
there, and a sweep runs. What hides these is a sitecustomize.py, so that workers lack them too.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent

HIDE = """
import builtins, multiprocessing, os, signal, sys
OURS = {"run", "commands", "dashboard", "experiments", "nn_bridge", "simulation", "__main__"}
HIDDEN = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}

def import_elsewhere(name, namespace=None, *rest, real=builtins.__import__):
    # Libraries may use what is there: they have another way on Windows.
    if name in HIDDEN and (namespace or {}).get("__name__", "").split(".")[0] in OURS:
        raise ModuleNotFoundError(f"{name} is not here")
    return real(name, namespace, *rest)

builtins.__import__ = import_elsewhere
sys.modules["multiprocessing.forkserver"] = None
multiprocessing.get_all_start_methods = lambda: ["spawn"]
for name in ("SIGALRM", "SIGHUP", "SIGKILL", "SIGQUIT", "SIGUSR1", "pthread_sigmask", "sigwait",
             "SIG_BLOCK", "setitimer"):
    delattr(signal, name)
for name in ("O_DIRECTORY", "O_NOFOLLOW", "fork", "forkpty", "getpgid", "getuid", "geteuid",
             "killpg", "mkfifo", "sched_getaffinity", "setsid"):
    delattr(os, name)
"""

IMPORT = """
import importlib, pkgutil
for top in ("commands", "dashboard", "experiments", "nn_bridge", "simulation"):
    for module in pkgutil.walk_packages(importlib.import_module(top).__path__, top + "."):
        if module.name.startswith("nn_bridge.adapters.") and not module.ispkg:
            continue  # it imports a framework, which does not find here what it finds elsewhere
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            if "not here" in str(error) or "halted" in str(error):
                raise  # else it is of an extra that is not installed
import run
"""


@pytest.fixture
def elsewhere(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(HIDE)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}

    def python(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True
        )

    return python


def test_what_is_hidden_is_missing(elsewhere):
    for name in ("fcntl", "multiprocessing.forkserver"):
        assert "ModuleNotFoundError" in elsewhere("-c", f"import {name}").stderr


def test_every_module_is_imported(elsewhere):
    done = elsewhere("-c", IMPORT)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_sweep_runs_on_two_processes(elsewhere, tmp_path):
    path = tmp_path / "store.sqlite"
    done = elsewhere(
        "run.py", "sweep", "run", "--set", "rate=0,0.3", "--set", "seeds=80", "--set",
        "rehearsals=5", "--workers", "2", "--store", str(path),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "160 of 160 teams are in" in done.stdout
