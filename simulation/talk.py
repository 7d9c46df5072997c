"""The talk: practice questions, the audience's questions, and the sections they belong to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.arrays import FloatArray
from simulation.audience import AUDIENCES, Audience
from simulation.checks import InputError, listed, numeric, one_of, real, room, text, whole
from simulation.streams import Seed, generator

PARTS = ("practice", "choice", "show")
"""Training, validation and test set."""


@dataclass(frozen=True, eq=False)
class Talk:
    """What a team rehearses for, and what it is judged on.

    Attributes
    ----------
    name : str
        What the talk is about, for titles.
    practice_questions : (P, D) array
        The finite set that rehearsals draw from; the training set.
    practice_answers : (P, K) array
        What the practice audience wanted to hear, noise included. One-hot for softmax.
    show_questions : (M, D) array
        Unseen questions of the show; the test set.
    show_answers : (M, K) array
        What is true, without noise.
    sections : tuple of K str
        Names of the sections; the outputs.
    audience_name : str
        'squared error' or 'softmax'.
    hard_section : int
        Which section is the hard one (0 where none stands out).
    choice_questions : (C, D) array, optional
        Questions to choose on (when to stop, how strong a remedy), neither practised nor shown;
        the validation set.
    choice_answers : (C, K) array, optional
        What is true, without noise.
    """

    name: str
    practice_questions: FloatArray
    practice_answers: FloatArray
    show_questions: FloatArray
    show_answers: FloatArray
    sections: tuple[str, ...]
    audience_name: str = "squared error"
    hard_section: int = 0
    choice_questions: FloatArray | None = None
    choice_answers: FloatArray | None = None

    def __post_init__(self) -> None:
        text("the talk's name", self.name)
        one_of("audience", self.audience_name, tuple(AUDIENCES))
        sections = tuple(text("a section", each) for each in listed("sections", self.sections))
        object.__setattr__(self, "sections", sections)
        if not sections:
            raise InputError("the talk has no sections, but needs at least one: name it")
        whole("hard section", self.hard_section, least=0, most=len(self.sections) - 1)
        if (self.choice_questions is None) != (self.choice_answers is None):
            raise InputError(
                "questions to choose on need answers, and answers questions: give both"
            )
        parts = ("practice", "show") if self.choice_questions is None else PARTS
        for part in parts:
            for what in (f"{part}_questions", f"{part}_answers"):
                table = numeric(what.replace("_", " "), getattr(self, what), finite=False)
                object.__setattr__(self, what, table)
            questions, answers = self.part(part)
            if questions.ndim != 2 or questions.size == 0:
                raise InputError(
                    f"{part} questions have shape {questions.shape}, but must be a table "
                    "(questions, features) with at least one of each"
                )
            if answers.shape != (len(questions), len(self.sections)):
                raise InputError(
                    f"{part} answers have shape {answers.shape}, but must be a table (questions, "
                    f"sections) of ({len(questions)}, {len(self.sections)})"
                )
            if not (np.isfinite(questions).all() and np.isfinite(answers).all()):
                raise InputError(
                    f"{part} questions or answers are not all finite numbers: "
                    "take out NaN and infinity"
                )
            if self.audience_name == "softmax" and not (
                np.isin(answers, (0, 1)).all() and (answers.sum(axis=1) == 1).all()
            ):
                raise InputError(
                    f"{part} answers for a softmax audience must be one-hot: a 1 in the section "
                    "that is right and 0 elsewhere"
                )
            if questions.shape[1] != self.n_features:
                raise InputError(
                    f"practice questions have {self.n_features} features and those of the "
                    f"{part} {questions.shape[1]}: give all the same"
                )
            if (
                self.audience_name == "squared error"
                and part != "practice"
                and (answers == answers[0]).all(axis=0).any()
            ):
                raise InputError(
                    f"{part} answers are the same for all questions in some section, so quality "
                    "(1 - SSE/SST) has no meaning there: give answers that vary"
                )

    def part(self, name: str) -> tuple[FloatArray, FloatArray]:
        """Return questions and answers of one part: 'practice', 'choice' or 'show'."""
        one_of("part", name, PARTS)
        questions, answers = getattr(self, f"{name}_questions"), getattr(self, f"{name}_answers")
        if questions is None:
            raise InputError(f"{self.name} has no questions to choose on: make it with a choice")
        return questions, answers

    @property
    def audience(self) -> Audience:
        """Who listens and says what was missing."""
        return AUDIENCES[self.audience_name]

    @property
    def n_features(self) -> int:
        """D, features of a question."""
        return int(self.practice_questions.shape[1])

    @property
    def n_sections(self) -> int:
        """K, sections of the talk."""
        return len(self.sections)


def synthetic_talk(
    rng: Seed,
    *,
    features: int = 16,
    sections: int = 5,
    topics: int = 3,
    practice: int = 40,
    show: int = 1000,
    noise: float = 0.3,
    choice: int = 500,
    audience: str = "squared error",
) -> Talk:
    """Make up a talk with a low-rank teacher and one hard section.

    A question x is about a few `topics`, z = A x (A orthonormal). The easy sections are linear in
    all topics but the last. Section 0 is the hard one: it alone is about the last topic, and in a
    way that is not linear, relu(z_last); what one learns for the easy sections is no help there.
    Every section is scaled to mean 0 and variance 1 over the audience's questions.

    For a softmax audience that is how much each section has to say to a question, and the right one
    is the section that has most; what is wrong with the practice answers then names wrong ones.

    Parameters
    ----------
    rng : int, SeedSequence or Generator
    features, sections, topics : int
        D, K and the rank of the teacher; 2 <= topics <= features.
    practice, show : int
        P practice questions and M unseen ones.
    noise : float
        Standard deviation of what is wrong with the practice answers, in units of a section's.
    choice : int
        C further questions to choose on; 0 for none. Drawn last: all else is the same without.
    audience : {'squared error', 'softmax'}
        Whatever it is, the same is drawn.

    Returns
    -------
    Talk

    Examples
    --------
    >>> synthetic_talk(np.random.default_rng(0)).practice_answers.shape
    (40, 5)
    """
    whole("features", features, least=2)
    whole("sections", sections, least=1)
    whole("topics", topics, least=2, most=features)
    whole("practice questions", practice, least=1)
    whole("questions of the show", show, least=2)
    real("noise", noise, least=0)
    whole("questions to choose on", choice, least=0)
    one_of("audience", audience, tuple(AUDIENCES))
    rng = generator(rng)
    room("the talk", practice + show + choice + topics + 1, features + sections)
    about = np.linalg.qr(rng.normal(size=(features, topics)))[0]  # (D, topics)
    easy = rng.normal(size=(topics - 1, sections))

    def truth(questions: FloatArray) -> FloatArray:
        z = questions @ about  # (B, topics)
        answers = z[:, :-1] @ easy  # (B, K)
        answers[:, 0] = np.maximum(z[:, -1], 0.0)
        return np.asarray(answers)

    practice_questions = rng.normal(size=(practice, features))
    show_questions = rng.normal(size=(show, features))
    show_answers = truth(show_questions)
    centre, scale = show_answers.mean(axis=0), show_answers.std(axis=0)
    if not scale.all():
        raise InputError(
            f"the show has {show} questions, and on all of them some section has the same answer: "
            "ask for more questions of the show"
        )
    practice_answers = (truth(practice_questions) - centre) / scale
    with np.errstate(over="ignore"):  # what is not finite any more is refused below
        practice_answers += noise * rng.normal(size=practice_answers.shape)
    choice_questions = rng.normal(size=(choice, features)) if choice else None
    softmax = audience == "softmax"

    def wanted(answers: FloatArray) -> FloatArray:
        return np.eye(sections)[answers.argmax(axis=1)] if softmax else answers

    return Talk(
        name="synthetic talk, one section right" if softmax else "synthetic talk",
        practice_questions=practice_questions,
        practice_answers=wanted(practice_answers),
        show_questions=show_questions,
        show_answers=wanted((show_answers - centre) / scale),
        sections=("hard", *(f"easy {k}" for k in range(1, sections))),
        audience_name=audience,
        choice_questions=choice_questions,
        choice_answers=(
            None if choice_questions is None else wanted((truth(choice_questions) - centre) / scale)
        ),
    )
