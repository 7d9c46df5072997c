"""What people name is text: no markup, no order to a terminal, no tag, whatever is in it."""

from __future__ import annotations

import io
import json
import os

import pytest

import run
from dashboard.tables import effects_table
from dashboard.templates import code, literal
from nn_bridge.results.screen import Screen, plain_table
from simulation.outputs import json_text
from simulation.statistics import Effect

NAMES = {
    "a[:x]": "a[:x]",
    "a[bold]": "a[bold]",
    "a:smile:": "a:smile:",
    "$a^{$": "$a^{$",
    "a\x1b[31m": r"a\x1b[31m",
    "a\nb": r"a\nb",
    "a\u202eb": r"a\u202eb",
    "a\udcff": r"a\xff",
    "a`|*b*": "a`|*b*",
    "<script>alert(1)": "<script>alert(1)",
}
"""Names, and how each is shown."""


@pytest.mark.parametrize("name", NAMES)
def test_a_file_has_the_name_that_it_was_given_and_is_told_by_it(name, tmp_path, capsys):
    design = ["sweep", "run", "--set", "rate=0,0.3", "--set", "seeds=2", "--set", "rehearsals=2"]
    store = tmp_path / f"{name}.sqlite"
    assert run.main([*design, "--workers", "1", "--store", str(store)]) == 0
    assert f"/{NAMES[name]}.sqlite; 0" in capsys.readouterr().out
    for command in ("report", "--out"), ("export",):
        path = tmp_path / f"{command[0]} {name}.csv"
        words = ["sweep", command[0], *command[1:], str(path), "--store", str(store)]
        assert run.main(words) == 0
        assert NAMES[name] in capsys.readouterr().out
        assert path.exists()
    page = (tmp_path / f"report {name}.csv/report.md").read_bytes().decode()
    assert f"/{NAMES[name]}.sqlite" in page
    assert run.main(["sweep", "status", "--json", "--store", str(store)]) == 0
    assert json.loads(capsys.readouterr().out)["store"] == str(store)


def test_a_sweep_s_title_is_text_wherever_it_stands(tmp_path, capsys):
    file = tmp_path / "design.toml"
    file.write_text(
        r'title = "<script>x</script> [/b] | [a](b) \u001b[2J\n# so"'
        "\nseeds = 2\n[grid]\nrate = [0, 0.3]\nrehearsals = [2]\n"
    )
    store = ["--store", str(tmp_path / "store.sqlite")]
    assert run.main(["sweep", "run", str(file), *store, "--workers", "1"]) == 0
    capsys.readouterr()
    assert run.main(["sweep", "status", str(file), *store]) == 0
    assert r"\x1b[2J\n# so" in " ".join(capsys.readouterr().out.split())
    assert run.main(["sweep", "report", str(file), *store, "--out", str(tmp_path / "out")]) == 0
    title = (tmp_path / "out/report.md").read_text().splitlines()[0]
    assert title == r"# &lt;script>x&lt;/script> [/b] \| [a\](b) \\x1b[2J\\n# so"


def test_titles_heads_and_cells_of_tables_are_text():
    file = io.StringIO()
    table = plain_table("[/x] \x1b[2J", "[bold]", "[/red]")
    table.add_row("[red]:smile:[/y]\u202e")
    Screen(file=file, width=80).print(table)
    for shown in (r"[/x] \x1b[2J", "[bold]", "[/red]", r"[red]:smile:[/y]\u202e"):
        assert shown in file.getvalue()


def test_an_interval_in_a_table_is_no_markup():
    file = io.StringIO()
    table = effects_table("", "a", "b", {"m": Effect(0.2164, 0.5537, 0.274, 0.385, 10)})
    Screen(file=file, width=80).print(table)
    assert "+0.337 [+0.274, +0.385]" in file.getvalue()


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["simulate", "--[red]\x1b\u202e"], r"--[red]\x1b\u202e"),
        (["a\nb"], r"a\nb"),
        (["network", "--data", "/no\n\x1bwhere\udcff"], r"/no\n\x1bwhere\xff"),
        (["sweep", "x" * 300], "No such command 'xxx"),
        (["sweep", "status", "a\x07\n.toml"], r"a\x07\n.sqlite"),
    ],
)
def test_what_is_refused_is_quoted_on_one_line(words, shown, capsys):
    assert run.main(words) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert shown in err.replace("\\\\", "\\")


def test_markdown_gets_text_and_code_that_hold_whatever_is_in_them():
    assert literal("a|b `c` <d> &amp; x_i _y_ \\ [e](f)") == (
        r"a\|b \`c\` &lt;d> &amp;amp; x_i \_y\_ \\ [e\](f)"
    )
    assert code("``\n") == r"``` ``\n ```"


def test_json_stays_utf_8_whatever_a_file_is_named():
    name = os.fsdecode(b"\xff\xe3\x81\x82")
    assert json.loads(json_text({"name": name}).encode()) == {"name": name}
