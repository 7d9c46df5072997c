"""Laws as people type them, logs of any bytes: read as they are meant, or refused in one line."""

import csv
import io
import re

import numpy as np
from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st

from simulation import InputError, law_from_text, read_attendance_log
from simulation.attendance_input import _FORMS

NUMBERS = st.one_of(
    st.sampled_from(
        ["0", "1", "2", "3", "0.3", ".5", "1e-3", "-1", "nan", "inf", "1e400", "٣", ""]
    ),
    st.integers().map(str),
    st.floats().map(str),
    st.text(max_size=3),
)
ARGUMENTS = st.one_of(
    NUMBERS,
    st.lists(NUMBERS, max_size=4).map(",".join),
    st.sampled_from(
        ["A", "B", "Z", "AA", "a", "/dev/null", "/dev/zero", "/", "x" * 300, "\0", "~"]
    ),
)
LAWS = st.one_of(
    st.sampled_from(sorted(_FORMS)),
    st.tuples(st.sampled_from(sorted(_FORMS)), ARGUMENTS).map(":".join),
    st.text(),
)


def refused(call, *arguments):
    """Return what a call gives, or None if it was refused in one line of readable length."""
    try:
        return call(*arguments)
    except InputError as error:
        said = str(error)
    assert "\n" not in said
    assert len(said) < 800
    return None


@examples(30)
@given(text=LAWS, n=st.one_of(st.integers(1, 6), st.sampled_from([-1, 0, 27, 10**12])))
def test_laws_are_laws_for_the_team_or_one_line_says_why_not(text, n):
    law = refused(law_from_text, text, n)
    if law is not None:
        assert law.n_presenters == n
        drawn, moments = law.draw(0, 20), law.moments()
        assert drawn.shape == (20, n)
        assert drawn.dtype == bool
        assert ((moments.rates >= 0) & (moments.rates <= 1)).all()


NAMES = ["A", "B", "Ken, Jr.", "名前", 'B "the" Ray']


@st.composite
def logs(draw):
    """Return names, rehearsals, and a log that holds just these, as some program writes it."""
    names = draw(st.permutations(NAMES))[: draw(st.integers(1, 5))]
    row = st.lists(st.integers(0, 1), min_size=len(names), max_size=len(names))
    rows = draw(st.lists(row, min_size=1, max_size=5))
    order = draw(st.permutations(range(len(names))))
    file = io.StringIO(newline="")
    writer = csv.writer(
        file,
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])),
    )
    writer.writerow([names[at] for at in order])
    for marks in rows:
        writer.writerow([marks[at] for at in order])
    text = file.getvalue() + draw(st.sampled_from(["", "\n", "\r\n\r\n"]))
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    return names, tuple(map(tuple, rows)), mark + text.encode()


@examples(15)
@given(log=logs())
def test_logs_of_any_program_are_read_as_they_were_written(tmp_path, log):
    names, rows, content = log
    (tmp_path / "log.csv").write_bytes(content)
    assert read_attendance_log(tmp_path / "log.csv", names).rows == rows


@examples(15)
@given(log=logs(), data=st.data())
def test_damaged_logs_are_read_as_they_stand_or_refused(tmp_path, log, data):
    names, _, content = log
    content = bytearray(content)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 2))] = data.draw(
            st.one_of(
                st.binary(max_size=2), st.sampled_from([b'"', b",", b"\n", b"\0", b"1", b";"])
            )
        )
    (tmp_path / "log.csv").write_bytes(content)
    found = refused(read_attendance_log, tmp_path / "log.csv", names)
    if found is not None:
        # Each line that is not blank is a rehearsal, each 0 and 1 below the names a mark.
        marks = content.decode("utf-8-sig").replace('"', "").splitlines()
        below = [re.findall("[01]", line) for line in marks if line.strip(" \t")][1:]
        assert sorted(map(sorted, found.rows)) == sorted(sorted(map(int, row)) for row in below)
        assert np.shape(found.rows) == (len(below), len(names))
