"""NumPy's ziggurat, read off its own draws: how the page's `ziggurat_tables.js` is made.

How wide a layer is and up to where a number is accepted at once follow from a published recurrence,
but not how that was rounded. So a PCG64 is put into the state that gives a word which one wants to
see turned into a normal number: the middle of a layer says how wide it is, and whether further
words are drawn says on which side of its limit a number lies.

    python tests/engine/ziggurat_tables.py > dashboard/live/page/engine/random/ziggurat_tables.js
"""

from __future__ import annotations

import textwrap

import numpy as np

LAYERS = 256
FRACTION = 2**52
"""A word is 8 bits for the layer, a sign, and 52 bits for how far into the layer."""
BACK = pow(0x2360ED051FC65DA44385DF649FCCF645, -1, 2**128)
"""What takes back a multiplication by PCG64's multiplier."""


class Fed:
    """A normal number made of a word that one chooses."""

    def __init__(self):
        self.bits = np.random.PCG64(0)
        self.rng = np.random.Generator(self.bits)
        self.state = self.bits.state

    def normal(self, layer, fraction, high=0):
        """Return the number, and whether this word was enough; `high` changes only those after."""
        word = layer | fraction << 9
        turn = high >> 58
        turned = (word << turn | word >> 64 - turn) & 2**64 - 1
        after = high << 64 | (high ^ turned)
        before = (after - self.state["state"]["inc"]) * BACK % 2**128
        self.bits.state = self.state | {"state": self.state["state"] | {"state": before}}
        return self.rng.standard_normal(), self.bits.state["state"]["state"] == after


def width_of(fed, layer):
    """Return how wide a layer is: twice the middle of it, once NumPy lets that pass."""
    # Where one word is not enough another may decide otherwise, or a different number comes out:
    # that is no multiple of half a layer for two choices of what comes after.
    middles = [fed.normal(layer, FRACTION // 2, high)[0] for high in range(64)]
    numbers, counts = np.unique(middles, return_counts=True)
    assert counts.max() > 1, f"layer {layer} never lets its middle pass"
    return 2 * float(numbers[counts.argmax()])


def limit_of(fed, layer):
    """Return the first fraction that is not accepted at once."""
    accepted, refused = -1, FRACTION
    while refused - accepted > 1:
        middle = (accepted + refused) // 2
        if fed.normal(layer, middle)[1]:
            accepted = middle
        else:
            refused = middle
    return refused


def tables():
    """Return the widths of all layers and their limits."""
    fed = Fed()
    return (
        [width_of(fed, layer) for layer in range(LAYERS)],
        [limit_of(fed, layer) for layer in range(LAYERS)],
    )


def as_module(widths, limits):
    """Write them as an ES module."""
    return "\n".join(
        [
            "// Made by tests/engine/ziggurat_tables.py from NumPy's own draws: see there how.",
            "",
            "/** How wide each layer is; layer 0 is the lowest, with the tail. (256,) */",
            _array("WIDTHS", widths),
            "",
            "/** From this fraction of 2^52 on a number may lie above the curve. (256,) */",
            _array("LIMITS", limits),
            "",
        ]
    )


def _array(name, numbers):
    rows = textwrap.fill(", ".join(map(repr, numbers)), 118, break_long_words=False)
    return f"export const {name} = Float64Array.of(\n{textwrap.indent(rows, '  ')},\n);"


if __name__ == "__main__":
    print(as_module(*tables()), end="")
