"""All studies of published figures, by the name they have on the command line."""

from __future__ import annotations

from experiments.published import figure_9, figure_10, figure_11, morcos

STUDIES = {
    study.name: study for study in (figure_9.STUDY, figure_10.STUDY, figure_11.STUDY, morcos.STUDY)
}
