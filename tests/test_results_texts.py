"""Texts of results: all used, none missing."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import get_args

import pytest
from pretended import EFFECTS, about, checked, compared, differs, measured

from nn_bridge.checking.findings import KINDS, Finding
from nn_bridge.measuring.comparison import Comparison
from nn_bridge.measuring.measured import NOUNS
from nn_bridge.measuring.metrics import METRICS, OWN
from nn_bridge.measuring.silencing import Ablation
from nn_bridge.measuring.told import NOTES
from nn_bridge.results import wording
from nn_bridge.results.wording import LANGUAGES, read_texts
from simulation.coalitions import Reading
from simulation.coalitions.estimates import WARNINGS, Estimate

VERDICTS = "higher", "lower", "no difference shown", "too few seeds to say"
MASKS = (
    "per value", "per channel", "per position", "per sample", "shared by the batch", "one for all",
)  # fmt: skip


def test_every_text_is_used(monkeypatch, tmp_path):
    used = set()

    class Watched(dict):
        def __getitem__(self, key):
            used.add(key)
            return super().__getitem__(key)

        def get(self, key, default):
            used.add(key)
            return super().get(key, default)

    monkeypatch.setattr(
        wording, "read_texts", lambda package, name: Watched(read_texts(package, name))
    )
    seldom = {
        "never_fire": ("a",) * 9, "complete": Estimate(0.9), "half": Estimate(0.5),
        "least_carrying": measured().at_random, "additive": True,
    }  # fmt: skip
    gap = checked().gap
    every = [
        differs(-0.2, 0.3, 0.1),
        differs(-0.2, 0.1, -0.1),
        differs(0.0, 0.1, -0.1, True),
        differs(0.1, 0.1, 0.0),
        differs(0.1, 0.0, 0.1),
        *(measured(silent=silent) for silent in (0, 1, 9, 64, 128)),
        measured(6, shapley=(about(0.2),) * 6, never_fire=("a",)),
        measured(**seldom),
        measured(
            warnings=(),
            area=Estimate(0.5),
            carriers=Estimate(2.0),
            complete=Estimate(0.9),
            half=Estimate(0.5),
        ),
        measured(area=about(math.nan), bus_factor=Estimate(3.0, exact=True)),
        measured(bus_factor=Estimate(129.0, exact=True)),
        measured(complete=about(-0.5)),
        checked(gap=replace(gap, matches=1, loss=OWN)),
        checked(gap=replace(gap, own=None)),
        checked(found=(Finding("evaluated in training mode", "score"),)),
        compared(),
        Comparison.of(replace(compared(), effects={}), "a", framework="PyTorch"),
        checked(),
        checked(findings=False),
        checked(findings=False, sites=()),
        checked(findings=False, sites=checked().sites),
        checked(found=checked().findings * 3),
        checked(gap=replace(gap, matches=None, validation=gap.own, gap=gap.own, without=gap.own)),
    ]
    for result in every:
        result.save(tmp_path / "page.html")
    named = {
        "noun": NOUNS, "metric": (*METRICS, OWN), "loss": (OWN,),
        "warning": WARNINGS, "reading": get_args(Reading),
        "ablation": get_args(Ablation), "over": ("examples", "calls", "masks", "starts"),
        "effect": EFFECTS, "verdict": VERDICTS, "mode": ("training", "mixed"),
        "unit": ("examples", "batches"), "mask": MASKS, "note": NOTES,
    }  # fmt: skip
    of_names = {f"{kind}.{name}" for kind, names in named.items() for name in names}
    assert used | of_names == read_texts("nn_bridge.results", "texts/results.en").keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_finding_has_its_sentences(language):
    texts = read_texts("nn_bridge.results", f"texts/findings.{language}")
    for kind in KINDS:
        for one in ("seen", "why", "line"):
            assert any(key.startswith(f"{kind}.{one}") for key in texts), (kind, one)
    assert (
        Finding("never called", "a", {"rate": 0.5, "framework": "nn_bridge"}).told("line", language)
        == texts["never called.line"]
    )
