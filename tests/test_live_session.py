"""A session, worked off slice by slice: no clock but the test's, no socket."""

import gc
import weakref
from itertools import pairwise

import pytest

import dashboard.live.session as module
from dashboard.live.frames import encode, refusal
from dashboard.live.messages import parse
from dashboard.live.session import Session
from dashboard.live.setup import EngineOnlyError
from simulation import InputError


class Page:
    """Talks to a session as a page does, on a clock of its own."""

    def __init__(self):
        self.session = Session()
        self.now = 100.0

    def say(self, kind, **content):
        self.session.take(parse(encode({"type": kind} | content)))

    def start(self, **setup):
        self.say("start", setup={"head_start": 20} | setup)

    def hear(self, until=lambda message: False, slices=5_000):
        """Everything told until a message is as wanted, or there is nothing left to do."""
        heard = []
        for _ in range(slices):
            told, wait = self.session.work(self.now)
            for message in told:
                encode(message)  # no nan, nothing that JSON lacks
                heard.append(message)
            if any(until(message) for message in told) or wait is None:
                return heard
            self.now += wait
        raise AssertionError(f"still busy after {slices} slices")

    def until_frame(self, wanted):
        return self.hear(lambda m: m["type"] == "frame" and wanted(m))[-1]


@pytest.fixture
def page():
    return Page()


def kinds(heard):
    return [message["type"] for message in heard]


def frames(heard):
    return [message for message in heard if message["type"] == "frame"]


def test_a_start_is_answered_by_its_setup_a_frame_and_the_networks(page):
    page.start(seed=3, presenters=4)
    heard = page.hear()
    assert kinds(heard) == ["started", "frame", "network"]
    started, frame, network = heard
    assert page.session.pair.setup.seed == 3
    assert started["names"] == ["A", "B", "C", "D"]
    assert (started["hard_section"], started["sections"]) == (0, 5)
    assert (frame["rehearsal"], frame["playing"]) == (0, False)
    assert frame["teams"]["left"]["present"] == [1, 1, 1, 1]
    assert (network["epoch"], network["playing"]) == (0, False)
    assert len(network["digits"][0]["pixels"]) == 64


def test_a_frame_has_the_shapes_of_the_protocol(page):
    page.start(presenters=3, abilities=2)
    team = frames(page.hear())[0]["teams"]["right"]
    assert [len(row) for row in team["reliance"]] == [3, 3, 3]
    assert [len(row) for row in team["dependence"]] == [3, 3, 3]
    assert [len(row) for row in team["solo"]] == [5, 5, 5]
    assert len(team["share"]) == 3
    assert set(team["quality"]) == {"all", "one_mean", "one_worst", "two_mean", "two_worst", "hard"}
    assert set(team["home"]) == {"away", "quality", "hard"}
    assert len(team["twin"]["incoming"]) == 6
    assert [len(row) for row in team["twin"]["outgoing"]] == [6] * 5
    assert {"absence_rate", "score", "weights", "diverged"} < set(team)


def test_playing_sends_a_frame_a_tick_and_at_most_thirty_a_second(page):
    page.start()
    page.hear()
    page.say("speed", value=2)
    page.say("play")
    begun, heard = page.now, []
    while page.now < begun + 1.0:
        heard += page.hear(lambda message: message["type"] == "frame")
    rehearsals = [frame["rehearsal"] for frame in frames(heard)]
    assert all(frame["playing"] for frame in frames(heard))
    assert rehearsals == list(range(2, 2 * len(rehearsals) + 1, 2))
    assert 29 <= len(rehearsals) <= 32


def test_late_ticks_are_not_made_up_for(page):
    page.start()
    page.hear()
    page.say("play")
    page.until_frame(lambda frame: frame["rehearsal"] == 40)
    page.now += 10.0  # somebody else kept the processor
    times = []
    while len(times) < 31:
        page.until_frame(lambda frame: True)
        times.append(page.now)
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert waits[0] == pytest.approx(module.TICK / 2)  # never close behind a late one
    assert waits[1:] == pytest.approx([module.TICK] * 29)


