"""Talks: what may be one, and what the synthetic one is made of."""

from dataclasses import replace

import numpy as np
import pytest

from simulation import InputError, Talk, synthetic_talk

SEEDS = range(3)


def parts(**changed):
    """Return a sound squared-error talk of 4 and 3 questions, 2 features, 2 sections, changed."""
    sound = {
        "name": "tiny",
        "practice_questions": np.arange(8.0).reshape(4, 2),
        "practice_answers": np.arange(8.0).reshape(4, 2),
        "show_questions": np.arange(6.0).reshape(3, 2),
        "show_answers": np.arange(6.0).reshape(3, 2),
        "sections": ("one", "two"),
    }
    return {**sound, **changed}


def one_hot_parts(**changed):
    answers = {"practice_answers": np.eye(2)[[0, 1, 1, 0]], "show_answers": np.eye(2)[[0, 1, 1]]}
    return parts(audience_name="softmax", **{**answers, **changed})


def with_value(shape, value):
    table = np.arange(float(np.prod(shape))).reshape(shape)
    table[0, 0] = value
    return table


def with_choice(questions):
    return parts(choice_questions=questions, choice_answers=with_value((3, 2), 0))


def test_a_talk_knows_its_sizes_and_its_audience():
    talk = Talk(**parts())
    assert (talk.n_features, talk.n_sections, talk.audience.name) == (2, 2, "squared error")
    assert Talk(**one_hot_parts()).audience.name == "softmax"


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        (parts(audience_name="jury"), "audience is 'jury', .* squared error, softmax"),
        (parts(hard_section=2), "hard section is 2, but must be 0 to 1"),
        (parts(hard_section=-1), "hard section is -1, but must be 0 to 1"),
        (parts(practice_questions=np.zeros(4)), r"practice questions have shape \(4,\)"),
        (parts(practice_questions=np.zeros((0, 2))), r"practice questions have shape \(0, 2\)"),
        (parts(show_questions=np.zeros((3, 0))), r"show questions have shape \(3, 0\)"),
        (parts(practice_answers=np.zeros((3, 2))), r"shape \(3, 2\), .* of \(4, 2\)"),
        (parts(show_answers=np.zeros((3, 5))), r"shape \(3, 5\), .* of \(3, 2\)"),
        (parts(show_answers=np.zeros(3)), r"show answers have shape \(3,\)"),
        (parts(show_questions=np.zeros((3, 4))), "2 features and those of the show 4"),
        (parts(show_answers=np.ones((3, 2))), "the same for all questions in some section"),
        (
            parts(show_questions=np.ones((1, 2)), show_answers=np.ones((1, 2))),
            "the same for all questions in some section",
        ),
        (parts(practice_questions=with_value((4, 2), np.nan)), "practice .* not all finite"),
        (parts(practice_answers=with_value((4, 2), np.inf)), "practice .* not all finite"),
        (parts(show_questions=with_value((3, 2), -np.inf)), "show .* not all finite"),
        (parts(show_answers=with_value((3, 2), np.nan)), "show .* not all finite"),
        (one_hot_parts(practice_answers=np.zeros((4, 2))), "practice answers .* one-hot"),
        (one_hot_parts(practice_answers=np.ones((4, 2))), "practice answers .* one-hot"),
        (one_hot_parts(show_answers=np.full((3, 2), 0.5)), "show answers .* one-hot"),
        (one_hot_parts(show_answers=np.array([[2.0, -1], [1, 0], [0, 1]])), "show .* one-hot"),
        (parts(choice_questions=np.zeros((3, 2))), "need answers"),
        (parts(choice_answers=with_value((3, 2), 0)), "need answers"),
        (with_choice(np.zeros((3, 4))), "2 features and those of the choice 4"),
        (with_choice(np.zeros((4, 2))), r"choice answers have shape \(3, 2\), .* of \(4, 2\)"),
        (with_choice(with_value((3, 2), np.nan)), "choice .* not all finite"),
    ],
)
def test_what_is_no_talk_is_refused(changed, complaint):
    with pytest.raises(InputError, match=complaint):
        Talk(**changed)


def test_a_talk_hands_out_its_parts_by_name():
    talk = Talk(**with_choice(np.full((3, 2), 7.0)))
    for name in ("practice", "choice", "show"):
        questions, answers = talk.part(name)
        assert questions is getattr(talk, f"{name}_questions")
        assert answers is getattr(talk, f"{name}_answers")
    with pytest.raises(InputError, match="no questions to choose on"):
        Talk(**parts()).part("choice")
    with pytest.raises(InputError, match="part is 'test', but must be one of: practice, choice"):
        talk.part("test")


