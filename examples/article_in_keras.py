"""The article's listing on the article's own framework, measured beside our own network.

Trains the listing (784-256-10, Adam) in Keras 3 on 3,000 real digits for ten epochs, with rate 0
and with rate .5, from ten paired seeds, and holds it to the yardstick on 1,000 unseen digits. Does
the same with this project's network, and once more with Keras's weights in it.

    pip install "keras>=3.6" jax
    KERAS_BACKEND=jax python examples/article_in_keras.py

writes docs/article-in-keras.md, after about four minutes on one core.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from experiments.article import Setting, article_network, compiled, samples_of, talk_of
from nn_bridge import compare
from simulation.statistics import Effect, paired_effect

HERE = Path(__file__).parents[1]
REPORT = HERE / "docs/article-in-keras.md"
RATES = (0.0, 0.5)
SEEDS = range(10)
EPOCHS = 10
DRAWS = 6

Effects = Mapping[str, Effect]


def in_keras(rate: float, seed: int) -> Any:
    """Build the article's listing."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(256, activation="relu", name="hidden"),
            keras.layers.Dropout(rate),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def ours(rate: float, seed: int) -> Any:
    """Build this project's network of the same listing."""
    return compiled(Setting(rate=rate), 28, seed)


def moved(model: Any) -> Any:
    """Put the weights of a network in Keras into this project's."""
    network = article_network(0.0, (28, 28), 0)
    network.set_weights(model.get_weights())
    return network


def trained(make: Callable[[float, int], Any], rate: float) -> list[Any]:
    """Train one network a seed, each on 3,000 digits of its own."""
    networks = []
    for seed in SEEDS:
        model, (x, y) = make(rate, seed), practised(seed)
        model.fit(x, y, epochs=EPOCHS, batch_size=32, verbose=0)
        networks.append(model)
    return networks


def practised(seed: int) -> tuple[Any, Any]:
    """Return the digits that a seed's networks practise; both frameworks get the same."""
    return samples_of([talk_of(Setting(), seed)], "practice")


def overfitted(networks: list[Any], x: Any, y: Any) -> list[float]:
    """Return each network's accuracy on its practice digits minus that on the unseen."""

    def accuracy(model: Any, images: Any, labels: Any) -> float:
        outputs = model.predict(images, verbose=0)
        return float(np.mean(np.asarray(outputs).argmax(axis=1) == labels))

    return [
        accuracy(model, *practised(seed)) - accuracy(model, x, y)
        for model, seed in zip(networks, SEEDS, strict=True)
    ]


def squared_weights(networks: list[Any]) -> list[float]:
    """Return each network's sum of all squared parameters."""
    return [sum(float(np.square(w).sum()) for w in model.get_weights()) for model in networks]


def by_the_command() -> dict[str, Any]:
    """Return what `run.py network` says of the same setting."""
    asked = ["network", "--seeds", f"{len(SEEDS)}", "--epochs", f"{EPOCHS}", "--workers", "1"]
    command = [sys.executable, "run.py", *asked, "--json"]
    said = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True)
    measures: dict[str, Any] = json.loads(said.stdout)["measures"]
    return measures


def main() -> None:
    """Train, measure, compare, and write what came out."""
    x, y = samples_of([talk_of(Setting(), 0)], "show")
    theirs = [trained(in_keras, rate) for rate in RATES]
    own = [trained(ours, rate) for rate in RATES]
    carried = [[moved(model) for model in networks] for networks in theirs]

    def effects(before: list[Any], after: list[Any], members: str) -> Effects:
        found = compare(before, after, x, y, members=members, metric="accuracy", draws=DRAWS)
        return found.effects

    keras_, ours_ = effects(*theirs, "hidden"), effects(*own, "dense")
    in_ours = effects(*carried, "dense")
    apart = [abs(effect.after - keras_[name].after) for name, effect in in_ours.items()]
    between = [effects(*pair, "dense") for pair in zip(own, carried, strict=True)]
    same = {
        "accuracy, unseen digits": keras_["quality complete"],
        "accuracy, half silenced": keras_["quality, half silenced"],
        "co-adaptation score": keras_["co-adaptation score"],
        "practice minus unseen": paired_effect(*(overfitted(n, x, y) for n in theirs)),
        "squared weights": paired_effect(*map(squared_weights, theirs)),
    }
    shifts = [effect for found in between for effect in found.values()]
    tables = {
        "VERSIONS": f"Keras {keras.__version__} on {keras.backend.backend()}",
        "DRAWS": f"{DRAWS}",
        "COMPARED": table(keras_, {name: vars(effect) for name, effect in ours_.items()}),
        "AGREE": agreement(keras_, ours_),
        "COMMAND": table(same, by_the_command()),
        "APART": f"{max(apart):.0e}",
        "BETWEEN": beside(*between),
        "MISSES": f"{sum(effect.low > 0 or effect.high < 0 for effect in shifts)}",
        "INTERVALS": f"{len(shifts)}",
        "BY_CHANCE": f"{1 - 0.95 ** len(shifts):.1f}",
    }
    page = TEMPLATE
    for name, text in tables.items():
        page = page.replace(f"<{name}>", text)
    REPORT.write_text(page, encoding="utf-8")


