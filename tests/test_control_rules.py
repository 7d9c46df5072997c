"""How the controls are decided: each verdict from figures made for it."""

from __future__ import annotations

import numpy as np
import pytest
from validations import with_parts

from experiments.validation.conditions import NOISY, TEAM, TeamCondition
from experiments.validation.controls import (
    NETWORK_COUPLES,
    NETWORK_FIXED,
    NETWORK_NOISE,
    SIX_COUPLES,
    SIX_WITHOUT,
    SLOW_ABSENCES,
    SLOW_NOISE,
    SLOW_WITHOUT,
    TEAM_FIXED,
    TEAM_NOISE,
    ControlResult,
    couples_stay_together,
    judge_network_controls,
    judge_team_controls,
    much_less,
)
from experiments.validation.remedies import TEAM_DECAYS
from simulation.laws import AlwaysWithout, Couples, Everyone, one_or_two_absent
from simulation.statistics import Effect

SPREAD = np.linspace(-1.0, 1.0, 10)


@pytest.mark.parametrize(
    ("control", "absences", "said"),
    [
        (0.0, 1.0, "holds"),
        (0.9, 1.0, "does not hold"),
        (0.25, 1.0, "undecided"),
        (0.0, 0.0, "undecided"),  # absences change nothing, so the control shows nothing
        (0.0, -1.0, "undecided"),
    ],
)
def test_a_control_must_change_much_less_than_absences(control, absences, said):
    without = 5 + SPREAD
    noise = 0.05 * SPREAD[::-1]
    result = much_less(
        "a", "team", "c", 1, without, without + control + noise, without + absences - noise
    )
    assert result.verdict == said


@pytest.mark.parametrize(
    ("control", "absences", "sign", "part"),
    [(0.1, 1.0, 1, 0.1), (-0.1, 1.0, 1, -0.1), (-0.2, -1.0, -1, 0.2), (-0.2, -1.0, 1, None)],
)
def test_what_a_control_does_is_told_as_a_part_of_what_absences_do(control, absences, sign, part):
    without = 5 + SPREAD
    result = much_less("a", "team", "c", sign, without, without + control, without + absences)
    assert result.of_absences == (None if part is None else pytest.approx(part))
    assert result.verdict == ("undecided" if part is None else "holds")
    assert result.effect.after == pytest.approx(0.25 * abs(absences) * (1 if part else -1))


# Where couples are absent together


def couples(inside: float, between: float) -> list[str]:
    of_couples, of_others = "agreement of couples", "agreement of others"
    without = {of_couples: 0.1 * SPREAD, of_others: 0.1 * SPREAD[::-1]}
    together = {
        of_couples: without[of_couples] + inside + 0.01 * SPREAD[::-1],
        of_others: without[of_others] + between + 0.01 * SPREAD,
    }
    return [result.verdict for result in couples_stay_together("team", without, together)]


@pytest.mark.parametrize(
    ("inside", "between", "apart", "kept"),
    [
        (0.0, 0.3, "holds", "holds"),
        (-0.3, 0.3, "holds", "holds"),  # they come to lean on each other even more
        (0.15, 0.3, "holds", "does not hold"),
        (0.075, 0.3, "holds", "undecided"),  # exactly a quarter
        (0.05, 0.3, "holds", "holds"),
        (0.3, 0.0, "does not hold", "does not hold"),
        (0.3, 0.3, "undecided", "does not hold"),
    ],
)
def test_couples_must_move_apart_only_between(inside, between, apart, kept):
    assert couples(inside, between) == [apart, kept]


# Noise, and weight decay, from figures made for them


def team_world(**changed: tuple[float, str]) -> dict:
    """Figures in which all team controls hold but for what is changed."""
    figures = {
        "agreement of couples": (0.0, 0.4),
        "agreement of others": (0.0, 0.4),
        "two missing, mean": (0.3, 0.6),
        "cost of losing one": (0.2, 0.05),
        "carrier's share": (0.8, 0.3),
        "section without its carrier": (0.0, 0.5),
    }
    levels = {
        TEAM.without: 0.0, TEAM.absences: 1.0, TEAM_FIXED: 0.0, SIX_WITHOUT: 0.0, SIX_COUPLES: 0.0,
        TEAM_NOISE: 0.4, SLOW_WITHOUT: 0.0, SLOW_ABSENCES: 1.0, SLOW_NOISE: 0.1,
        **dict.fromkeys(TEAM_DECAYS, 0.3),
    }  # fmt: skip
    world = {
        key: {
            name: low + (high - low) * level + 0.002 * np.roll(SPREAD, 3 * number)
            for name, (low, high) in figures.items()
        }
        for number, (key, level) in enumerate(levels.items())
    }
    for decay in TEAM_DECAYS:  # all tied: the weakest is taken
        world[decay]["choice quality"] = np.zeros(10)
    world[SIX_COUPLES]["agreement of others"] = world[SIX_WITHOUT]["agreement of others"] + 0.3
    return world


def team_verdicts(world: dict) -> dict[str, str]:
    return {f"{c.name}: {c.compared}": c.verdict for c in judge_team_controls(world)}


