"""`run.py dashboard`: two teams and their network twins, live in the browser."""

from __future__ import annotations

import gc
import webbrowser
from typing import Annotated

import typer
from threadpoolctl import threadpool_limits

from commands.shared import console
from dashboard.live import names
from dashboard.live.listening import listen_on, reach_of
from dashboard.live.server import build_app, warm_up
from dashboard.live.serving import server_of
from simulation.checks import whole


def dashboard(
    port: Annotated[int, typer.Option(help="Port to listen on; 0: any that is free.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    host_name: Annotated[
        list[str] | None,
        typer.Option(
            help="Name that it goes by besides, as that of a proxy in front of it (again for more)."
        ),
    ] = None,
    root_path: Annotated[
        str, typer.Option(help="Path that it stands under, if a proxy does not take it off.")
    ] = "/",
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Serve the live page: two teams that started identical, side by side. Ctrl-C ends it."""
    whole("port", port, most=65_535)
    fronts, path = [*map(names.host_name, host_name or ())], names.root_path(root_path)
    listening = listen_on(host, port)
    with listening, threadpool_limits(limits=1):
        # One BLAS thread: a session's matrices are small, more would only fight over the cores.
        reach = reach_of(listening, host, path)
        console.say(f"The live page is at {reach.here} (Ctrl-C ends it).")
        if reach.elsewhere:
            console.say(
                "Warning: it can be reached from other machines, at "
                f"{' or '.join(reach.elsewhere)}: anybody there can open it and use this "
                "machine's processor."
            )
        if fronts:
            console.say(
                f"Warning: it answers to {' and '.join(fronts)} too: whoever reaches it by that "
                "can use this machine's processor."
            )
        server = server_of(build_app(reach.names, fronts=fronts, path=path))
        if open_browser:
            webbrowser.open(reach.here)  # which starts meanwhile
        warm_up()
        # What is there now stays: searching it for garbage after each session would be in vain.
        gc.freeze()
        server.run(sockets=[listening])