def table(keras_: Effects, ours_: Mapping[str, Mapping[str, Any]]) -> str:
    """Set figures in Keras beside ours, a row each."""
    rates = " | ".join(f"{who}, rate {rate:g}" for who in ("Keras", "ours") for rate in RATES)
    rows = [f"| | {rates} | Keras, difference | ours, difference |", "|---" * 7 + "|"]
    for name, effect in keras_.items():
        pair = vars(effect), ours_[name]
        digits = decimals(effect)
        means = [f"{each[side]:.{digits}f}" for each in pair for side in ("before", "after")]
        rows.append(
            f"| {name} | {' | '.join(means)} | {' | '.join(shift(e, digits) for e in pair)} |"
        )
    return "\n".join(rows)


def agreement(keras_: Effects, ours_: Effects) -> str:
    """Say what dropout did in Keras, and where our network comes to another verdict."""
    said = []
    for verdict in ("higher", "lower", "no difference shown"):
        names = [name for name, effect in keras_.items() if effect.verdict == verdict]
        said += [f"{verdict}: {_listed(names)}"] if names else []
    other = [name for name, effect in keras_.items() if effect.verdict != ours_[name].verdict]
    ours_say = f"another on {_listed(other)}" if other else "the same on every row"
    return f"With dropout, in Keras: {'; '.join(said)}.\nOur network's verdict is {ours_say}."


def _listed(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def beside(without: Effects, with_: Effects) -> str:
    """Tell what Keras's figures are above ours, at each rate."""
    rows = [f"| | rate {RATES[0]:g} | rate {RATES[1]:g} |", "|---" * 3 + "|"]
    for name, effect in without.items():
        shifts = (shift(vars(e), decimals(effect)) for e in (effect, with_[name]))
        rows.append(f"| {name} | {' | '.join(shifts)} |")
    return "\n".join(rows)


def shift(effect: Mapping[str, Any], digits: int) -> str:
    """Tell a paired difference with its 95% interval."""
    change = effect["after"] - effect["before"]
    return f"{change:+.{digits}f} [{effect['low']:+.{digits}f}, {effect['high']:+.{digits}f}]"


def decimals(effect: Effect) -> int:
    """Return how many decimals show two figures of the interval's half."""
    return max(0, 1 - math.floor(math.log10((effect.high - effect.low) / 2)))


TEMPLATE = """# The article's listing in Keras, beside our own network

Made by `python examples/article_in_keras.py`, with <VERSIONS>.

The listing (`Flatten`, `Dense(256, activation="relu")`, `Dropout(rate)`, `Dense(10, activation=
"softmax")`, Adam) is trained in Keras 3 on 3,000 MNIST digits for ten epochs in batches of 32, with
rate 0 and with rate .5, from ten paired seeds; so is our own network. Each is held to the yardstick
by `nn_bridge.compare(without, with_, x, y, members=..., metric="accuracy", draws=<DRAWS>)` on the
same 1,000 unseen digits, its 256 hidden units being the members. Differences are rate .5 less rate
0, with 95% intervals over seeds, digits and masks.

<COMPARED>

'silent at worth': how many units may fall silent at random at a cost of .01.

<AGREE>

## Beside `run.py network`

The figures that `run.py network --seeds 10 --epochs 10 --json` prints of our network under the same
names. Of the two last rows Keras's intervals are over seeds alone.

<COMMAND>

Two of its figures are not in this table, because they are not the same measure: its ablation curve
ends at 90% silenced and `compare`'s at 100%, so its area is larger; and its effective carriers
share the outputs, `compare`'s the accuracy (Shapley values).

## Where the two differ, and why

**Not in measuring.** Keras's weights put into our network give the same figures: the seven at rate
.5 differ by <APART> at most, which is the rounding of 32-bit numbers.

**In chance.** Both start from Glorot's uniform weights and use Adam with the same constants, and
each seed's networks practise the same digits in both. But starting weights, the order of the digits
and the masks come from other random numbers, so that between the two only the digits are paired.
Keras's figures less ours, at each rate:

<BETWEEN>

Intervals that leave out 0: <MISSES> of <INTERVALS>. If nothing but chance differed, one in twenty
would, and at least one of <INTERVALS> with a probability of about <BY_CHANCE>, if independent.
"""

if __name__ == "__main__":
    main()