def test_a_tick_that_is_a_little_late_keeps_the_pace(page, monkeypatch):
    monkeypatch.setattr(module, "SLICE", 60.0)  # on a busy machine a tick's work is cut in two
    page.start()
    page.hear()
    page.say("play")
    page.until_frame(lambda frame: frame["rehearsal"] == 40)
    begun = page.now
    for number in range(1, 31):
        page.now = begun + (number + 0.3) * module.TICK
        told, _ = page.session.work(page.now)
        assert kinds(told) == ["frame"], number


def test_a_pause_says_so_and_a_step_is_one_rehearsal(page):
    page.start()
    page.say("play")
    page.until_frame(lambda frame: frame["rehearsal"] >= 8)
    page.say("pause")
    rest = frames(page.hear())[-1]
    assert rest["playing"] is False
    page.say("step")
    page.say("step")
    assert frames(page.hear())[-1]["rehearsal"] == rest["rehearsal"] + 2


def test_play_until_a_rehearsal_stops_at_exactly_that_one(page):
    page.start()
    page.say("speed", value=4)
    page.say("play", until=10)
    heard = frames(page.hear())
    assert [frame["rehearsal"] for frame in heard] == [4, 8, 10]
    assert [frame["playing"] for frame in heard] == [True, True, False]
    page.say("play", until=3)  # that is over
    assert [(f["rehearsal"], f["playing"]) for f in page.hear()] == [(10, False)]
    page.say("play")  # forgets it
    assert page.until_frame(lambda frame: frame["rehearsal"] >= 18)["playing"]


def test_what_is_exact_is_told_unrounded_and_when_the_link_is_caught_up_with(page, monkeypatch):
    monkeypatch.setattr(module, "SLICE", 0.0)
    page.start(at=40)
    while page.session.pair is None or page.session.pair.held < 5:
        page.session.work(page.now)
    page.say("exact")
    heard = page.hear()
    (exact,) = (message for message in heard if message["type"] == "exact")
    last = frames(heard)[-1]
    assert (exact["rehearsal"], last["rehearsal"]) == (40, 40)
    for side, team in page.session.pair.sides.items():
        told = exact["teams"][side]
        assert told["weights"]["delivery"] == [
            number for one in team.team.seated for number in one.delivery.ravel().tolist()
        ]
        figures, shown = told["figures"], last["teams"][side]
        assert figures["quality"] == pytest.approx(list(shown["quality"].values()), rel=1e-3)
        assert figures["nobody_covers"][-1] == pytest.approx(figures["quality"][0])
        assert figures["fill_the_time"][-1] == pytest.approx(figures["quality"][0])
        assert len(figures["fill_the_time"]) == 32


def test_a_tick_of_many_rehearsals_is_cut_into_slices(page, monkeypatch):
    monkeypatch.setattr(module, "SLICE", 0.0)  # every slice is over at once
    page.start()
    page.hear()
    page.say("speed", value=7)
    page.say("play")
    slices = 0
    while True:
        told, wait = page.session.work(page.now)
        slices += 1
        if frames(told):
            break
        assert wait == 0.0
    assert frames(told)[0]["rehearsal"] == 7
    assert slices == 7


def test_a_link_is_caught_up_with_and_its_past_is_told(page):
    page.start(at=450)
    heard = page.hear()
    assert kinds(heard)[0] == "started"
    (history,) = (message for message in heard if message["type"] == "history")
    assert [point[0] for point in history["points"]] == list(range(0, 450, 5))
    assert all(len(point) == 5 for point in history["points"])
    assert frames(heard)[-1]["rehearsal"] == 450
    assert heard.index(history) < heard.index(frames(heard)[-1])
    assert kinds(heard)[-2:] == ["frame", "network"]  # the digits wait for it


