"""Two teams that started identical, each beside its network twin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

import mesa
import numpy as np

from dashboard.live.look import Look
from dashboard.live.setup import Change, EngineOnlyError, Setup, law_of, names_in, seats_of
from experiments.control_team import ControlTeam
from nn_bridge.twin import Twin
from simulation.arrays import BoolArray
from simulation.attendance import AttendanceLaw
from simulation.checks import DivergedError
from simulation.laws import Everyone
from simulation.scenario import HEAD_START
from simulation.talk import Talk, synthetic_talk

SIDES = ("left", "right")
FURTHEST = 20.0
"""Size of a handout from which on a team counts as diverged; those of teams that learn stay near 1.

What is wanted is of order 1. Beyond this nothing comes back, and in a few rehearsals more the
figures would be numbers that nobody can read."""
ALONE_AT_ONCE = 200
"""Rehearsals of a head start between two pauses in which other sessions get their turn."""

LOOKS_EVERY = 100
"""Rehearsals between two looks at team and twin that are taken whoever looks on."""


def check_mesa_can(setup: Setup) -> None:
    """Refuse what the engine in the page can do, but Mesa's teams cannot."""
    if setup.momentum:
        raise EngineOnlyError(
            f"momentum is {setup.momentum:g}, but Mesa's presenters remember no earlier steps: let "
            "the page compute, or set it to 0"
        )


class Side:
    """One team, its twin, and whether they still go on.

    Attributes
    ----------
    team : ControlTeam
        If there is output noise everybody comes, and hears it as strong as the law's absences would
        make the answers vary.
    twin : Twin
        Steps with each of the team's rehearsals, on the same questions with the same people there.
    absence_rate : float
        Mean over the presenters.
    largest : float
        Largest difference between team and twin after every `LOOKS_EVERY`th rehearsal: whenever
        else somebody looked, two machines that open the same link tell the same.
    diverged : dict or None
        Why the team has stopped: the last rehearsal, after which its numbers were beyond all
        bounds, and the learning rate that was too large.
    """

    def __init__(self, setup: Setup, law: str) -> None:
        asked = law_of(law, setup.presenters)
        self._complete = Everyone(setup.presenters) if setup.output_noise else None
        self.team = ControlTeam(
            shared_talk(setup.seed, setup.practice, setup.noise, setup.audience),
            self._complete or asked,
            imitated=asked if setup.output_noise else None,
            weight_decay=setup.weight_decay,
            abilities=setup.abilities,
            trust=setup.trust,
            learning_rate=setup.learning_rate,
            questions=setup.questions,
            rng=setup.seed,
        )
        self.absence_rate = self.team.attendance.moments().absence_rate
        self.twin = Twin.of(self.team)
        self.largest = 0.0
        self.diverged: dict[str, float] | None = None
        self._look = Look.at(self.team, self.twin)

    def practise_alone(self, rehearsals: int) -> Iterator[None]:
        """Give B the head start, piece by piece; the twin starts where it ends."""
        for at in range(0, rehearsals, ALONE_AT_ONCE):
            self.team.practise_alone(HEAD_START, min(ALONE_AT_ONCE, rehearsals - at))
            yield
        self.twin = Twin.of(self.team)
        self._look = Look.at(self.team, self.twin)

    def rehearse(self) -> None:
        """Hold one rehearsal, team and twin; a team that diverges stops and says so."""
        if self.diverged is not None:
            return
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                self.team.step()
                held = self.team.last_rehearsal
                assert held is not None  # it has just been
                self.twin.rehearse(held.questions, held.wanted, held.attendance)
                if self.team.weight_decay:
                    for skill in self.twin.layers.parameters[:3]:  # all but the handout
                        skill *= self.team.kept
                if self.team.rehearsals % LOOKS_EVERY == 0:
                    self.largest = max(self.largest, self._look_anew().difference)
        except DivergedError:
            self._stop()
        if np.abs(self.team.handout).max() > FURTHEST:
            self._stop()

    def look(self) -> Look:
        """Look at the team and its twin; if they cannot be shown any more, as they last could.

        Only `rehearse` stops a team, at a rehearsal that does not hang on who looked when.
        """
        if self.diverged is None:
            with suppress(DivergedError):
                self._look_anew()
        return self._look

    def _look_anew(self) -> Look:
        if self._look.rehearsal != self.team.rehearsals:
            self._look = Look.at(self.team, self.twin)
        return self._look

    def _stop(self) -> None:
        self.diverged = {
            "rehearsal": self.team.rehearsals,
            "learning_rate": self.team.learning_rate,
        }

    def present(self) -> BoolArray:
        """Who was there at the last rehearsal, (N,); everybody before the first."""
        held = self.team.last_rehearsal
        return np.ones(self.team.n_presenters, dtype=bool) if held is None else held.attendance

    def change(self, key: str, value: Any) -> None:
        """Let another law, learning rate or trust hold from the next rehearsal on."""
        if key == "learning_rate":
            self.team.learning_rate = self.twin.optimizer.learning_rate = value
        elif key == "trust":
            self.team.trust = self.twin.trust = value
            self.team.agents.set("trust", value)
        else:
            self._change_law(law_of(value, self.team.n_presenters))

    def _change_law(self, law: AttendanceLaw) -> None:
        if self._complete is not None:
            self.team.imitate(law)
        else:
            self.absence_rate = law.moments().absence_rate
            self.team.change_attendance(law)
            self.twin = _with_new_masks(self.twin, self.team)


