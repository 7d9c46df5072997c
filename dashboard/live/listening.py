"""Where the server listens: told by the address that was bound, whatever was typed."""

from __future__ import annotations

import ipaddress
import os
import socket
from dataclasses import dataclass
from urllib.parse import quote

from simulation.checks import InputError, given

BACKLOG = 128
TAKEN_WITHIN = 30_000
"""Milliseconds in which the other side must take what it is sent, where the system sees to it."""
SOMEWHERE_ELSE = ("192.0.2.1", 9)
"""An address that documentation uses: the way there shows by which address we go out."""


@dataclass(frozen=True)
class Reach:
    """Who reaches a server, and how.

    Attributes
    ----------
    here : str
        The address that opens on this machine.
    elsewhere : tuple of str
        Addresses that open on other machines; none where only this one reaches the server.
    names : frozenset of str
        Names, besides 'localhost', by which the server can be meant.
    """

    here: str
    elsewhere: tuple[str, ...]
    names: frozenset[str]


def listen_on(host: str, port: int) -> socket.socket:
    """Open a port before anything else is done, or say what stands against it."""
    try:
        family, _, _, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        both = family == socket.AF_INET6 and place[0] == "::" and socket.has_dualstack_ipv6()
        listening = socket.create_server(place, family=family, backlog=BACKLOG, dualstack_ipv6=both)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # each connection inherits it
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TAKEN_WITHIN)
        return listening
    except (socket.gaierror, ValueError):
        reason = "no machine is known by that name"
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
    raise InputError(
        f"{given(host)}, port {port}, cannot be listened on ({reason}): "
        "choose another --port or --host"
    )


def reach_of(listening: socket.socket, host: str, path: str = "") -> Reach:
    """Tell who reaches a listening socket that `host` was given for, and the page under a path."""
    name, port = listening.getsockname()[:2]
    bound = ipaddress.ip_address(name.partition("%")[0])
    if bound.is_loopback:
        return Reach(url(name, port, path), (), frozenset({host.lower()}))
    own = socket.gethostname().lower()
    names = frozenset({host.lower(), own, f"{own}.local"})
    if bound.is_unspecified:
        known_by = tuple(filter(None, (_outward_address(), own)))
        elsewhere = tuple(url(one, port, path) for one in known_by)
        return Reach(url("localhost", port, path), elsewhere, names)
    return Reach(url(name, port, path), (url(name, port, path),), names)


def url(name: str, port: int, path: str = "") -> str:
    """Write the address of a page at a name or an address, which may be an IPv6 one."""
    name = name.removeprefix("::ffff:")  # IPv4 on a socket for both
    return f"http://{f'[{name}]' if ':' in name else name}:{port}{quote(path)}/"


def _outward_address() -> str | None:
    """Return the address by which other machines know this one; None without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE_ELSE)  # sends nothing yet
        except OSError:
            return None
        address: str = probe.getsockname()[0]
        return address
