"""Stacks of teams, made of whatever fits the signature."""

import numpy as np
import pytest
from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st
from rooms import small_talk
from test_fuzz_simulation import ANY, FEW

from experiments.stack import TeamStack, bytes_per_team, chunk_size
from simulation import InputError, Rota, one_or_two_absent

TALK = small_talk("squared error")
MADE = {
    "talks": [TALK], "laws": [one_or_two_absent(3), Rota(3)], "seeds": [0, 1], "abilities": 2,
    "trust": [0.5, 0.2], "learning_rate": 0.1, "questions": 2, "target_noise": None,
    "weight_decay": 0.1, "compiled": False,
}  # fmt: skip


def stack():
    made = TeamStack(**MADE)
    made.rehearse(2)
    return made


WAYS = (
    (TeamStack, MADE),
    (bytes_per_team, {"talk": TALK, "n_presenters": 3, "abilities": 2, "questions": 2}),
    (chunk_size, {
        "talk": TALK, "n_presenters": 3, "memory": 2**27, "abilities": 2, "questions": 2,
    }),
    (lambda **given: stack().rehearse(**given), {"rehearsals": 2}),
    (lambda **given: stack().practise_alone(**given), {"who": "B", "rehearsals": 2}),
    (lambda **given: stack().talk(**given), {"member": 1}),
    (lambda **given: stack().game(**given), {"member": 1, "part": "practice"}),
)  # fmt: skip


@pytest.mark.parametrize(("way", "arguments"), WAYS)
def test_the_arguments_that_are_changed_are_right_as_they_are(way, arguments):
    way(**arguments)


@examples(20)
@given(st.data())
def test_whatever_is_given_it_works_or_one_line_says_why_not(data):
    way, arguments = data.draw(st.sampled_from(WAYS))
    name = data.draw(st.sampled_from(sorted(arguments)))
    odd = FEW if name == "rehearsals" else ANY
    if name == "target_noise":  # what a function of theirs raises is theirs
        odd = odd.filter(lambda value: not callable(value))
    try:
        way(**{**arguments, name: data.draw(odd, label=name)})
    except InputError as error:
        said = str(error)
    else:
        return
    assert "\n" not in said


def test_members_are_given_as_any_list():
    by_array = TeamStack(**MADE | {"seeds": np.array([0, 1]), "trust": np.array([0.5, 0.2])})
    by_array.rehearse(2)
    np.testing.assert_array_equal(by_array.delivery, stack().delivery)
