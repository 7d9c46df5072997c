"""The command line. `python run.py` tells the story; `python run.py --help` lists the rest."""

from __future__ import annotations

import sys

if __name__ == "__main__":  # so soon Ctrl-C is Python's own affair, and there is nothing to tell
    sys.excepthook = lambda kind, error, trace: (
        None if kind is KeyboardInterrupt else sys.__excepthook__(kind, error, trace)
    )

from commands.ending import Ending


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code: 2 for bad input, told in one line."""
    ending = Ending()
    from commands.app import invoke  # takes seconds, in which Ctrl-C may come

    if arguments is None:
        return ending.of(lambda: invoke(sys.argv[1:]))
    try:
        return ending.of(lambda: invoke(list(arguments)))
    finally:
        ending.give_back()


if __name__ == "__main__":
    sys.exit(main())
