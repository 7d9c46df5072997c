"""Dropout that is passed by, in PyTorch."""

import math

from frameworks import needs

from zoo import fault

torch = needs("torch")
nn, F = torch.nn, torch.nn.functional


def digits(n: int = 16):
    return torch.rand(n, 1, 12, 12)


def tokens(n: int = 8, length: int = 6, width: int = 16):
    return torch.randn(n, length, width)


class Attention(nn.Module):
    """Attention written out: queries, keys, values, heads; `weigh` is what each network does."""

    def __init__(self, width=16, heads=4):
        super().__init__()
        self.heads, self.qkv = heads, nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        n, length, width = x.shape
        q, k, v = self.qkv(x).reshape(n, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        return self.out(self.weigh(q, k, v).transpose(1, 2).reshape(n, length, width))

    def weigh(self, q, k, v):
        return self.drop_scores((q @ k.mT / math.sqrt(q.shape[-1])).softmax(-1)) @ v

    def drop_scores(self, scores):
        return scores


@fault("never called", source="zhouhaoyi/Informer2020#97")
def sparse_attention_forgets_its_dropout():
    class TopAttention(Attention):
        def __init__(self, dropout=0.1):
            super().__init__()
            self.dropout = nn.Dropout(dropout)

        def weigh(self, q, k, v):
            scores = q @ k.mT / math.sqrt(q.shape[-1])
            top = scores.topk(3, dim=-1).indices
            kept = torch.full_like(scores, -torch.inf).scatter(-1, top, scores.gather(-1, top))
            return kept.softmax(-1) @ v

    return {"model": nn.Sequential(TopAttention(), nn.Linear(16, 4)), "x": tokens()}


@fault("never called", source="NX-AI/tirex#19")
def residual_block_has_a_dropout_it_does_not_use():
    class Block(nn.Module):
        def __init__(self, dropout):
            super().__init__()
            self.wide, self.narrow = nn.Linear(16, 32), nn.Linear(32, 16)
            self.skip, self.dropout = nn.Linear(16, 16), nn.Dropout(dropout)

        def forward(self, x):
            return self.skip(x) + self.narrow(F.relu(self.wide(x)))

    return {"model": nn.Sequential(Block(0.3), Block(0.3), nn.Linear(16, 2)), "x": tokens()}


@fault("never called", source="yjxiong/tsn-pytorch#41")
def head_is_called_past_its_dropout():
    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2))
            self.head = nn.Sequential(nn.Dropout(0.5), nn.Linear(16, 10))

        def forward(self, x):
            return self.head[-1](self.body(x).flatten(1))

    return {"model": Classifier(), "x": digits()}


@fault("never drops", source="google-research/vision_transformer#19")
def training_is_said_to_be_over():
    class Perceptron(nn.Module):
        def __init__(self, rate=0.5, train=False):
            super().__init__()
            self.hidden, self.out = nn.Linear(144, 32), nn.Linear(32, 10)
            self.rate, self.is_train = rate, train

        def forward(self, x):
            x = F.relu(self.hidden(x.flatten(1)))
            return self.out(F.dropout(x, self.rate, training=self.is_train))

    return {"model": Perceptron(), "x": digits()}


@fault("never drops", source="unit8co/darts#2312")
def monte_carlo_flag_is_never_raised():
    class MonteCarloDropout(nn.Dropout):
        mc_enabled = False

        def forward(self, x):
            return F.dropout(x, self.p, self.mc_enabled, self.inplace)

    layers = nn.Conv1d(6, 8, 3, padding=1), nn.ReLU(), MonteCarloDropout(0.2), nn.Conv1d(8, 1, 1)
    return {"model": nn.Sequential(*layers), "x": tokens()}


@fault("result not used", source="kuanghuei/clean-net#2")
def dropped_values_get_a_name_that_nobody_reads():
    class Mapping(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(16, 32), nn.Linear(32, 8)
            self.dropout = nn.Dropout(0.4)

        def forward(self, x):
            first = torch.tanh(self.first(x))
            if self.training:
                hidden = self.dropout(first)  # noqa: F841
            return self.second(first)

    return {"model": Mapping(), "x": tokens(), "y": tokens(width=8), "loss": F.mse_loss}


@fault("result not used", source="jlm429/pyperch#2")
def functional_dropout_is_called_like_an_inplace_one():
    class Perceptron(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(144, 32), nn.Linear(32, 32)])
            self.out = nn.Linear(32, 10)

        def forward(self, x):
            x = x.flatten(1)
            for layer in self.layers:
                x = F.relu(layer(x))
                F.dropout(x, 0.25, self.training)
            return self.out(x)

    return {"model": Perceptron(), "x": digits()}
