"""PyTorch models to silence members of, each with something of its own, and data for them."""

import numpy as np
from frameworks import needs

torch = needs("torch")
nn = torch.nn

RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(30, 1, 12, 12))
WORDS = RNG.integers(0, 20, (30, 7))
ROWS = RNG.normal(size=(30, 7, 8))


class Residual(nn.Module):
    """A convolution that is added to what came in, by operations that write in place."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, padding=1)
        self.second = nn.Conv2d(4, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.last = nn.Linear(4, 3)

    def forward(self, x):
        x = torch.relu_(self.first(x))
        y = self.norm(self.second(x))
        y += x
        return self.last(torch.relu_(y).mean((2, 3)))


class Written(nn.Module):
    """Outputs are written into a tensor made beforehand."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(12, 6)
        self.last = nn.Linear(6, 3)

    def forward(self, x):
        x = self.hidden(x.flatten(1)[:, :12])
        out = torch.zeros(len(x), 3)
        out[:] = self.last(torch.relu(x))
        return out


class Deciding(Written):
    """What it does depends on the values that members give."""

    def forward(self, x):
        x = self.hidden(x.flatten(1)[:, :12])
        return self.last(x if x.sum() > 0 else -x)


class Overwriting(Written):
    """What the rest needs is no longer there at the end."""

    def forward(self, x):
        x = x.flatten(1)[:, :12]
        beside = x[:, :6] * 2
        out = self.last(self.hidden(x) + beside)
        beside.zero_()
        return out


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.lstm = nn.LSTM(8, 6, batch_first=True)
        self.last = nn.Linear(6, 3)

    def forward(self, words):
        return self.last(self.lstm(self.embed(words))[0][:, -1])


class SequenceFirst(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(8, 2, 16), 2, enable_nested_tensor=False
        )
        self.last = nn.Linear(8, 3)

    def forward(self, words):
        return self.last(self.encoder(self.embed(words).transpose(0, 1)).mean(0))


class Attending(nn.Module):
    """Attention that is asked for its weights, and gives several things by name."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 4, batch_first=True)
        self.last = nn.Linear(8, 3)

    def forward(self, rows, scale):
        found, _ = self.attention(rows, rows, rows)
        return {"hidden": found, "logits": self.last(found[:, 0] * scale)}


class Crossing(nn.Module):
    """Members attend to what they have no part in; that must lie in memory as it did."""

    def __init__(self):
        super().__init__()
        self.query, self.last = nn.Linear(8, 8), nn.Linear(8, 3)

    def forward(self, rows):
        query, key = (each.view(-1, 7, 2, 4).transpose(1, 2) for each in (self.query(rows), rows))
        found = nn.functional.scaled_dot_product_attention(key, query, key)
        return self.last(found.transpose(1, 2).view(-1, 7, 8).detach()).mean(1)


def convolutional():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3),
        nn.BatchNorm2d(6), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(54, 8), nn.Dropout(0.5),
        nn.ReLU(), nn.Linear(8, 3),
    )  # fmt: skip


def three():
    return nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3))
