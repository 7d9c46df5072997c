"""How many sessions a server holds, how much a page may send, and how long it may be silent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a server allows.

    Attributes
    ----------
    sessions : int
        Pages that are served at a time.
    spare_after : float
        Seconds of silence after which a page gives its place to the next one, if all are taken.
    burst, rate : float
        Messages that a page may send at once, and a second on average.
    start_within, idle_after : float
        Seconds in which a page must have started, and after which a silent one is closed.
    """

    sessions: int = 24
    spare_after: float = 60.0
    burst: float = 100.0
    rate: float = 40.0
    start_within: float = 20.0
    idle_after: float = 1800.0


class TokenBucket:
    """Holds `burst` tokens at most and is refilled with `rate` of them a second."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits, self._tokens, self._then = limits, limits.burst, now

    def take(self, now: float) -> bool:
        """Take a token; False if there was none."""
        filled = self._tokens + (now - self._then) * self._limits.rate
        self._tokens, self._then = min(filled, self._limits.burst) - 1.0, now
        return self._tokens >= 0.0
