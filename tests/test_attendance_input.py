"""Laws in a word, and logs in a file."""

import re

import pytest

from simulation import (
    AlwaysWithout,
    Bursts,
    Couples,
    Everyone,
    Independent,
    InputError,
    NumberAbsent,
    Recorded,
    Rota,
    law_from_text,
    read_attendance_log,
)
from simulation.attendance_input import LAW_FORMS, LAW_HELP
from simulation.presenter import presenter_names


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("everyone", Everyone(5)),
        ("one-or-two", NumberAbsent(5, (1, 2))),
        ("absent:2", NumberAbsent(5, (2,))),
        ("absent:0", NumberAbsent(5, (0,))),
        ("rate:0.3", Independent(5, (0.3,) * 5)),
        ("rate:0", Independent(5, (0.0,) * 5)),
        ("rates:0,.1,.2,.3,.4", Independent(5, (0.0, 0.1, 0.2, 0.3, 0.4))),
        ("rota", Rota(5, 1)),
        ("rota:2", Rota(5, 2)),
        ("couples:0.25", Couples(5, 0.25)),
        ("bursts:0.2", Bursts(5, 0.2, 5.0)),
        ("bursts:0.2,10", Bursts(5, 0.2, 10.0)),
        ("without:A", AlwaysWithout(5, 0)),
        ("without:E", AlwaysWithout(5, 4)),
    ],
)
def test_every_form_is_read_as_its_law(text, law):
    assert law_from_text(text, 5) == law


def test_every_form_is_listed_and_explained():
    forms = ("everyone", "one-or-two", "absent:", "rate:", "rates:", "rota")
    for form in (*forms, "couples:", "bursts:", "without:", "log:"):
        assert form in LAW_FORMS
        assert form in LAW_HELP


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "nobody",
        "Everyone",
        "everyone:1",
        "one-or-two:3",
        "absent",
        "absent:",
        "absent:two",
        "absent:1,2",
        "rate",
        "rate:",
        "rate:half",
        "rate:0.1,0.2",
        "rates:",
        "rates:0.1,,0.2",
        "rota:1,2",
        "absent:0_1",
        "absent:٣",
        "couples",
        "couples:x",
        "couples:0.1,0.2",
        "bursts",
        "bursts:0.2,3,4",
        "log",
        "log:",
    ],
)
def test_what_is_no_form_is_refused_with_the_forms_there_are(text):
    with pytest.raises(InputError) as refused:
        law_from_text(text, 5)
    assert repr(text) in str(refused.value)
    assert LAW_FORMS in str(refused.value)


@pytest.mark.parametrize(
    ("text", "given", "allowed"),
    [
        ("absent:6", "6 absent of 5", "0 to 5"),
        ("absent:-1", "absent is -1", "at least 0"),
        ("absent:1.5", "1.5 people", "whole number"),
        ("absent:inf", "inf people", "whole number"),
        ("absent:nan", "nan people", "whole number"),
        ("rate:1", "absence rate is 1", "[0, 1)"),
        ("rate:nan", "absence rate is nan", "[0, 1)"),
        ("rates:.1,.2", "2 absence rates for 5", "as many rates as presenters"),
        ("rota:6", "absent is 6", "0 to 5"),
        ("couples:-1", "absence rate is -1", "[0, 1)"),
        ("bursts:0.9,2", "absences of 2", "at least 9"),
        ("bursts:0.5,1", "every second time", "lengthen them above 1"),
        ("bursts:0.2,0", "length of an absence is 0", "[1, inf)"),
        ("without:F", "'F'", "A to E"),
        ("without:b", "'b'", "A to E"),
        ("without:", "''", "A to E"),
        ("log:/no/such/file.csv", "/no/such/file.csv", "none of that name"),
    ],
)
def test_numbers_and_names_that_do_not_fit_are_refused(text, given, allowed):
    with pytest.raises(InputError, match=re.escape(given)) as refused:
        law_from_text(text, 5)
    assert allowed in str(refused.value)


def test_a_team_of_nobody_is_refused():
    with pytest.raises(InputError, match="presenters is 0"):
        law_from_text("everyone", 0)