def test_a_made_up_talks_choice_is_drawn_last_and_true():
    without, little, usual = (
        synthetic_talk(np.random.default_rng(8), noise=0.5, **asked)
        for asked in ({"choice": 0}, {"choice": 7}, {})
    )
    assert without.choice_questions is None
    assert len(usual.choice_questions) == 500
    for talk in (little, usual):
        for name in ("practice", "show"):
            for left, right in zip(without.part(name), talk.part(name), strict=True):
                np.testing.assert_array_equal(left, right)
    # The same truth as the show's: its easy sections are linear, the same in both parts.
    ones = [np.ones((len(usual.part(name)[0]), 1)) for name in ("show", "choice")]
    show, choice = (
        np.hstack([one, usual.part(name)[0]])
        for one, name in zip(ones, ("show", "choice"), strict=True)
    )
    taught = np.linalg.lstsq(show, usual.show_answers[:, 1:], rcond=None)[0]
    np.testing.assert_allclose(choice @ taught, usual.choice_answers[:, 1:], atol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_synthetic_talk_has_the_sizes_asked_for(seed):
    talk = synthetic_talk(
        np.random.default_rng(seed), features=7, sections=4, topics=3, practice=9, show=50
    )
    assert talk.practice_questions.shape == (9, 7)
    assert talk.practice_answers.shape == (9, 4)
    assert talk.show_questions.shape == (50, 7)
    assert talk.show_answers.shape == (50, 4)
    assert talk.sections[talk.hard_section] == "hard"
    assert talk.audience_name == "squared error"


@pytest.mark.parametrize("seed", SEEDS)
def test_every_section_is_scaled_over_the_show(seed):
    answers = synthetic_talk(np.random.default_rng(seed)).show_answers
    np.testing.assert_allclose(answers.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(answers.std(axis=0), 1.0)


def linear_fit(talk):
    """Fit show answers linearly in the questions: coefficients with an intercept, residuals."""
    table = np.column_stack([talk.show_questions, np.ones(len(talk.show_questions))])
    coefficients = np.linalg.lstsq(table, talk.show_answers, rcond=None)[0]
    return coefficients, talk.show_answers - table @ coefficients


@pytest.mark.parametrize("seed", SEEDS)
def test_easy_sections_are_linear_and_the_hard_one_is_not(seed):
    residual = np.square(linear_fit(synthetic_talk(np.random.default_rng(seed)))[1]).mean(axis=0)
    np.testing.assert_allclose(residual[1:], 0.0, atol=1e-24)
    # The part of relu(z) that no line explains: (1/4 - 1/(2 pi)) / (1/2 - 1/(2 pi)) = 0.267.
    assert residual[0] == pytest.approx(0.267, abs=0.05)


@pytest.mark.parametrize("topics", [2, 3, 4])
def test_easy_sections_share_all_topics_but_the_last(topics):
    talk = synthetic_talk(np.random.default_rng(0), sections=7, topics=topics)
    easy = linear_fit(talk)[0][:-1, 1:]  # (D, K - 1)
    assert np.linalg.matrix_rank(easy, tol=1e-9) == topics - 1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_hard_section_is_about_a_topic_of_its_own(seed):
    talk = synthetic_talk(np.random.default_rng(seed), show=20_000)
    coefficients = linear_fit(talk)[0][:-1]
    hard = coefficients[:, 0] / np.linalg.norm(coefficients[:, 0])
    easy = np.linalg.qr(coefficients[:, 1:3])[0]
    assert np.linalg.norm(easy.T @ hard) < 5 * np.sqrt(2 / 20_000)
    # Once the direction is known nothing is left over: the answer is relu of it, scaled.
    z = talk.show_questions @ hard
    relu = np.maximum(z, 0) - np.maximum(z, 0).mean()
    assert np.corrcoef(relu, talk.show_answers[:, 0])[0, 1] > 0.998


@pytest.mark.parametrize("noise", [0.0, 0.3, 2.0])
def test_practice_answers_are_as_noisy_as_asked(noise):
    talk = synthetic_talk(np.random.default_rng(1), practice=4000, noise=noise)
    table = np.column_stack([talk.practice_questions, np.ones(4000)])
    wrong = (talk.practice_answers - table @ linear_fit(talk)[0])[:, 1:]  # the easy sections
    assert abs(wrong.std() - noise) <= 5 * noise / np.sqrt(2 * wrong.size) + 1e-12
    assert abs(wrong.mean()) <= 5 * noise / np.sqrt(wrong.size) + 1e-12


def test_noise_is_on_the_hard_section_too_and_on_nothing_else():
    clean, noisy = (
        synthetic_talk(np.random.default_rng(2), practice=4000, noise=noise) for noise in (0, 0.5)
    )
    np.testing.assert_array_equal(clean.practice_questions, noisy.practice_questions)
    np.testing.assert_array_equal(clean.show_answers, noisy.show_answers)
    wrong = (noisy.practice_answers - clean.practice_answers).std(axis=0)
    np.testing.assert_allclose(wrong, 0.5, atol=5 * 0.5 / np.sqrt(2 * 4000))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_seed_makes_the_same_talk_and_another_makes_another(seed):
    first, again, other = (synthetic_talk(np.random.default_rng(s)) for s in (seed, seed, seed + 1))
    for name in ("practice_questions", "practice_answers", "show_questions", "show_answers"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
        assert (getattr(first, name) != getattr(other, name)).any()


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"features": 1}, "features is 1, but must be a whole number of at least 2"),
        ({"sections": 0}, "sections is 0"),
        ({"topics": 1}, "topics is 1, but must be 2 to 16"),
        ({"topics": 17}, "topics is 17, but must be 2 to 16"),
        ({"practice": 0}, "practice questions is 0"),
        ({"show": 1}, "questions of the show is 1, but must be a whole number of at least 2"),
        ({"noise": -0.1}, r"noise is -0.1, but must be a number in \[0, inf\)"),
        ({"noise": float("nan")}, "noise is nan"),
        ({"practice": 2.5}, "practice questions is 2.5"),
        ({"audience": "jury"}, "audience is 'jury', .* squared error, softmax"),
    ],
)
def test_impossible_synthetic_talks_are_refused(asked, complaint):
    with pytest.raises(InputError, match=complaint):
        synthetic_talk(np.random.default_rng(0), **asked)


