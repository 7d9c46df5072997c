"""The attendance laws: what their closed forms promise is what is drawn."""

import itertools
import re
from dataclasses import dataclass

import numpy as np
import pytest
from rooms import mask_probabilities

from simulation import (
    AlwaysWithout,
    AttendanceLaw,
    Bursts,
    Couples,
    Everyone,
    Independent,
    InputError,
    Moments,
    NumberAbsent,
    Recorded,
    Rota,
    attendance,
    independent,
    k_absent,
    one_or_two_absent,
)

LOG = ((1, 1, 0), (1, 0, 0), (0, 1, 1), (1, 1, 1), (1, 0, 1))
LAWS = [
    Everyone(4),
    Everyone(1),
    one_or_two_absent(5),
    one_or_two_absent(2),
    k_absent(5, 2),
    k_absent(3, 0),
    k_absent(3, 3),
    NumberAbsent(6, (0, 3, 3, 4)),
    independent(5, 0.5),
    independent(4, 0.0),
    Independent(4, (0.0, 0.2, 0.5, 0.9)),
    Rota(5),
    Rota(4, 2),
    Rota(6, 4),
    Rota(3, 3),
    Rota(3, 0),
    Couples(6, 0.3),
    Couples(5, 0.6),
    AlwaysWithout(4, 1),
    Recorded(3, LOG),
]
BURSTS = [Bursts(4, 0.3), Bursts(3, 0.4, 1.0), Bursts(3, 0.6, 20.0), Bursts(3, 0.0)]
FIXED = (Everyone, Rota, AlwaysWithout, Recorded)


@dataclass(frozen=True)
class FirstOrLast(AttendanceLaw):
    """A law of one's own without closed form: the first is there, or else all the others are."""

    @property
    def n_uniforms(self):
        return 1

    def present(self, uniforms, first, before):
        return (uniforms < 0.25) == (np.arange(self.n_presenters) == 0)


def correlation_time(law):
    """(1 + l) / (1 - l): by how much memory inflates the variance of a mean over rehearsals."""
    if not isinstance(law, Bursts):
        return 1.0
    fall_ill, recover = law.rate / (1 - law.rate) / law.length, 1 / law.length
    memory = abs(1 - fall_ill - recover)
    return (1 + memory) / (1 - memory)


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_closed_form_is_the_sum_over_all_masks(law):
    masks, chances = mask_probabilities(law)
    assert chances.sum() == pytest.approx(1.0, abs=1e-12)
    moments = law.moments()
    np.testing.assert_allclose(moments.rates, chances @ masks, atol=1e-12)
    joint = np.einsum("c,ci,cj->ij", chances, masks, masks)
    np.testing.assert_allclose(moments.joint, joint, atol=1e-12)
    assert moments.absence_rate == pytest.approx(1.0 - (chances @ masks).mean(), abs=1e-12)
    scales = masks * moments.speak_up - chances @ (masks * moments.speak_up)
    covariance = np.einsum("c,ci,cj->ij", chances, scales, scales)
    np.testing.assert_allclose(moments.covariance_of_scales, covariance, atol=1e-12)
    assert moments.source == "closed form"


def test_who_is_never_there_speaks_as_before():
    assert AlwaysWithout(3, 1).moments().speak_up.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("law", LAWS + BURSTS, ids=repr)
def test_draws_are_as_frequent_as_the_closed_form_says(law, seed):
    rehearsals = 2 * 3 * 4 * 5 * 150  # whole cycles of every rota and log above
    masks = law.draw(np.random.default_rng(seed), rehearsals).astype(float)
    expected, joint = law.moments().joint, masks.T @ masks / rehearsals
    error = np.sqrt(expected * (1 - expected) / rehearsals * correlation_time(law))
    bound = 0.0 if isinstance(law, FIXED) else 5 * error
    assert (np.abs(joint - expected) <= bound + 1e-12).all()
    np.testing.assert_array_equal(law.moments().rates, expected.diagonal())


@pytest.mark.parametrize(
    "law", [law for law in LAWS if not isinstance(law, (Rota, Recorded))], ids=repr
)
def test_each_sub_team_comes_as_often_as_the_law_says(law):
    masks, chances = mask_probabilities(law)
    drawn = law.draw(np.random.default_rng(2), 20_000)
    code = 2 ** np.arange(law.n_presenters)
    counts = np.bincount(drawn @ code, minlength=2**law.n_presenters)
    frequency = counts[masks @ code] / len(drawn)
    error = np.sqrt(chances * (1 - chances) / len(drawn))
    assert (np.abs(frequency - chances) <= 5 * error + 1e-12).all()


