"""The article's networks in a session: trained epoch by epoch, and shown after each, in slices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from dashboard.live.digits import DigitNetworks

EPOCH = 1 / 8
"""Seconds between two epochs, at least: so that one can look on."""


class Training:
    """Both networks from their start on.

    Parameters
    ----------
    seed : int
    rate, label_noise : float
        As `DigitNetworks` takes them.
    epochs : int
        To be trained as soon as possible, whether playing or not.

    Attributes
    ----------
    playing : bool
        Whether epoch after epoch is trained; may be set.
    unseen : bool
        Whether something has changed that no message has shown; may be set.
    """

    def __init__(self, seed: int, rate: float, label_noise: float, epochs: int = 0) -> None:
        self.settings = seed, rate, label_noise
        self.playing, self.unseen = False, True
        self._networks: DigitNetworks | None = None
        self._target, self._with_pixels = epochs, True
        self._work: Iterator[dict[str, Any] | None] | None = None
        self._next_epoch = -math.inf

    def stands_at(self, epochs: int, settings: tuple[int, float, float]) -> bool:
        """Tell whether a new one would end where this one stands; it then rests, and shows all."""
        networks = self._networks
        same = networks is not None and networks.epoch == epochs and self.settings == settings
        if not same or self._work is not None:
            return False
        self.playing, self.unseen, self._with_pixels = False, True, True
        return True

    def work(self, now: float, tell: Callable[[dict[str, Any]], None]) -> float | None:
        """Do a slice; return the seconds after which there is more to do, None if there is not."""
        networks = self._networks = self._networks or DigitNetworks(*self.settings)
        if self._work is None:
            behind = networks.epoch < self._target
            due = self.playing and not networks.over
            if self.unseen and not behind:
                self.unseen = False
                self._work = networks.message(playing=due, with_pixels=self._with_pixels)
            elif behind or (due and now >= self._next_epoch):
                self.unseen = True
                self._next_epoch = next_after(self._next_epoch, EPOCH, now)
                self._work = networks.train()
            else:
                return max(self._next_epoch - now, 0.0) if due else None
        try:
            message = next(self._work)
        except StopIteration:
            self._work = None
        else:
            if message is not None:
                self._with_pixels = False
                tell(message)
        return 0.0


def next_after(due: float, period: float, now: float) -> float:
    """When the next one is due: in time with the others, but never close behind a late one."""
    return max(due + period, now + period / 2)
