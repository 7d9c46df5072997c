"""What stands in examples/ runs, and shows what it says."""

import re
import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.mark.slow
def test_an_ensemble_is_measured_and_a_tenth_of_the_calls_say_nearly_the_same(capsys):
    made = runpy.run_path(str(EXAMPLES / "ensemble.py"))
    said = capsys.readouterr().out
    assert "the ensemble on the yardstick: 10 members, accuracy" in said
    assert made["found"].exact
    complete, nobody = made["found"].complete.value, made["found"].nobody.value
    votes = made["ballots"].sum(axis=0).argmax(axis=1)
    assert complete == pytest.approx((votes == made["wanted"]).mean())
    assert nobody == pytest.approx((made["wanted"] == 0).mean())
    carried = [each.value for each in made["found"].shapley]
    assert sum(carried) == pytest.approx(complete - nobody)
    last = re.fullmatch(r"From 100 calls, not 1024, .* than (\.|0\.)(\d+)\.", said.splitlines()[-1])
    assert float(f"0.{last[2]}") < 0.2 * max(carried)
