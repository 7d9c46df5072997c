"""Run a network of the zoo as its user would, and see what check_up must find, without check_up."""

from contextlib import ExitStack, contextmanager

import numpy as np
from frameworks import needs

torch = needs("torch")  # Keras's networks run on it here, so it is there where Keras is

DROPOUT = torch.nn.modules.dropout._DropoutNd


def running(entry):
    """Build an entry and take it by the handles of its framework."""
    handed = entry.build()
    if isinstance(handed["model"], torch.nn.Module) and not _of_keras(handed["model"]):
        return InTorch(handed)
    return InKeras(handed)


def _of_keras(model):
    return any(part.__module__.startswith("keras.") for part in type(model).__mro__)


class Running:
    """A network and its data."""

    def __init__(self, handed):
        self.model, self.x = handed["model"], handed["x"]
        self._train, self._evaluate = handed.get("train"), handed.get("evaluate")

    def evaluate(self):
        """Evaluate as the user does."""
        return array(self._evaluate(self.model)) if self._evaluate else self.run(False)

    def _call(self, **mode):
        if isinstance(self.x, dict) and isinstance(self, InTorch):
            return array(self.model(**self.x, **mode))
        inputs = self.x if isinstance(self.x, tuple) else (self.x,)
        return array(self.model(*inputs, **mode))


class InTorch(Running):
    """A network in PyTorch."""

    def run(self, training):
        if not training:
            self.model.eval()
        elif self._train:
            self._train(self.model)
        else:
            self.model.train()
        return self._call()

    @property
    def dropouts(self):
        """Registered layers of Dropout."""
        return [m for m in self.model.modules() if isinstance(m, DROPOUT)]

    def rates(self):
        """All that layers keep as their rate."""
        parts = self.model.modules()
        return [
            getattr(part, name)
            for part in parts
            for name in ("p", "dropout_p")
            if hasattr(part, name)
        ]

    @contextmanager
    def calls(self, met):
        """Note all modules that are called, registered or not, with mode and input."""
        hook = torch.nn.modules.module.register_module_forward_pre_hook(
            lambda module, args: met.append((module, module.training, *args[:1]))
        )
        with ExitStack() as stack:
            stack.callback(hook.remove)
            yield

    def draws(self, training):
        """Tell whether PyTorch's chance is asked in a pass."""
        before = torch.get_rng_state()
        self.run(training)
        return not torch.equal(before, torch.get_rng_state())

    def into_batch_norm(self, training):
        """What arrives at batch norm."""
        met = []
        with self.calls(met):
            self.run(training)
        return next(x for module, _, x in met if "BatchNorm" in type(module).__name__).detach()

    def of_ones(self):
        """Pass ones through the layer that stands for dropout, in training."""
        met = []
        with self.calls(met):
            self.run(True)
        drops = self.model.drop
        shape = next(x.shape for module, _, x in met if module is drops)
        return array(drops(torch.ones(2000, *shape[1:])))


class InKeras(Running):
    """A network in Keras."""

    def __init__(self, handed):
        super().__init__(handed)
        self._call(training=False)  # builds what is built on its first data

    def run(self, training):
        return self._call(training=training)

    @property
    def dropouts(self):
        """Layers of Dropout."""
        from keras.layers import Dropout

        kept = self.model._flatten_layers(include_self=False)
        return [layer for layer in kept if isinstance(layer, Dropout)]

    def rates(self):
        """All that layers keep as their rate."""
        return [layer.rate for layer in self.dropouts]

    @contextmanager
    def calls(self, met):
        """Note the layers of Dropout that are called, and their mode."""
        from keras.layers import Dropout

        call = Dropout.call
        try:
            Dropout.call = lambda layer, inputs, training=False: (
                met.append((layer, training)) or call(layer, inputs, training=training)
            )
            yield
        finally:
            Dropout.call = call

    def into_batch_norm(self, training):
        """What arrives at batch norm, the fourth layer."""
        x = self.x
        for layer in self.model.layers[:3]:
            x = layer(x, training=training)
        return array(x)

    def of_ones(self):
        """Pass ones through the third layer, which stands for dropout, in training."""
        drop = self.model.layers[2]
        return array(drop(np.ones((2000, *drop.output.shape[1:]), np.float32), training=True))


def array(outputs):
    """Take the first array of what a network answers."""
    while isinstance(outputs, (dict, tuple, list)):
        outputs = next(iter(outputs.values() if isinstance(outputs, dict) else outputs))
    if torch.is_tensor(outputs):
        return outputs.detach().numpy()
    return np.asarray(outputs)
