"""The figures: in both languages whole, in a font that has every character, the same each time."""

from __future__ import annotations

import io
import subprocess
import sys
from functools import cache
from pathlib import Path

import matplotlib as mpl
import pytest
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from matplotlib.text import Text

import run
from dashboard import style
from dashboard.figures import SHEET, draw_story
from dashboard.panels import PANELS
from dashboard.style import JAPANESE, drawing, embolden, font_file
from dashboard.texts import LANGUAGES, load
from experiments.story import Story, StoryPlan, run_story
from experiments.validation.claims import CLAIMS
from experiments.validation.plan import Plan
from experiments.validation.rules import Threshold
from simulation import InputError
from simulation.scenario import Schedule

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent


@cache
def tiny() -> Story:
    plan = StoryPlan(3, 2, Schedule(rehearsals=60, alone=20, show_every=30), 5, 1)
    return run_story(plan, 1, lambda *_: None)


def drawn(language: str) -> bytes:
    file = io.BytesIO()
    draw_story(tiny(), file, language)
    return file.getvalue()


first_drawn = cache(drawn)


def test_the_japanese_font_has_every_character_of_every_japanese_text():
    with TTFont(font_file()) as font:
        known = font.getBestCmap()
    # Besides the texts: what figures write themselves, such as numbers and the minus of an axis.
    said = [
        text for part in ("figures", "sweep", "benchmarks") for text in load(part, "ja").values()
    ]
    written = "".join(said) + "ABCDEFabcdefx0123456789.,+-%\u2212"
    assert {c for c in written if ord(c) not in known and c != "\n"} == set()


def test_japanese_figures_are_set_in_the_japanese_font(monkeypatch):
    families = set()

    def look(figure, _file):
        families.update(text.get_fontname() for text in figure.findobj(Text) if text.get_text())

    monkeypatch.setattr("dashboard.figures.save_png", look)
    drawn("ja")
    assert families == {JAPANESE}


def test_no_text_of_a_japanese_figure_is_left_in_english(monkeypatch):
    said = set()

    def look(figure, _file):
        figure.draw_without_rendering()
        said.update(text.get_text() for text in figure.findobj(Text))

    monkeypatch.setattr("dashboard.figures.save_png", look)
    drawn("ja")
    english = load("figures", "en")
    parts = ("complete", "absent", "missing", "network", "quality", "rehearsal", "hard", "easy")
    assert not [text for text in said if any(part in text.lower() for part in parts)]
    drawn("en")
    assert english["bridge.title"] in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_story_is_the_same_picture(language):
    first = first_drawn(language)  # under -W error: no glyph is missing
    assert first.startswith(b"\x89PNG")
    assert first == drawn(language)


def test_the_languages_differ():
    assert first_drawn("en") != first_drawn("ja")


def test_every_panel_stands_on_the_sheet():
    assert {name for row in SHEET for name in row} == set(PANELS)


def test_every_measure_and_setting_of_the_validation_has_its_text():
    text = load("figures", "en")
    rules = [rule for claim in CLAIMS.values() for rule in claim.rules]
    other = {rule.of if isinstance(rule, Threshold) else rule.against for rule in rules} - {None}
    measures = {rule.measure for rule in rules} | other
    settings = {setting.name for setting in Plan.full(0).settings()}
    assert {f"measure.{name}" for name in measures} <= text.keys()
    assert {f"setting.{name}" for name in settings} <= text.keys()


def test_bold_japanese_is_drawn_heavier():
    with drawing("ja"):
        figure = Figure()
        bold = figure.text(0, 0, "発表", fontweight="bold")
        plain = figure.text(0, 0, "発表")
        embolden(figure)
    assert bold.get_path_effects()
    assert not plain.get_path_effects()


def test_drawing_leaves_no_font_behind():
    before = dict(mpl.rcParams)
    drawn("ja")
    assert dict(mpl.rcParams) == before


def test_importing_the_figures_changes_nothing_and_warns_of_nothing():
    program = (
        "import matplotlib, dashboard.figures, dashboard.validation.figures\n"
        "from dashboard.style import drawing\n"
        "with drawing('ja'): pass\n"
        "assert matplotlib.rcParams == matplotlib.rcParamsDefault, 'rcParams differ'\n"
    )
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("command", ["story", "validate"])
def test_a_language_that_is_not_there_is_refused_before_any_work(command, tmp_path, capsys):
    assert run.main([command, "--lang", "fr", "--out", str(tmp_path / "out")]) == 2
    assert "language is 'fr', but must be one of: en, ja" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_missing_font_is_told_in_one_line(monkeypatch):
    monkeypatch.setattr(style, "FONT_PACKAGE", "no_such_package")
    with pytest.raises(InputError, match="pip install matplotlib-fontja"):
        style.check_language("ja")
    style.check_language("en")


def test_powers_of_ten_are_set_as_powers():
    with drawing("en"):
        figure = Figure()
        ax = figure.subplots()
        ax.set_yscale("log")
        figure.canvas.draw()
        widths = [each.get_window_extent().width for each in ax.get_yticklabels()]
    assert max(widths) < 60  # pixels; '$\mathdefault{10^{-1}}$' as it stands takes over 100
