"""The public functions of `simulation`, called with whatever fits the signature.

Each either works or says in one line why not; only Python's own complaint of a call that does not
fit the signature may be a TypeError.
"""

import datetime
import decimal
import functools
import inspect
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fuzzing import examples
from hypothesis import given, note
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rooms import small_talk

import simulation
from simulation import (
    AdditiveGame,
    AlwaysWithout,
    AttendanceLaw,
    Bursts,
    Couples,
    Everyone,
    Game,
    Independent,
    InputError,
    Moments,
    NumberAbsent,
    Presenter,
    Recorded,
    Rehearsal,
    Rota,
    Show,
    Talk,
    Team,
    coalitions,
    one_or_two_absent,
)
from simulation.audience import SquaredError
from simulation.coalitions import estimates

LAW = one_or_two_absent(3)
TALK = small_talk("squared error")
SOFT = small_talk("softmax")
GAME = Team(TALK, LAW, rng=0).game()
SOFT_GAME = Team(SOFT, LAW, rng=0).game()
VALUED = Game.of(lambda mask, rng: mask.sum() + rng.normal(), 3, repeats=2)
VALUES = coalitions.coalition_values(GAME)
UNIFORMS = np.random.default_rng(0).random((4, 4))
FOLDER = Path(__file__).parent
THERE = np.array([[True, False, True], [True, True, True]])
PARTS = {field.name: getattr(SOFT, field.name) for field in fields(Talk)}


def team():
    made = Team(TALK, LAW, show_every=1, rng=0)
    made.step()
    return made


def presenter():
    one = team().agents[0]
    one.prepare(TALK.practice_questions[:4])
    return one


def rehearsal(**changed):
    held = {
        "questions": TALK.practice_questions[:4],
        "wanted": TALK.practice_answers[:4],
        "attendance": np.array([True, False, True]),
        "table": np.zeros((3, 4, 3)),
        "handout": np.zeros(3),
        "audience": SquaredError(),
        "learning_rate": 0.1,
    }
    return Rehearsal(**{**held, **changed})


@functools.wraps(LAW.stream)
def stream_of(rng):
    return next(LAW.stream(rng))


def uniforms_of(law):
    return {
        "uniforms": np.random.default_rng(0).random((4, law.n_uniforms)),
        "first": 2,
        "before": np.array([True, False, True]),
    }


class OwnLaw(Everyone):
    """A law without closed form."""

    moments = AttendanceLaw.moments


LAWS = (
    Everyone(3), LAW, Independent(3, (0.1, 0.2, 0.3)), Rota(3, 2), Couples(3, 0.3), Bursts(3, 0.3),
    AlwaysWithout(3, 1), Recorded(3, ((1, 0, 1), (1, 1, 1))),
)  # fmt: skip

