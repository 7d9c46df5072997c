"""The team: a Mesa model of people who rehearse a talk together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mesa
import numpy as np
import numpy.typing as npt
from mesa.datacollection import DataCollector

from simulation.attendance import AttendanceLaw
from simulation.checks import DivergedError, InputError, one_of, real, whole
from simulation.coalitions import (
    Game,
    Kept,
    Reading,
    answer_shares,
    coalition_values,
    quality_kept,
    shapley_values,
    solo_quality,
)
from simulation.presenter import Presenter, Rehearsal, presenter_names
from simulation.streams import TeamStreams
from simulation.talk import Talk

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

EXACT_SHARES = 12
"""Most presenters for whom Shapley values are computed at every show (2^N coalitions)."""


@dataclass(frozen=True, eq=False)
class Show:
    """The talk, judged on unseen questions with everyone there and with some missing."""

    game: Game
    hard_section: int

    @cached_property
    def complete(self) -> float:
        """Quality with everyone there."""
        return float(self.game.quality(np.ones((1, self.game.n_members), dtype=bool))[0])

    @cached_property
    def one_missing(self) -> Kept:
        """Quality with one missing, nobody covering."""
        return quality_kept(self.game, min(1, self.game.n_members))

    @cached_property
    def two_missing(self) -> Kept:
        """Quality with two missing, nobody covering."""
        return quality_kept(self.game, min(2, self.game.n_members))

    @cached_property
    def solo(self) -> FloatArray:
        """Quality that each manages alone, by section, (N, K)."""
        return solo_quality(self.game)

    @cached_property
    def hard_shares(self) -> FloatArray:
        """Share of each in the answers on the hard section, (N,); they add up to 1."""
        return answer_shares(self.game)[:, self.hard_section]

    @cached_property
    def hard_values(self) -> FloatArray:
        """Shapley value of each in the quality of the hard section, (N,); nan for large teams."""
        n = self.game.n_members
        if n > EXACT_SHARES:
            return np.full(n, np.nan)
        return shapley_values(coalition_values(self.game, section=self.hard_section))

    def hard_without(self, seat: int | None = None) -> float:
        """Quality of the hard section without the presenter in `seat`; None: everyone is there."""
        mask = np.arange(self.game.n_members)[None] != (-1 if seat is None else seat)
        return float(self.game.section_quality(mask)[0, self.hard_section])


class Team(mesa.Model):  # type: ignore[misc]
    """Presenters who rehearse a talk, some of them absent.

    One `step` is one rehearsal: questions are drawn from the practice set, everybody prepares,
    those who came give the talk, and each of them learns by the rule of `Presenter`. The handout,
    which is always in the room, moves with the feedback on the talk that was really given.

    Parameters
    ----------
    talk : Talk
    attendance : AttendanceLaw
        Who comes; it also says how many presenters there are.
    abilities : int
        H, abilities per presenter.
    trust : float
        a in (0, 1], how fast reliance follows attendance. 1: 'I count on whoever is here today'.
    learning_rate : float
        eta > 0.
    questions : int
        B, questions in a rehearsal.
    attendance_per : {'rehearsal', 'question'}
        Whether people come for a whole rehearsal or anew for every question of it. For trust = 1
        'question' is Keras's default, one dropout mask a sample.
    show_every : int
        Show the talk to its audience, and collect data, every so many rehearsals; 0: never.
    rng : int, SeedSequence or Generator
        Its `TeamStreams` are spawned from it: two teams with the same seed start the same and see
        the same questions, whatever their law.

    Attributes
    ----------
    streams : TeamStreams
    handout : (K,) array
    rehearsals : int
        How many have been held.
    last_rehearsal : Rehearsal or None
    datacollector : mesa.DataCollector
        A row for the team and one for each presenter at every show.

    Raises
    ------
    InputError
        If a parameter is out of its range.
    DivergedError
        From `step`, if answers leave the finite numbers: it says at which rehearsal.

    Examples
    --------
    >>> from simulation import Team, one_or_two_absent, synthetic_talk
    >>> talk = synthetic_talk(np.random.default_rng(0))
    >>> team = Team(talk, one_or_two_absent(5), rng=0)
    >>> team.rehearse(10)
    >>> team.rehearsals, len(team.agents)
    (10, 5)
    """

    presenter_kind: type[Presenter] = Presenter
    """Who sits in the team; a subclass may seat people who learn otherwise."""

    def __init__(
        self,
        talk: Talk,
        attendance: AttendanceLaw,
        *,
        abilities: int = 4,
        trust: float = 0.02,
        learning_rate: float = 0.02,
        questions: int = 8,
        attendance_per: str = "rehearsal",
        show_every: int = 0,
        rng: int | np.random.SeedSequence | np.random.Generator | None = None,
    ) -> None:
        super().__init__(rng=rng)
        # Mesa 3.5 never steps again after an exception in a step, Ctrl-C included. So `step` keeps
        # it from Mesa, and what the world calls as `step` raises it once Mesa is through.
        self._stopped_by: BaseException | None = None
        self._mesa_step = self.step
        self.step = self._step_and_raise  # type: ignore[method-assign]
        self.talk = talk
        self.attendance = attendance
        self.abilities = whole("abilities", abilities, least=1)
        self.trust = real("trust", trust, above=0, most=1)
        self.learning_rate = real("learning rate", learning_rate, above=0)
        self.questions = whole("questions in a rehearsal", questions, least=1)
        self.attendance_per = one_of("attendance_per", attendance_per, ("rehearsal", "question"))
        self.show_every = whole("show_every", show_every, least=0)
        self.rehearsals = 0
        self.last_rehearsal: Rehearsal | None = None
        self.handout: FloatArray = np.zeros(talk.n_sections)

        self.streams = TeamStreams.of(self.rng)
        self._masks: Iterator[BoolArray] = attendance.stream(self.streams.attendance)
        n = attendance.n_presenters
        self.presenter_kind.create_agents(
            self,
            n,
            seat=list(range(n)),
            name=presenter_names(n),
            speak_up=attendance.moments().speak_up,
            trust=self.trust,
            n_presenters=n,
            abilities=self.abilities,
            features=talk.n_features,
            sections=talk.n_sections,
            rng=self.streams.start,
        )
        self.names = presenter_names(n)
        self.latest_show: Show | None = None
        self.datacollector = DataCollector(
            model_reporters=_TEAM_COLUMNS, agent_reporters=_PRESENTER_COLUMNS
        )

    @property
    def n_presenters(self) -> int:
        """N."""
        return self.attendance.n_presenters

    @property
    def reliance(self) -> FloatArray:
        """rho_ij, how far i counts on j, (N, N); a copy."""
        return np.array(self.agents.get("reliance"))

    def step(self) -> None:
        """Hold one rehearsal."""
        try:
            self._hold_rehearsal()
        except BaseException as error:  # raised by `_step_and_raise`
            self._stopped_by = error

    def _step_and_raise(self) -> None:
        self._mesa_step()
        if self._stopped_by is not None:
            stopped_by, self._stopped_by = self._stopped_by, None
            raise stopped_by

    def _hold_rehearsal(self) -> None:
        # Overflow is looked for below, where it can be said at which rehearsal it came.
        with np.errstate(over="ignore", invalid="ignore"):
            questions, wanted = self._draw_questions(self.streams.questions)
            table = np.array(self.agents.map("prepare", questions))  # (N, B, K)
            rehearsal = Rehearsal(
                questions=questions,
                wanted=self.as_heard(wanted, table),
                attendance=self._draw_attendance(),
                table=table,
                handout=self.handout.copy(),
                audience=self.talk.audience,
                learning_rate=self.learning_rate,
            )
            missing = rehearsal.missing_from(rehearsal.talk_given())  # (B, K)
            self.agents.do("learn", rehearsal)
            self.handout += self.learning_rate * missing.mean(axis=0)
        self.last_rehearsal = rehearsal
        self.rehearsals += 1
        if not np.isfinite(self.handout).all():
            raise self._diverged(f"at rehearsal {self.rehearsals}")
        if self.show_every and self.rehearsals % self.show_every == 0:
            with np.errstate(over="ignore", invalid="ignore"):
                if not np.isfinite(squared_weights(self)):
                    raise self._diverged(f"at rehearsal {self.rehearsals}")
                self.collect()

    def _diverged(self, when: str) -> DivergedError:
        return DivergedError(
            f"learning diverged {when}: learning rate {self.learning_rate:g} is too large "
            "for this talk, lower it"
        )

    def as_heard(self, wanted: FloatArray, table: FloatArray) -> FloatArray:
        """Return what the team hears of what was wanted, (B, K): all of it, unless overridden."""
        return wanted

    def rehearse(self, rehearsals: int) -> None:
        """Hold so many rehearsals."""
        for _ in range(whole("rehearsals", rehearsals, least=0)):
            self.step()

    def change_attendance(self, attendance: AttendanceLaw) -> None:
        """Let people come by another law from the next rehearsal on; skills and reliance stay."""
        if attendance.n_presenters != self.n_presenters:
            raise InputError(
                f"the law is for {attendance.n_presenters} presenters, but the team has "
                f"{self.n_presenters}: give one for as many"
            )
        self.attendance, self._masks = attendance, attendance.stream(self.streams.attendance)
        for presenter, speak_up in zip(self.agents, attendance.moments().speak_up, strict=True):
            presenter.speak_up = float(speak_up)

    def practise_alone(self, who: str, rehearsals: int, *, section: int | None = None) -> None:
        """Let one presenter practise one section alone: a head start.

        Parameters
        ----------
        who : str
            A presenter's name.
        rehearsals : int
            How often, with as many questions as in a rehearsal.
        section : int or None
            Which section; None: the hard one.
        """
        (presenter,) = self.agents.select(lambda agent: agent.seat == self.seat_of(who))
        section = self.talk.hard_section if section is None else section
        whole("section", section, least=0, most=self.talk.n_sections - 1)
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(whole("rehearsals", rehearsals, least=0)):
                questions, wanted = self._draw_questions(self.streams.alone)
                presenter.practise_alone(
                    questions,
                    wanted,
                    section=section,
                    audience=self.talk.audience,
                    learning_rate=self.learning_rate,
                )
            if not np.isfinite(squared_weights(self)):
                raise self._diverged(f"in {who}'s head start")

    def seat_of(self, name: str) -> int:
        """Find a presenter's seat by name, or say which names there are."""
        if name not in self.names:
            raise InputError(
                f"presenter {name!r} is not in the team: {self.names[0]} to {self.names[-1]} are"
            )
        return self.names.index(name)

    def game(self, *, practice: bool = False) -> Game:
        """Give the talk: what each adds to the answers, as a game of coalitions.

        Parameters
        ----------
        practice : bool
            On the practice questions instead of the audience's unseen ones.
        """
        talk = self.talk
        questions, wanted = (
            (talk.practice_questions, talk.practice_answers)
            if practice
            else (talk.show_questions, talk.show_answers)
        )
        with np.errstate(over="ignore", invalid="ignore"):
            contributions = self.agents.map("contribution", questions)
        return Game(np.array(contributions), self.handout.copy(), wanted, talk.audience)

    def show(self) -> Show:
        """Show the talk to its audience, and judge it with everyone there and with some missing."""
        return Show(self.game(), self.talk.hard_section)

    def quality(
        self, present: Iterable[str] | None = None, reading: Reading = "nobody covers"
    ) -> float:
        """Judge the talk given by a sub-team on unseen questions.

        Parameters
        ----------
        present : names or None
            Who is there; None: everyone.
        reading : {'nobody covers', 'fill the time'}
            As it is, or contributions scaled by N / number present.

        Returns
        -------
        float
            1 - SSE/SST for squared error, accuracy for softmax.
        """
        seats = [self.seat_of(name) for name in (self.names if present is None else present)]
        mask = np.isin(np.arange(self.n_presenters), seats)[None]
        return float(self.game().quality(mask, reading)[0])

    def collect(self) -> None:
        """Show the talk and add a row to the data collector's frames."""
        self.latest_show = self.show()
        self.datacollector.collect(self)

    def _draw_questions(self, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        drawn = rng.integers(len(self.talk.practice_questions), size=self.questions)
        return self.talk.practice_questions[drawn], self.talk.practice_answers[drawn]

    def _draw_attendance(self) -> BoolArray:
        if self.attendance_per == "rehearsal":
            return next(self._masks)
        return np.array(list(itertools.islice(self._masks, self.questions)))  # (B, N)


def squared_weights(team: Team) -> float:
    """Sum of all presenters' squared weights and biases."""
    return sum(
        float(np.square(part).sum())
        for agent in team.agents
        for part in (agent.understanding, agent.understanding_bias, agent.delivery)
    )


def _mean_reliance(team: Team) -> float:
    others = ~np.eye(team.n_presenters, dtype=bool)
    return float(team.reliance[others].mean()) if others.any() else float("nan")


_TEAM_COLUMNS: dict[str, Any] = {
    "Rehearsal": "rehearsals",
    "Quality": lambda team: team.latest_show.complete,
    "One missing, mean": lambda team: team.latest_show.one_missing.mean,
    "One missing, worst": lambda team: team.latest_show.one_missing.worst,
    "Two missing, mean": lambda team: team.latest_show.two_missing.mean,
    "Two missing, worst": lambda team: team.latest_show.two_missing.worst,
    "Hard section": lambda team: team.latest_show.hard_without(None),
    "Reliance": _mean_reliance,
    "Squared weights": squared_weights,
}

# Scalars and copies only: Mesa 3.3's collector keeps a reference to what it is handed.
_PRESENTER_COLUMNS: dict[str, Any] = {
    "Name": "name",
    "Attended": "rehearsals_attended",
    "Solo quality": lambda agent: float(agent.model.latest_show.solo[agent.seat].mean()),
    "Share of hard section": lambda agent: float(agent.model.latest_show.hard_shares[agent.seat]),
    "Reliance": lambda agent: tuple(agent.reliance.tolist()),
}
