"""What one sees of a result: the plain sentence first, all of it, and names are but text."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pretended import (
    EFFECTS,
    ENGLISH,
    JAPANESE,
    NAME,
    RESULTS,
    about,
    checked,
    compared,
    differs,
    measured,
    part,
)

from nn_bridge.measuring.comparison import Comparison
from nn_bridge.results.parts import Notes, Table
from simulation import InputError
from simulation.audience import AUDIENCES
from simulation.coalitions import AdditiveGame, estimates


@pytest.mark.parametrize(
    ("complete", "bus", "told"),
    [
        (0.9, 40.0, "40 at most so many"),
        (0.9, 129.0, "- even the loss of all leaves half"),
        (0.0, 129.0, "- the complete quality is not above 0"),
        (-0.5, 0.0, "- the complete quality is not above 0"),
    ],
)
def test_a_bus_factor_is_told_where_there_is_one(complete, bus, told):
    found = measured(complete=about(complete), bus_factor=estimates.Estimate(bus))
    row = next(row for row in part(found, Table).rows if row[0] == "bus factor")
    assert " ".join(row[1:]).startswith(told)


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (
            measured(),
            "Half of fc1, drawn at random, may fall silent at a mean cost of 0.0052 [0.0031, "
            "0.0072]; one of 128 units carries half of it; 2 never fire.",
        ),
        (
            measured(silent=30, shapley=(about(0.2),) * 128, never_fire=None),
            "30 of the 128 units of fc1, drawn at random, may fall silent at a mean cost of 0.0052 "
            "[0.0031, 0.0072]; 2 of 128 units carry half of it.",
        ),
        (
            measured(silent=0, carriers=about(math.nan), never_fire=("fc1[3]",)),
            "Not one of the 128 units of fc1, drawn at random, may fall silent at a mean cost of "
            "at most 0.01; one never fires.",
        ),
        (
            compared(),
            "With half of fc1 silenced the quality is 0.700 without and 0.800 with: +0.100 "
            "[+0.050, +0.150], higher.",
        ),
        (checked(), "features.3 (rate 0.5) was called in no forward pass."),
        (
            checked(findings=False),
            "Nothing is wrong with the chance in this network: its one place does as it is asked.",
        ),
        (
            checked(findings=False, sites=()),
            "No place was found where chance enters this network.",
        ),
        (
            checked(found=checked().findings * 4),
            "features.3 (rate 0.5) was called in no forward pass. features.3 (rate 0.5) was called "
            "in no forward pass. And 2 more findings, below.",
        ),
    ],
)
def test_the_plain_sentence_says_what_was_measured(result, sentence):
    assert result.told(ENGLISH).sentence == sentence
    printed = str(result).split("\n\n")[0]
    assert " ".join(printed.split("\n")[1:]) == sentence
    assert sentence in repr(result)


@pytest.mark.parametrize(
    ("sizes", "sentence", "japanese"),
    [
        (
            (-0.24, 0.35, 0.11),
            "The validation loss is 0.240 below the training loss because dropout adds 0.350 to "
            "it; without that it is 0.110 above.",
            "検証データの損失は、学習時の損失より 0.240 低くなっています。ドロップアウトが学習時の"
            "損失に 0.350 を上乗せしているからです。その分を除くと、0.110 高くなります。",
        ),
        (
            (-0.24, 0.1, -0.14),
            "The validation loss is 0.240 below the training loss; dropout adds 0.100 to the "
            "training loss; without that it is still 0.140 below.",
            "検証データの損失は、学習時の損失より 0.240 低くなっています。ドロップアウトは学習時の"
            "損失に 0.100 を上乗せしています。その分を除くと、それでも 0.140 低いままです。",
        ),
        (
            (-0.24, 0.24, 0.0, True),
            "The validation loss is 0.240 below the training loss because dropout adds 0.240 to "
            "it; without that, and with batch normalisation as in evaluation, no difference is "
            "shown.",
            "検証データの損失は、学習時の損失より 0.240 低くなっています。ドロップアウトが学習時の"
            "損失に 0.240 を上乗せしているからです。その分を除き、バッチ正規化も評価モードに"
            "すると、差は見られません。",
        ),
        (
            (0.3, 0.01, 0.31),
            "The validation loss is 0.300 above the training loss; that dropout adds to the "
            "training loss is not shown.",
            "検証データの損失は、学習時の損失より 0.300 高くなっています。ドロップアウトが学習時の"
            "損失に上乗せしているとは言えません。",
        ),
        (
            (0.01, 0.1, -0.1, True),
            "No difference between the validation loss and the training loss is shown; dropout "
            "adds 0.100 to the training loss; without that, and with batch normalisation as in "
            "evaluation, it is 0.100 below.",
            "検証データの損失と学習時の損失には、偶然を超える差が見られません。ドロップアウトは"
            "学習時の損失に 0.100 を上乗せしています。その分を除き、バッチ正規化も評価モードに"
            "すると、0.100 低くなります。",
        ),
    ],
)
def test_why_the_validation_loss_is_not_the_training_loss(sizes, sentence, japanese):
    found = differs(*sizes)
    assert found.told(ENGLISH).sentence.endswith(f"does as it is asked. {sentence}")
    assert found.told(JAPANESE).sentence.endswith(f"指定どおりに動いています。{japanese}")


def test_dropout_alone_has_a_row_where_batch_normalisation_is_told_apart():
    told = "dropout on, batch normalisation not"
    assert told in str(differs(-0.2, 0.1, -0.1, True))
    assert told not in str(differs(-0.2, 0.1, -0.1))


def test_what_an_adapter_has_to_say_is_said():
    notes = {
        "evaluations differ": "evaluations differ: outputs were up to 0.1 apart",
        "something else": "something else: as it is",
    }
    printed = " ".join(str(replace(measured(), warnings=notes)).split())
    assert "Evaluations differ: outputs were up to 0.1 apart." in printed
    assert "something else: as it is" in printed
    assert part(replace(measured(), warnings=notes), Notes, JAPANESE).lines[0] == (
        "同じデータを評価するたびに出力が変わります（outputs were up to 0.1 apart）。"
    )


def test_the_sentence_in_japanese():
    assert measured().told(JAPANESE).sentence == (
        "fc1 のランダムに選んだ半分を黙らせても、失うのは平均 0.0052 [0.0031, 0.0072] です。"
        "128 個のユニットのうち一つが、全体の半分を支えています。2 個は一度も発火しません。"
    )
    assert checked().told(JAPANESE).sentence == (
        "features.3（率 0.5）は、どの順伝播でも呼ばれませんでした。"
    )


@pytest.mark.parametrize("kind", RESULTS)
def test_a_printed_result_is_as_wide_as_the_terminal_and_its_names_are_text(kind, monkeypatch):
    for width in ("60", "120"):
        monkeypatch.setenv("COLUMNS", width)
        printed = str(RESULTS[kind](where=NAME))
        widths = [len(line) for line in printed.splitlines()]
        assert max(widths) <= int(width)
        assert "\x1b" not in printed
        assert r"<b>fc[red]1[/red]\x1b[2J" in printed
    assert max(widths) > 60
    assert "\x1b" not in repr(RESULTS[kind](where=NAME))


def test_a_long_path_is_folded_and_never_cut(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    path = "encoder.layers.11.attention.output.dropout"
    for result in (checked(path), measured(3, path)):
        printed = str(result)
        assert "…" not in printed
        assert path in "".join(line.split("  ")[0] for line in printed.splitlines()[3:])


def test_no_row_of_a_check_up_is_broken_where_there_is_little_room(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    rows = [" ".join(line.split()) for line in str(differs(-0.2, 0.1, -0.1)).splitlines()]
    at = rows.index("head.drop Dropout")
    assert rows[at - 2] == "asked rate kept train eval again calls mask"
    assert rows[at + 1] == "0.3 0.3010 [0.2920, 0.3101] x 1.43 on off on 1 per value"
    below = [line for line in str(checked()).splitlines() if "off" in line and "[" not in line]
    assert [line.split() for line in below] == [["0.5", "-", "-", "off", "off", "off", "0", "-"]]
    assert any(row.startswith("gap without dropout's own part -0.100 [") for row in rows)
    silent = str(measured(least_carrying=measured().at_random))
    assert "\nmay fall silent, least first  " in silent


def test_what_a_check_up_prints(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    printed = str(checked())
    rows = [" ".join(line.split()) for line in printed.splitlines()]
    assert "head.drop Dropout 0.3 0.3010 [0.2920, 0.3101] x 1.43 on off on 1 per value" in rows
    assert "features.3 Dropout 0.5 - - off off off 0 -" in rows
    assert "What to change: In forward: x = self.drop(x), or take the layer out." in printed
    assert re.search(r"\ndropout's own part +0\.100 \[0\.080, 0\.120\] ", printed)
    told = " ".join(printed.split())
    assert "the average of 3 passes with chance on has a loss as low" in told
    assert "left, in training mode" in told


@pytest.mark.parametrize("kind", RESULTS)
def test_plain_data_are_json_with_versions_and_settings(kind, tmp_path):
    result = RESULTS[kind]()
    held = result.to_dict()
    text = json.dumps(held, allow_nan=False)
    result.save(tmp_path / "result.json")
    assert json.loads((tmp_path / "result.json").read_text("utf-8")) == json.loads(text)
    assert {"python", "numpy"} <= held["versions"].keys()


def test_what_can_be_compared_has_a_name():
    rng = np.random.default_rng(0)
    wanted = rng.normal(size=(20, 2))
    games = [
        AdditiveGame(rng.normal(size=(3, 20, 2)), np.zeros(2), wanted, AUDIENCES["squared error"])
        for _ in range(4)
    ]
    found = Comparison.of(estimates.compared(games[:2], games[2:], 0), "talk")
    assert {*found.effects} == {*EFFECTS}
    assert "quality alone, mean" in str(found)
    assert found.to_dataframe().loc["ablation area", "verdict"] == "too few seeds to say"


def test_plain_data_hold_every_figure():
    held = measured().to_dict()
    assert held["settings"] == {"seed": 0}
    assert held["at_random"]["cost"]["low"] == 0.0031
    assert held["shapley"][1]["value"] == pytest.approx(0.2)
    assert measured(6).to_dict()["synergy"]["values"][0] == [-0.25] * 6
    checks = checked().to_dict()
    assert checks["findings"][0]["kind"] == "never called"
    assert checks["findings"][0]["seen"] == checked().told(ENGLISH).sentence
    assert checks["sites"][1]["rate"]["value"] == 0.301
    assert checks["gap"]["evaluation"] == {"value": 0.4, "low": None, "high": None}


def test_data_frames_have_a_row_a_member_or_a_site():
    members = measured(6).to_dataframe()
    assert members.index.tolist() == [f"fc1[{at}]" for at in range(6)]
    assert members.loc["fc1[0]", ["shapley", "shapley_low"]].tolist() == pytest.approx([0.4, 0.398])
    assert members["never_fires"].tolist() == [False] * 3 + [True] * 2 + [False]
    sites = checked().to_dataframe()
    assert sites.index.tolist() == ["features.3", "head.drop"]
    assert sites.loc["head.drop", "rate"] == 0.301
    assert pd.isna(sites.loc["features.3", "rate"])
    assert sites["findings"].tolist() == ["never called", ""]
    assert len(checked(sites=()).to_dataframe()) == 0


@pytest.mark.parametrize("name", ["page.pdf", "page", "page.HTML.txt"])
def test_other_files_than_pages_and_json_are_refused(name, tmp_path):
    with pytest.raises(InputError, match=r"is saved as \.html \(a page\) or \.json"):
        measured().save(tmp_path / name)
    with pytest.raises(InputError, match="language is 'fr'"):
        measured().save(tmp_path / "page.html", "fr")
    assert list(tmp_path.iterdir()) == []
