"""The group presentation: Mesa agents who learn a talk under random absences."""

from simulation.attendance import AttendanceLaw, Moments
from simulation.attendance_input import law_from_text
from simulation.attendance_log import Recorded, read_attendance_log
from simulation.checks import DivergedError, InputError
from simulation.coalitions import Game
from simulation.laws import (
    AlwaysWithout,
    Bursts,
    Couples,
    Everyone,
    Independent,
    NumberAbsent,
    Rota,
    independent,
    k_absent,
    one_or_two_absent,
)
from simulation.presenter import Presenter, Rehearsal
from simulation.real_talks import digits_talk, mnist_talk
from simulation.show import Show
from simulation.talk import Talk, synthetic_talk
from simulation.team import Team

__all__ = [
    "AlwaysWithout",
    "AttendanceLaw",
    "Bursts",
    "Couples",
    "DivergedError",
    "Everyone",
    "Game",
    "Independent",
    "InputError",
    "Moments",
    "NumberAbsent",
    "Presenter",
    "Recorded",
    "Rehearsal",
    "Rota",
    "Show",
    "Talk",
    "Team",
    "digits_talk",
    "independent",
    "k_absent",
    "law_from_text",
    "mnist_talk",
    "one_or_two_absent",
    "read_attendance_log",
    "synthetic_talk",
]
