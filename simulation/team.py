"""The team: a Mesa model of people who rehearse a talk together."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from mesa.datacollection import DataCollector

from simulation.arrays import BoolArray, FloatArray
from simulation.attendance import AttendanceLaw
from simulation.checks import DivergedError, InputError, instance, one_of, real, room, whole
from simulation.presenter import Presenter, Rehearsal
from simulation.show import PRESENTER_COLUMNS, TEAM_COLUMNS, Show
from simulation.speakers import Speakers
from simulation.streams import Seed, TeamStreams
from simulation.talk import Talk


class Team(Speakers):
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
        the same questions, whatever their law. A Generator is used up by it: the same seed is
        another one, seeded and used alike. None: a seed of its own.

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
    >>> import pickle
    >>> from simulation import Team, one_or_two_absent, synthetic_talk
    >>> talk = synthetic_talk(np.random.default_rng(0))
    >>> team = Team(talk, one_or_two_absent(5), rng=0)
    >>> team.rehearse(10)
    >>> team.rehearsals, len(team.agents)
    (10, 5)

    A team can be pickled, as it is or with `copy.deepcopy`, and goes on where it was:

    >>> other = pickle.loads(pickle.dumps(team))
    >>> team.rehearse(5), other.rehearse(5)
    (None, None)
    >>> team.quality() == other.quality()
    True
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
        rng: Seed | None = None,
    ) -> None:
        n = instance("attendance", attendance, AttendanceLaw).n_presenters
        super().__init__(talk, n, rng)
        self.attendance = attendance
        self.abilities = whole("abilities", abilities, least=1)
        self.trust = real("trust", trust, above=0, most=1)
        self.learning_rate = real("learning rate", learning_rate, above=0)
        self.questions = whole("questions in a rehearsal", questions, least=1)
        self.attendance_per = one_of("attendance_per", attendance_per, ("rehearsal", "question"))
        self.show_every = whole("show_every", show_every, least=0)
        self.rehearsals = 0
        self.last_rehearsal: Rehearsal | None = None

        self.streams = TeamStreams.of(self.rng)
        self._masks: Iterator[BoolArray] = attendance.stream(self.streams.attendance)
        room("what the team can do", n, self.abilities, talk.n_features + talk.n_sections)
        room("a rehearsal", n, self.questions, talk.n_sections + self.abilities)
        self.presenter_kind.create_agents(
            self,
            n,
            seat=list(range(n)),
            name=self.names,
            speak_up=attendance.moments().speak_up,
            trust=self.trust,
            n_presenters=n,
            abilities=self.abilities,
            features=talk.n_features,
            sections=talk.n_sections,
            rng=self.streams.start,
        )
        self.latest_show: Show | None = None
        self.datacollector = DataCollector(
            model_reporters=TEAM_COLUMNS, agent_reporters=PRESENTER_COLUMNS
        )

    def one_step(self) -> None:
        """Hold one rehearsal."""
        # Overflow is looked for below, where it can be said at which rehearsal it came.
        with np.errstate(over="ignore", invalid="ignore"):
            questions, wanted = self._draw_questions(self.streams.questions)
            presenters = self.seated
            table = np.array([each.prepare(questions) for each in presenters])  # (N, B, K)
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
            for each in presenters:
                each.learn(rehearsal)
            self.handout += self.learning_rate * missing.mean(axis=0)
        self.last_rehearsal = rehearsal
        self.rehearsals += 1
        if not np.isfinite(self.handout).all():
            raise self._diverged(f"at rehearsal {self.rehearsals}")
        if self.show_every and self.rehearsals % self.show_every == 0:
            with np.errstate(over="ignore", invalid="ignore"):
                if not np.isfinite(self.squared_weights):
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
        if instance("attendance", attendance, AttendanceLaw).n_presenters != self.n_presenters:
            raise InputError(
                f"the law is for {attendance.n_presenters} presenters, but the team has "
                f"{self.n_presenters}: give one for as many"
            )
        self.attendance, self._masks = attendance, attendance.stream(self.streams.attendance)
        for presenter, speak_up in zip(self.seated, attendance.moments().speak_up, strict=True):
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
        presenter = self.seated[self.seat_of(who)]
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
            if not np.isfinite(self.squared_weights):
                raise self._diverged(f"in {who}'s head start")

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