def test_what_is_caught_up_with_is_what_was_lived(page):
    page.start(at=115, home_left="B")
    linked = frames(page.hear())[-1]
    other = Page()
    other.start()
    other.say("speed", value=5)
    other.say("home", left=["B"], right=[])
    other.say("play")
    lived = other.until_frame(lambda frame: frame["rehearsal"] == 115)
    assert linked["teams"] == lived["teams"]


def test_others_are_answered_while_a_link_is_caught_up_with(page, monkeypatch):
    monkeypatch.setattr(module, "SLICE", 0.0)
    page.start(at=2_000)
    while page.session.pair is None or page.session.pair.held < 5:
        page.session.work(page.now)
    page.say("home", left=["C"], right=[])
    frame = page.until_frame(lambda frame: frame["teams"]["left"]["home"]["away"] == ["C"])
    assert frame["rehearsal"] < 2_000


def test_sending_home_is_answered_at_once(page):
    page.start()
    page.hear()
    page.say("home", left=["B"], right=["B", "A"])
    (frame,) = page.hear()
    assert frame["teams"]["right"]["home"]["away"] == ["A", "B"]
    with pytest.raises(InputError, match="everybody"):
        page.say("home", left=["A", "B", "C", "D", "E"], right=[])
    with pytest.raises(InputError, match="'Z' cannot be sent home"):
        page.say("home", left=["Z"], right=[])
    page.say("step")
    assert frames(page.hear())[-1]["teams"]["left"]["home"]["away"] == ["B"]


def test_a_change_is_taken_at_its_rehearsal(page):
    page.start(at=6)
    page.hear()
    page.say("change", key="right", value="absent:3")
    changed, frame = page.hear()
    assert changed == {"type": "changed", "key": "right", "value": "absent:3", "rehearsal": 6}
    assert frame["teams"]["right"]["absence_rate"] == 0.6
    with pytest.raises(InputError, match="learning_rate is 7"):
        page.say("change", key="learning_rate", value=7)
    page.say("step")
    assert sum(frames(page.hear())[-1]["teams"]["right"]["present"]) == 2


def test_a_change_before_the_first_rehearsal_is_what_a_link_with_it_starts_with(page):
    page.start()
    page.hear()
    page.say("home", left=["D"], right=[])
    page.say("change", key="learning_rate", value=0.06)
    heard = page.hear()
    assert "started" not in kinds(heard)
    assert heard[0] == {
        "type": "changed", "key": "learning_rate", "value": 0.06, "rehearsal": 0
    }  # fmt: skip
    other = Page()
    other.start(learning_rate=0.06, home_left="D")
    assert frames(heard)[-1]["teams"] == frames(other.hear())[-1]["teams"]


def test_a_start_that_cannot_be_leaves_what_was_there(page):
    page.start(seed=1)
    page.hear()
    page.start(learning_rate=1.0, head_start=2_000, seed=2)
    heard = page.hear()
    assert kinds(heard)[0] == "error"
    assert "learning diverged in B's head start" in heard[0]["message"]
    assert heard[0]["code"] == "head_start"
    page.say("step")
    assert frames(page.hear())[-1]["rehearsal"] == 1
    assert page.session.pair.setup.seed == 1


def test_a_start_that_only_the_engine_can_make_is_refused_by_a_code_and_changes_nothing(page):
    page.start(seed=1)
    page.say("play")
    page.until_frame(lambda frame: frame["rehearsal"] > 0)
    with pytest.raises(EngineOnlyError) as raised:
        page.start(momentum=0.9)
    assert refusal(raised.value)["code"] == "engine"
    assert page.until_frame(lambda _: True)["playing"]


def test_what_is_said_before_a_start_is_done_is_done_after_it(page):
    page.start(head_start=2_000)
    page.say("home", left=["A"], right=[])
    page.say("speed", value=9)
    page.say("play")
    frame = page.until_frame(lambda frame: frame["rehearsal"] > 0)
    assert frame["rehearsal"] == 9
    assert frame["teams"]["left"]["home"]["away"] == ["A"]


