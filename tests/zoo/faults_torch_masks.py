"""Scales, places, shapes and seeds of masks that are not what was meant, in PyTorch."""

import warnings

from frameworks import needs

from zoo import fault
from zoo.faults_torch_rates import around, rows

torch = needs("torch")
nn, F = torch.nn, torch.nn.functional


@fault("not scaled", source="felixgwu/img_classification_pk_pytorch#9")
def stochastic_depth_leaves_the_others_as_they_are():
    class DropPath(nn.Module):
        def __init__(self, drop_prob):
            super().__init__()
            self.drop_prob = drop_prob

        def forward(self, x):
            if not self.training:
                return x
            shape = (len(x),) + (1,) * (x.ndim - 1)
            return x * torch.empty(shape).bernoulli_(1 - self.drop_prob)

    return {"model": around(DropPath(0.25)), "x": rows()}


@fault("not scaled", source="jcyk/Dynet-Biaffine-dependency-parser#10")
def words_fall_and_nothing_makes_up_for_them():
    class WordDropout(nn.Module):
        def __init__(self, rate=0.2):
            super().__init__()
            self.rate = rate

        def forward(self, x):
            if not self.training or not self.rate:
                return x
            return x * (torch.rand(*x.shape[:2], 1) > self.rate)

    return {"model": around(WordDropout()), "x": torch.randn(8, 6, 12)}


@fault("not scaled", source="lmjohns3/theanets#123")
def divided_by_the_rate_instead_of_the_rest():
    class BernoulliDropout(nn.Module):
        def __init__(self, rate=0.2):
            super().__init__()
            self.rate = rate

        def forward(self, x):
            if self.training:
                x = x * torch.bernoulli(torch.full_like(x, 1 - self.rate)) / self.rate
            return x

    return {"model": around(BernoulliDropout()), "x": rows()}


@fault("before batch norm", source="luigibonati/mlcolvar#267")
def dropout_between_activation_and_batch_norm():
    layers = nn.Linear(12, 24), nn.ReLU(), nn.Dropout(0.5), nn.BatchNorm1d(24), nn.Linear(24, 3)
    return {"model": nn.Sequential(*layers), "x": rows(64)}


@fault("before batch norm", source="Swall0w/papers#427")
def maps_fall_before_batch_norm():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm, self.conv, self.out = (
                nn.BatchNorm2d(6),
                nn.Conv2d(1, 6, 3),
                nn.Linear(216, 4),
            )

        def forward(self, x):
            x = F.dropout2d(self.conv(x).relu(), 0.3, self.training)
            return self.out(self.norm(x).flatten(1))

    return {"model": Net(), "x": torch.rand(64, 1, 8, 8)}


@fault("wrong shape", source="SPOClab-ca/BENDR#16")
def dropout2d_on_a_sequence():
    """Dropout2d takes three axes for (N, C, L): here whole moments fall, not features."""
    model = around(nn.Dropout2d(0.3))
    return {"model": model, "x": torch.randn(8, 20, 12)}


@fault("wrong shape", source="pytorch/pytorch#60906")
def dropout1d_on_a_sequence_with_features_last():
    class Tagger(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.drop = nn.Embedding(30, 12), nn.Dropout1d(0.3)
            self.rnn, self.out = nn.LSTM(12, 8, batch_first=True), nn.Linear(8, 4)

        def forward(self, x):
            return self.out(self.rnn(self.drop(self.embed(x)))[0])

    return {"model": Tagger(), "x": torch.randint(0, 30, (8, 20))}


@fault("wrong shape", source="pytorch/pytorch#22879")
def dropout2d_on_a_dense_layer():
    return {"model": around(nn.Dropout2d(0.5)), "x": rows()}


@fault("one layer", source="IBM/pytorch-seq2seq#171")
def lstm_of_one_layer():
    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.out = nn.Embedding(20, 12), nn.Linear(16, 3)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # PyTorch says it once, here: the log scrolls by
                self.rnn = nn.LSTM(12, 16, num_layers=1, dropout=0.2, batch_first=True)

        def forward(self, x):
            return self.out(self.rnn(self.embed(x))[1][0][-1])

    return {"model": Encoder(), "x": torch.randint(0, 20, (8, 6))}


@fault("one layer", source="allenai/allennlp#2768")
def gru_of_one_layer_in_two_directions():
    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.rnn = nn.GRU(12, 8, dropout=0.5, bidirectional=True)
            self.out = nn.Linear(16, 3)

        def forward(self, x):
            return self.out(self.rnn(x)[0][-1])

    return {"model": Encoder(), "x": torch.randn(6, 8, 12)}


@fault("same mask every pass", source="PaddlePaddle/Paddle#7796")
def seed_set_in_forward():
    class Drop(nn.Module):
        def forward(self, x):
            torch.manual_seed(0)
            return F.dropout(x, 0.5, self.training)

    return {"model": around(Drop()), "x": rows()}


@fault("same mask every pass", source="lhoyer/MIC#75")
def generator_made_anew_with_the_same_seed():
    class Drop(nn.Module):
        def __init__(self, rate=0.3):
            super().__init__()
            self.rate = rate

        def forward(self, x):
            if not self.training:
                return x
            generator = torch.Generator().manual_seed(1234)
            mask = torch.rand(x.shape, generator=generator) >= self.rate
            return x * mask / (1 - self.rate)

    return {"model": around(Drop()), "x": rows()}
