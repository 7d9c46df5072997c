"""The presenter: a Mesa agent with one learning rule."""

from __future__ import annotations

import itertools
import math
import string
from dataclasses import dataclass

import mesa
import numpy as np

from simulation.arrays import BoolArray, FloatArray
from simulation.attendance import team_size
from simulation.audience import AUDIENCES, Audience, checked_audience
from simulation.checks import (
    InputError,
    boolean,
    instance,
    numeric,
    real,
    room,
    text,
    unsaid,
    whole,
)
from simulation.streams import Seed, generator


def presenter_names(n: int) -> tuple[str, ...]:
    """Name the presenters A, B, .. Z, AA, AB, .. as the columns of a spreadsheet.

    Examples
    --------
    >>> presenter_names(5), presenter_names(28)[24:]
    (('A', 'B', 'C', 'D', 'E'), ('Y', 'Z', 'AA', 'AB'))
    """
    by_length = (itertools.product(string.ascii_uppercase, repeat=k) for k in itertools.count(1))
    every = itertools.chain.from_iterable(by_length)
    return tuple("".join(name) for name in itertools.islice(every, n))


@dataclass(frozen=True, eq=False)
class Rehearsal:
    """What can be seen and heard in the room at one rehearsal.

    Attributes
    ----------
    questions : (B, D) array
    wanted : (B, K) array
        What the practice audience wants to hear.
    attendance : (N,) or (B, N) bool array
        Who is there: for the whole rehearsal, or anew at every question of it.
    table : (N, B, K) array
        What each has prepared, as loud as it would be said. The absent ones' too: their material
        is known to the others.
    handout : (K,) array
        What is always in the room; the output bias.
    audience : Audience
    learning_rate : float
    """

    questions: FloatArray
    wanted: FloatArray
    attendance: BoolArray
    table: FloatArray
    handout: FloatArray
    audience: Audience
    learning_rate: float

    def __post_init__(self) -> None:
        if not self._fits():  # looked at closely only then: one is made at every step of a team
            self._check()

    def _fits(self) -> bool:
        try:
            (questions, sections), members = self.wanted.shape, len(self.table)
            return (
                self.table.shape == (members, questions, sections)
                and 0 not in self.table.shape
                and self.handout.shape == (sections,)
                and self.attendance.shape in ((members,), (questions, members))
                and self.attendance.dtype == bool
                and self.questions.shape[:-1] == (questions,)
                and self.questions.dtype.kind == self.wanted.dtype.kind == "f"
                and self.handout.dtype.kind == self.table.dtype.kind == "f"
                and type(self.learning_rate) is float
                and self.audience is AUDIENCES.get(self.audience.name)
            )
        except (AttributeError, TypeError, ValueError):
            return False

    def _check(self) -> None:
        table = numeric("the table", self.table, "presenters", "questions", "sections")
        members, questions, sections = table.shape
        whole_rehearsal = np.ndim(self.attendance) == 1
        checked = {
            "table": table,
            "questions": numeric("questions", self.questions, questions, "features"),
            "wanted": numeric("what is wanted", self.wanted, questions, sections),
            "handout": numeric("the handout", self.handout, sections),
            "attendance": boolean(
                "attendance", self.attendance, *(() if whole_rehearsal else (questions,)), members
            ),
            "audience": checked_audience(self.audience),
            "learning_rate": real("learning rate", self.learning_rate, above=0),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def talk_given(self) -> FloatArray:
        """Return the answers really given by those who are there, (B, K)."""
        if self.attendance.ndim == 1:
            return self.handout + _as_counted_on(self.attendance.astype(float), self.table)
        return np.asarray(self.handout + np.einsum("bn,nbk->bk", self.attendance, self.table))

    def missing_from(self, answers: FloatArray) -> FloatArray:
        """Hear from the audience what is missing from `answers`, (B, K)."""
        if type(answers) is not np.ndarray or answers.shape != self.wanted.shape:
            answers = numeric("answers", answers, *self.wanted.shape, finite=False)
        return self.audience.feedback(answers, self.wanted)


class Presenter(mesa.Agent):  # type: ignore[misc]
    """One of the team: prepares answers, notes who comes, and learns from what is missing.

    Rule: at every rehearsal that I attend I note who turned up, imagine the talk as I count on
    it, hear what is missing from it, and move my own delivery and understanding towards that.
    I see what is on the table and who is in the room, never anybody else's skills.

    Parameters
    ----------
    model : simulation.team.Team
    seat : int
        My place in the team, 0 .. N-1.
    name : str
    speak_up : float
        1/q: how much louder I speak in a rehearsal because I am there only with rate q.
    trust : float
        In (0, 1]: how fast my reliance on others follows their attendance.
    n_presenters, abilities, features, sections : int
        N, H, D and K.
    rng : int, SeedSequence or Generator
        Draws what I can do at the start.

    Attributes
    ----------
    understanding : (H, D) array
    understanding_bias : (H,) array
    delivery : (K, H) array
    reliance : (N,) array
        rho_i: how far I count on each of the others; 1 on myself. Starts at 1 ("B will do it").
    rehearsals_attended : int
    """

    def __init__(
        self,
        model: mesa.Model,
        *,
        seat: int,
        name: str,
        speak_up: float,
        trust: float,
        n_presenters: int,
        abilities: int,
        features: int,
        sections: int,
        rng: Seed,
    ) -> None:
        super().__init__(instance("model", model, mesa.Model))
        team_size(n_presenters)
        self.seat = whole("seat", seat, least=0, most=n_presenters - 1)
        self.name = text("name", name)
        self.speak_up = real("speak_up", speak_up, least=1)
        self.trust = real("trust", trust, above=0, most=1)
        room(
            "what a presenter can do",
            whole("abilities", abilities, least=1),
            whole("features", features, least=1) + whole("sections", sections, least=1),
        )
        rng = generator(rng)
        # Scaled so that understanding, and the first answer of a team of any size, is of order 1.
        self.understanding: FloatArray = rng.normal(size=(abilities, features)) / np.sqrt(features)
        self.understanding_bias: FloatArray = np.zeros(abilities)
        self.delivery: FloatArray = rng.normal(size=(sections, abilities)) / np.sqrt(
            n_presenters * abilities
        )
        self.reliance: FloatArray = np.ones(n_presenters)
        self.rehearsals_attended = 0
        self._questions: FloatArray = np.empty((0, features))  # (B, D) what I prepared for
        self._thoughts: FloatArray = np.empty((0, abilities))  # (B, H) what I made of it

    @unsaid
    def contribution(self, questions: FloatArray) -> FloatArray:
        """Answer `questions` (B, D) as I would at the show: c_i(x), shape (B, K)."""
        questions = self._asked(questions)
        return self._think(questions) @ self.delivery.T

    def prepare(self, questions: FloatArray) -> FloatArray:
        """Prepare for `questions` (B, D) and put it on the table, as loud as I would say it."""
        last = self._questions
        if (
            type(questions) is not np.ndarray
            or questions.shape != last.shape
            or questions.dtype is not last.dtype
        ):
            questions = self._asked(questions)
        self._questions, self._thoughts = questions, self._think(questions)
        said = self._thoughts @ self.delivery.T  # (B, K)
        said *= self.speak_up
        return np.asarray(said)

    def learn(self, rehearsal: Rehearsal) -> None:
        """Learn from a rehearsal that I prepared for; nothing at all if I am not there."""
        expected = len(self.reliance), len(self._questions), len(self.delivery)
        if not isinstance(rehearsal, Rehearsal) or rehearsal.table.shape != expected:
            raise self._other(rehearsal)
        if rehearsal.attendance.ndim == 1:
            if not rehearsal.attendance[self.seat]:
                return
            self._note_who_came(rehearsal.attendance)
            heard = _as_counted_on(self.reliance, rehearsal.table)
            missing = rehearsal.missing_from(rehearsal.handout + heard)
        else:
            missing = self._missing_question_by_question(rehearsal)
        self.rehearsals_attended += bool(rehearsal.attendance[..., self.seat].any())
        self._improve(missing, self.speak_up * rehearsal.learning_rate / len(missing))

    def practise_alone(
        self,
        questions: FloatArray,
        wanted: FloatArray,
        *,
        section: int,
        audience: Audience,
        learning_rate: float,
    ) -> None:
        """Work on one section with nobody else in the room and nobody to count on."""
        questions = self._asked(questions)
        whole("section", section, least=0, most=len(self.delivery) - 1)
        if type(learning_rate) is not float or not 0.0 < learning_rate < math.inf:
            learning_rate = real("learning rate", learning_rate, above=0)
        checked_audience(audience)
        shape = len(questions), len(self.delivery)
        wanted = numeric("what is wanted", wanted, *shape, finite=False)
        self._questions, self._thoughts = questions, self._think(questions)
        missing = audience.feedback(self._thoughts @ self.delivery.T, wanted)  # (B, K)
        elsewhere = np.arange(missing.shape[1]) != section
        missing[:, elsewhere] = 0.0
        self._improve(missing, learning_rate / len(missing))

    def _asked(self, questions: FloatArray) -> FloatArray:
        features = self.understanding.shape[1]
        return numeric("questions", questions, "questions", features, finite=False)

    def _other(self, rehearsal: object) -> InputError:
        instance("rehearsal", rehearsal, Rehearsal)
        return InputError(
            f"the rehearsal is not one of {len(self.reliance)} presenters with the "
            f"{len(self._questions)} questions that I prepared for: prepare for its questions first"
        )

    def _think(self, questions: FloatArray) -> FloatArray:
        thoughts = questions @ self.understanding.T  # (B, H)
        thoughts += self.understanding_bias
        np.maximum(thoughts, 0.0, out=thoughts)
        return np.asarray(thoughts)

    def _note_who_came(self, attendance: BoolArray) -> None:
        self.reliance += self.trust * (attendance - self.reliance)
        self.reliance[self.seat] = 1.0

    def _missing_question_by_question(self, rehearsal: Rehearsal) -> FloatArray:
        """Hear what is missing where people come and go between questions, (B, K)."""
        counted_on = np.zeros((len(rehearsal.wanted), len(self.reliance)))  # (B, N)
        for question, attendance in enumerate(rehearsal.attendance):
            if attendance[self.seat]:
                self._note_who_came(attendance)
                counted_on[question] = self.reliance
        heard = np.einsum("bn,nbk->bk", counted_on, rehearsal.table)
        missing = rehearsal.missing_from(rehearsal.handout + heard)
        missing *= rehearsal.attendance[:, self.seat, None]
        return missing

    def _improve(self, missing: FloatArray, step: float) -> None:
        """Go down the gradient of the loss through my own contribution only."""
        push = missing * step  # (B, K)
        inward = push @ self.delivery  # (B, H)
        inward *= self._thoughts > 0.0
        self.delivery += push.T @ self._thoughts
        self.understanding += inward.T @ self._questions
        self.understanding_bias += inward.sum(axis=0)


def _as_counted_on(reliance: FloatArray, table: FloatArray) -> FloatArray:
    """Sum what is on the table (N, B, K), each part as far as it is counted on (N,)."""
    n, *rest = table.shape
    return np.asarray((reliance @ table.reshape(n, -1)).reshape(rest))
