"""What the audience says: feedback is the way down, and quality means what it says."""

import numpy as np
import pytest
from rooms import AUDIENCE_NAMES

from simulation.audience import AUDIENCES


def answers_and_wanted(audience_name, seed, questions=4, sections=3):
    rng = np.random.default_rng(seed)
    answers = rng.normal(size=(questions, sections))
    if audience_name == "softmax":
        return answers, np.eye(sections)[rng.integers(sections, size=questions)]
    return answers, rng.normal(size=(questions, sections))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", AUDIENCE_NAMES)
def test_feedback_is_minus_the_gradient_of_the_loss(name, seed):
    audience, step = AUDIENCES[name], 1e-5
    answers, wanted = answers_and_wanted(name, seed)
    gradient = np.empty_like(answers)
    for at in np.ndindex(answers.shape):
        moved = answers.copy()
        moved[at] += step
        above = audience.loss(moved, wanted)
        moved[at] -= 2 * step
        gradient[at] = (above - audience.loss(moved, wanted)) / (2 * step)
    # The loss is a mean over the questions, feedback is told question by question.
    np.testing.assert_allclose(
        audience.feedback(answers, wanted) / len(answers), -gradient, atol=1e-9
    )


@pytest.mark.parametrize("name", AUDIENCE_NAMES)
def test_the_audience_leaves_what_it_hears_as_it_is(name):
    answers, wanted = answers_and_wanted(name, 0)
    heard, asked = answers.copy(), wanted.copy()
    for say in ("feedback", "loss", "quality", "section_quality"):
        getattr(AUDIENCES[name], say)(answers, wanted)
    AUDIENCES[name].report(answers)
    np.testing.assert_array_equal(answers, heard)
    np.testing.assert_array_equal(wanted, asked)


def test_squared_error_by_hand():
    audience = AUDIENCES["squared error"]
    wanted = np.array([[0.0, 1.0], [2.0, 5.0]])  # SST: 2 and 8
    answers = np.array([[1.0, 1.0], [2.0, 3.0]])  # SSE: 1 and 4
    assert audience.loss(answers, wanted) == pytest.approx(0.5 * (1 + 4) / 2)
    assert audience.quality(answers, wanted) == pytest.approx(1 - 5 / 10)
    np.testing.assert_allclose(audience.section_quality(answers, wanted), [0.5, 0.5])
    np.testing.assert_array_equal(audience.feedback(answers, wanted), [[-1, 0], [0, 2]])


def test_squared_error_quality_is_1_for_perfect_0_for_the_mean_and_below_for_worse():
    audience = AUDIENCES["squared error"]
    _, wanted = answers_and_wanted("squared error", 3, questions=10)
    mean = np.broadcast_to(wanted.mean(axis=0), wanted.shape)
    heard = np.array([wanted, mean, -wanted])
    perfect, average, worse = audience.quality(heard, wanted)
    assert perfect == 1.0
    assert average == pytest.approx(0.0, abs=1e-12)
    assert worse < 0
    np.testing.assert_allclose(audience.section_quality(heard, wanted)[1], 0.0, atol=1e-12)


def test_softmax_by_hand():
    audience = AUDIENCES["softmax"]
    wanted = np.eye(3)[[0, 0, 1, 1]]
    answers = np.array([[2.0, 0, 0], [0, 2, 0], [0, 2, 0], [0, 3, 1]])
    assert audience.quality(answers, wanted) == 0.75
    np.testing.assert_array_equal(audience.section_quality(answers, wanted), [0.5, 1.0, np.nan])
    report = audience.report(np.array([[0.0, np.log(2), np.log(5)]]))
    np.testing.assert_allclose(report, [[1 / 8, 2 / 8, 5 / 8]])
    loss = audience.loss(np.array([[0.0, np.log(2), np.log(5)]]), np.eye(3)[[1]])
    assert loss == pytest.approx(np.log(4))


@pytest.mark.parametrize("size", [1e4, 1e300])
def test_softmax_is_stable_for_answers_far_out(size):
    audience = AUDIENCES["softmax"]
    answers, wanted = np.array([[size, 0.0, -size], [size, size, 0.0]]), np.eye(3)[[2, 0]]
    np.testing.assert_allclose(audience.report(answers), [[1, 0, 0], [0.5, 0.5, 0]])
    np.testing.assert_allclose(audience.feedback(answers, wanted), [[-1, 0, 1], [0.5, -0.5, 0]])
    assert audience.loss(answers, wanted) == pytest.approx((2 * size + np.log(2)) / 2)


@pytest.mark.parametrize("seed", range(3))
def test_softmax_hears_only_differences_between_sections(seed):
    audience = AUDIENCES["softmax"]
    answers, wanted = answers_and_wanted("softmax", seed)
    np.testing.assert_allclose(audience.report(answers).sum(axis=-1), 1.0)
    np.testing.assert_allclose(audience.report(answers + 7.0), audience.report(answers))
    np.testing.assert_allclose(audience.feedback(answers, wanted).sum(axis=-1), 0.0, atol=1e-15)


@pytest.mark.parametrize("name", AUDIENCE_NAMES)
def test_many_talks_are_judged_as_each_on_its_own(name):
    audience = AUDIENCES[name]
    _, wanted = answers_and_wanted(name, 1, questions=12)
    heard = np.random.default_rng(2).normal(size=(2, 5, *wanted.shape))
    quality = audience.quality(heard, wanted)
    sections = audience.section_quality(heard, wanted)
    assert quality.shape == (2, 5)
    assert sections.shape == (2, 5, wanted.shape[1])
    for at in np.ndindex(2, 5):
        assert quality[at] == pytest.approx(float(audience.quality(heard[at], wanted)))
        np.testing.assert_allclose(sections[at], audience.section_quality(heard[at], wanted))


@pytest.mark.parametrize("name", AUDIENCE_NAMES)
def test_quality_is_the_weighted_mean_of_its_sections(name):
    audience = AUDIENCES[name]
    answers, wanted = answers_and_wanted(name, 4, questions=30)
    weights = wanted.sum(axis=0) if name == "softmax" else wanted.var(axis=0)
    sections = audience.section_quality(answers, wanted)
    assert audience.quality(answers, wanted) == pytest.approx(sections @ weights / weights.sum())
