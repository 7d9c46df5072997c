"""The engine's laws of attendance draw, count and refuse as Python's."""

import numpy as np
import pytest

from dashboard.live.setup import law_of
from simulation.attendance import AttendanceStream
from simulation.checks import InputError
from simulation.presenter import presenter_names

REHEARSALS = 1_000
LAWS = [
    ("everyone", 5),
    ("everyone:", 1),
    ("one-or-two", 5),
    ("one-or-two", 2),
    ("absent:0", 1),
    ("absent:2", 5),
    ("absent:20", 20),
    ("rate:0.3", 5),
    ("rate:-0", 1),
    ("rates:0,0.25,.5, 0.75 ,99e-2", 5),
    ("rota", 5),
    ("rota:3", 7),
    ("rota:4", 4),
    ("couples:0.4", 5),
    ("couples:0.5", 20),
    ("bursts:0.3", 5),
    ("bursts:0.2,1", 3),
    ("bursts:0.5,1.5", 1),
    ("without:C", 5),
    ("without:A", 1),
    ("log:ABCDE.ABDE.AC..E", 5),
    ("log:A", 1),
    ("log:TBA..AT", 20),
]
REFUSED = [
    ("", 5),
    ("nobody", 5),
    ("everyone:2", 5),
    ("one-or-two", 1),
    ("one-or-two:", 1),
    ("one-or-two:3", 5),
    ("absent", 5),
    ("absent:", 5),
    ("absent:2,3", 5),
    ("absent:1.5", 5),
    ("absent:nan", 5),
    ("absent:-inf", 5),
    ("absent:6", 5),
    ("absent:-1", 5),
    ("absent:1e30", 5),
    ("absent:1e300", 5),
    ("rate:1", 5),
    ("rate:-0.25", 5),
    ("rate:1e300", 5),
    ("rate:123456789", 5),
    ("rate:1.0000001", 5),
    ("rate:NaN", 5),
    ("rate:Infinity", 5),
    ("rate:half", 5),
    ("rate:0x1", 5),
    ("rate:'", 5),
    ("rate:\"'", 5),
    ("rate:" + "9" * 80, 5),
    ("rates:", 5),
    ("rates:0.1,0.2", 5),
    ("rates:0.1,,0.3", 3),
    ("rates:0.1,2,0.3", 3),
    ("rota:6", 5),
    ("rota:x", 5),
    ("couples:1", 5),
    ("bursts:0.5,1", 5),
    ("bursts:0.75,2", 5),
    ("bursts:0.3,0.5", 5),
    ("bursts:0.3,inf", 5),
    ("bursts:1", 5),
    ("bursts:0.1,2,3", 5),
    ("without:", 5),
    ("without:F", 5),
    ("without:b\n\t\\", 5),
    ("log", 5),
    ("log:", 5),
    ("log:ABF", 5),
    ("log:AB.abc", 5),
    ("log:A.AA", 5),
    ("log:/etc/passwd", 5),
    ("log:A,B", 5),
]
DRAWS = """
import { AttendanceStream, lawOf } from "page/engine/laws.js";
import { defaultRng } from "page/engine/random/generator.js";
tell(data.laws.map(([text, n]) => {
  const law = lawOf(text, n);
  const stream = new AttendanceStream(law, defaultRng(7));
  const masks = Array.from({ length: data.rehearsals }, () => Array.from(stream.next()));
  return { masks, ...law.moments() };
}));
"""
REFUSALS = """
import { lawOf } from "page/engine/laws.js";
tell(data.map(([text, n]) => {
  try {
    return lawOf(text, n) && null;
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}));
"""
NAMES = """
import { presenterNames } from "page/engine/laws.js";
tell(data.map(presenterNames));
"""


def masks_of(text, n):
    stream = AttendanceStream(law_of(text, n), np.random.default_rng(7))
    return np.array([next(stream) for _ in range(REHEARSALS)])


def test_every_law_draws_who_python_draws(node):
    told = node(DRAWS, {"laws": LAWS, "rehearsals": REHEARSALS})
    for (text, n), drawn in zip(LAWS, told, strict=True):
        np.testing.assert_array_equal(drawn["masks"], masks_of(text, n), err_msg=text)
        moments = law_of(text, n).moments()
        for name, expected in (
            ("rates", moments.rates),
            ("joint", moments.joint),
            ("speakUp", moments.speak_up),
            ("absenceRate", moments.absence_rate),
            ("covarianceOfScales", moments.covariance_of_scales),
        ):
            np.testing.assert_allclose(
                drawn[name], np.ravel(expected), rtol=1e-15, atol=1e-15, err_msg=f"{text} {name}"
            )


def test_what_python_refuses_is_refused_in_the_same_line(node):
    for (text, n), line in zip(REFUSED, node(REFUSALS, REFUSED), strict=True):
        with pytest.raises(InputError) as raised:
            law_of(text, n)
        assert line == f"Refused: {raised.value}"


def test_names_are_pythons(node):
    sizes = [1, 5, 26, 28, 703]
    assert node(NAMES, sizes) == [list(presenter_names(n)) for n in sizes]
