"""The benchmarks' command, its page and its figure, from made-up times."""

import io
import json

import pytest

from benchmarks import figure, rehearsal, report, step
from benchmarks.__main__ import main
from benchmarks.earlier import joined, key_of, read_earlier
from benchmarks.launches import Outcome
from benchmarks.plan import HIDDEN, PARTS, Comparison, chosen
from benchmarks.race import Row
from benchmarks.targets import targets
from benchmarks.worker import Entry
from dashboard.texts import LANGUAGES, load
from simulation.checks import InputError

pytestmark = pytest.mark.slow


def entry(make):
    return Entry(make, f"contenders:{make}")


def outcome(curve=None, size=0):
    ours, peer = (
        Row(entry("one"), 0.0, "", [[1e-3] * 2]),
        Row(entry("peer"), 1e-7, "", [[2e-3] * 2]),
    )
    gone = Row(entry("gone"), why_not="skipped: gone not installed")
    floors = (
        Row(Entry(name, "x:y", checked=False), launches=[[seconds] * 2])
        for name, seconds in zip(step.FLOORS, (0.9e-3, 0.8e-3), strict=True)
    )
    rows = [ours, peer, gone, *floors]
    entries = tuple(row.entry for row in rows)
    title = "a step of something"
    return Outcome(Comparison("step", title, None, entries, dict, 0.0, 1, curve, size), rows)


def test_the_page_says_ratios_and_who_was_left_out():
    about = report.machine() | {"packages": {"numpy": "2.0", "gone": ""}}
    page = report.markdown([outcome()], about, "2026-01-02")
    lines = page.splitlines()
    assert "| peer | 2 ms | 2 | 2 to 2 | 2 | 1e-07 |  |" in lines
    assert "| gone | - | - | - | - | - | skipped: gone not installed |" in lines
    assert "Not installed: gone." in page
    assert "Ours takes 1.25 (1.25 to 1.25; launches 1.25) times as long as" in page


def test_the_page_and_the_json_say_how_cost_grows():
    points = [outcome(HIDDEN, size) for size in (32, 64, 128)]
    for point in points:
        size = point.comparison.size
        point.rows[0].launches = [[size * 1e-6] * 2]
    page = report.markdown(points, report.machine(), "2026-01-02")
    told = "exponent 1.00 [1.00, 1.00] | 1.00 | 32 | 1 (1) |"
    assert f"| {HIDDEN.title} | one | 32: 32 us | 128: 128 us | {told}" in page
    assert "gone (skipped: gone not installed)" in page
    found = report.as_json(points, report.machine(), "2026-01-02", quick=False)
    assert found["growth"][HIDDEN.title]["one"]["growth"]["slope"] == pytest.approx(1.0)
    assert found["comparisons"][0]["contenders"][1]["times ours"]["median"] == pytest.approx(62.5)


