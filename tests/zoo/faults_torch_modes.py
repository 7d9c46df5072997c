"""Modes of training and evaluation that do not arrive, or do not come back, in PyTorch."""

import functools

from frameworks import needs

from zoo import fault

torch = needs("torch")
nn, F = torch.nn, torch.nn.functional


def rows(n: int = 32, width: int = 12):
    return torch.randn(n, width)


def perceptron(rate=0.5):
    return nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Dropout(rate), nn.Linear(24, 3))


@fault("not reached", also=("drops in evaluation",), source="namisan/mt-dnn#45")
def dropouts_in_a_plain_list():
    class Matcher(nn.Module):
        def __init__(self, tasks=2):
            super().__init__()
            self.body = nn.Linear(12, 24)
            self.scores = nn.ModuleList(nn.Linear(24, 3) for _ in range(tasks))
            self.dropouts = [nn.Dropout(0.1) for _ in range(tasks)]

        def forward(self, x):
            x = self.body(x).relu()
            heads = zip(self.dropouts, self.scores, strict=True)
            return torch.stack([score(drop(x)) for drop, score in heads])

    return {"model": Matcher(), "x": rows()}


@fault("not reached", also=("drops in evaluation",), source="roytseng-tw/Detectron.pytorch#104")
def train_of_its_own_forgets_the_head():
    class Detector(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
            self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(144, 5))

        def train(self, mode=True):
            self.training = mode
            self.body.train(mode)
            return self

        def forward(self, x):
            return self.head(self.body(x))

    return {"model": Detector(), "x": torch.rand(16, 1, 8, 8)}


@fault("not reached", also=("drops in evaluation",), source="flairNLP/flair#797")
def train_of_its_own_does_nothing():
    class LanguageModel(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.drop = nn.GRU(12, 10, batch_first=True), nn.Dropout(0.5)

        def train(self, mode=True):
            return self

        def forward(self, x):
            return self.drop(self.rnn(x)[0])

    return {"model": nn.Sequential(LanguageModel(), nn.Linear(10, 3)), "x": torch.randn(8, 5, 12)}


@fault("not reached", also=("never drops",), source="pgniewko/gt-pyg#112")
def freezing_the_norms_freezes_what_is_inside_them():
    class PreNorm(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.norm, self.inner = nn.LayerNorm(12), inner

        def forward(self, x):
            return x + self.inner(self.norm(x))

    class Frozen(nn.Sequential):
        def train(self, mode=True):
            super().train(mode)
            for module in self.modules():
                if "Norm" in type(module).__name__:
                    module.eval()
            return self

    inner = nn.Sequential(nn.Linear(12, 24), nn.GELU(), nn.Dropout(0.2), nn.Linear(24, 12))
    return {"model": Frozen(PreNorm(inner), nn.Linear(12, 3)), "x": rows()}


@fault("off after evaluation", source="shubhamagarwal92/mmd#14")
def train_is_called_once_before_the_loop():
    def evaluate(model):
        model.eval()
        with torch.no_grad():
            return model(x)

    x, model = rows(), perceptron().train()
    return {"model": model, "x": x, "train": lambda model: None, "evaluate": evaluate}


@fault("off after evaluation", also=("rate changed",), source="NVIDIA/Megatron-LM#411")
def attention_forgets_its_rate_in_evaluation():
    class FlashAttention(nn.Module):
        def __init__(self, rate=0.25):
            super().__init__()
            self.qkv, self.dropout_p = nn.Linear(12, 36), rate

        def forward(self, x):
            q, k, v = self.qkv(x).chunk(3, -1)
            self.dropout_p = self.dropout_p if self.training else 0.0
            return F.scaled_dot_product_attention(q, k, v, dropout_p=self.dropout_p)

    return {"model": nn.Sequential(FlashAttention(), nn.Linear(12, 3)), "x": torch.randn(8, 9, 12)}


@fault("off after evaluation", source="tk-rusch/coRNN#1")
def decorator_that_does_not_switch_back():
    def evaluating(method):
        @functools.wraps(method)
        def wrapped(self, *args):
            was = self.training
            self.eval()
            with torch.no_grad():
                result = method(self, *args)
            if not was:
                self.train(was)
            return result

        return wrapped

    class Tagger(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.LSTM(12, 10, num_layers=2, dropout=0.3, batch_first=True)
            self.drop, self.out = nn.Dropout(0.5), nn.Linear(10, 4)

        def forward(self, x):
            return self.out(self.drop(self.rnn(x)[0]))

        @evaluating
        def predict(self, x):
            return self(x).argmax(-1)

    x = torch.randn(8, 5, 12)
    return {
        "model": Tagger().train(),
        "x": x,
        "train": lambda model: model.zero_grad(),
        "evaluate": lambda model: model.predict(x),
    }


@fault("off after evaluation", also=("not reached",), source="MILVLG/mcan-vqa#26")
def the_shell_thinks_that_it_is_training_already():
    class Shell(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = perceptron()

        def train(self, mode=True):
            return self if mode == self.training else super().train(mode)

        def forward(self, x):
            return self.net(x)

        def score(self, x):
            self.net.eval()
            with torch.no_grad():
                return self(x).softmax(-1)

    x = rows()
    return {"model": Shell(), "x": x, "evaluate": lambda model: model.score(x)}


@fault("rate changed", also=("off after evaluation",), source="whai362/PVT#2")
def evaluation_sets_the_rates_to_zero():
    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear, self.drop = nn.Linear(12, 12), nn.Dropout(0.2)

        def forward(self, x):
            return x + self.drop(self.linear(x).relu())

    def evaluate(model):
        for module in model.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        model.eval()
        return model(x)

    x = rows()
    return {
        "model": nn.Sequential(Residual(), Residual(), nn.Linear(12, 3)),
        "x": x,
        "evaluate": evaluate,
    }


@fault("rate changed", source="m2lines/Samudra#642")
def schedule_counts_evaluations_as_epochs():
    class Scheduled(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.drop, self.last = nn.Linear(12, 40), nn.Dropout(0.5), nn.Linear(40, 3)

        def forward(self, x):
            if not self.training:
                self.drop.p *= 0.8
            return self.last(self.drop(self.first(x).relu()))

    return {"model": Scheduled(), "x": rows()}


@fault("evaluated in training mode", also=("drops in evaluation",), source="nshaud/DeepHyperX#51")
def no_grad_instead_of_eval():
    def evaluate(model):
        with torch.no_grad():
            return (model(x).argmax(1) == y).float().mean()

    x, y = rows(), torch.arange(32) % 3
    settings = {"y": y, "loss": F.cross_entropy, "evaluate": evaluate}
    return {"model": perceptron(), "x": x, **settings}


@fault(
    "evaluated in training mode",
    also=("drops in evaluation",),
    source="udacity/deep-learning-v2-pytorch#399",
)
def eval_without_its_brackets():
    def evaluate(model):
        model.eval  # noqa: B018
        return model(x)

    x = torch.randn(8, 5, 12)
    layer = nn.TransformerEncoderLayer(12, 3, 24, dropout=0.2, batch_first=True)
    return {"model": nn.Sequential(layer, nn.Linear(12, 2)), "x": x, "evaluate": evaluate}
