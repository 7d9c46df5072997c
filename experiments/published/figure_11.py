"""Figure 11 of the dropout paper: how many sub-networks to average to match one scaled pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from experiments.article import Setting
from experiments.costs import Cost, costing
from experiments.published.networks import fit, joined, stacks, wrong_unseen
from experiments.published.study import (
    PAPER_GAIN,
    Curve,
    Found,
    Jobs,
    Panel,
    Plan,
    Results,
    Study,
    judged,
    levels,
)
from experiments.sub_networks import average_of_sub_networks
from simulation.arrays import FloatArray
from simulation.coalitions import AdditiveGame
from simulation.parts import left_out
from simulation.statistics import Effect, paired_effect

PASSES = (1, 2, 5, 10, 20, 50, 100, 200)
"""Sub-networks averaged; the paper's became as good as one scaled pass at about 50."""


def jobs(plan: Plan) -> Jobs:
    """Train networks with rate 0.5 and average their sub-networks."""
    setting = Setting(
        0.5, practice=plan.practice, epochs=plan.epochs, hidden=plan.hidden, data=plan.data
    )
    return stacks(averaging_errors, {"rate 0.5": setting}, plan.seeds, plan.repeats)


def _price(setting: Setting, seeds: Sequence[int], repeats: int) -> Cost:
    return setting.size.cost(len(seeds), len(seeds), measured=repeats)


@costing(_price)
def averaging_errors(setting: Setting, seeds: Sequence[int], repeats: int) -> dict[str, FloatArray]:
    """Train networks and return the errors of one scaled pass and of averages.

    Returns
    -------
    dict of 'scaled', (S, 1 + PARTS), and 'averaged', (S, K, 1 + PARTS), K being `PASSES`' number;
    in per cent.
    """
    trained = fit(setting, seeds)
    scaled, averaged = [], []
    for member, seed in enumerate(seeds):
        rng, game = np.random.default_rng([seed, 11]), trained.game_of(member)
        scaled.append(wrong_unseen(trained, member))
        drawn = [wrong_on_average(game, setting.rate, PASSES, rng) for _ in range(repeats)]
        averaged.append(np.mean(drawn, axis=0))
    return {
        "scaled": 100 * left_out(np.array(scaled)),
        "averaged": 100 * left_out(np.array(averaged)),
    }


def wrong_on_average(
    game: AdditiveGame, rate: float, passes: Sequence[int], rng: np.random.Generator
) -> FloatArray:
    """Say which images averages of so many sub-networks get wrong, (A, M) of 0 and 1."""
    averages = average_of_sub_networks(game, rate, passes, rng)
    return np.asarray(averages.argmax(axis=2) != game.wanted.argmax(axis=1), dtype=float)


def find(plan: Plan, results: Results) -> Found:
    """Say from how many passes on the average matches, by three readings of 'match'."""
    figures = joined(results, "rate 0.5")
    scaled, averaged = figures["scaled"], figures["averaged"]
    by_passes = dict(zip(PASSES, averaged.swapaxes(0, 1), strict=True))
    of = {passes: paired_effect(scaled, each) for passes, each in by_passes.items()}
    spread = float(scaled[:, 0].std(ddof=1))

    def against(passes: int) -> dict[str, tuple[FloatArray, FloatArray]]:
        return {f"one scaled pass, average of {passes}": (scaled, by_passes[passes])}

    statements = [
        judged("one pass alone is worse than the scaled one", "higher", PAPER_GAIN, against(1)),
        judged("with 20 the average is still worse", "higher", PAPER_GAIN, against(20)),
        judged("with 50 the average is as good", "same", PAPER_GAIN, against(50)),
        judged("with 200, and so with many, they are alike", "same", PAPER_GAIN, against(200)),
    ]
    facts = [
        _first("the mean error is no higher", of, lambda effect: effect.difference <= 0),
        _first(
            f"the mean error stays within one standard deviation of the scaled pass's over the "
            f"networks ({spread:.2f} points)",
            of,
            lambda effect: abs(effect.difference) <= spread,
        ),
        _first(
            f"the error is shown to be the same within {PAPER_GAIN:g} points",
            of,
            lambda effect: effect.within(PAPER_GAIN),
        ),
    ]
    panels = [
        Panel(
            "Test error",
            "sub-networks averaged, k",
            "error, %",
            [Curve("average of k", PASSES, [levels(each) for each in by_passes.values()])],
            logarithmic=True,
            lines=((float(scaled[:, 0].mean()), "one scaled pass"),),
        ),
        Panel(
            "Average of k less one scaled pass",
            "sub-networks averaged, k",
            "points of a per cent",
            [Curve("difference", PASSES, list(of.values()))],
            logarithmic=True,
            lines=(
                (0.0, "no difference"),
                (PAPER_GAIN, f"{PAPER_GAIN:g} points worse"),
                (-PAPER_GAIN, f"{PAPER_GAIN:g} points better"),
            ),
        ),
    ]
    return Found(panels, statements, facts)


STUDY = Study(
    "11",
    "How many sub-networks to average",
    "How many sub-networks, drawn at random and averaged, are as good as one pass of the whole "
    "network with its weights scaled?",
    "Srivastava et al. (2014), JMLR 15, section 7.5 and figure 11",
    "At about k = 50 the average becomes as good as the scaled pass; thereafter it is slightly "
    "better, well within one standard deviation of it. Scaling is a fairly good approximation of "
    "the true average.",
    (
        "images of MNIST; for each test image k sub-networks are drawn as in training, and their "
        "probabilities averaged",
        "the scaled pass is the reference, on the same network and the same test images",
    ),
    (
        "one hidden layer of 256 units with rate 0.5, 3,000 training and 1,000 test images; the "
        "paper does not say which of its networks the figure is of",
        "the same k sub-networks answer all test images; theirs are drawn for each image",
        "ten networks, each with ten draws of sub-networks",
    ),
    jobs,
    find,
)


def _first(what: str, of: dict[int, Effect], holds: Callable[[Effect], bool]) -> str:
    """Say from which number of passes on something holds without a break."""
    since = None
    for passes, effect in reversed(of.items()):
        if not holds(effect):
            break
        since = passes
    when = f"from k = {since} on" if since is not None else f"not even for k = {max(of)}"
    return f"Match, if it means that {what}: {when}."
