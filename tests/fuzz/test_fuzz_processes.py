"""Whole processes: exit codes, what they say, and that they leave nothing, however they end."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil
import pytest
from fuzzing import counted

ROOT = Path(__file__).parents[2]
SIDE_BY_SIDE = 4
pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")

WORKS = [
    ["bridge", "--rehearsals", "2000", "--workers", "2"],
    ["network", "--seeds", "2", "--epochs", "3", "--workers", "2", "--json"],
    ["story", "--quick", "--workers", "2"],
    ["validate", "--quick", "--only", "C8", "--workers", "2"],
    ["published", "11", "--quick", "--workers", "2"],
    ["simulate", "--rehearsals", "20000", "--csv", "frame.csv"],
    ["sweep", "run", "--set", "rate=0,0.3", "--set", "seeds=300", "--workers", "2"],
    ["sweep", "check", "--workers", "2"],
    ["dashboard", "--port", "0", "--no-open"],
]
"""Each takes a second or more."""

SHORT = ["simulate", "--rehearsals", "20", "--show-every", "20"]


def start(words: list[str], folder: Path, **options) -> subprocess.Popen:
    """Start a command in a session of its own, as a terminal does."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    command = [sys.executable, str(ROOT / "run.py"), *words]
    return subprocess.Popen(command, cwd=folder, start_new_session=True, **streams | options)


def ended(words: list[str], folder: Path, **options) -> tuple:
    """Return exit code, standard output and standard error."""
    with start(words, folder, **options) as process:
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def side_by_side(calls: list) -> list:
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        return [future.result() for future in [threads.submit(call) for call in calls]]


# --- signals ---


def is_guarded(process: subprocess.Popen) -> bool:
    """Tell whether run.py has begun: before, Python itself answers signals."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    caught = next((line.split()[1] for line in lines if line.startswith("SigCgt")), "0")
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


def is_at_work(process: subprocess.Popen, folder: Path) -> bool:
    """Tell whether it has imported everything, started workers, or a file."""
    return any(folder.iterdir()) or bool(psutil.Process(process.pid).children())


def left_of(session: int) -> list[list[str]]:
    """Return what still runs of a session."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.cmdline())
        except (ProcessLookupError, psutil.NoSuchProcess):
            pass
    return found


def only_told(err: str) -> bool:
    """Tell whether nothing was said but how long the work takes."""
    return all(re.match(r"run\.py: (about|.*% done)", line) for line in err.splitlines())


def cut_short(number: int, folder: Path) -> str:
    """Send a signal at some moment; return what is wrong with how it ends, or nothing."""
    rng = random.Random(number)
    words, after = WORKS[number % len(WORKS)], 10 ** rng.uniform(-2, 0.6)
    as_a_terminal_does = rng.random() < 0.6
    sent = signal.SIGINT if as_a_terminal_does else signal.SIGTERM
    at_work = words[0] != "dashboard" and rng.random() < 0.6
    folder.mkdir()
    with start(words, folder) as process:
        while process.poll() is None and not (
            is_at_work(process, folder) if at_work else is_guarded(process)
        ):
            time.sleep(0.001)
        time.sleep(after)
        if process.poll() is None:
            (os.killpg if as_a_terminal_does else os.kill)(process.pid, sent)
        _, err = process.communicate(timeout=120)
    wrong = []
    files = sorted(path.name for path in folder.rglob("*") if path.is_file())
    if process.returncode == 0:  # it was over before
        wrong += [err] * (not only_told(err))
    else:
        wrong += [f"exit code {process.returncode}"] * (process.returncode != 128 + sent)
        told, _, last = err.removesuffix("\n").rpartition("\n")
        wrong += [err] * (not last.startswith("run.py: interrupted") or not only_told(told))
        wrong += files if files not in ([], ["sweep.sqlite"]) else []
    until = time.monotonic() + 30  # who imports looks up when that is done
    while (left := left_of(process.pid)) and time.monotonic() < until:
        time.sleep(0.05)
    wrong += map(str, left)
    when = f"{after:.2f} s after it was {'at work' if at_work else 'there'}"
    return f"{number}: {sent.name} {when}, {words}: {wrong}" if wrong else ""


def test_a_signal_at_any_moment_ends_in_one_line_with_nothing_left(tmp_path):
    calls = [partial(cut_short, number, tmp_path / str(number)) for number in range(counted(18))]
    assert [wrong for wrong in side_by_side(calls) if wrong] == []


# --- streams ---


def test_a_standard_output_that_takes_nothing_is_one_line_or_none(tmp_path):
    reading, left = os.pipe()
    os.close(reading)
    words = [["--help"], [*SHORT, "--json"]]
    buffering = [os.environ | {"PYTHONUNBUFFERED": value} for value in ("", "1")]
    try:
        with Path("/dev/full").open("w") as full:
            codes = side_by_side(
                [
                    partial(ended, each, tmp_path, stdout=stream, env=environment)
                    for stream in (full, left)
                    for each, environment in zip(words, buffering, strict=True)
                ]
            )
    finally:
        os.close(left)
    line = "run.py: standard output cannot be written: No space left on device\n"
    assert codes == [(2, None, line)] * 2 + [(1, None, "")] * 2


def test_a_stream_that_is_closed_is_no_matter(tmp_path):
    calls = [
        partial(
            ended,
            [*SHORT, "--csv", f"{stream}.csv"],
            tmp_path,
            preexec_fn=partial(os.close, stream),
        )
        for stream in (0, 1, 2)
    ] + [partial(ended, ["simulate", "--seed", "-1"], tmp_path, preexec_fn=partial(os.close, 2))]
    *written, refused = side_by_side(calls)
    assert [(code, err) for code, _, err in written] == [(0, "")] * 3
    assert refused == (2, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.csv", "1.csv", "2.csv"]


# --- files ---


@pytest.mark.parametrize("environment", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}])
def test_names_that_are_no_utf_8_survive_in_any_locale(environment, tmp_path):
    name = os.fsdecode(b"\xff\xe3\x81\x82.csv")
    settings = {"env": os.environ | environment, "text": False}
    (code, out, err), refused = side_by_side(
        [
            partial(ended, [*SHORT, "--csv", name, "--json"], tmp_path, **settings),
            partial(ended, ["sweep", "status", "--store", f"{name}.sqlite"], tmp_path, **settings),
        ]
    )
    assert (code, err) == (0, b"")
    assert json.loads(out.decode())["rehearsals"] == 20
    assert os.listdir(tmp_path) == [name]
    code, out, err = refused
    assert (code, out, err.count(b"\n")) == (2, b"", 1)


def test_outputs_go_into_pipes_through_links_and_not_over_devices_or_folders(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "plain").write_text("before")
    (tmp_path / "link").symlink_to("plain")
    (tmp_path / "full").symlink_to("/dev/full")
    os.mkfifo(tmp_path / "pipe")
    names = ["pipe", "link", "full", "folder"]
    with ThreadPoolExecutor(1) as reader:
        read = reader.submit((tmp_path / "pipe").read_text)
        codes = side_by_side([partial(ended, [*SHORT, "--csv", name], tmp_path) for name in names])
    assert [code for code, _, _ in codes] == [0, 0, 2, 2]
    assert read.result() == (tmp_path / "plain").read_text()
    assert read.result().startswith("Rehearsal")
    assert (tmp_path / "link").is_symlink()
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names, "plain"])