def test_one_or_two_of_five_has_the_articles_moments():
    moments = one_or_two_absent(5).moments()
    np.testing.assert_allclose(moments.rates, 0.7)
    off = ~np.eye(5, dtype=bool)
    np.testing.assert_allclose(moments.joint[off], 0.45)
    np.testing.assert_allclose(moments.given_present[off], 0.45 / 0.7)
    assert round(moments.given_present[0, 1], 4) == 0.6429
    np.testing.assert_allclose((moments.joint[off] - 0.49) / 0.21, -4 / 21)
    np.testing.assert_allclose(moments.speak_up, 1 / 0.7)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_one_or_two_are_absent_with_equal_chance(seed):
    absent = (~one_or_two_absent(5).draw(np.random.default_rng(seed), 10_000)).sum(axis=1)
    assert set(absent.tolist()) == {1, 2}
    assert abs((absent == 1).mean() - 0.5) < 5 * 0.5 / np.sqrt(10_000)


@pytest.mark.parametrize("block", [1, 7, 256, 1000])
@pytest.mark.parametrize(
    "law", [*LAWS, *BURSTS, FirstOrLast(3), Recorded(2, ((0, 1),) * 300 + ((1, 1),))], ids=repr
)
def test_stream_yields_the_rows_of_draw_whatever_the_block(law, block, monkeypatch):
    monkeypatch.setattr(attendance, "BLOCK", block)
    rows = 600
    drawn = law.draw(np.random.default_rng(5), rows)
    streamed = list(itertools.islice(law.stream(np.random.default_rng(5)), rows))
    assert drawn.dtype == bool
    assert drawn.shape == (rows, law.n_presenters)
    np.testing.assert_array_equal(np.array(streamed), drawn)


@pytest.mark.parametrize("law", [one_or_two_absent(5), *BURSTS], ids=repr)
def test_a_longer_draw_begins_like_a_shorter_one(law):
    short, long = (law.draw(np.random.default_rng(1), rows) for rows in (50, 90))
    np.testing.assert_array_equal(long[:50], short)


@pytest.mark.parametrize(("n", "absent"), [(5, 1), (5, 2), (4, 2), (6, 4), (7, 3)])
def test_rota_is_fair_at_every_moment(n, absent):
    away = ~Rota(n, absent).draw(np.random.default_rng(0), 3 * n)
    assert (away.sum(axis=1) == absent).all()
    so_far = away.cumsum(axis=0)
    assert (np.ptp(so_far, axis=1) <= 1).all()


@pytest.mark.parametrize("n", [2, 5, 6])
def test_couples_are_neighbours_and_come_together(n):
    masks = Couples(n, 0.4).draw(np.random.default_rng(0), 2000)
    for first in range(0, n - 1, 2):
        np.testing.assert_array_equal(masks[:, first], masks[:, first + 1])
    if n > 2:  # the next couple decides for itself
        assert (masks[:, 1] != masks[:, 2]).any()


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("law", [Bursts(1, 0.3, 5.0), Bursts(1, 0.5, 2.0), Bursts(1, 0.1, 1.0)])
def test_bursts_last_as_long_as_they_say(law, seed):
    here = law.draw(np.random.default_rng(seed), 20_000)[:, 0]
    edges = np.diff(here.astype(int))
    falls, recoveries = np.flatnonzero(edges == -1), np.flatnonzero(edges == 1)
    recoveries = recoveries[recoveries > falls[0]]
    lengths = recoveries - falls[: len(recoveries)]
    spread = np.sqrt(law.length * (law.length - 1))  # of a geometric number of rehearsals
    assert abs(lengths.mean() - law.length) <= 5 * spread / np.sqrt(len(lengths)) + 1e-12


@pytest.mark.parametrize("row", [0, 1, 10])
def test_bursts_start_as_they_will_be_in_the_long_run(row):
    n = 20_000
    present = Bursts(n, 0.3, 5.0).draw(np.random.default_rng(3), row + 1)[row]
    assert abs(present.mean() - 0.7) < 5 * np.sqrt(0.21 / n)


@pytest.mark.parametrize(("rate", "length"), [(0.4, 1.0), (0.8, 4.0), (0.9, 9.0), (0.75, 3.0)])
def test_the_shortest_bursts_that_fit_a_rate_are_allowed(rate, length):
    # rate / (1 - rate) itself is allowed, though it cannot always be written in binary.
    assert Bursts(3, rate, length).length == length


def test_someone_who_is_never_there_does_not_speak_up():
    moments = AlwaysWithout(3, 1).moments()
    np.testing.assert_array_equal(moments.speak_up, 1.0)
    np.testing.assert_array_equal(moments.given_present, [[1, 0, 1], [1, 1, 1], [1, 0, 1]])