@pytest.mark.parametrize("seed", [0, 6, 8, 10])
def test_a_show_in_which_the_hard_section_is_silent_is_refused(seed):
    # With two questions relu(z) may be 0 for both: there is nothing to scale or to judge.
    with pytest.raises(InputError, match="show"):
        synthetic_talk(np.random.default_rng(seed), show=2)


@pytest.mark.parametrize("seed", SEEDS)
def test_for_softmax_the_section_with_most_to_say_is_right(seed):
    talk, softmax = (
        synthetic_talk(seed, noise=0.5, audience=name) for name in ("squared error", "softmax")
    )
    assert (softmax.audience_name, softmax.hard_section) == ("softmax", talk.hard_section)
    assert softmax.name != talk.name
    for part in ("practice", "choice", "show"):
        (questions, answers), (same, right) = talk.part(part), softmax.part(part)
        np.testing.assert_array_equal(questions, same)
        np.testing.assert_array_equal(right, answers == answers.max(axis=1, keepdims=True))
    assert (softmax.show_answers.mean(axis=0) > 0.05).all()  # each is right for some questions


def test_noise_names_wrong_sections_in_practice():
    clean, noisy = (
        synthetic_talk(3, practice=1000, noise=noise, audience="softmax") for noise in (0, 1)
    )
    wrong = (clean.practice_answers != noisy.practice_answers).any(axis=1).mean()
    assert 0.1 < wrong < 0.8
    np.testing.assert_array_equal(clean.show_answers, noisy.show_answers)


def test_lists_are_taken_for_arrays_and_sections():
    talk = synthetic_talk(0, sections=2, practice=5, show=9)
    listed = replace(talk, sections=list(talk.sections), show_answers=talk.show_answers.tolist())
    assert listed.sections == ("hard", "easy 1")
    np.testing.assert_array_equal(listed.audience.loss(listed.show_answers, talk.show_answers), 0)
    assert isinstance(listed.show_answers, np.ndarray)


def test_a_seed_makes_the_same_talk_from_one_version_to_the_next():
    talk = synthetic_talk(0)
    assert talk.practice_answers[0, 0] == pytest.approx(-0.6227026981994837, rel=1e-9)