class Pair:
    """The two sides of a session, which see the same questions.

    Attributes
    ----------
    setup : Setup
        As asked for.
    start : Setup
        As it is when the first rehearsal begins, with the changes made before it.
    sides : dict of 'left' and 'right' to Side
    held : int
        Rehearsals held.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        changes = setup.replayed()
        # What changed before the first rehearsal holds from the start, the head start included.
        early: dict[str, Any] = {
            change.key: change.value for rehearsal, change in changes if rehearsal == 0
        }
        self._to_come = [(at, change) for at, change in changes if at > 0]
        later = [entry for entry in setup.changes.split(";") if not entry.startswith("0:")]
        self.start = setup.model_copy(update={**early, "changes": ";".join(later)})
        self.sides = {side: Side(self.start, getattr(self.start, side)) for side in SIDES}
        self.names = self.sides["left"].team.names
        self.send_home({side: names_in(getattr(setup, f"home_{side}")) for side in SIDES})
        self.held = 0

    def practise_alone(self) -> Iterator[None]:
        """Give B's head start on both sides, piece by piece."""
        for side in self.sides.values():
            yield from side.practise_alone(self.setup.head_start)

    def rehearse(self) -> None:
        """Hold one rehearsal on both sides, then make the changes that belong there."""
        for side in self.sides.values():
            side.rehearse()
        self.held += 1
        while self._to_come and self._to_come[0][0] <= self.held:
            self.change(self._to_come.pop(0)[1])

    def change(self, change: Change) -> None:
        """Make a change at once; it must fit the size of the teams."""
        for name in (change.key,) if change.key in SIDES else SIDES:
            self.sides[name].change(change.key, change.value)

    def send_home(self, away: dict[str, list[str]]) -> None:
        """Judge the talks from now on without those named."""
        n = len(self.names)
        self.home = {
            side: ~np.isin(np.arange(n), seats_of(names, n)) for side, names in away.items()
        }

    @property
    def stopped(self) -> bool:
        """Whether both teams have diverged, so that nothing is left to rehearse."""
        return all(side.diverged for side in self.sides.values())

    def release(self) -> None:
        """Let go of the teams: Mesa 3.3 numbers agents in a table that keeps every model alive."""
        numbers: dict[Any, Any] = getattr(mesa.Agent, "_ids", {})
        for side in self.sides.values():
            numbers.pop(side.team, None)


@lru_cache(maxsize=16)
def shared_talk(seed: int, practice: int, noise: float, audience: str) -> Talk:
    """Draw the article's talk; sessions that ask for the same one share it, read-only."""
    rng = np.random.default_rng([seed, 0])
    return synthetic_talk(rng, practice=practice, noise=noise, audience=audience)


def _with_new_masks(twin: Twin, team: ControlTeam) -> Twin:
    """Build a twin for the team's new law, with the weights that the old twin has learned."""
    renewed = Twin.of(team)
    for new, old in zip(renewed.network.parameters(), twin.network.parameters(), strict=True):
        new[...] = old
    renewed.reliance = twin.reliance
    return renewed
