"""A session without a server, written down frame by frame: what an exported page plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from dashboard.live.digits import DigitNetworks
from dashboard.live.frames import frame, rounded, started
from dashboard.live.pair import SIDES, Pair
from dashboard.live.setup import EPOCHS, Setup
from simulation.checks import whole
from simulation.coalitions import all_coalitions

MOST_PRESENTERS = 8
"""Most presenters of a recording: it holds what every one of the 2^N sub-teams is worth."""


def record(
    setup: Setup,
    rehearsals: int,
    frames: int,
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Rehearse both teams, train both networks, and write down what a page would be sent.

    Parameters
    ----------
    setup : Setup
        A recording begins at the beginning, so `at` and `epochs` only say where it opens.
    rehearsals : int
        Held in all.
    frames : int
        At least 2, spread evenly: the first before any rehearsal, the last after all of them.
    on_progress : function(done, of), optional
        Called after every frame and every epoch.

    Returns
    -------
    dict
        setup, started, frames; values: for each side and frame the quality of the
        talk and of its hard section, [2^N][2], with those present whose bits are set in the index;
        network: a message for each epoch from 0 to the last. Plain data, ready for JSON.

    Raises
    ------
    InputError
        If there are more presenters than `MOST_PRESENTERS`, or rehearsals do not fit the frames.
    DivergedError
        If the learning rate is so large that not even the head start succeeds.
    """
    whole("frames", frames, least=2)
    whole("rehearsals", rehearsals, least=frames - 1)
    whole("presenters of a recording", setup.presenters, least=2, most=MOST_PRESENTERS)
    report = on_progress or (lambda done, of: None)
    of, sub_teams = frames + EPOCHS + 1, all_coalitions(setup.presenters)
    # On matrices as small as these BLAS threads cost more than they bring.
    with threadpool_limits(limits=1):
        pair = Pair(setup)
        for _ in pair.practise_alone():
            pass
        told: list[dict[str, Any]] = []
        values: dict[str, list[Any]] = {side: [] for side in SIDES}
        for number in range(frames):
            while pair.held < rehearsals * number // (frames - 1):
                pair.rehearse()
            told.append(frame(pair, playing=False))
            for name, side in pair.sides.items():
                quality, sections = side.look().yardstick.qualities(sub_teams)
                worth = np.stack([quality, sections[:, side.team.talk.hard_section]], axis=1)
                values[name].append(rounded({"": worth})[""])
            report(number + 1, of)
        network = []
        for message in _epochs(DigitNetworks(setup.seed, setup.net_rate, setup.label_noise)):
            network.append(message)
            report(frames + len(network), of)
    return {
        "setup": setup.model_dump(),
        "started": started(pair),
        "frames": told,
        "values": values,
        "network": network,
    }


def _epochs(networks: DigitNetworks) -> Iterator[dict[str, Any]]:
    """Train to the end; yield the message before the first epoch and after each."""
    while True:
        *_, message = networks.message(playing=False, with_pixels=networks.epoch == 0)
        assert message is not None  # the last thing yielded is the message
        yield message
        if networks.over:
            return
        for _ in networks.train():
            pass
