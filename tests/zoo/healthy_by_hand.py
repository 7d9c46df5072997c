"""Networks in PyTorch whose dropout is written by hand, or called as a function, and right."""

from frameworks import needs

from zoo import healthy
from zoo.faults_torch import Attention
from zoo.healthy_torch import moments, rows

torch, saving = needs("torch"), needs("torch.utils.checkpoint")
nn, F = torch.nn, torch.nn.functional


@healthy
def functional_dropout_with_the_mode():
    class Perceptron(nn.Module):
        def __init__(self, rate=0.4):
            super().__init__()
            self.hidden, self.out, self.rate = nn.Linear(12, 32), nn.Linear(32, 3), rate

        def forward(self, x):
            return self.out(F.dropout(self.hidden(x).relu(), self.rate, self.training))

    return {"model": Perceptron(), "x": rows()}


@healthy
def fused_attention_with_the_mode():
    class Fused(Attention):
        def __init__(self, rate=0.2):
            super().__init__()
            self.rate = rate

        def weigh(self, q, k, v):
            rate = self.rate if self.training else 0.0
            return F.scaled_dot_product_attention(q, k, v, dropout_p=rate)

    return {"model": nn.Sequential(Fused(), nn.Linear(16, 3)), "x": moments(width=16)}


@healthy
def fused_attention_carries_out_the_rate_of_a_layer():
    class Fused(Attention):
        def __init__(self):
            super().__init__()
            self.attn_drop, self.proj_drop = nn.Dropout(0.1), nn.Dropout(0.2)

        def weigh(self, q, k, v):
            rate = self.attn_drop.p if self.training else 0.0
            return F.scaled_dot_product_attention(q, k, v, dropout_p=rate)

        def forward(self, x):
            return x + self.proj_drop(super().forward(x))

    return {"model": nn.Sequential(Fused(), Fused()), "x": moments(width=16)}


@healthy
def stochastic_depth_deeper_and_deeper():
    class DropPath(nn.Module):
        def __init__(self, drop_prob):
            super().__init__()
            self.drop_prob = drop_prob

        def forward(self, x):
            if self.drop_prob == 0.0 or not self.training:
                return x
            keep = 1 - self.drop_prob
            there = x.new_empty((len(x),) + (1,) * (x.ndim - 1)).bernoulli_(keep)
            return x * there.div_(keep)

    class Residual(nn.Module):
        def __init__(self, drop_prob):
            super().__init__()
            self.conv, self.drop_path = nn.Conv2d(4, 4, 3, padding=1), DropPath(drop_prob)

        def forward(self, x):
            return x + self.drop_path(self.conv(x).relu())

    blocks = [Residual(rate) for rate in (0.0, 0.1, 0.2)]
    return {"model": nn.Sequential(nn.Conv2d(1, 4, 3), *blocks), "x": torch.rand(16, 1, 10, 10)}


@healthy
def layers_left_out_in_training():
    class Encoder(nn.Module):
        def __init__(self, layer_drop=0.2):
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(12, 12) for _ in range(4))
            self.layer_drop = layer_drop

        def forward(self, x):
            for layer in self.layers:
                if not (self.training and torch.rand([]) < self.layer_drop):
                    x = x + layer(x).tanh()
            return x

    return {"model": Encoder(), "x": moments()}


@healthy
def one_mask_for_all_moments():
    class LockedDropout(nn.Module):
        def __init__(self, p):
            super().__init__()
            self.p = p

        def forward(self, x):
            if not self.training:
                return x
            mask = x.new_empty(len(x), 1, x.shape[2]).bernoulli_(1 - self.p) / (1 - self.p)
            return x * mask

    layers = nn.Linear(12, 16), LockedDropout(0.3), nn.Linear(16, 3)
    return {"model": nn.Sequential(*layers), "x": moments()}


@healthy
def one_mask_for_the_batch():
    class Shared(nn.Module):
        def __init__(self, rate=0.5):
            super().__init__()
            self.rate = rate

        def forward(self, x):
            if not self.training:
                return x
            return x * (torch.rand(x.shape[1:]) >= self.rate) / (1 - self.rate)

    layers = nn.Linear(12, 64), nn.ReLU(), Shared(), nn.Linear(64, 3)
    return {"model": nn.Sequential(*layers), "x": rows()}


@healthy
def words_fall_and_the_others_are_scaled():
    class Reader(nn.Module):
        def __init__(self, rate=0.1):
            super().__init__()
            self.embed, self.out, self.rate = nn.Embedding(30, 12), nn.Linear(12, 3), rate

        def forward(self, x):
            words = F.dropout(torch.ones(30, 1), self.rate, self.training)
            return self.out(F.embedding(x, words * self.embed.weight).mean(1))

    return {"model": Reader(), "x": torch.randint(0, 30, (16, 6))}


@healthy
def two_parts_fall_and_are_joined():
    class Waves(nn.Module):
        def __init__(self):
            super().__init__()
            self.out, self.sin_drop, self.cos_drop = (
                nn.Linear(24, 3),
                nn.Dropout(0.1),
                nn.Dropout(0.1),
            )

        def forward(self, x):
            return self.out(torch.cat([self.sin_drop(x.sin()), self.cos_drop(x.cos())], dim=-1))

    return {"model": Waves(), "x": rows()}


@healthy
def weights_fall_instead_of_units():
    class DropConnect(nn.Linear):
        def forward(self, x):
            return F.linear(x, F.dropout(self.weight, 0.2, self.training), self.bias)

    return {"model": nn.Sequential(DropConnect(12, 32), nn.ReLU(), nn.Linear(32, 3)), "x": rows()}


@healthy
def noise_in_training_only():
    class Noise(nn.Module):
        def forward(self, x):
            return x + 0.1 * torch.randn_like(x) if self.training else x

    return {"model": nn.Sequential(Noise(), nn.Linear(12, 3)), "x": rows()}


@healthy
def pictures_are_turned_in_training_only():
    class Flip(nn.Module):
        def forward(self, x):
            if not self.training:
                return x
            return torch.where(torch.rand(len(x), 1, 1, 1) < 0.5, x.flip(-1), x)

    layers = Flip(), nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Dropout(0.2), nn.Linear(144, 3)
    return {"model": nn.Sequential(*layers), "x": torch.rand(16, 1, 8, 8)}


@healthy
def steps_are_recomputed_for_the_gradient():
    class Saving(nn.Module):
        def __init__(self):
            super().__init__()
            self.block = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Dropout(0.3))
            self.out = nn.Linear(32, 3)

        def forward(self, x):
            return self.out(saving.checkpoint(self.block, x, use_reentrant=False))

    return {"model": Saving(), "x": rows()}


@healthy
def evaluated_and_trained_by_functions_of_its_own():
    def train(model):
        model.train()
        model(x).sum().backward()
        model.zero_grad()

    @torch.no_grad()
    def evaluate(model):
        model.eval()
        return model(x).argmax(1)

    x = rows()
    model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 3))
    return {"model": model, "x": x, "train": train, "evaluate": evaluate}
