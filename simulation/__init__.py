"""The group presentation: Mesa agents who learn a talk under random absences.

Which file answers which question; what is promised is named in `__all__`:

- `presenter`: how does one of them learn? `audience`: what do they hear of an answer?
- `team`: how is a rehearsal held? `speakers`: who sits there, and what can they give as a talk?
  `raising_model`: how does Mesa step them? `streams`: what does chance decide?
- `attendance`: what is a law of who comes? `laws`: which are there? `attendance_input`: how are
  they typed? `attendance_log`: how is one recorded?
- `talk`, `real_talks`: what is it about, and what is asked? `idx_files`: how is MNIST kept?
  `mnist_folder`: and where?
- `show`: how good is it, with all and with some? `coalitions`: the one yardstick
- `scenario`: the article's two teams. `statistics`: what differs between them, over paired seeds?
  `intervals`: how sure is that? `significance`: how sure is one finding, or one of many?
  `parts`: what part of the questions has to do with it?
- `inputs`: how are files read that users name? `outputs`: how are files written? `checks`: what is
  said of bad input? `arrays`: the kinds of arrays, by name. `versions`: what else results rest on?
"""

from simulation.attendance import AttendanceLaw, Moments
from simulation.attendance_input import law_from_text
from simulation.attendance_log import Recorded, read_attendance_log
from simulation.checks import DivergedError, InputError
from simulation.coalitions import AdditiveGame, Game
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
from simulation.real_talks import digits_talk, mnist_sample_talk, mnist_talk, real_talk
from simulation.show import Show
from simulation.talk import Talk, synthetic_talk
from simulation.team import Team

__all__ = [
    "AdditiveGame",
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
    "mnist_sample_talk",
    "mnist_talk",
    "one_or_two_absent",
    "read_attendance_log",
    "real_talk",
    "synthetic_talk",
]
