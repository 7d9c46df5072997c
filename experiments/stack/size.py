"""What a member of a stack costs in memory, and how many are best trained at a time."""

from __future__ import annotations

from experiments.stack.draws import AT_ONCE
from experiments.stack.kernel import LANES, Shape
from experiments.stack.kernel_one_question import AT_A_TIME
from simulation.checks import InputError, instance, room, whole
from simulation.talk import Talk

CACHE = 8 * 2**20
"""Bytes that a block of members works on in a rehearsal.

Measured best for two processes on two cores with 1 MiB of L2 each and 32 MiB of L3 for both.
Smaller blocks pay for more calls than they save: with 3 MiB a step takes 5% to 12% longer for one
question and 1% to 4% for eight. With 16 MiB each the two share the L3 no more, and eight questions
take 20% longer.
"""

FIXED_BYTES = 2**23
"""Bytes that a stack takes however few its members: mostly answers while shows are judged."""


def shape_of(talk: Talk, n_presenters: int, *, abilities: int, questions: int) -> Shape:
    """Check the sizes of a team and gather them."""
    instance("a talk", talk, Talk)
    shape = Shape(
        presenters=whole("presenters", n_presenters, least=1),
        abilities=whole("abilities", abilities, least=1),
        features=talk.n_features,
        sections=talk.n_sections,
        questions=whole("questions in a rehearsal", questions, least=1),
        practice=len(talk.practice_questions),
        show=len(talk.show_questions),
        softmax=talk.audience_name == "softmax",
    )
    room("a team's rehearsal", working_floats(shape))
    return shape


def skill_floats(shape: Shape) -> int:
    """Count the numbers that a member learns: understanding, delivery, handout, reliance."""
    n, u, k = shape.presenters, shape.units, shape.sections
    return u * (shape.features + 1 + k) + k + n * n


def working_floats(shape: Shape) -> int:
    """Count the numbers that a rehearsal of one member goes through."""
    n, u, k, b = shape.presenters, shape.units, shape.sections, shape.questions
    d = shape.features + 1
    seen = b * (d + k)
    prepared = 2 * b * u + 2 * (n + 1) * b * k + (n + 1) * n
    step = u * (k + (min(d, AT_A_TIME) if b == 1 else d))
    return skill_floats(shape) + step + seen + prepared


def members_at_once(shape: Shape) -> int:
    """Members of a block: so many that what they work on stays in a core's cache; whole vectors."""
    fit = CACHE // (8 * working_floats(shape))
    return max(1, fit // LANES * LANES if fit >= LANES else fit)


def table_floats(shape: Shape) -> int:
    """Count the numbers of a member's practice questions, as they are looked up."""
    return shape.practice * (shape.features + 1 + shape.sections)


def bytes_per_team(talk: Talk, n_presenters: int, *, abilities: int = 4, questions: int = 8) -> int:
    """Say what one member of a stack costs in memory, a talk of its own included.

    A stack takes `FIXED_BYTES` besides.

    Parameters
    ----------
    talk : Talk
        One like the members'.
    n_presenters, abilities, questions
        As of `TeamStack`.

    Returns
    -------
    int
        Bytes: the talk, its practice questions as they are looked up, what the team knows, and
        what is drawn and written to while it rehearses.
    """
    shape = shape_of(talk, n_presenters, abilities=abilities, questions=questions)
    chosen_on = 0 if talk.choice_questions is None else len(talk.choice_questions)
    talk_floats = (shape.practice + chosen_on + shape.show) * (shape.features + shape.sections)
    floats = talk_floats + table_floats(shape) + 2 * skill_floats(shape) + working_floats(shape)
    # Questions as indices, attendance as marks and as numbers, and a finite number or not.
    drawn = AT_ONCE * (8 * shape.questions + 9 * shape.presenters + 16)
    return 8 * floats + drawn


def chunk_size(
    talk: Talk, n_presenters: int, *, memory: int, abilities: int = 4, questions: int = 8
) -> int:
    """Say how many members a stack may have in so much memory, and needs at most to be fast.

    Parameters
    ----------
    talk : Talk
        One like the members'.
    n_presenters, abilities, questions
        As of `TeamStack`.
    memory : int
        Bytes that the stack may take.

    Returns
    -------
    int
        At least 1, at most the size of a block: a larger stack is trained block by block, and is
        no faster for each of its members.

    Raises
    ------
    InputError
        If not even one member fits.
    """
    whole("memory in bytes", memory, least=1)
    sizes = {"abilities": abilities, "questions": questions}
    each = bytes_per_team(talk, n_presenters, **sizes)
    if FIXED_BYTES + each > memory:
        raise InputError(
            f"a memory of {memory:,} bytes is too small for one team, which takes "
            f"{FIXED_BYTES + each:,}: allow more memory, or make the talk or the team smaller"
        )
    shape = shape_of(talk, n_presenters, **sizes)
    return min((memory - FIXED_BYTES) // each, members_at_once(shape))