def test_a_law_of_ones_own_is_estimated_and_says_so():
    moments = FirstOrLast(3).moments()
    assert "estimated" in moments.source
    assert str(attendance.ESTIMATE_FROM) in moments.source
    bound = 5 * np.sqrt(0.25 * 0.75 / attendance.ESTIMATE_FROM)
    np.testing.assert_allclose(moments.rates, [0.25, 0.75, 0.75], atol=bound)
    expected = [[0.25, 0, 0], [0, 0.75, 0.75], [0, 0.75, 0.75]]
    np.testing.assert_allclose(moments.joint, expected, atol=bound)
    np.testing.assert_array_equal(moments.joint, FirstOrLast(3).moments().joint)


NAN = float("nan")


@pytest.mark.parametrize(
    ("build", "given", "allowed"),
    [
        (lambda: Everyone(0), "presenters is 0", "at least 1"),
        (lambda: Everyone(-3), "presenters is -3", "at least 1"),
        (lambda: Everyone(2.0), "presenters is 2.0", "whole number"),
        (lambda: Everyone(True), "presenters is True", "whole number"),
        (lambda: Everyone("5"), "presenters is '5'", "whole number"),
        (lambda: k_absent(3, 4), "4 absent of 3 presenters", "0 to 3"),
        (lambda: k_absent(3, -1), "absent is -1", "at least 0"),
        (lambda: k_absent(3, 1.5), "absent is 1.5", "whole number"),
        (lambda: one_or_two_absent(1), "2 absent of 1 presenters", "0 to 1"),
        (lambda: NumberAbsent(3, ()), "counts is empty", "at least one"),
        (lambda: independent(3, 1.0), "absence rate is 1", "[0, 1)"),
        (lambda: independent(3, -0.1), "absence rate is -0.1", "[0, 1)"),
        (lambda: independent(3, NAN), "absence rate is nan", "[0, 1)"),
        (lambda: independent(3, "half"), "absence rate is 'half'", "[0, 1)"),
        (lambda: independent(0, 0.5), "presenters is 0", "at least 1"),
        (lambda: Independent(3, (0.1, 0.2)), "2 absence rates for 3", "as many rates"),
        (lambda: Rota(3, 4), "absent is 4", "0 to 3"),
        (lambda: Rota(3, -1), "absent is -1", "0 to 3"),
        (lambda: Couples(4, 1.5), "absence rate is 1.5", "[0, 1)"),
        (lambda: Couples(4, NAN), "absence rate is nan", "[0, 1)"),
        (lambda: Bursts(4, 1.0), "absence rate is 1", "[0, 1)"),
        (lambda: Bursts(4, 0.3, 0.5), "length of an absence is 0.5", "[1, inf)"),
        (lambda: Bursts(4, 0.3, NAN), "length of an absence is nan", "[1, inf)"),
        (lambda: Bursts(4, 0.9, 2.0), "absences of 2 rehearsals", "at least 9"),
        (lambda: Bursts(4, 0.5, 1.0), "absences of 1 rehearsal that make up 0.5", "above 1"),
        (lambda: AlwaysWithout(3, 3), "who is always absent is 3", "0 to 2"),
        (lambda: AlwaysWithout(3, -1), "who is always absent is -1", "0 to 2"),
        (lambda: Recorded(3, ()), "no rehearsal", "at least one row"),
        (lambda: Recorded(3, ((1, 1, 1), (1, 0))), "rehearsal 2", "one mark for each"),
        (lambda: Recorded(2, ((1, 2),)), "the mark 2", "0 (absent) and 1 (present)"),
        (lambda: Recorded(2, ((1, NAN),)), "the mark nan", "0 (absent) and 1 (present)"),
        (lambda: Everyone(3).draw(np.random.default_rng(), -1), "rehearsals is -1", "at least 0"),
        (lambda: Everyone(2).present(np.zeros((1, 0)), -1, None), "first rehearsal is -1", "0 to"),
        (lambda: Everyone(2).present(np.zeros((1, 0)), 1.5, None), "is 1.5", "must be 0 to"),
        (lambda: Everyone(2).present(np.zeros((1, 0)), 0, [1, 2, 3]), "before", "must be (2)"),
        (lambda: Moments([0.5, 1.5], np.eye(2)), "rates are [0.5, 1.5]", "[0, 1]"),
        (lambda: Moments.of_independent([-0.5]), "rates are [-0.5]", "[0, 1]"),
    ],
)
def test_bad_laws_are_refused_with_what_was_given_and_what_is_allowed(build, given, allowed):
    with pytest.raises(InputError, match=re.escape(given)) as refused:
        build()
    assert allowed in str(refused.value)
    assert "\n" not in str(refused.value)


def test_laws_do_not_change():
    with pytest.raises(AttributeError):
        one_or_two_absent(5).n_presenters = 6
