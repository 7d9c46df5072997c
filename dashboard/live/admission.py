"""Who is served when more come than a server holds."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from dashboard.live.limits import Limits


@dataclass(eq=False)
class Visit:
    """A page that is served.

    Attributes
    ----------
    address : str
        Where it comes from.
    heard : float
        When it last said something, in seconds on the event loop's clock.
    over : asyncio.Event
        Set when its place is given to a newcomer.
    """

    address: str
    heard: float
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Admission:
    """The places of a server, given to whoever comes while there are any.

    When all are taken, a newcomer gets that of the page that was silent longest, if it was for
    `Limits.spare_after`; or, however short its silence, if its address holds more than half of
    all places and the newcomer comes from another. There is no lower cap for each address: a
    class behind one router shares it, and may fill the house as long as nobody else asks.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.inside: list[Visit] = []

    def admit(self, newcomer: Visit) -> bool:
        """Let a newcomer in, in somebody's place if need be; False if there is none."""
        if len(self.inside) >= self.limits.sessions:
            spare = self._spare_for(newcomer)
            if spare is None:
                return False
            self.leave(spare)
            spare.over.set()
        self.inside.append(newcomer)
        return True

    def leave(self, visit: Visit) -> None:
        """Note that a page has left, or has lost its place before."""
        if visit in self.inside:
            self.inside.remove(visit)

    def _spare_for(self, newcomer: Visit) -> Visit | None:
        held = Counter(visit.address for visit in self.inside)
        for visit in sorted(self.inside, key=lambda visit: visit.heard):
            silent = newcomer.heard - visit.heard >= self.limits.spare_after
            crowd = 2 * held[visit.address] > self.limits.sessions
            if silent or (crowd and visit.address != newcomer.address):
                return visit
        return None
