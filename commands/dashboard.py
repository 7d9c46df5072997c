"""`run.py dashboard`: two teams and their network twins, live in the browser."""

from __future__ import annotations

import gc
import socket
import webbrowser
from typing import Annotated

import typer
import uvicorn
from threadpoolctl import threadpool_limits

from commands.shared import console
from dashboard.live.messages import LONGEST
from dashboard.live.server import build_app
from simulation.checks import InputError, whole

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def dashboard(
    port: Annotated[int, typer.Option(help="Port to listen on; 0: any that is free.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Serve the live page: two teams that started identical, side by side. Ctrl-C ends it."""
    whole("port", port, most=65_535)
    listening = _listen_on(host, port)
    name, actual = listening.getsockname()[:2]
    address = f"http://{f'[{name}]' if ':' in name else name}:{actual}/"
    if host not in LOOPBACK:
        console.print(
            f"Warning: {host} can be reached from other machines: "
            "anybody there can open the page and use this one's processor.",
            style="bold",
        )
    console.say(f"The live page is at {address} (Ctrl-C ends it).")
    config = uvicorn.Config(
        build_app(host),
        log_level="warning",
        ws_max_size=LONGEST,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        # Small messages many times a second: squeezing them costs more than sending them.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
        server_header=False,
    )
    if open_browser:
        webbrowser.open(address)
    # What is there now stays: searching it for garbage at the end of each session would be in vain.
    gc.freeze()
    # A session's matrices are small: BLAS threads would only fight over the cores.
    with listening, threadpool_limits(limits=1):
        uvicorn.Server(config).run(sockets=[listening])


def _listen_on(host: str, port: int) -> socket.socket:
    """Open the port before anything else is done, or say what stands against it."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(place)
            listening.listen(128)
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise InputError(
            f"{host}:{port} cannot be listened on ({error.strerror}): "
            "choose another --port or --host"
        ) from None
    return listening