def test_the_team_s_controls_hold_where_figures_are_as_predicted():
    results = judge_team_controls(team_world())
    assert [result.verdict for result in results] == ["holds"] * 7
    fixed, *_couples, noise, cost, share, section = (result.effect for result in results)
    assert (fixed.before, fixed.after) == pytest.approx((0.0, 0.25 * 0.4), abs=1e-9)
    assert (noise.before, noise.after) == pytest.approx((0.0, 0.3 * (0.4 - 0.1)), abs=1e-9)
    assert (cost.before, cost.after) == pytest.approx((0.3 * 0.15, 0.15))
    assert (share.before, share.after) == pytest.approx((0.3 * 0.5, 0.5))
    assert (section.before, section.after) == pytest.approx((0.3 * 0.5, 0.5))
    assert results[0].of_absences == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("key", "gain", "said"),
    [
        (SLOW_NOISE, 0.4, "undecided"),  # noise gains as much by small steps: a way of its own
        (SLOW_NOISE, 0.7, "does not hold"),
        (SLOW_ABSENCES, 0.7, "undecided"),  # absences lose as much by small steps
        (SLOW_WITHOUT, 0.3, "holds"),  # what the others are held against moves all alike
        (TEAM_NOISE, 0.1, "undecided"),
    ],
)
def test_noise_must_lose_more_by_small_steps_than_absences_do(key, gain, said):
    world = team_world()
    world[key]["two missing, mean"] = 0.3 + 0.3 * gain + 0.002 * SPREAD
    (verdict,) = (v for name, v in team_verdicts(world).items() if "output noise" in name)
    assert verdict == said


@pytest.mark.parametrize(
    ("measure", "better"),
    [("cost of losing one", -1), ("carrier's share", -1), ("section without its carrier", 1)],
)
def test_absences_must_do_more_than_the_best_weight_decay(measure, better):
    for more, said in ((0.1, "does not hold"), (0.0, "undecided"), (-0.1, "holds")):
        world = team_world()
        for decay in TEAM_DECAYS:
            noise = 0.002 * SPREAD[::-1]
            world[decay][measure] = world[TEAM.absences][measure] + better * more + noise
        told = team_verdicts(world)
        (verdict,) = (v for name, v in told.items() if f"change of {measure} " in name)
        assert verdict == said
        assert list(told.values()).count("holds") == 6 + (said == "holds")


def test_a_network_s_fixed_block_is_held_to_the_co_adaptation_score():
    figures = {
        NOISY.without: 1.0, NOISY.absences: 0.5, NETWORK_FIXED: 0.95, NETWORK_COUPLES: 1.0,
    }  # fmt: skip
    names = ("co-adaptation score", "agreement of couples", "agreement of others")
    world = {
        key: {name: with_parts(level + 0.01 * np.roll(SPREAD, 3 * number), 0.05) for name in names}
        for number, (key, level) in enumerate(figures.items())
    }
    world[NETWORK_COUPLES]["agreement of others"] = world[NOISY.without]["co-adaptation score"] + 1
    fixed, *of_couples = judge_network_controls(world)
    assert (fixed.verdict, fixed.of_absences) == ("holds", pytest.approx(0.1))
    assert (fixed.effect.before, fixed.effect.after) == pytest.approx((0.05, 0.25 * 0.5))
    assert [control.verdict for control in of_couples] == ["holds", "holds"]
    world[NETWORK_FIXED] = world[NOISY.absences]
    assert judge_network_controls(world)[0].verdict == "does not hold"


def test_with_too_few_seeds_no_control_says_anything():
    def with_seeds(count: int) -> set[str]:
        world = team_world()
        few = {key: {n: v[:count] for n, v in each.items()} for key, each in world.items()}
        return set(team_verdicts(few).values())

    assert with_seeds(4) == {"too few seeds to say"}
    assert with_seeds(5) == {"holds"}


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1e-9, 1.0, "holds"),
        (0.0, 1.0, "undecided"),
        (-1.0, 0.0, "undecided"),
        (-1.0, -1e-9, "does not hold"),
    ],
)
def test_an_interval_that_ends_on_0_decides_nothing(low, high, said):
    effect = Effect(0.0, (low + high) / 2, low, high, 10)
    assert ControlResult.superior("a", "team", "b", "c", effect).verdict == said


def test_controls_are_what_they_are_called():
    assert TeamCondition(AlwaysWithout(5, 4)) == TEAM_FIXED
    assert TeamCondition(noise=one_or_two_absent(5)) == TEAM_NOISE
    assert (SIX_WITHOUT.law, SIX_COUPLES.law) == (Everyone(6), Couples(6, 0.3))
    assert (NETWORK_FIXED.law, NETWORK_COUPLES.law) == (AlwaysWithout(8, 0), Couples(256, 0.5))
    assert [each.slow for each in (SLOW_WITHOUT, SLOW_ABSENCES, SLOW_NOISE)] == [4, 4, 4]
    assert [each.starts for each in (SLOW_WITHOUT, SLOW_ABSENCES, SLOW_NOISE)] == [1, 1, 1]
    of_networks = (NETWORK_FIXED, NETWORK_COUPLES, NETWORK_NOISE)
    assert [each.rate for each in of_networks] == [0.5, 0.5, 0.5]
    assert [each.noise for each in of_networks] == [False, False, True]
