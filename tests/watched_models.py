"""What tests of PyTorch's check-up need: data, small models, and what is found wrong with them."""

import numpy as np
from frameworks import needs

from nn_bridge import check_up

torch = needs("torch")
nn = torch.nn

X = torch.from_numpy(np.random.default_rng(0).normal(size=(64, 20))).float()
WORDS = torch.arange(32 * 7).reshape(32, 7) % 50
IMAGES = torch.from_numpy(np.random.default_rng(1).normal(size=(16, 3, 8, 8))).float()


def model_of(forward, x_features=20, **parts):
    """A model with a layer in, a layer out, and between them what `forward(self, h)` does."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.first, self.last = nn.Linear(x_features, 30), nn.Linear(30, 3)
            for name, part in parts.items():
                setattr(self, name, part)

        def forward(self, x):
            return self.last(forward(self, torch.relu(self.first(x))))

    return Model()


def words(forward, **parts):
    """The same of sequences of words, their features last."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.embed, self.last = nn.Embedding(50, 16), nn.Linear(16, 2)
            for name, part in parts.items():
                setattr(self, name, part)

        def forward(self, x):
            return self.last(forward(self, self.embed(x)))

    return Model()


def kinds(model, x=X, **options):
    return [each.kind for each in check_up(model, x, passes=10, **options).findings]


def drop(self, h):
    return self.drop(h)
