"""Chance that stays in evaluation, in PyTorch."""

import random

import numpy as np
from frameworks import needs

from zoo import fault
from zoo.faults_torch import Attention, digits, tokens

torch = needs("torch")
nn, F = torch.nn, torch.nn.functional


@fault("drops in evaluation", source="rixwew/pytorch-fm#21")
def attention_scores_without_the_mode():
    class Scores(Attention):
        def drop_scores(self, scores):
            return F.dropout(scores, p=0.2)

    return {"model": nn.Sequential(Scores(), nn.Linear(16, 3)), "x": tokens()}


@fault("drops in evaluation", source="pytorch/pytorch#124464")
def fused_attention_always_drops():
    class Fused(Attention):
        def __init__(self):
            super().__init__()
            self.rate = 0.3

        def weigh(self, q, k, v):
            return F.scaled_dot_product_attention(q, k, v, dropout_p=self.rate)

    return {"model": nn.Sequential(Fused(), nn.LayerNorm(16)), "x": tokens()}


@fault("drops in evaluation", source="huggingface/pytorch-image-models#1978")
def fused_attention_takes_the_rate_of_a_layer_but_not_its_mode():
    class Fused(Attention):
        def __init__(self, fused=True):
            super().__init__()
            self.attn_drop, self.proj_drop, self.fused = nn.Dropout(0.2), nn.Dropout(0.1), fused

        def weigh(self, q, k, v):
            if self.fused:
                return F.scaled_dot_product_attention(q, k, v, dropout_p=self.attn_drop.p)
            return super().weigh(q, k, v)

        def drop_scores(self, scores):
            return self.attn_drop(scores)

        def forward(self, x):
            return x + self.proj_drop(super().forward(x))

    return {"model": nn.Sequential(Fused(), nn.LayerNorm(16), Fused()), "x": tokens()}


@fault("drops in evaluation", source="WangFeng18/Swin-Transformer#7")
def drop_path_does_not_ask_for_the_mode():
    class Residual(nn.Module):
        def __init__(self, drop_path):
            super().__init__()
            self.conv, self.keep = nn.Conv2d(4, 4, 3, padding=1), 1 - drop_path

        def forward(self, x):
            there = torch.bernoulli(torch.full((len(x), 1, 1, 1), self.keep))
            return x + F.relu(self.conv(x)) * there / self.keep

    layers = nn.Conv2d(1, 4, 3), Residual(0.1), Residual(0.2), nn.Flatten(), nn.Linear(400, 10)
    return {"model": nn.Sequential(*layers), "x": digits()}


@fault("drops in evaluation", source="d2l-ai/d2l-en#1093")
def mode_of_its_own_that_nobody_turns():
    class Net(nn.Module):
        def __init__(self, is_training=True):
            super().__init__()
            self.lin1, self.lin2, self.out = (
                nn.Linear(144, 32),
                nn.Linear(32, 32),
                nn.Linear(32, 10),
            )
            self.is_training, self.dropout1 = is_training, 0.2

        def forward(self, x):
            x = self.lin1(x.flatten(1)).relu()
            if self.is_training:
                x = (torch.rand_like(x) > self.dropout1) * x / (1 - self.dropout1)
            return self.out(self.lin2(x).relu())

    labels = torch.arange(16) % 10
    return {"model": Net(), "x": digits(), "y": labels, "loss": F.cross_entropy}


@fault("drops in evaluation", source="BogiHsu/Tacotron2-PyTorch#8")
def prenet_says_training_is_true():
    class Prenet(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(16, 16), nn.Linear(16, 16)])
            self.rnn = nn.GRU(16, 12, batch_first=True)

        def forward(self, x):
            for layer in self.layers:
                x = F.dropout(F.relu(layer(x)), p=0.5, training=True)
            return self.rnn(x)[0]

    return {"model": Prenet(), "x": tokens()}


@fault(
    "made anew in forward",
    also=("drops in evaluation",),
    source="ewrfcas/face_attribute_classification_pytorch#1",
)
def new_layer_each_pass():
    class Attributes(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.out = nn.Conv2d(1, 6, 5), nn.Linear(96, 5)

        def forward(self, x):
            x = F.max_pool2d(F.relu(self.conv(x)), 2).flatten(1)
            return self.out(nn.Dropout(0.5)(x))

    return {"model": Attributes(), "x": digits()}


@fault("made anew in forward", also=("drops in evaluation",), source="wenwenyu/PICK-pytorch#77")
def new_layer_inside_a_new_sequence():
    class Encoder(nn.Module):
        def __init__(self, rate=0.1):
            super().__init__()
            self.conv, self.linear, self.rate = (
                nn.Conv1d(6, 6, 3, padding=1),
                nn.Linear(16, 16),
                rate,
            )

        def forward(self, x):
            after = nn.Sequential(nn.ReLU(), nn.Dropout(self.rate))
            return self.linear(after(self.conv(x)))

    return {"model": Encoder(), "x": tokens()}


@fault("other outputs in evaluation", source="NVIDIA-NeMo/Speech#2146")
def numpy_dithers_the_sound_in_both_modes():
    class Recognizer(nn.Module):
        def __init__(self, dither=0.05):
            super().__init__()
            self.conv, self.out, self.dither = nn.Conv1d(6, 8, 3), nn.Linear(14, 3), dither
            self.random = np.random.default_rng(0)

        def forward(self, x):
            noise = self.random.normal(0, self.dither, tuple(x.shape)).astype(np.float32)
            return self.out(F.relu(self.conv(x + torch.from_numpy(noise))))

    return {"model": Recognizer(), "x": tokens()}


@fault(
    "other outputs in evaluation",
    also=("drops in evaluation",),
    source="hirofumi0810/neural_sp#118",
)
def python_skips_layers_in_both_modes():
    class Encoder(nn.Module):
        def __init__(self, layer_drop=0.4):
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(16, 16) for _ in range(6))
            self.layer_drop, self.random = layer_drop, random.Random(3)

        def forward(self, x):
            for layer in self.layers:
                if self.random.random() >= self.layer_drop:
                    x = x + torch.tanh(layer(x))
            return x

    return {"model": Encoder(), "x": tokens()}
