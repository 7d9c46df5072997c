"""Somebody's network on the yardstick: its units, channels, heads or layers as a game.

Which file answers which question:

- `silencing`: what can fall silent, and what measuring needs of each framework's adapter
- `evaluating`: what holds for evaluations of a model, of whichever framework
- `metrics`: how good outputs are, example by example; `labels`: what y says of them
- `measured`, `comparison`: what `measure` and `compare` give; `told`: how it is told
- `network_game`: a network as a game of coalitions; `by_callable`: silenced by somebody's function
- `measure`: `measure` and `compare`
- `epochs`: the same after each epoch of training
- `data`: arrays, loaders and iterables of batches, as arrays
"""

from nn_bridge.measuring.comparison import Comparison
from nn_bridge.measuring.epochs import EpochLog
from nn_bridge.measuring.measure import compare, measure
from nn_bridge.measuring.measured import Measured

__all__ = ["Comparison", "EpochLog", "Measured", "compare", "measure"]
