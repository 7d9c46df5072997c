"""What a rehearsal costs in the page's engine, beside Mesa's team and NumPy's twin."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import numpy as np
from playwright.async_api import Page

from benchmarks.ratios import ratio
from nn_bridge.twin import Twin
from simulation.laws import one_or_two_absent
from simulation.talk import synthetic_talk
from simulation.team import Team

SEED = 7
ROUNDS = 10
IN_THE_PAGE = 10_000
"""Rehearsals of a round in the page."""
IN_PYTHON = 500

BEGIN = """async (seed) => {
  const load = (name) => import(new URL(`page/engine/${name}.js`, document.baseURI));
  const [{ Team }, { syntheticTalk }, { lawOf }, { defaultRng }] = await Promise.all(
    ["team", "talk", "laws", "random/generator"].map(load),
  );
  const talk = syntheticTalk(defaultRng([seed, 0]));
  window.timed = new Team({ talk, law: lawOf("one-or-two", 5), seed });
}"""

REHEARSE = """(rehearsals) => {
  const begun = performance.now();
  for (let n = 0; n < rehearsals; n++) timed.step();
  return (performance.now() - begun) / rehearsals / 1000;
}"""


@dataclass(frozen=True)
class Rehearsals:
    """Seconds a rehearsal, by round: all take turns, and so share the machine's moods."""

    page: list[float]
    mesa: list[float]
    numpy: list[float]

    @property
    def microseconds(self) -> float:
        """The page's median."""
        return 1e6 * statistics.median(self.page)

    def __str__(self) -> str:
        """Say it in the words of a table."""
        slower = [ratio([those], [self.page]).median for those in (self.mesa, self.numpy)]
        return (
            f"{self.microseconds:.1f} µs; Mesa's team takes {slower[0]:.0f} times as long, "
            f"NumPy's twin {slower[1]:.0f} times"
        )


async def rehearsals(page: Page) -> Rehearsals:
    """Let the article's team rehearse in an open page that rests, in Mesa and as NumPy's twin."""
    team = Team(synthetic_talk(np.random.default_rng([SEED, 0])), one_or_two_absent(5), rng=SEED)
    twin = Twin.of(team)
    seconds = Rehearsals([], [], [])
    await page.evaluate(BEGIN, SEED)
    await page.evaluate(REHEARSE, 2 * IN_THE_PAGE)  # until it is compiled
    for _ in range(ROUNDS):
        seconds.page.append(float(await page.evaluate(REHEARSE, IN_THE_PAGE)))
        of_the_team = of_the_twin = 0.0
        for _ in range(IN_PYTHON):
            begun = time.perf_counter()
            team.step()
            then = time.perf_counter()
            held = team.last_rehearsal
            assert held is not None  # it has just been
            twin.rehearse(held.questions, held.wanted, held.attendance)
            of_the_team += then - begun
            of_the_twin += time.perf_counter() - then
        seconds.mesa.append(of_the_team / IN_PYTHON)
        seconds.numpy.append(of_the_twin / IN_PYTHON)
    return seconds