WAYS = (
    *((Moments, {"rates": np.full(3, 0.5), "joint": np.full((3, 3), 0.5), "source": "here"}),),
    (Moments.of_rows, {"rows": THERE, "source": "here"}),
    (Moments.of_independent, {"rates": np.full(3, 0.5)}),
    *((type(law), {field.name: getattr(law, field.name) for field in fields(law)}) for law in LAWS),
    *((law.present, uniforms_of(law)) for law in LAWS),
    *((law.moments, {}) for law in LAWS),
    (OwnLaw(3).moments, {}),
    (LAW.draw, {"rng": 0, "rehearsals": 5}),
    (stream_of, {"rng": 0}),
    (simulation.independent, {"n_presenters": 3, "rate": 0.5}),
    (simulation.k_absent, {"n_presenters": 3, "k": 1}),
    (simulation.one_or_two_absent, {"n_presenters": 3}),
    (simulation.law_from_text, {"text": "rate:0.3", "n_presenters": 3}),
    (simulation.read_attendance_log, {"path": FOLDER / "no.csv", "names": ["A", "B", "C"]}),
    (simulation.InputError, {"message": "it is not so"}),
    (simulation.DivergedError, {"message": "it is not so"}),
    (Talk, PARTS),
    (SOFT.part, {"name": "show"}),
    (simulation.synthetic_talk, {
        "rng": 0, "features": 4, "sections": 3, "topics": 2, "practice": 5, "show": 6,
        "noise": 0.1, "choice": 3,
    }),
    (simulation.digits_talk, {
        "rng": 0, "practice": 20, "label_noise": 0.1, "choice": 5, "split": 3,
    }),
    (simulation.mnist_sample_talk, {"rng": 0, "practice": 20, "label_noise": 0.1}),
    (simulation.mnist_talk, {
        "rng": 0, "folder": FOLDER, "practice": 20, "label_noise": 0.1, "choice": 5,
    }),
    (simulation.real_talk, {
        "rng": 0, "data": "digits", "practice": 20, "label_noise": 0.1, "choice": True,
    }),
    (Team, {
        "talk": TALK, "attendance": LAW, "abilities": 2, "trust": 0.5, "learning_rate": 0.1,
        "questions": 2, "attendance_per": "question", "show_every": 2, "rng": 0,
    }),
    (Team.register_agent, {"self": team, "agent": presenter()}),
    (Team.step, {"self": team}),
    (Team.one_step, {"self": team}),
    (Team.rehearse, {"self": team, "rehearsals": 2}),
    (Team.change_attendance, {"self": team, "attendance": Rota(3)}),
    (Team.practise_alone, {"self": team, "who": "B", "rehearsals": 2, "section": 1}),
    (Team.collect, {"self": team}),
    (Team.as_heard, {"self": team, "wanted": TALK.practice_answers, "table": None}),
    (Team.seat_of, {"self": team, "name": "B"}),
    (Team.game, {"self": team, "part": "practice"}),
    (Team.show, {"self": team}),
    (Team.quality, {"self": team, "present": ["A", "C"], "reading": "fill the time"}),
    (Presenter, {
        "model": team, "seat": 1, "name": "B", "speak_up": 1.5, "trust": 0.5, "n_presenters": 3,
        "abilities": 2, "features": 6, "sections": 3, "rng": 0,
    }),
    (Presenter.contribution, {"self": presenter, "questions": TALK.show_questions}),
    (Presenter.prepare, {"self": presenter, "questions": TALK.show_questions}),
    (Presenter.learn, {"self": presenter, "rehearsal": rehearsal()}),
    (Presenter.practise_alone, {
        "self": presenter, "questions": TALK.practice_questions, "wanted": TALK.practice_answers,
        "section": 1, "audience": SquaredError(), "learning_rate": 0.1,
    }),
    (rehearsal, {field.name: getattr(rehearsal(), field.name) for field in fields(Rehearsal)}),
    (rehearsal().talk_given, {}),
    (rehearsal().missing_from, {"answers": np.zeros((4, 3))}),
    (Show, {"game": GAME, "hard_section": 1}),
    (Show(GAME, 0).hard_without, {"seat": 1}),
    (AdditiveGame, {field.name: getattr(SOFT_GAME, field.name) for field in fields(AdditiveGame)}),
    *((way, {"masks": THERE, "reading": "fill the time"})
      for game in (GAME, SOFT_GAME)
      for way in (game.quality, game.qualities, game.section_quality, game.answers,
                  game.heard)),
    (GAME.described, {}),
    (GAME.on, {"questions": slice(0, 5)}),
    (SOFT_GAME.on, {"questions": np.arange(40) % 2 == 0}),
    (coalitions.Dependence, {
        "values": np.zeros(3), "carriers": coalitions.dependence(GAME, LAW, 0).carriers,
        "fragility": coalitions.dependence(GAME, LAW, 0).carriers,
        "interaction": coalitions.dependence(GAME, LAW, 0).carriers,
        "bus_factor": 1, "interactions": None,
    }),
    (coalitions.Fragility, {"total": 0.5, "additive": 0.25}),
    (coalitions.Kept, {"mean": 0.5, "worst": 0.25, "sub_teams": 3}),
    (coalitions.SubTeams, {"probabilities": np.full(8, 0.125), "source": "here"}),
    (coalitions.ablation_curve, {
        "game": GAME, "rng": 0, "fractions": np.array([0.0, 0.5]), "draws": 3,
        "reading": "fill the time",
    }),
    (coalitions.ablation_area, {"fractions": [0.0, 0.5, 1.0], "curve": [1.0, 0.8, 0.0]}),
    (coalitions.agreement, {"game": GAME}),
    (coalitions.all_coalitions, {"n": 3}),
    (coalitions.answer_shares, {"game": GAME}),
    (coalitions.bus_factor, {"values": VALUES, "share": 0.5}),
    (coalitions.co_adaptation_score, {"game": GAME, "rng": 0, "draws": 5}),
    (coalitions.co_adaptation_score, {"game": SOFT_GAME, "rng": 0, "draws": 5}),
    (coalitions.coalition_values, {"game": SOFT_GAME, "reading": "fill the time", "section": 1}),
    (coalitions.coalition_values, {"game": GAME, "reading": "fill the time", "section": 1}),
    (coalitions.dependence, {"game": GAME, "law": LAW, "rng": 0}),
    (coalitions.effective_carriers, {"shares": [0.5, 0.25, 0.25]}),
    (coalitions.fragility, {"values": VALUES, "law": LAW}),
    (coalitions.mean_quality, {"values": VALUES, "law": LAW}),
    (coalitions.missing_masks, {"n": 3, "k": 1, "rng": 0}),
    (coalitions.moebius, {"values": VALUES}),
    (coalitions.pair_synergy, {"game": GAME, "reading": "fill the time"}),
    (coalitions.quality_kept, {"game": GAME, "k": 1, "reading": "fill the time", "rng": 0}),
    (coalitions.shapley_interactions, {"values": VALUES}),
    (coalitions.shapley_values, {"values": VALUES}),
    (coalitions.shapley_within, {
        "game": GAME, "calls": 40, "rng": 0, "reading": "fill the time", "progress": None,
    }),
    (Game.of, {
        "value": len, "members": ["A", "B", "C"], "name": "size", "repeats": 2, "budget": 20,
        "seed": 1, "executor": None,  # `path` would make files
    }),
    *((way, {"masks": THERE, "reading": "nobody covers"})
      for way in (VALUED.quality, VALUED.qualities, VALUED.heard)),
    (VALUED.described, {}),
    (VALUED.afford, {"coalitions": 4}),
    (GAME.afford, {"coalitions": 4}),
    (coalitions.solo_quality, {"game": GAME, "reading": "fill the time"}),
    (coalitions.sub_teams, {"law": LAW}),
    (estimates.measured, {
        "games": GAME, "rng": 0, "worth": 0.1, "reading": "fill the time", "draws": 3,
        "precision": 0.1, "progress": None,
    }),
    (estimates.compared, {
        "without": [GAME, GAME], "with_": [GAME, GAME], "rng": 0, "worth": 0.1,
        "reading": "fill the time", "draws": 3, "progress": None,
    }),
)  # fmt: skip
"""Each public function and method, with arguments that it takes."""

