"""The engine's talk is Python's, number by number."""

import numpy as np
import pytest

from simulation import synthetic_talk

PARTS = ("practice", "show")
CASES = [
    *[{"seed": seed} for seed in range(10)],
    {"seed": 3, "practice": 10, "noise": 0.0},
    {"seed": 4, "practice": 400, "noise": 2.0},
    {"seed": 2**31 - 1, "practice": 41, "noise": 1.0},
    *[{"seed": seed, "noise": 0.5, "audience": "softmax"} for seed in range(4)],
]
TALKS = """
import { syntheticTalk } from "page/engine/talk.js";
import { defaultRng } from "page/engine/random/generator.js";
tell(data.map(({ seed, ...asked }) => syntheticTalk(defaultRng([seed, 0]), asked)));
"""
BASES = """
import { orthonormal } from "page/engine/linear.js";
tell(data.map((a) => orthonormal(a.flat(), a.length, a[0].length)));
"""


def test_the_talk_is_pythons(node):
    for asked, told in zip(CASES, node(TALKS, CASES), strict=True):
        options = {name: value for name, value in asked.items() if name != "seed"}
        talk = synthetic_talk(np.random.default_rng([asked["seed"], 0]), **options)
        assert told["name"] == talk.name
        assert told["audience"] == talk.audience_name
        assert told["hardSection"] == talk.hard_section
        assert (told["features"], told["sections"]) == (talk.n_features, talk.n_sections)
        for part in PARTS:
            questions, answers = talk.part(part)
            assert told[part]["count"] == len(questions)
            np.testing.assert_array_equal(told[part]["questions"], questions.ravel())
            np.testing.assert_allclose(told[part]["answers"], answers.ravel(), rtol=0, atol=1e-13)


@pytest.fixture(scope="module")
def matrices():
    rng = np.random.default_rng(0)
    shapes = [(16, 3), (3, 3), (5, 1), (1, 1), (4, 2)]
    drawn = [rng.normal(size=shape) for shape in shapes for _ in range(5)]
    # Nothing below the diagonal: there LAPACK reflects nothing, whatever the sign.
    return [*drawn, np.diag([-2.0, 3.0]), np.array([[0.0, 1.0], [-2.0, 0.5], [0.0, 0.0]])]


def test_the_basis_has_lapacks_signs(node, matrices):
    for a, q in zip(matrices, node(BASES, [a.tolist() for a in matrices]), strict=True):
        expected = np.linalg.qr(a)[0]
        np.testing.assert_allclose(np.reshape(q, expected.shape), expected, rtol=0, atol=1e-14)
