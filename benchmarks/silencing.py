"""Members silenced in a PyTorch model: what one coalition costs, beside the peers.

The CNN is that of the package digit-recognizer-py, which nobody here made or trained; its third
convolution's channels fall silent. Install it by `pip install --no-deps digit-recognizer-py`: only
its model file and its weights are read, never the package, which asks for torchvision. The MLP is
the article's 784-256-10 with drawn weights; behind its hidden units all is linear.

Quality is accuracy on MNIST images. Who silences one after the other, as captum's ablation does,
and who draws coalitions cost the same a coalition: values of a mask change no operation's time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from benchmarks.worker import Entry, Results
from nn_bridge.keras.datasets import mnist
from simulation.arrays import Array, BoolArray

OURS = "ours: measure"
WHOLE = "the whole model with hooks, mask by mask"
REST = "bare forward passes of the rest"

TOLERANCE = 1e-9
"""Accuracies are counts: a hit more or less is seen."""


@dataclass(frozen=True)
class Silencing:
    """Masks to be judged.

    Attributes
    ----------
    network : {'CNN', 'MLP'}
    masks, examples : int
    """

    network: str
    masks: int = 32
    examples: int = 100

    @property
    def members(self) -> int:
        """Channels of the third convolution, or hidden units."""
        return 128 if self.network == "CNN" else 256

    @cached_property
    def data(self) -> tuple[Array, Array]:
        """Images as the network takes them (the CNN's as its package has it), and their labels."""
        (pixels, labels), _ = mnist.load_data()
        rows = np.random.default_rng(0).permutation(len(labels))[: self.examples]
        x = (pixels[rows] / 255).reshape(self.examples, -1).astype(np.float32)
        y = labels[rows].astype(int)
        if self.network == "MLP":
            return x, y
        return (x.reshape(-1, 1, 28, 28) - np.float32(0.1307)) / np.float32(0.3081), y

    @cached_property
    def there(self) -> BoolArray:
        """Coalitions drawn by halves, (masks, members)."""
        rng = np.random.default_rng(1)
        return np.asarray(rng.random((self.masks, self.members)) < 0.5)

    @cached_property
    def without_one(self) -> BoolArray:
        """Everyone, then each away in turn, (members + 1, members)."""
        everyone = np.ones((1, self.members), dtype=bool)
        return np.concatenate([everyone, ~np.eye(self.members, dtype=bool)])


def reference(case: Silencing) -> Results:
    """Judge all masks by the whole model; nothing where that is not installed."""
    if not all(find_spec(module) for module in NEEDS[case.network]):
        return {}
    whole = import_module(HOME).WholeModel(case)
    return {
        "quality": whole.qualities(case.there), "without one": whole.qualities(case.without_one)
    }  # fmt: skip


HOME = "benchmarks.peers.silenced_torch"
NEEDS = {"CNN": ("torch", "digit_recognizer"), "MLP": ("torch",)}


def entries(network: str) -> tuple[Entry, ...]:
    """List who takes part."""
    needs = NEEDS[network]
    captum, msapy = (*needs, "captum"), (*needs, "msapy")
    return (
        Entry(OURS, f"{HOME}:Ours", needs),
        Entry(REST, f"{HOME}:Rest", needs, note="nothing is judged", checked=False),
        Entry(WHOLE, f"{HOME}:WholeModel", needs),
        Entry("msapy", "benchmarks.peers.silenced_msapy:Contributions", msapy,
              note="calls the model with hooks"),
        Entry("captum, LayerFeatureAblation", "benchmarks.peers.silenced_captum:OfLayer", captum,
              note="one away in turn"),
        Entry("captum, FeatureAblation of the rest", "benchmarks.peers.silenced_captum:OfRest",
              captum, note="one away in turn; handed the activations"),
    )  # fmt: skip
