"""Who may come in: the Host and Origin of a request, and how much one session may say."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class House:
    """How many come in, and when they are shown out.

    Attributes
    ----------
    name : str
        The name or address that the server was told to listen on.
    sessions : int
        Pages that are served at a time; the next one is told that the house is full.
    burst, a_second : int
        Messages that a page may send at once, and on average.
    start_within, idle_after : float
        Seconds in which a page must have started, and after which a silent one is shown out.
    """

    name: str = "127.0.0.1"
    sessions: int = 24
    burst: int = 100
    a_second: float = 40.0
    start_within: float = 20.0
    idle_after: float = 1800.0

    def knows_host(self, host: str) -> bool:
        """Whether a Host header is one by which this server can be meant.

        A page of somebody else's can let its own name point at this machine ('DNS rebinding'), but
        neither an address nor 'localhost' nor the name that the server was given.
        """
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        if name is None:
            return False
        if name in ("localhost", self.name.lower()):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def knows_origin(self, origin: str | None, host: str) -> bool:
        """Whether a socket is opened by a page that came from this very server."""
        return self.knows_host(host) and origin in (f"http://{host}", f"https://{host}")


class Allowance:
    """How many messages a page may still send: a bucket that fills up again."""

    def __init__(self, house: House, now: float) -> None:
        self._house, self._left, self._then = house, float(house.burst), now

    def spend(self, now: float) -> bool:
        """Take one message; False if there were too many."""
        filled = self._left + (now - self._then) * self._house.a_second
        self._left, self._then = min(filled, float(self._house.burst)) - 1.0, now
        return self._left >= 0.0


def content_policy(page: str) -> str:
    """Return the content security policy of a page: nothing but what this server sends.

    The import map is the one script that stands in the page itself, and is allowed by its hash.
    """
    inline = re.findall(r'<script type="importmap">(.*?)</script>', page, re.DOTALL)
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in inline
    ]
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *hashes)),
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
