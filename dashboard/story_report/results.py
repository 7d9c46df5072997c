"""The main job's figures in Markdown: what stands in docs/results.md."""

from __future__ import annotations

from dashboard.story_report.wording import IMAGES
from dashboard.templates import render
from experiments.other_conditions import USUAL
from experiments.other_remedies import WEIGHT_DECAY
from experiments.story import LABEL_NOISES, RATES, TEAMS, Story
from simulation.scenario import PRESENTERS
from simulation.versions import versions


def results_page(story: Story, command: str) -> str:
    """Return every figure of the story, with the conditions that it was measured under.

    Parameters
    ----------
    story : Story
    command : str
        What was typed to get it.
    """
    return render(
        "story_report/results.md.jinja",
        story=story,
        command=command,
        versions=versions(),
        presenters=PRESENTERS,
        usual=USUAL,
        decay=WEIGHT_DECAY,
        teams=TEAMS,
        images=IMAGES,
        noises=LABEL_NOISES,
        rates=[f"rate {rate:g}" for rate in RATES],
    )
