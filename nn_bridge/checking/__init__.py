"""A check-up of somebody's network: where chance enters, and whether it does what was meant.

- `sites`: what is told of a place where chance enters; how sure a measured rate is
- `watching`: what an adapter must tell of a model, whatever its framework
- `written`: rates of dropping as people write them down
- `check`: what is done, in which order; `data`: which examples are taken; `passes`: what is run
- `seen`: what was watched, and each place's part of it
- `table`: the rows; `rules`: what is wrong with the model; `place`: what is with one place
- `gap`: what chance does to the loss
- `findings`: what may be wrong, by name, and in which words it is told
- `report`: what is in a check-up; `told`: how it is told, in two languages; `result`: both together
"""

from nn_bridge.checking.check import check_up
from nn_bridge.checking.findings import KINDS, Finding
from nn_bridge.checking.report import Estimate, Gap
from nn_bridge.checking.result import CheckUp
from nn_bridge.checking.sites import Rate, Site

__all__ = ["KINDS", "CheckUp", "Estimate", "Finding", "Gap", "Rate", "Site", "check_up"]