def test_a_new_start_ends_the_play(page):
    page.start()
    page.say("play")
    page.until_frame(lambda frame: frame["rehearsal"] > 0)
    page.start(seed=1)
    last = frames(page.hear())[-1]
    assert (last["rehearsal"], last["playing"]) == (0, False)


def test_what_waited_for_a_start_that_failed_is_refused_by_a_code(page):
    page.start(learning_rate=1.0, head_start=2_000, seed=2)
    page.say("step")
    codes = [message["code"] for message in page.hear()]
    assert codes == ["head_start", "not_started"]


def test_nothing_can_be_asked_of_a_session_that_has_not_started(page):
    with pytest.raises(InputError, match="start first"):
        page.say("step")
    assert page.hear() == []


def test_play_ends_when_both_teams_have_diverged(page):
    page.start(learning_rate=1.0, head_start=0, noise=2.0)
    page.say("play")
    last = frames(page.hear())[-1]
    assert last["playing"] is False
    for team in last["teams"].values():
        assert team["diverged"]["learning_rate"] == 1.0
        assert 1 <= team["diverged"]["rehearsal"] <= last["rehearsal"]


def test_play_ends_with_the_last_rehearsal_that_a_link_can_hold(page, monkeypatch):
    monkeypatch.setattr(module, "MOST_REHEARSALS", 10)
    page.start()
    page.say("play")
    heard = page.hear()
    assert frames(heard)[-1]["rehearsal"] == 10
    assert frames(heard)[-1]["playing"] is False
    assert any("rehearsal 10 is the last" in m["message"] for m in heard if m["type"] == "error")


@pytest.mark.parametrize(("other", "kept"), [({}, True), ({"seed": 1}, False)])
def test_another_story_goes_on_with_the_networks_that_it_would_train(page, other, kept):
    page.start(epochs=2)
    page.hear()
    trained = page.session.training
    page.start(epochs=2, right="couples:0.3", **other)
    (message,) = (m for m in page.hear() if m["type"] == "network")
    assert (page.session.training is trained) is kept
    assert (message["epoch"], message["playing"], "pixels" in message["digits"][0]) == (
        2,
        False,
        True,
    )


def test_the_networks_train_epoch_by_epoch(page):
    page.start(epochs=2)
    (reached,) = (m for m in page.hear() if m["type"] == "network")
    assert reached["epoch"] == 2
    page.say("network", do="play")
    heard = page.hear(lambda message: message.get("epoch") == 4)
    networks = [message for message in heard if message["type"] == "network"]
    assert [message["epoch"] for message in networks] == [2, 3, 4]
    assert all(message["playing"] for message in networks)
    assert not any("pixels" in message["digits"][0] for message in networks)
    page.say("network", do="pause")
    assert page.hear()[-1]["playing"] is False
    page.say("network", do="reset", net_rate=0.25)
    (again,) = page.hear()
    assert (again["epoch"], again["rates"]) == (0, [0.0, 0.25])
    assert "pixels" in again["digits"][0]


def test_networks_and_teams_leave_each_other_their_turn(page):
    page.start()
    page.hear()
    page.say("speed", value=1)
    page.say("network", do="play")
    page.say("play")
    heard, slices = [], 0
    while not any(message.get("epoch") == 5 for message in heard):
        page.now += module.TICK  # as if each slice took as long as there is between two frames
        told, _ = page.session.work(page.now)
        heard += told
        slices += 1
        assert slices < 100
    # A slice of a team's takes the tick's rehearsals, and after it the networks do one piece.
    assert len(frames(heard)) >= slices - 1


def test_a_session_that_is_released_is_freed(page):
    page.start()
    page.hear()
    page.start(seed=1)
    page.session.work(page.now)  # in the middle of a start
    teams = [weakref.ref(side.team) for side in page.session.pair.sides.values()]
    page.session.release()
    gc.collect()
    assert [team() for team in teams] == [None, None]