HUGE = (10**12, 2**63, 10**30, 10**400, -(10**12), 10**5000)
ODD = (
    None, True, False, 0, 1, -1, 2, 3, 7, 1.5, 0.5, -0.0, 1e-320, 1e200, -1e308, np.nan, np.inf,
    -np.inf, 1j, "", "A", "B", "show", "\n", "rate:0.3", "a" * 300, "\0", "\ud800", "0.5", b"",
    [], [0], [1, 0, 1], [0.5] * 3, [None], ["A"], [[1, 2], [3]], [[[[]]]], [np.nan] * 3,
    [10**400], [1e308, -1e308, 1e308], (), (1,), ((1, 0, 1),), (0.1, 0.2, 0.3), set(), {1, 2},
    {"A"}, {}, {"a": 1}, range(3), object(), int, len, slice(None), slice("a"),
    slice(None, None, 0),
    iter([1]), decimal.Decimal("0.5"), datetime.date(2024, 1, 1), Path("x"), np.int64(3),
    np.float32(0.5), np.bool_(True), np.str_("A"), np.datetime64("2024"), np.zeros(0),
    np.zeros((0, 3)), np.zeros((3, 0, 2)), np.zeros(()), np.zeros((4, 6)), np.ones(3, dtype=bool),
    np.ones((2, 3), dtype=int), np.full((2, 3), 2), np.full((4, 3), np.nan), np.full(8, 1e308),
    np.full(8, 1e-320), np.array(["a", "b"]), np.array([None, 1]), np.array([1j]),
    np.zeros(3, dtype="M8[s]"), np.zeros(2, dtype=[("a", float)]), np.ma.masked_all(3),
    np.arange(40), np.arange(6.0).reshape(2, 3), np.full((4, 3), 1e300), pd.Series([1.0, 2.0, 3.0]),
    pd.DataFrame({"A": [1, 0]}), np.random.default_rng(0), np.random.SeedSequence(0),
    np.random.RandomState(0), *LAWS, Everyone(4), Everyone(25), TALK, SOFT, GAME, SOFT_GAME,
    Show(GAME, 0), SquaredError(), rehearsal(), Moments(np.ones(3), np.ones((3, 3))),
    InputError("it is not so"), NumberAbsent,
)  # fmt: skip
DTYPES = st.sampled_from(["f8", "f4", "i8", "u1", "?", "c16", "O", "S2", "U2", "f2"])
ARRAYS = hnp.arrays(
    DTYPES,
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    elements=None,
    fill=st.nothing(),
)
FEW = st.one_of(st.sampled_from(ODD), st.sampled_from(ODD), ARRAYS, st.floats(), st.text())
ANY = st.one_of(FEW, st.integers(0, len(HUGE) - 1).map(HUGE.__getitem__), st.integers())
FOR_EVER = {"rehearsals"}
"""May be as many as one likes: a huge number is no mistake, but would never end here."""


