"""What is written: whole or not at all, through links and into pipes, and nothing is left lying."""

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from simulation.checks import InputError, printable
from simulation.outputs import output, outputs


def write_in(path, content=b"new"):
    with output(path) as write:
        write(lambda file: file.write(content))


def test_files_appear_together_at_the_end(tmp_path):
    with outputs(tmp_path / "a" / "b") as files:
        files.write_text("one.md", "1")
        files.write_json("two.json", {"x": float("nan")})
        assert not (tmp_path / "a" / "b" / "one.md").exists()
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == ["one.md", "two.json"]
    assert (tmp_path / "a" / "b" / "two.json").read_text() == '{\n  "x": null\n}\n'


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_what_fails_leaves_everything_as_it_was(error, tmp_path):
    (tmp_path / "there.md").write_text("old")
    for folder in (tmp_path / "made" / "here", tmp_path):
        with pytest.raises(error), outputs(folder) as files:  # noqa: PT012
            files.write_text("there.md", "new")
            raise error
    assert [path.name for path in tmp_path.iterdir()] == ["there.md"]
    assert (tmp_path / "there.md").read_text() == "old"


def test_one_place_that_is_a_folder_keeps_all_from_appearing(tmp_path):
    (tmp_path / "z.md").mkdir()
    refused = pytest.raises(InputError, match=r"z\.md cannot be written \(it is a folder\)")
    with refused, outputs(tmp_path) as files:
        for name in ("a.md", "z.md"):
            files.write_text(name, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["z.md"]


def test_links_stay_and_what_they_lead_to_is_written(tmp_path):
    for folder in ("real", "linked"):
        (tmp_path / folder).mkdir()
    target, dangling = tmp_path / "real" / "file.csv", tmp_path / "real" / "new.csv"
    target.write_text("old")
    for name, leads_to in (("link.csv", target), ("dangling.csv", dangling)):
        link = tmp_path / "linked" / name
        link.symlink_to(leads_to)
        write_in(link)
        assert link.is_symlink()
        assert leads_to.read_text() == "new"
    with outputs(tmp_path / "linked") as files:
        files.write_text("link.csv", "newer")
    assert (tmp_path / "linked" / "link.csv").is_symlink()
    assert target.read_text() == "newer"
    assert sorted(os.listdir(tmp_path / "real")) == ["file.csv", "new.csv"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes here")
@pytest.mark.parametrize("in_a_folder", [False, True])
def test_a_pipe_stays_and_is_written_into(in_a_folder, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    if in_a_folder:
        with outputs(tmp_path) as files:
            files.write_text("pipe", "new")
    else:
        write_in(pipe)
    reader.join()
    assert read == [b"new"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there are no such devices here")
def test_devices_stay_devices():
    for device in ("/dev/null", "/dev/full"):
        number = os.stat(device).st_rdev
        if device == "/dev/full":
            with pytest.raises(InputError, match=r"/dev/full cannot be written \(No space left"):
                write_in(device)
        else:
            write_in(device)
        assert stat.S_ISCHR(os.stat(device).st_mode)
        assert os.stat(device).st_rdev == number


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="there are no such names here")
def test_what_a_shell_has_redirected_keeps_all_that_is_said(tmp_path):
    code = (
        "from simulation.outputs import output\n"
        "print('before', flush=True)\n"
        "with output('/dev/stdout') as write:\n"
        "    write(lambda file: file.write(b'table\\n'))\n"
        "print('after')"
    )
    with (tmp_path / "said.txt").open("w") as file:
        subprocess.run([sys.executable, "-c", code], stdout=file, check=True)
    assert (tmp_path / "said.txt").read_text().split() == ["before", "table", "after"]


def test_a_file_keeps_who_may_read_it(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("old")
    path.chmod(0o600)
    write_in(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (".", "it is a folder"),
        ("x" * 300, "too long"),
        ("no\0name", "NUL"),
        ("file.csv/below", "it is a file|Not a directory"),
        ("loop", "symbolic links"),
    ],
)
def test_paths_that_cannot_be_are_refused_before_any_work(path, says, tmp_path):
    (tmp_path / "file.csv").write_text("old")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(InputError, match=says), output(tmp_path / path):
        raise AssertionError("work was begun")
    assert sorted(os.listdir(tmp_path)) == ["file.csv", "loop"]


def test_what_a_killed_run_has_left_is_cleared_away_and_what_a_living_one_fills_is_not(tmp_path):
    code = (
        "import os, signal, sys\n"
        "from simulation.outputs import outputs\n"
        "with outputs(sys.argv[1]) as files:\n"
        "    files.write_text('a.md', 'a')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, tmp_path], check=False)
    assert killed.returncode == -signal.SIGKILL
    (left,) = os.listdir(tmp_path)
    with outputs(tmp_path) as first:
        assert left not in os.listdir(tmp_path)
        with outputs(tmp_path) as second:
            second.write_text("b.md", "b")
        first.write_text("a.md", "a")
    assert sorted(os.listdir(tmp_path)) == ["a.md", "b.md"]


@pytest.mark.parametrize("text", ["one\ntwo", "\x1b[2Jgone", "\u202eback", "\udcff", "\x9b1\u2028"])
def test_messages_are_one_line_that_a_terminal_only_shows(text):
    shown = printable(text)
    assert shown == str(InputError(text))
    assert shown.isprintable()
    assert shown.isascii()


def test_what_can_be_shown_is_shown_as_it_is():
    for text in ("naïve", "発表 の\u3000練習", "שלום", "a\\nb", "👩‍🏫"):
        assert printable(text) == text
