"""Weight decay and early stopping: how each is chosen, and how absences are set beside them."""

from __future__ import annotations

import numpy as np
import pytest
from validations import with_parts

from experiments.validation.claims import CLAIMS, OF_THE_LOSS
from experiments.validation.conditions import NOISY, TEAM
from experiments.validation.remedies import (
    COMPARED,
    CONDITIONS,
    NETWORK_DECAYS,
    NETWORK_STOPPED,
    TEAM_DECAYS,
    TEAM_STOPPED,
    best_decay,
    remedies,
    strengths,
)

SPREAD = np.linspace(-1.0, 1.0, 10)


# Choosing


def decays(*choice: list[float]) -> list[dict[str, np.ndarray]]:
    """Figures under decays with these choice qualities, each named by its number."""
    return [
        {"choice quality": np.array(each), "number": np.full(len(each), float(number))}
        for number, each in enumerate(choice)
    ]


def test_each_seed_has_its_own_best_decay():
    best = best_decay(decays([0.1, 0.5, 0.2], [0.4, 0.3, 0.2], [0.3, 0.2, 0.9]))
    assert best["number"].tolist() == [1, 0, 2]
    assert best["choice quality"].tolist() == [0.4, 0.5, 0.9]


def test_the_weakest_of_tied_decays_is_taken():
    assert best_decay(decays([0.4, 0.1], [0.4, 0.3], [0.4, 0.3]))["number"].tolist() == [0, 1]


def test_the_strengths_chosen_are_counted():
    of_seeds = decays([0.1, 0.5, 0.2], [0.4, 0.3, 0.2], [0.3, 0.2, 0.9], [0.1, 0.1, 0.1])
    world = dict(zip(TEAM_DECAYS, of_seeds, strict=True))
    assert strengths(world, TEAM) == {0.01: 1, 0.03: 1, 0.1: 1, 0.3: 0}


def test_a_network_s_decay_is_chosen_on_all_choice_images():
    each = [
        {
            "choice quality": np.column_stack([[overall, overall], np.full((2, 20), parts)]),
            "number": with_parts(np.full(2, number), 0.1),
        }
        for number, overall, parts in ((0.0, 0.4, 0.9), (1.0, 0.5, 0.1))
    ]
    np.testing.assert_array_equal(best_decay(each)["number"], each[1]["number"])


def test_weaker_decays_come_first():
    assert [each.decay for each in TEAM_DECAYS] == [0.01, 0.03, 0.1, 0.3]
    assert [each.decay for each in NETWORK_DECAYS] == [0.1, 0.3, 1.0, 3.0]
    assert not any(each.stop for each in TEAM_DECAYS + NETWORK_DECAYS)
    assert [(each.decay, each.stop) for each in (TEAM_STOPPED, NETWORK_STOPPED)] == [(0, True)] * 2


# Comparing


def world(**changed: float) -> dict:
    """Absences halve everything; remedies leave it, but for 'decayed' and 'stopped' (1: as it)."""
    levels = {"decayed": 1.0, "stopped": 1.0} | changed
    names = {rule.measure for rule in COMPARED}
    found = {}
    for place, of_place, stopped in (
        (TEAM, TEAM_DECAYS, TEAM_STOPPED),
        (NOISY, NETWORK_DECAYS, NETWORK_STOPPED),
    ):
        for number, (key, level) in enumerate(
            [
                (place.without, 1.0),
                (place.absences, 0.5),
                (stopped, levels["stopped"]),
                *((key, levels["decayed"]) for key in of_place),
            ]
        ):
            figures = level + 0.001 * np.roll(SPREAD, 3 * number)
            own = with_parts(figures, 0.001) if key.world == "network" else figures
            found[key] = dict.fromkeys(names, own) | {
                "smallest gain": 0 * own + 0.01,
                "choice quality": 0 * own,  # all tied: the weakest decay is taken
            }
    return found


def test_every_change_that_the_claims_ask_for_is_compared_in_both_worlds():
    asked = {
        rule.measure
        for claim in CLAIMS.values()
        for rule in claim.rules
        if getattr(rule, "expect", None) in ("higher", "lower")
    }
    assert {rule.measure for rule in COMPARED} == asked - {"spread over starts"}
    found = remedies(world())
    assert len(found) == 2 * 2 * len(COMPARED)
    for place in (TEAM, NOISY):
        for name in ("weight decay", "early stopping"):
            own = [r.beside.rule for r in found if (r.place, r.name) == (place, name)]
            assert own == COMPARED
    assert {*CONDITIONS} <= world().keys()


@pytest.mark.parametrize(
    ("level", "by_the_remedy", "beyond_it"),
    [
        (1.0, "equivalent", "holds"),
        (0.75, "holds", "holds"),
        (0.5, "holds", "equivalent"),
        (0.25, "holds", "the other way"),
    ],
)
@pytest.mark.parametrize("remedy", ["weight decay", "early stopping"])
def test_a_remedy_is_held_to_the_claim_s_own_rule_and_absences_to_it(
    remedy, level, by_the_remedy, beyond_it
):
    which = {"weight decay": "decayed", "early stopping": "stopped"}[remedy]
    for row in remedies(world(**{which: level})):
        expected = ("equivalent", "holds") if row.name != remedy else (by_the_remedy, beyond_it)
        if row.beside.rule.expect == "lower":
            assert (row.without.verdict, row.beside.verdict) == expected, row
            assert row.without.effect.before == pytest.approx(1.0, abs=1e-9)
            assert row.beside.effect.after == pytest.approx(0.5, abs=1e-9)


def test_the_margin_is_that_of_the_claim_whatever_the_remedy_leaves():
    found = remedies(world(decayed=0.1, stopped=0.1))
    of_the_loss = [r for r in found if r.beside.rule.margin == OF_THE_LOSS]
    assert len(of_the_loss) == 8
    for row in of_the_loss:
        assert row.without.margin == row.beside.margin == pytest.approx(0.1)
