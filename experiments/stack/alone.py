"""The head start: one presenter of each member practises a section alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from experiments.stack.room import Given, Skills, too_much

IntArray = npt.NDArray[np.int64]


def practise_alone(
    skills: Skills, seat: int, section: int, given: Given, questions: IntArray, *, softmax: bool
) -> None:
    """Let the presenter in `seat` work on `section`, changing `skills` in place.

    As `Presenter.practise_alone`: nobody else and no handout in the room, and nobody speaks up.

    Parameters
    ----------
    skills : Skills
    seat, section : int
    given : Given
    questions : (R, T, B) int array
    softmax : bool
        Whether the audience is a softmax one.
    """
    inward = np.concatenate(
        [skills.understanding[:, seat], skills.bias[:, seat, :, None]], axis=2
    ).swapaxes(1, 2)  # (R, D + 1, H)
    delivery = skills.delivery[:, seat].copy()  # (R, K, H)
    step = (given.learning_rate / questions.shape[2])[:, None, None]
    of_member = np.arange(len(given.table))[:, None]  # one row where all have the same talk
    for t in range(questions.shape[1]):
        seen = given.table[of_member, questions[:, t]]  # (R, B, D + 1 + K)
        inputs, wanted = np.split(seen, [inward.shape[1]], axis=2)
        thoughts = np.maximum(inputs @ inward, 0.0)  # (R, B, H)
        answers = thoughts @ delivery.swapaxes(1, 2)  # (R, B, K)
        too_much(answers, wanted, softmax=softmax, sections=-1)
        push = -step * answers[:, :, section, None]  # (R, B, 1)
        back = push * delivery[:, None, section]  # (R, B, H)
        back *= thoughts > 0.0
        delivery[:, section] += np.einsum("rbo,rbh->rh", push, thoughts)
        inward += inputs.swapaxes(1, 2) @ back
    skills.understanding[:, seat] = inward[:, :-1].swapaxes(1, 2)
    skills.bias[:, seat] = inward[:, -1]
    skills.delivery[:, seat] = delivery