def test_the_command_writes_page_json_and_figure(tmp_path, capsys):
    what = ["--quick", "--only", "coalitions,growth", "--peers", "one by one"]
    assert main([*what, "--out", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "report.md", "benchmarks.json", "growth.png"
    }  # fmt: skip
    page = (tmp_path / "report.md").read_text()
    assert page == capsys.readouterr().out.removesuffix("\n")
    assert "| plain NumPy, one by one |" in page
    assert "shapiq, exact" not in page
    found = json.loads((tmp_path / "benchmarks.json").read_text())
    values = found["comparisons"][0]
    assert [each["name"] for each in values["contenders"]] == ["ours", "plain NumPy, one by one"]
    assert values["contenders"][1]["difference"] < values["tolerance"]
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")


def measured(part, seconds, *, without=None):
    """Make up what became of a part of the plan: each entry takes so many seconds."""
    return [
        Outcome(
            each,
            [
                Row(e, 0.1, "", [[seconds] * 2]) if e.name != without else Row(e, why_not="skipped")
                for e in each.entries
            ],
        )
        for each in chosen([part], quick=False)
    ]


def test_launches_and_parts_can_be_added_later(tmp_path):
    about = report.machine()
    first = [*measured("rehearsal", 2.0), *measured("coalitions", 1.0)]
    page = report.as_json(first, about, "2026-01-02", quick=False)
    (tmp_path / "benchmarks.json").write_text(json.dumps(page))
    before, date = read_earlier(tmp_path / "benchmarks.json", about)
    assert date == "2026-01-02"
    gone = rehearsal.ENTRIES[1].name
    now = [*measured("growth", 4.0), *measured("rehearsal", 3.0, without=gone)]
    together = joined(before, now)
    order = [key_of(each) for each in chosen(PARTS, quick=False)]
    assert [key_of(each.comparison) for each in together] == [
        key for key in order if key[0] in ("rehearsal", "coalitions") or key[3] is not None
    ]
    ours, without, one = together[0].rows
    assert ours.launches == one.launches == [[2.0] * 2, [3.0] * 2]
    assert (without.launches, without.why_not) == ([], "skipped"), "as within a run"
    assert all(row.launches == [[1.0] * 2] for row in together[1].rows)
    assert together[-1].rows[0].launches == [[4.0] * 2]


def timed(questions, threads, seconds):
    """Make up a table of 1,000 teams: who is named takes so many us, the others 10,000."""
    (found,) = (
        Outcome(each, [Row(e, launches=[[1e-2] * 3] * 2) for e in each.entries])
        for each in chosen(["stacks"], quick=False)
        if (each.problem.questions, each.threads) == (questions, threads)
    )
    for row in found.rows:
        for start, micro in seconds.items():
            if row.entry.name.startswith(start):
                row.launches = [[1e-6 * micro] * 3, [1e-6 * micro + 1e-8] * 3]
    return found


def test_peers_that_are_handed_their_draws_are_held_against_ours_that_is_too():
    table = timed(1, 2, {"ours: TeamStack": 500, "ours: its": 400, "PyTorch": 450, "loop": 800})
    lines = report.markdown([table], report.machine(), "2026-01-02").splitlines()
    (torch,) = (line for line in lines if line.startswith("| PyTorch"))
    (mesa,) = (line for line in lines if line.startswith("| loop over Mesa"))
    assert " 0.9 |" in torch.replace("0.9 to 0.9", "")
    assert "| 1.12 (1.12, 1.12) |" in torch, "450 beside 400"
    assert "| 1.6 (1.6, 1.6) |" in mesa, "800 beside 500"
    for aim in targets([table]):
        assert aim.met
        assert aim.beside == "PyTorch, bmm"
    numpy, fastest = targets(
        [timed(1, 2, {"ours": 400, "ours: its step alone, compiled": 200, "JAX": 300})]
    )
    assert (numpy.met, fastest.met) == (False, True)
    assert numpy.beside.startswith("JAX")


def test_a_target_is_met_if_every_launch_meets_it_and_the_page_says_why_one_is_not():
    table = timed(1, 1, {"ours: TeamStack": 409.995, "ours: its": 300, "loop over Mesa": 60_000})
    whole, *others = targets([table])
    assert len(others) == 3
    assert all(aim.met for aim in others)
    assert not whole.met, "its second launch takes 410.005"
    page = report.markdown([table], report.machine(), "2026-01-02")
    assert f"| no: {whole.why} |" in page
    assert page.count("| yes |") == 3
    assert targets([timed(8, 1, {"ours": 1_640.0})])[0].limit == 1_640
    assert not targets(measured("growth", 1.0)), "of tables only"


@pytest.mark.parametrize("threads", [1, 2])
def test_steps_are_held_against_the_faster_floor_and_the_nearest_peer(threads):
    found = [each for each in measured("step", 1.0) if each.comparison.threads == threads]
    for each in found:
        for row in each.rows:
            row.launches = [[2e-5] * 3]
            if row.entry.name == step.FLOORS[1]:
                row.launches = [[1e-5] * 3]
            if row.entry.name.startswith("JAX"):
                row.launches = [[1.9e-5] * 3]
    article, ahead, adam, small, small_ahead, small_adam = targets(found)
    assert (article.found, article.met) == ((2.0,), False)
    assert (ahead.beside, ahead.met) == ("JAX, scan and jit", False)
    assert adam.met
    assert small_adam.met
    assert (small.found, small.met) == ((20.0,), True)
    assert small_ahead.met, "JAX's scan apart"
    assert small_ahead.beside != "JAX, scan and jit"
    page = report.markdown(found, report.machine(), "2026-01-02")
    reason = "why is not known" if threads == 1 else article.why
    assert f"| <= 1.3x | 2x | no: {reason} |" in page
    assert "Ours takes 2 (2 to 2; launches 2) times as long as" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_growth_is_drawn_in_either_language_with_every_text(language, monkeypatch):
    used, texts = set(), load("benchmarks", language)

    class Noting(dict):
        def __getitem__(self, key):
            used.add(key)
            return super().__getitem__(key)

    monkeypatch.setattr(figure, "load", lambda *_: Noting(texts))
    points = measured("growth", 1.0)
    for at, point in enumerate(points):
        for row in point.rows:
            row.launches = [[1e-6 * (1.0 + at % 9)]]
    assert figure.draw_growth(points, io.BytesIO(), language)
    assert used == texts.keys()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"machine": {}}, "was measured with other processor, cores"),
        ({"quick": True}, "was a quick run"),
        ({"comparisons": 3, "date": None, "machine": None}, "holds no earlier run"),
    ],
)
def test_only_what_can_stand_beside_it_is_added_to(change, message, tmp_path):
    about = report.machine()
    page = report.as_json(measured("rehearsal", 2.0), about, "2026-01-02", quick=False) | change
    (tmp_path / "benchmarks.json").write_text(json.dumps(page))
    with pytest.raises(InputError, match=message):
        read_earlier(tmp_path / "benchmarks.json", about)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--add", "--out", "nowhere"], "nowhere/benchmarks.json holds no earlier run to add to"),
        (["--add", "--quick"], "a quick run measures too little to be added"),
        (["--lang", "fr"], "language is 'fr', but must be one of: en, ja"),
        (["--only", "nonsense"], "--only is 'nonsense', but must be one of: step, stacks"),
        (["--launches", "0"], "launches is 0, but must be a whole number of at least 1"),
        (["--nonsense"], "No such option: --nonsense"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
