"""A session: what one page asked for, worked off slice by slice, without a clock or a socket.

`take` notes what is wanted; `work` does a little of it and says what is to be told. So sessions
share one thread without waiting long for one another, and tests need neither time nor network.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

from dashboard.live.frames import NotStartedError, exact, frame, point, problem, refusal, started
from dashboard.live.messages import (
    ChangeAtOnce,
    Command,
    Home,
    Message,
    Network,
    Play,
    Speed,
    Start,
)
from dashboard.live.pair import Pair, check_mesa_can
from dashboard.live.setup import MOST_REHEARSALS, Setup
from dashboard.live.training import Training, next_after
from simulation.checks import InputError

Told = dict[str, Any]

SLICE = 0.010
"""Seconds of rehearsals after which the other sessions get their turn."""
TICK = 1 / 30
"""Seconds between two frames, at least."""
PROGRESS = 0.25
"""Seconds between two frames while a link is being caught up with."""
HISTORY_POINTS = 100
MOST_DEFERRED = 100


class Session:
    """Two teams, their twins and the article's networks, for one page.

    Attributes
    ----------
    pair : Pair or None
        None until the first start.
    training : Training or None
        Of the article's networks.
    playing : bool
    speed : int
        Rehearsals a tick.
    until : int or None
        The rehearsal at which to stop playing; None: the last that can be held.
    target : int
        Rehearsals to be held as soon as possible, whether playing or not.
    """

    def __init__(self) -> None:
        self.pair: Pair | None = None
        self.training: Training | None = None
        self.playing = False
        self.until: int | None = None
        self.speed = 4
        self.target = 0
        self._replies: list[Told] = []
        self._start: Iterator[None] | None = None
        self._deferred: list[Message] = []
        self._past: list[list[float]] = []  # points of the curves, while a link is caught up with
        self._every = 0  # rehearsals between two of them; 0: nobody asked for a past
        self._exact_asked = 0  # answers owed, as soon as a link has been caught up with
        self._unseen = False  # something has changed that no frame has shown
        self._left_of_tick = 0
        self._next_tick = self._next_progress = -math.inf

    def take(self, message: Message) -> None:
        """Note what is wanted.

        Raises
        ------
        InputError
            If it is impossible as things stand; nothing has changed then.
        """
        match message:
            case Start(setup=setup):
                check_mesa_can(setup)
                self.playing, self.until, self._deferred = False, None, []
                self._start = self._begin(setup)
            case Speed(value=value):
                self.speed = value
            case Play(until=until):
                self.playing, self.until, self._unseen = True, until, True
            case Command(type="pause"):
                self.playing, self._unseen = False, True
            case _ if self._start is not None:
                if len(self._deferred) < MOST_DEFERRED:
                    self._deferred.append(message)
            case _ if self.pair is None or self.training is None:
                raise NotStartedError("nothing has been started yet: start first")
            case Network():
                self._take_for_networks(message, self.training)
            case _:
                self._take_for_teams(message, self.pair)

    def work(self, now: float) -> tuple[list[Told], float | None]:
        """Do a slice of what is wanted.

        Parameters
        ----------
        now : float
            Seconds on a clock that never goes back.

        Returns
        -------
        list of dict
            What is to be told to the page, in order.
        float or None
            Seconds after which there is more to do; None: not before something is taken.
        """
        told: list[Told] = []
        waits = [self._work_on_teams(now, told.append)]
        if self._start is None and self.training is not None:
            # The teams come first, and all that a link has them catch up with.
            busy = self._unseen or (self.pair is not None and self.pair.held < self.target)
            waits.append(0.0 if busy else self.training.work(now, told.append))
        told[:0], self._replies = self._replies, []
        return told, min((wait for wait in waits if wait is not None), default=None)

    def release(self) -> None:
        """Let go of everything, when the page has left."""
        self._start = None
        if self.pair is not None:
            self.pair.release()
        self.pair = self.training = None

    def _take_for_teams(self, message: Message, pair: Pair) -> None:
        match message:
            case Command(type="exact"):
                if pair.held < self.target:
                    self._exact_asked += 1
                else:
                    self._replies.append(exact(pair))
            case Command():
                self.playing, self._unseen = False, True
                self.target = min(max(self.target, pair.held) + 1, MOST_REHEARSALS)
            case Home(left=left, right=right):
                pair.send_home({"left": left, "right": right})
                self._unseen = True
            case ChangeAtOnce(key=key, value=value):
                message.checked_for(len(pair.names))
                self._replies.append(
                    {"type": "changed", "key": key, "value": value, "rehearsal": pair.held}
                )
                if pair.held == 0:
                    # Nothing has been rehearsed: start with it, as a link to here will.
                    self._start = self._exchange(pair.start.model_copy(update={key: value}), pair)
                else:
                    pair.change(message)
                    self._unseen = True

    def _take_for_networks(self, message: Network, training: Training) -> None:
        if message.do == "reset":
            seed, rate, noise = training.settings
            rate = rate if message.net_rate is None else message.net_rate
            noise = noise if message.label_noise is None else message.label_noise
            self.training = Training(seed, rate, noise)
        else:
            training.playing, training.unseen = message.do == "play", True

    def _begin(self, setup: Setup) -> Iterator[None]:
        """Build what a start asks for; if that fails, what was there goes on."""
        yield from self._exchange(setup, None)
        self.target, self._past = setup.at, []
        self._every = math.ceil(setup.at / HISTORY_POINTS)
        assert self.pair is not None  # it has just been built
        self._replies.append(started(self.pair))
        settings = setup.seed, setup.net_rate, setup.label_noise
        if self.training is None or not self.training.stands_at(setup.epochs, settings):
            self.training = Training(*settings, setup.epochs)

    def _exchange(self, setup: Setup, like: Pair | None) -> Iterator[None]:
        """Build a pair and put it in the place of the old one; `like`: with the same sent home."""
        pair = Pair(setup)
        try:
            for _ in pair.practise_alone():
                yield
        except BaseException:
            pair.release()
            raise
        if like is not None:
            pair.home = like.home
        if self.pair is not None:
            self.pair.release()
        self.pair, self._left_of_tick, self._unseen = pair, 0, True

    def _work_on_teams(self, now: float, tell: Callable[[Told], None]) -> float | None:
        if self._start is not None:
            self._work_on_start()
            return 0.0
        pair = self.pair
        if pair is None:
            return None
        if pair.held < self.target:
            self._catch_up(pair, now, tell)
            return 0.0
        last = MOST_REHEARSALS if self.until is None else self.until
        if self.playing and pair.held >= last:
            self.playing, self._unseen = False, True
            if self.until is None:
                line = f"rehearsal {pair.held} is the last: start anew"
                self._replies.append(problem(line, code="last", rehearsal=pair.held))
        if self.playing and now >= self._next_tick:
            self._left_of_tick = self._left_of_tick or self.speed
            self._left_of_tick -= self._rehearse(pair, min(self._left_of_tick, last - pair.held))
            if self._left_of_tick and pair.held < last:
                return 0.0
            self.playing = not pair.stopped and pair.held != self.until
            self._left_of_tick, self._unseen = 0, True
            # A tick that comes late is not made up for: fewer frames, never a backlog.
            self._next_tick = next_after(self._next_tick, TICK, now)
        if self._unseen:
            tell(self._frame(pair))
        return max(self._next_tick - now, 0.0) if self.playing else None

    def _work_on_start(self) -> None:
        try:
            assert self._start is not None
            next(self._start)
            return
        except StopIteration:
            self._start = None
        except InputError as error:  # the head start diverged
            self._start = None
            self._replies.append(problem(str(error), code="head_start"))
        deferred, self._deferred = self._deferred, []
        for message in deferred:
            try:
                self.take(message)
            except InputError as error:
                self._replies.append(refusal(error))

    def _catch_up(self, pair: Pair, now: float, tell: Callable[[Told], None]) -> None:
        if self._every and pair.held % self._every == 0:
            self._past.append(point(pair))
        until = self.target - pair.held
        if self._every:
            until = min(until, self._every - pair.held % self._every)
        self._rehearse(pair, until)
        if pair.held >= self.target:
            self._unseen = True
            self._replies += [exact(pair)] * self._exact_asked
            self._exact_asked = 0
            if self._every:
                tell({"type": "history", "points": self._past})
                self._every = 0
        elif self._unseen or now >= self._next_progress:
            tell(self._frame(pair))
            self._next_progress = now + PROGRESS

    def _rehearse(self, pair: Pair, most: int) -> int:
        """Hold rehearsals until the slice is over; return how many."""
        until = time.perf_counter() + SLICE
        for number in range(1, most + 1):
            pair.rehearse()
            if time.perf_counter() >= until:
                return number
        return most

    def _frame(self, pair: Pair) -> Told:
        self._unseen = False
        return frame(pair, playing=self.playing)
