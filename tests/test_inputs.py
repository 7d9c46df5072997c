"""Files that users name: plain files are read, all else is refused in one line that helps."""

import os
import socket
from pathlib import Path

import pytest

from simulation import InputError, read_attendance_log
from simulation.inputs import named_folder, named_path, opened, read_bytes, read_text

needs_posix = pytest.mark.skipif(os.name != "posix", reason="no such files there")


def refusal(call, *arguments, **options):
    with pytest.raises(InputError) as caught:
        call(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_comes_back_byte_for_byte_as_text_or_as_path(tmp_path):
    content = bytes(range(256)) * 5000
    (tmp_path / "file").write_bytes(content)
    assert read_bytes(tmp_path / "file", "picture", most=len(content)) == content
    assert read_bytes(str(tmp_path / "file"), "picture", most=10**15) == content


def test_no_more_is_read_than_may_be(tmp_path):
    (tmp_path / "file").write_bytes(b"12345")
    said = refusal(read_bytes, tmp_path / "file", "picture", most=4)
    assert said.startswith("the picture ")
    assert "more than the 4 bytes" in said


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", "there is none of that name"),
        ("file/below", "there is none of that name"),
        ("folder", "it is a folder, name a file"),
        ("", "a folder"),
        ("n" * 300, "longer than a name can be"),
        ("a\0b", "has no NUL in it"),
        ("\ud800", "no file of this system"),
        pytest.param("pipe", "it is a pipe, save what comes out", marks=needs_posix),
        pytest.param("socket", "it is a socket", marks=needs_posix),
        pytest.param("/dev/zero", "it is a device", marks=needs_posix),
        pytest.param("/dev/null", "it is a device", marks=needs_posix),
        pytest.param("loop", "symbolic links", marks=needs_posix),
    ],
)
def test_what_is_no_plain_file_is_refused_at_once(tmp_path, monkeypatch, name, reason):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.chdir(tmp_path)  # a socket's name must be short
    if os.name == "posix":
        os.mkfifo("pipe")
        with socket.socket(socket.AF_UNIX) as place:
            place.bind("socket")
        os.symlink("loop", "loop")
    said = refusal(read_bytes, f"{tmp_path}/{name}" if name[:1] != "/" else name, "log", most=9)
    assert said.startswith("the log ")
    assert reason in said
    assert len(said) < 400


def test_an_empty_name_is_no_name():
    assert "a name is not empty" in refusal(read_bytes, "", "log", most=9)


@pytest.mark.parametrize("path", [2, True, None, b"name", ["a"], 1.5, object()])
def test_only_text_names_a_file(path):
    said = refusal(named_path, path, "attendance log")
    assert "is named by" in said
    assert "give a str or a pathlib.Path" in said
    assert said == refusal(read_attendance_log, path, ["A"])


@needs_posix
def test_the_callers_own_files_stay_open():
    before = os.fstat(2)
    refusal(read_attendance_log, 2, ["A"])
    assert os.fstat(2) == before


@pytest.mark.parametrize("read", [named_folder, opened], ids=["a folder", "a file"])
def test_where_one_may_not_enter_one_line_says_so(tmp_path, monkeypatch, read):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "stat", refuse)  # root may enter everywhere
    said = refusal(lambda: read(tmp_path / "closed", "log").__enter__())
    assert "one may not read it, see who may" in said


def test_what_goes_wrong_while_reading_is_said_in_one_line_too(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    gone = pytest.raises(InputError, match=r"^the log .*file cannot be read: Input/output error$")
    with gone, opened(tmp_path / "file", "log"):
        raise OSError(5, "Input/output error")


def test_a_folder_is_named_by_a_folder(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert named_folder(str(tmp_path), "images") == Path(tmp_path)
    assert "it is not a folder" in refusal(named_folder, tmp_path / "file", "images")
    assert "none of that name" in refusal(named_folder, tmp_path / "missing", "images")
    assert "longer than" in refusal(named_folder, "n" * 300, "images")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_text_is_utf_8_with_a_byte_order_mark_or_without(tmp_path, mark):
    (tmp_path / "file").write_bytes(mark + "名前,é\r\nx\r".encode())
    assert read_text(tmp_path / "file", "log") == "名前,é\r\nx\r"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("A,B".encode("utf-16"), "UTF-16, save it as UTF-8"),
        (b"A\n" + "名前".encode("shift_jis"), "line 2 is not text in UTF-8"),
        ("A,B".encode("utf-16-le"), "line 1 has a NUL in it"),
        (b"\nA\0", "line 2 has a NUL in it"),
        (b"A\nB\n\0", "line 3 has a NUL in it"),
        (b"123456", "more than the 5 bytes"),
    ],
)
def test_other_encodings_and_what_is_no_text_are_refused(tmp_path, content, reason):
    (tmp_path / "file").write_bytes(content)
    assert reason in refusal(
        read_text, tmp_path / "file", "log", most=5 if content == b"123456" else 9
    )
