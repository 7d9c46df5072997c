"""The head start: one presenter of each member practises a section alone."""

from __future__ import annotations

import numpy as np

from experiments.stack.kernel import Given, Skills, to_output_gradient
from simulation.arrays import IntArray


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
    incoming = np.concatenate(
        [skills.understanding[:, seat], skills.bias[:, seat, :, None]], axis=2
    ).swapaxes(1, 2)  # (R, D + 1, H)
    delivery = skills.delivery[:, seat].copy()  # (R, K, H)
    step = (given.learning_rate / questions.shape[2])[:, None, None]
    of_member = np.arange(len(given.table))[:, None]  # one row where all have the same talk
    for t in range(questions.shape[1]):
        batch = given.table[of_member, questions[:, t]]  # (R, B, D + 1 + K)
        inputs, wanted = np.split(batch, [incoming.shape[1]], axis=2)
        hidden = np.maximum(inputs @ incoming, 0.0)  # (R, B, H)
        answers = hidden @ delivery.swapaxes(1, 2)  # (R, B, K)
        to_output_gradient(answers, wanted, softmax=softmax, sections=-1)
        output_step = -step * answers[:, :, section, None]  # (R, B, 1)
        hidden_step = output_step * delivery[:, None, section]  # (R, B, H)
        hidden_step *= hidden > 0.0
        delivery[:, section] += np.einsum("rbo,rbh->rh", output_step, hidden)
        incoming += inputs.swapaxes(1, 2) @ hidden_step
    skills.understanding[:, seat] = incoming[:, :-1].swapaxes(1, 2)
    skills.bias[:, seat] = incoming[:, -1]
    skills.delivery[:, seat] = delivery
