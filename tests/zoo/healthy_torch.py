"""Networks of PyTorch's own layers whose dropout does what it should."""

from frameworks import needs

from zoo import healthy

torch = needs("torch")
nn, F = torch.nn, torch.nn.functional


def rows(n: int = 32, width: int = 12):
    return torch.randn(n, width)


def moments(n: int = 8, length: int = 6, width: int = 12):
    return torch.randn(n, length, width)


def perceptron(*drop):
    return nn.Sequential(nn.Linear(12, 32), nn.ReLU(), *drop, nn.Linear(32, 3))


class Last(nn.Module):
    """Takes the states of a recurrent layer and answers for the last moment."""

    def __init__(self, rnn, width):
        super().__init__()
        self.rnn, self.out = rnn, nn.Linear(width, 3)

    def forward(self, x):
        return self.out(self.rnn(x)[0][:, -1])


@healthy
def perceptron_with_dropout():
    x, y = rows(), torch.arange(32) % 3
    return {"model": perceptron(nn.Dropout(0.5)), "x": x, "y": y, "loss": F.cross_entropy}


@healthy
def perceptron_without():
    return {"model": perceptron(), "x": rows()}


@healthy
def rate_of_zero():
    return {"model": perceptron(nn.Dropout(0.0)), "x": rows()}


@healthy
def rate_of_a_thousandth():
    return {"model": perceptron(nn.Dropout(0.001)), "x": rows()}


@healthy
def dropout_in_place():
    return {"model": perceptron(nn.Dropout(0.3, inplace=True)), "x": rows()}


@healthy
def handed_in_evaluation_mode():
    return {"model": perceptron(nn.Dropout(0.3)).eval(), "x": rows()}


@healthy
def identity_where_the_rate_is_zero():
    drops = [nn.Dropout(rate) if rate else nn.Identity() for rate in (0.0, 0.2)]
    return {"model": nn.Sequential(perceptron(drops[0]), perceptron(drops[1])[1:3]), "x": rows()}


@healthy
def dropout_after_batch_norm():
    layers = nn.Linear(12, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.4), nn.Linear(32, 3)
    return {"model": nn.Sequential(*layers), "x": rows()}


@healthy
def pictures_with_whole_maps_falling():
    first = nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Dropout2d(0.25), nn.Conv2d(6, 8, 3), nn.ReLU()
    last = nn.AdaptiveMaxPool2d(3), nn.Flatten(), nn.Linear(72, 20), nn.ReLU(), nn.Dropout(0.5)
    return {
        "model": nn.Sequential(*first, *last, nn.Linear(20, 10)),
        "x": torch.rand(16, 1, 12, 12),
    }


@healthy
def sounds_with_whole_channels_falling():
    layers = nn.Conv1d(4, 8, 3), nn.ReLU(), nn.Dropout1d(0.2), nn.Conv1d(8, 2, 3)
    return {"model": nn.Sequential(*layers), "x": torch.randn(8, 4, 20)}


@healthy
def volumes_with_whole_channels_falling():
    layers = nn.Conv3d(1, 6, 3), nn.ReLU(), nn.Dropout3d(0.2), nn.Conv3d(6, 2, 3)
    return {"model": nn.Sequential(*layers), "x": torch.randn(8, 1, 6, 6, 6)}


@healthy
def selu_with_alpha_dropout():
    layers = nn.Linear(12, 32), nn.SELU(), nn.AlphaDropout(0.2), nn.Linear(32, 3)
    return {"model": nn.Sequential(*layers), "x": rows()}


@healthy
def selu_with_feature_alpha_dropout():
    layers = (
        nn.Conv2d(1, 8, 3),
        nn.SELU(),
        nn.FeatureAlphaDropout(0.2),
        nn.Flatten(),
        nn.Linear(288, 3),
    )
    return {"model": nn.Sequential(*layers), "x": torch.rand(8, 1, 8, 8)}


@healthy
def leaks_of_random_slope():
    layers = nn.Linear(12, 32), nn.RReLU(), nn.Dropout(0.2), nn.Linear(32, 3)
    return {"model": nn.Sequential(*layers), "x": rows()}


@healthy
def lstm_of_two_layers():
    rnn = nn.LSTM(12, 10, num_layers=2, dropout=0.3, batch_first=True)
    return {"model": Last(rnn, 10), "x": moments()}


@healthy
def gru_of_three_layers_in_two_directions():
    rnn = nn.GRU(12, 8, num_layers=3, dropout=0.2, bidirectional=True, batch_first=True)
    return {"model": Last(rnn, 16), "x": moments()}


@healthy
def recurrent_layer_without():
    return {"model": Last(nn.RNN(12, 10, batch_first=True), 10), "x": moments()}


@healthy
def transformer_of_encoder_and_decoder():
    model = nn.Transformer(16, 2, 2, 2, 32, dropout=0.1, batch_first=True)
    return {"model": model, "x": (moments(width=16), moments(length=4, width=16))}


@healthy
def encoder_that_takes_a_fast_path_in_evaluation():
    layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.2, batch_first=True)
    encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
    return {"model": nn.Sequential(encoder, nn.Linear(16, 3)), "x": moments(width=16)}


@healthy
def decoder_before_its_norms():
    layer = nn.TransformerDecoderLayer(16, 2, 32, dropout=0.1, batch_first=True, norm_first=True)
    return {"model": layer, "x": (moments(width=16), moments(length=4, width=16))}


@healthy
def multihead_attention_with_and_without_weights():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.MultiheadAttention(12, 3, dropout=0.2, batch_first=True)
            self.second = nn.MultiheadAttention(12, 3, dropout=0.3, batch_first=True)

        def forward(self, x):
            x = x + self.first(x, x, x, need_weights=False)[0]
            return x + self.second(x, x, x)[0]

    return {"model": Twice(), "x": moments()}


@healthy
def one_block_called_twice():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.block, self.out = (
                nn.Linear(12, 16),
                nn.Linear(16, 16),
                nn.Linear(16, 3),
            )
            self.drop = nn.Dropout(0.2)

        def forward(self, x):
            x = self.drop(self.first(x).relu())
            for _ in range(2):
                x = x + self.drop(self.block(x).relu())
            return self.out(x)

    return {"model": Tied(), "x": rows()}


@healthy
def language_model_with_tied_words():
    class Language(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.drop = nn.Embedding(30, 16), nn.Dropout(0.1)
            self.rnn, self.out = (
                nn.LSTM(16, 16, 2, dropout=0.2, batch_first=True),
                nn.Linear(16, 30),
            )
            self.out.weight = self.embed.weight

        def forward(self, x):
            return self.out(self.drop(self.rnn(self.drop(self.embed(x)))[0]))

    return {"model": Language(), "x": torch.randint(0, 30, (8, 6))}
