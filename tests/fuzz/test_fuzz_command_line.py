"""Every command and option, given whatever people type: done, or refused in one line."""

from __future__ import annotations

import io
import os
import sys
import unicodedata
from pathlib import Path
from typing import get_type_hints

import pytest
import typer
from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st

import run
from commands.app import app
from experiments.costs import cost

ODD = [
    "", " ", "-", "--", "---", "-x", "--help", "[red]", "[/x]", "a\nb", "\r", "\x1b[2J", "\u202e",
    "\udcff", "a\0b", "\ufeff1", "%s", "{}", "{0}", "$x$", "=", "a=b", ",", ":", "é", "日本", "~",
    "*", "'", '"', "None", "True", "x" * 300,
]  # fmt: skip
NUMBERS = [
    "0", "-1", "1", "2", "3", "-0", "+1", " 2", "01", "1.0", "1.5", "1e0", "0x1", "1_0", "²", "٣",
    "nan", "-nan", "inf", "-inf", "1e400", "1e-400", "0.5", "9" * 5_000, "-" + "9" * 30,
]  # fmt: skip
PATHS = [
    ".", "..", "/", "here", "here/x", "file", "file/x", "/proc/no/x", "/dev/full", "/dev/null",
    "loop", "x" * 300, "a/" * 2_100, "new/deep/x.csv", "x.parquet", "x.toml",
]  # fmt: skip
WORDS = [
    "everyone", "one-or-two", "absent:1", "absent:9", "absent:-1", "absent:", "rate:0.3", "rate:2",
    "rate:nan", "rates:0.1,0.2", "rates:,", "rota", "rota:0", "rota:x", "couples:0.3", "couples:",
    "bursts:0.2,3", "bursts:,", "bursts:0,0", "without:B", "without:Z", "without:", "log:",
    "log:file", "log:/", "log:/dev/zero", "log:pipe", "synthetic", "digits", "poetry", "rehearsal",
    "question", "adam", "sgd", "en", "ja", "fr", "C1", "C14", "T3,,T3", "limits", "9", "morcos",
    "rate=0,0.3", "rate=", "=1", "seeds=0", "seeds=nan", "noise=[1]", "talk=digits", "rate=rate",
    "net.py:build", "net:x", "net:", ":build", "net.py", "x.keras", "mine.html", "x.json", "heads",
    "mean", "fill the time", "dense", "accuracy",
    "presenters=1", "presenters=0", "attendance=log:file", "title=x", "a..b", "::1", "tcp://x:1",
]  # fmt: skip
NET = """
from numpy import ones, zeros
from nn_bridge import Dense, Sequential
def build():
    return Sequential([Dense(3, input_shape=(2,)), Dense(2)], seed=0), ones((4, 2)), zeros((4, 2))
"""
"""What `build()` a user may have."""

ANYTHING = st.one_of(
    st.sampled_from(ODD),
    st.sampled_from(NUMBERS),
    st.sampled_from(PATHS),
    st.sampled_from(WORDS),
    st.text(st.characters(exclude_characters="/"), max_size=8),
)
LIKELY = {"int": NUMBERS, "float": NUMBERS, "Path": PATHS}
"""What is given where such a type is asked for, half of the time; words else."""

HUGE = {"presenters", "abilities", "questions", "practice", "hidden", "seeds", "workers"}
"""What may be asked for beyond all memory, and is refused at once; other numbers are time."""

TINY = {
    "simulate": ["--rehearsals", "2", "--questions", "1", "--presenters", "3"],
    "measure": ["net.py:build", "--members", "dense"],
    "check-up": ["net.py:build", "--passes", "2"],
    "sweep export": ["x.csv"],
}
"""What makes a command fast that may come to its end; the others are spoilt."""
SPOILT = {
    "story": ["--out", "/proc/no"],
    "validate": ["--out", "/proc/no"],
    "published": ["--out", "/proc/no"],
    "export": ["--seed", "-1"],
    "site": ["--base-url", "x"],
    "network": ["--workers", "0"],
    "bridge": ["--workers", "0"],
    "sweep check": ["--workers", "0"],
    "sweep run": ["--store", "/proc/no/x.sqlite"],
    "dashboard": ["--port", "70000"],
}


def commands() -> dict[str, list]:
    """Return the parameters of all commands, each with its type, by what is typed to get them."""
    group = typer.main.get_command(app)
    named = {name: each for name, each in group.commands.items() if name != "sweep"}
    named |= {f"sweep {name}": each for name, each in group.commands["sweep"].commands.items()}
    return {
        name: [(each, str(get_type_hints(command.callback)[each.name])) for each in command.params]
        for name, command in named.items()
    }


COMMANDS = commands()


@st.composite
def typed(draw) -> list[str]:
    name = draw(st.sampled_from(sorted(COMMANDS)))
    words = [*name.split(), *TINY.get(name, [])]
    for parameter, kind in draw(st.lists(st.sampled_from(COMMANDS[name]), max_size=4)):
        likely = next((values for each, values in LIKELY.items() if each in kind), WORDS)
        value = draw(st.one_of(st.sampled_from(likely), ANYTHING))
        if parameter.name in HUGE and draw(st.integers(0, 3)) == 0:
            value = draw(st.sampled_from(["1000000", "1" + "0" * 12, "9" * 30]))
        form = draw(st.sampled_from(["two words", "one word", "without a value"]))
        if parameter.param_type_name == "argument":
            words.append(value)
        elif parameter.is_flag or form == "without a value":
            words.append(parameter.opts[0])
        else:
            option = parameter.opts[0]
            words += [f"{option}={value}"] if form == "one word" else [option, value]
    if draw(st.integers(0, 9)) == 0:
        words.insert(draw(st.integers(0, len(words))), draw(ANYTHING))
    return words + SPOILT.get(name, [])


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Stand in a folder that has a folder, a file, a pipe, and a link to itself.

    The machine has little memory: what would fill a large one is refused here.
    """
    monkeypatch.setattr(cost, "memory", lambda: 2**30)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # beside what a user hands in
    (tmp_path / "here").mkdir()
    (tmp_path / "file").write_text("A,B,C\n1,0,1\n")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "net.py").write_text(NET)
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


def tree(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def told(words: list[str], monkeypatch) -> tuple[int, str, str]:
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2)]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", streams[0])
        patch.setattr(sys, "stderr", streams[1])
        code = run.main(words)
    for stream in streams:
        stream.flush()
    out, err = (stream.buffer.getvalue().decode() for stream in streams)
    return code, out, err


@given(words=typed())
@examples(200)
def test_it_is_done_or_refused_in_one_line_with_nothing_left(words, folder, monkeypatch):
    before = tree(folder)
    code, out, err = told(words, monkeypatch)
    if code == 0:
        assert err == "" or err.startswith("run.py: about ")
    else:
        assert (code, out) == (2, "")
        assert err.startswith("run.py: ")
        assert err.endswith("\n")
        assert not any(unicodedata.category(each) == "Cc" for each in err[:-1])
        assert tree(folder) == before
