"""A log that is pasted on the page becomes the law that its file is on the command line."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from dashboard.texts import LANGUAGES, load
from simulation.attendance_input import law_from_text

READ = """
import { lawOfTable, tableOf } from "page/pasted_log.js";
tell(data.map(([text, n, longest]) => {
  const read = lawOfTable(text, n, longest);
  return { ...read, again: read.law && lawOfTable(tableOf(read.law, n), n, longest).law };
}));
"""


def rows_of(law):
    return np.array(law.rows)


@pytest.mark.parametrize("header", ["A,B,C,D,E", "D,B,E,A,C"])
def test_a_pasted_table_is_the_law_of_its_file(node, tmp_path, header):
    marks = np.random.default_rng(3).integers(0, 2, (30, 5))
    content = "\n".join([header, *(",".join(map(str, row)) for row in marks)])
    path = tmp_path / "log.csv"
    path.write_text(content)
    (told,) = node(READ, [[content, 5, 1000]])
    pasted = law_from_text(told["law"], 5, pasted=True)
    assert (rows_of(pasted) == rows_of(law_from_text(f"log:{path}", 5))).all()
    assert told["again"] == told["law"]


@pytest.mark.parametrize(
    "table",
    [
        "A,B,C\n1,0,1\n0,0,0\n1,1,0",
        "A;B;C\r\n1;0;1\r\n\r\n0;0;0\r\n1;1;0\r\n",
        "Anna\tBen\tChloe\npresent\tabsent\tPresent\nabsent\t\t0\nx\tyes\tno",
        '"B","A","C"\n"0","1","1"\n 0 , 0 , 0\n1,1,0',
        "甲,乙,丙\n出席,欠席,出席\n欠席,欠席,欠席\n○,○,×",
    ],
)
def test_tables_as_people_have_them_are_read(node, table):
    (told,) = node(READ, [[table, 3, 1000]])
    assert told["law"] == "log:AC..AB"


def test_what_is_wrong_with_a_table_is_told_in_both_languages(node):
    rows = io.StringIO()
    csv.writer(rows).writerows([list("ABC"), *[[1, 1, 1]] * 50])
    cases = {
        "": ("empty", {}),
        "A,B,C": ("empty", {}),
        "A,B\n1,1": ("columns", {"columns": 2}),
        "A,B,A\n1,1,1": ("twice", {}),
        "A,B,C\n1,1,1\n1,1": ("row", {"rehearsal": 2, "marks": 2}),
        "A,B,C\n1,2,1": ("mark", {"rehearsal": 1, "mark": "2"}),
        "A,B,C\n0,0,0\n0,0,0": ("nobody", {}),
        # 'log:' and 24 times 'ABC.', the last without its dot
        rows.getvalue(): ("long", {"rehearsals": 50, "most": 24}),
    }
    told = node(READ, [[table, 3, 100] for table in cases])
    for (key, blanks), said in zip(cases.values(), told, strict=True):
        assert said["wrong"] == key
        assert said["blanks"] == {"presenters": 3, **blanks}
        for language in LANGUAGES:
            assert "\n" not in load("page", language)[f"log.{key}"].format(**said["blanks"])
