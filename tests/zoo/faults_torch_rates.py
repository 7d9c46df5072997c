"""Rates that are not what was meant, in PyTorch."""

from types import SimpleNamespace

from frameworks import needs

from zoo import fault

torch = needs("torch")
nn, F = torch.nn, torch.nn.functional


def rows(n: int = 32, width: int = 12):
    return torch.randn(n, width)


def around(drop, width: int = 64):
    """Put a layer where a hidden layer's dropout stands; tests look at it as `model.drop`."""

    class Perceptron(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.last = nn.Linear(12, width), nn.Linear(width, 3)
            self.drop = drop

        def forward(self, x):
            return self.last(self.drop(self.first(x).relu()))

    return Perceptron()


@fault("not wired", source="meta-pytorch/torchtune#996", rate=0.05)
def builder_does_not_hand_the_rate_on():
    class LoRALinear(nn.Module):
        def __init__(self, width, rank=2, dropout=0.0):
            super().__init__()
            self.full = nn.Linear(width, width)
            self.down, self.up = nn.Linear(width, rank), nn.Linear(rank, width)
            self.dropout = nn.Dropout(dropout)

        def forward(self, x):
            return self.full(x) + self.up(self.down(self.dropout(x)))

    class Decoder(nn.Module):
        def __init__(self, config):
            super().__init__()
            self.config = config
            self.layers = nn.Sequential(LoRALinear(12, config.rank), LoRALinear(12, config.rank))

        def forward(self, x):
            return self.layers(x)

    return {"model": Decoder(SimpleNamespace(rank=2, lora_dropout=0.05)), "x": rows()}


@fault("not wired", source="lucidrains/x-transformers#175", rate=0.1)
def rate_is_kept_and_never_read():
    class Wrapper(nn.Module):
        def __init__(self, dropout=0.1):
            super().__init__()
            self.embed, self.dropout = nn.Embedding(20, 12), dropout
            self.layer = nn.TransformerEncoderLayer(12, 2, 24, dropout=0.0, batch_first=True)

        def forward(self, x):
            return self.layer(self.embed(x))

    return {"model": Wrapper(), "x": torch.randint(0, 20, (8, 6))}


@fault("not wired", source="dimitymiller/cac-openset#1", rate=0.2)
def the_default_wins_over_the_configuration():
    class Encoder(nn.Sequential):
        def __init__(self, dropout=0.3):
            super().__init__(nn.Linear(12, 32), nn.ReLU(), nn.Dropout(dropout))

    class Classifier(nn.Module):
        def __init__(self, config):
            super().__init__()
            self.config, self.encoder, self.out = config, Encoder(), nn.Linear(32, 3)

        def forward(self, x):
            return self.out(self.encoder(x))

    return {"model": Classifier({"hidden": 32, "dropout": 0.2}), "x": rows()}


@fault("other rate than asked", source="pudae/tensorflow-densenet#22", rate=0.3)
def the_layer_drops_what_it_should_keep():
    class Dropout(nn.Dropout):
        def forward(self, x):
            return F.dropout(x, 1 - self.p, self.training)

    return {"model": around(Dropout(0.3)), "x": rows()}


@fault("other rate than asked", source="fastai/fastbook#156", rate=0.1)
def the_layer_reads_another_rate_than_its_own():
    p = 0.4

    class Dropout(nn.Module):
        def __init__(self, p):
            super().__init__()
            self.p = p

        def forward(self, x):
            if not self.training:
                return x
            return x * x.new(*x.shape).bernoulli_(1 - p).div_(1 - p)

    return {"model": around(Dropout(0.1)), "x": rows()}


@fault("keep probability", source="aymericdamien/TensorFlow-Examples#205", rate=0.85)
def probability_to_keep_handed_to_a_layer():
    return {"model": around(nn.Dropout(0.85)), "x": rows()}


@fault(
    "keep probability",
    also=("other rate than asked",),  # its own name says what is to be kept
    source="hunkim/DeepLearningZeroToAll#122",
    rate=0.9,
)
def probability_to_keep_handed_to_a_function():
    class Drop(nn.Module):
        def __init__(self, keep_prob=0.9):
            super().__init__()
            self.keep_prob = keep_prob

        def forward(self, x):
            return F.dropout(x, self.keep_prob, self.training)

    return {"model": around(Drop()), "x": rows()}