def touch(result):
    """Look at all that a result promises."""
    if is_dataclass(result) and not isinstance(result, type):
        for name, value in inspect.getmembers(type(result)):
            if isinstance(value, property | functools.cached_property):
                getattr(result, name)
    if isinstance(result, AdditiveGame):
        result.quality(np.ones((1, result.n_members), dtype=bool))


def learning_alone(way):
    """A team's steps keep numbers that grow too large from a presenter's; no warning is meant."""
    hot = (Presenter.prepare, Presenter.learn, Presenter.practise_alone)
    return np.errstate(all="ignore" if way in hot else None)


def called(way, arguments):
    """Call a public function; it must return, or refuse in one line of readable length."""
    arguments = {
        name: value() if value is team or value is presenter else value
        for name, value in arguments.items()
    }
    me = [arguments.pop("self")] if "self" in arguments else []
    try:
        with learning_alone(way):
            touch(way(*me, **arguments))
    except InputError as error:
        said = str(error)
    else:
        return
    assert "\n" not in said
    assert len(said) < 1000


@pytest.mark.parametrize(("way", "arguments"), WAYS, ids=lambda way: getattr(way, "__name__", ""))
def test_the_arguments_that_are_changed_are_right_as_they_are(way, arguments):
    if way is not simulation.mnist_talk and way is not simulation.read_attendance_log:
        me = [arguments["self"]()] if "self" in arguments else []
        given_here = {
            name: value() if name == "model" else value
            for name, value in arguments.items()
            if name != "self"
        }
        touch(way(*me, **given_here))


@examples(130)
@given(st.data())
def test_whatever_is_given_it_works_or_one_line_says_why_not(data):
    way, arguments = data.draw(st.sampled_from([each for each in WAYS if set(each[1]) - {"self"}]))
    names = sorted(set(arguments) - {"self"})
    odd = data.draw(
        st.one_of(
            st.sampled_from(names).map(lambda one: {one}),
            st.sets(st.sampled_from(names), min_size=1),
        )
    )
    for name in sorted(odd):
        arguments = {**arguments, name: data.draw(FEW if name in FOR_EVER else ANY, label=name)}
    note(f"{way.__qualname__}: {sorted(odd)}")
    called(way, arguments)


def public():
    """List all public functions of the two packages and all public methods of their classes."""
    for package in (simulation, coalitions, estimates):
        for name in package.__all__:
            thing = getattr(package, name)
            if inspect.isclass(thing):
                for attribute, value in inspect.getmembers(thing, callable):
                    inner = getattr(value, "__func__", value)
                    if (
                        not attribute.startswith("_")
                        and getattr(inner, "__module__", "").startswith("simulation")
                        and not inspect.isclass(inner)
                    ):
                        yield inner.__qualname__
            elif inspect.isfunction(thing):
                yield thing.__qualname__


def test_every_public_function_is_called_here():
    here = {way.__qualname__ for way, _ in WAYS}
    here |= {"AttendanceLaw.present", "Speakers.deregister_agent"}  # an agent's own way to leave
    here |= {"RaisingModel.run_model"}  # always refused
    # By what a game of its own kind has in their place.
    here |= {"Game.quality", "Game.qualities", "Game.heard", "Game.described"}
    assert set(public()) - here == set()