@pytest.mark.parametrize(
    ("n", "last"),
    [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (53, "BA"), (702, "ZZ"), (703, "AAA")],
)
def test_names_are_as_many_as_presenters_and_stay_whoever_else_comes(n, last):
    names = presenter_names(n)
    assert (names[0], names[-1]) == ("A", last)
    assert presenter_names(n + 1)[:n] == names
    assert len(set(names)) == n


@pytest.fixture
def log(tmp_path):
    def write(content):
        path = tmp_path / "log.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize(
    "content",
    [
        "A,B,C\n1,0,1\n0,1,1\n",
        "A,B,C\r\n1,0,1\r\n0,1,1\r\n",
        "C,A,B\n1,1,0\n1,0,1\n",
        "\ufeffA,B,C\n1,0,1\n0,1,1",
        " A , B ,C\n 1,0 ,1\n\n0,1,1\n\n",
        '"A","B","C"\n"1","0","1"\n0,1,1\n',
    ],
    ids=["plain", "windows", "another order", "byte order mark", "blanks", "quotes"],
)
def test_a_log_is_read_in_the_teams_order(log, content):
    expected = Recorded(3, ((1, 0, 1), (0, 1, 1)))
    assert read_attendance_log(log(content), ("A", "B", "C")) == expected
    assert law_from_text(f"log:{log(content)}", 3) == expected


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("A,B,C\n", "^the attendance log .* has no rehearsal: give it"),
        ('A,B,C\n1,"1,1\n', "cannot be read as a CSV file"),
        ("A,B,X\n1,1,1\n", "names 'X', but the presenters are A, B, C"),
        ("A,B,\n1,1,1\n", "names ''"),
        ("1,0,1\n0,1,1\n", "names '1'"),
        ("A,B\n1,1\n", "0 columns for C"),
        ("A,B,B,C\n1,1,1,1\n", "2 columns for B"),
        ("A,B,C\n1,1,1\n1,1\n", "rehearsal 2 .* has 2 marks under 3 names"),
        ("A,B,C\n1,1,1,1\n", "rehearsal 1 .* has 4 marks under 3 names"),
        ("A,B,C\n1,1,1\n1,2,1\n", "rehearsal 2 .* the mark '2'"),
        ("A,B,C\n1,,1\n", "the mark ''"),
        ("A,B,C\n1,yes,1\n", "the mark 'yes'"),
        ("A,B,C\n1,1.0,1\n", "the mark '1.0'"),
        ("A;B;C\n1;1;1\n", "names 'A;B;C'"),
        (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "cannot be read: line 1 is not text in UTF-8"),
        (b"\x00\x00\x08\x01\x00\x00", "cannot be read: line 1 has a NUL in it"),
    ],
)
def test_a_log_that_does_not_fit_is_refused(log, content, complaint):
    with pytest.raises(InputError, match=complaint) as refused:
        read_attendance_log(log(content), ("A", "B", "C"))
    assert "\n" not in str(refused.value)


def test_a_row_without_any_mark_is_not_passed_over(log):
    # It has a cell for everybody, but says nothing: as wrong as a row with one mark left out.
    with pytest.raises(InputError, match="rehearsal 2"):
        read_attendance_log(log("A,B,C\n1,1,1\n,,\n1,0,1\n"), ("A", "B", "C"))


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_log_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(InputError, match=re.escape(str(tmp_path / name))):
        read_attendance_log(tmp_path / name, ("A", "B"))


def test_a_pasted_log_says_who_came():
    law = law_from_text("log:CA.ABC..B", 3, pasted=True)
    assert law == Recorded(3, ((1, 0, 1), (1, 1, 1), (0, 0, 0), (0, 1, 0)))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("log:AB.AD", "rehearsal 2 .* names 'D', but the presenters are A to C"),
        ("log:/etc/passwd", "rehearsal 1 .* names '/'"),
        ("log:ABA", "rehearsal 1 .* names A twice"),
        ("log:", "is not one of the forms: .*log:ABC.AC"),
        ("nobody", "is not one of the forms: .*log:ABC.AC"),
    ],
)
def test_a_pasted_log_that_is_none_is_refused(text, complaint):
    with pytest.raises(InputError, match=complaint):
        law_from_text(text, 3, pasted=True)
