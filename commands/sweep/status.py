"""`run.py sweep status`: how far a sweep is."""

from __future__ import annotations

from commands.shared import AsJson, console, say_json
from commands.sweep.options import File, Settings, StorePath, reading
from dashboard.sweep.status import failure_lines, status_json, status_table


def status(
    file: File = None, settings: Settings = None, store: StorePath = None, as_json: AsJson = False
) -> None:
    """Say how far the store is, and which chunks failed."""
    with reading(file, settings, store) as opened:
        state = opened.state()
        if as_json:
            say_json(status_json(opened, state))
            return
        console.print(status_table(opened, state))
        for line in failure_lines(state):
            console.say(line)
