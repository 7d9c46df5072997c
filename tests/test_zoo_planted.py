"""Each fault of the zoo is really there, and the healthy are healthy: seen without check_up."""

import numpy as np
import pytest
from frameworks import needs
from zoo import FAULTY, SOUND, Entry, entries
from zoo.running import DROPOUT, InTorch, running

torch = needs("torch")

# What other people's networks warn of is theirs: Dropout2d on a sequence does.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:torch")


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(1)


def differ(run, times=6):
    """Tell whether one call answers otherwise than another."""
    first = run()
    return any(not np.array_equal(first, run()) for _ in range(times))


def dropouts_called(network, run):
    """The layers of Dropout that are called, registered or not, each with its mode."""
    met = []
    with network.calls(met):
        run()
    layers = (DROPOUT,) if isinstance(network, InTorch) else (object,)
    return [called[:2] for called in met if isinstance(called[0], layers)]


def modes(network, run):
    return {mode for _, mode in dropouts_called(network, run)}


def in_training(network):
    return lambda: network.run(True)


def in_evaluation(network):
    return lambda: network.run(False)


def never_called(network, entry):
    called = {id(layer) for layer, _ in dropouts_called(network, in_training(network))}
    return any(id(layer) not in called for layer in network.dropouts)


def never_drops(network, entry):
    drawn = isinstance(network, InTorch) and network.draws(True)
    return not differ(in_training(network)) and not drawn


def result_not_used(network, entry):
    drawn = not isinstance(network, InTorch) or network.draws(True)
    return not differ(in_training(network)) and drawn and not never_called(network, entry)


def drops_in_evaluation(network, entry):
    return differ(in_evaluation(network))


def other_outputs_in_evaluation(network, entry):
    return differ(in_evaluation(network)) and not network.draws(False)


def made_anew(network, entry):
    kept = {*map(id, network.dropouts)}
    called = dropouts_called(network, in_training(network))
    return any(id(layer) not in kept for layer, _ in called)


def not_reached(network, entry):
    return False in modes(network, in_training(network)) or True in modes(
        network, in_evaluation(network)
    )


def off_after_evaluation(network, entry):
    before = differ(in_training(network))
    network.evaluate()
    return before and not differ(in_training(network))


def rate_changed(network, entry):
    before = network.rates()
    network.evaluate()
    return before != network.rates()


def not_wired(network, entry):
    stated = [*vars(network.model).values()]
    stated += [v for kept in stated if hasattr(kept, "__dict__") for v in vars(kept).values()]
    stated += [v for kept in stated if isinstance(kept, dict) for v in kept.values()]
    stated = {value for value in stated if isinstance(value, float)}
    return entry.rate in stated and entry.rate not in network.rates()


def fallen(network):
    return float(np.mean(network.of_ones() == 0))


def other_rate(network, entry):
    return abs(fallen(network) - entry.rate) > 0.1


def keep_probability(network, entry):
    return entry.rate >= 0.8 and abs(fallen(network) - entry.rate) < 0.05


def not_scaled(network, entry):
    return fallen(network) > 0 and abs(network.of_ones().mean() - 1) > 0.1


def before_batch_norm(network, entry):
    trained, evaluated = (network.into_batch_norm(mode).var() for mode in (True, False))
    return trained > 1.1 * evaluated


def wrong_shape(network, entry):
    """Features are the last axis: it falls whole, or there are no maps that could fall whole."""
    zeros = network.of_ones() == 0
    if zeros.ndim == 2:
        return isinstance(network.model.drop, torch.nn.Dropout2d)
    parts = zeros.reshape(*zeros.shape[:2], -1)
    return zeros.any() and np.array_equal(parts.all(-1), parts.any(-1))


def one_layer(network, entry):
    layers = [m for m in network.model.modules() if isinstance(m, torch.nn.RNNBase)]
    idle = any(m.dropout > 0 and m.num_layers == 1 for m in layers)
    return idle and never_drops(network, entry)


def same_mask(network, entry):
    same = not differ(in_training(network))
    return same and not np.allclose(network.run(True), network.run(False))


def evaluated_in_training_mode(network, entry):
    network.run(True)
    return True in modes(network, network.evaluate) and differ(network.evaluate)


SEEN = {
    "never called": never_called,
    "never drops": never_drops,
    "result not used": result_not_used,
    "drops in evaluation": drops_in_evaluation,
    "made anew in forward": made_anew,
    "not reached": not_reached,
    "off after evaluation": off_after_evaluation,
    "rate changed": rate_changed,
    "not wired": not_wired,
    "other rate than asked": other_rate,
    "keep probability": keep_probability,
    "not scaled": not_scaled,
    "before batch norm": before_batch_norm,
    "wrong shape": wrong_shape,
    "one layer": one_layer,
    "same mask every pass": same_mask,
    "evaluated in training mode": evaluated_in_training_mode,
    "other outputs in evaluation": other_outputs_in_evaluation,
}


@pytest.mark.parametrize("entry", entries(FAULTY))
def test_the_planted_fault_is_there(entry):
    assert SEEN[entry.kind](running(entry), entry)
    assert entry.also <= SEEN.keys()
    owner, number = entry.source.split("#")
    assert "/" in owner
    assert number.isdecimal()


def test_every_kind_is_planted():
    kinds = [entry.kind for (entry,) in (each.values for each in entries(FAULTY)) if entry]
    assert set(kinds) == SEEN.keys()
    assert len(kinds) >= 30


class Right(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.norm = torch.nn.Linear(12, 64), torch.nn.BatchNorm1d(64)
        self.drop, self.last = torch.nn.Dropout(0.3), torch.nn.Linear(64, 3)

    def forward(self, x):
        return self.last(self.drop(self.norm(self.first(x)).relu()))


@pytest.mark.parametrize("kind", SEEN)
def test_no_kind_is_seen_where_nothing_is_wrong(kind):
    entry = Entry(lambda: {"model": Right(), "x": torch.randn(32, 12)}, kind, rate=0.3)
    assert not SEEN[kind](running(entry), entry)


@pytest.mark.parametrize("entry", entries(SOUND))
def test_a_healthy_network_runs_and_has_no_fault_that_is_seen_from_outside(entry):
    network = running(entry)
    assert np.isfinite(network.run(True)).all()
    kinds = ["drops in evaluation"]
    if isinstance(network, InTorch):
        kinds += ["made anew in forward", "not reached", "rate changed", "off after evaluation"]
    assert [kind for kind in kinds if SEEN[kind](network, entry)] == []


def test_enough_is_healthy():
    sound = [parameter.values[0] for parameter in entries(SOUND) if parameter.values[0]]
    assert len(sound) >= 35
    assert all(entry.kind is None for entry in sound)
