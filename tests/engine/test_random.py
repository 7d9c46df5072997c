import json

import numpy as np
import pytest
import ziggurat_tables

DRAWS = 100_000
SEEDS = [0, 7, 2**31 - 1, 2**32, 2**40 + 3, 3**200, [7, 0], [2**70, 0, 5], [1, 2, 3, 4, 5, 6]]
BEGIN = """
import { defaultRng } from "page/engine/random/generator.js";
const seedOf = (text) => [JSON.parse(text)].flat().map(BigInt);
"""
KINDS = {
    "random": ("Array.from({ length: n }, () => rng.random())", lambda rng, n: rng.random(n)),
    "randoms": ("rng.randoms(n)", lambda rng, n: rng.random(n)),
    "uniforms": ("rng.uniforms(-0.3, 1.1, n)", lambda rng, n: rng.uniform(-0.3, 1.1, n)),
    "normals": ("rng.normals(n)", lambda rng, n: rng.normal(size=n)),
    "scaled": ("rng.normals(n, 0.3)", lambda rng, n: rng.normal(scale=0.3, size=n)),
    "forty": ("rng.integers(40, n)", lambda rng, n: rng.integers(40, size=n)),
    # A third of what comes up would make numbers uneven, and is drawn anew.
    "uneven": ("rng.integers(3 * 2 ** 30, n)", lambda rng, n: rng.integers(3 * 2**30, size=n)),
    "all": ("rng.integers(2 ** 32, n)", lambda rng, n: rng.integers(2**32, size=n)),
    "one": ("[...rng.integers(1, n), rng.random()]", lambda rng, n: [*[0] * n, rng.random()]),
    "permutation": ("rng.permutation(n)", lambda rng, n: rng.permutation(n)),
    "words": ("rng.rawWords(n)", lambda rng, n: rng.bit_generator.random_raw(n).view(np.uint32)),
}


def as_text(seed):
    """JSON in which whole numbers are texts, so that none is too long for Node."""
    return json.dumps([str(number) for number in np.atleast_1d(np.array(seed, object))])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_draw_is_numpys_to_the_last_bit(node, kind):
    code, drawn = KINDS[kind]
    told = node(f"{BEGIN} const n = data, rng = defaultRng([7, 0]); tell({code})", DRAWS)
    assert told == list(drawn(np.random.default_rng([7, 0]), DRAWS))


def test_every_seed_starts_the_stream_that_it_starts_in_numpy(node):
    told = node(
        BEGIN + "tell(data.map((text) => defaultRng(seedOf(text)).normals(1000)))",
        [as_text(seed) for seed in SEEDS],
    )
    assert told == [np.random.default_rng(seed).normal(size=1000).tolist() for seed in SEEDS]
    # A number by itself is the list of it.
    told = node(BEGIN + "tell([7, 7n, 2 ** 40 + 3].map((seed) => defaultRng(seed).random()))")
    assert told == [np.random.default_rng(seed).random() for seed in (7, 7, 2**40 + 3)]


def test_children_and_grandchildren_are_numpys_also_when_spawned_later(node):
    code = """
    tell(data.map((text) => {
      const root = defaultRng(seedOf(text));
      const [first, second] = root.spawn(2);
      const drawn = root.random();
      const third = root.spawn(1)[0];
      const grandchild = second.spawn(3)[2].spawn(1)[0];
      return [drawn, ...[first, second, third, grandchild].flatMap((rng) => [...rng.randoms(100)])];
    }))
    """
    wanted = []
    for seed in SEEDS:
        root = np.random.default_rng(seed)
        (first, second), drawn, third = root.spawn(2), root.random(), root.spawn(1)[0]
        grandchild = second.spawn(3)[2].spawn(1)[0]
        streams = [first, second, third, grandchild]
        wanted.append([drawn, *np.ravel([stream.random(100) for stream in streams])])
    assert node(BEGIN + code, [as_text(seed) for seed in SEEDS]) == wanted


def test_draws_of_several_kinds_leave_half_a_word_where_numpy_leaves_it(node):
    code = """
    const rng = defaultRng(7), drawn = [];
    for (let n = 1; n < 200; n++) {
      drawn.push(...rng.integers(40, n % 4), rng.random(), ...rng.normals(2));
      drawn.push(...rng.permutation(n % 7), ...rng.rawWords(1), rng.spawn(1)[0].random());
    }
    tell(drawn)
    """
    rng, drawn = np.random.default_rng(7), []
    for n in range(1, 200):
        drawn += [*rng.integers(40, size=n % 4), rng.random(), *rng.normal(size=2)]
        drawn += [*rng.permutation(n % 7), *rng.bit_generator.random_raw(1).view(np.uint32)]
        drawn.append(rng.spawn(1)[0].random())
    assert node(BEGIN + code) == drawn


def test_the_ziggurats_layers_are_those_that_numpys_draws_have(page_package):
    made = ziggurat_tables.as_module(*ziggurat_tables.tables())
    assert (page_package / "engine/random/ziggurat_tables.js").read_text("utf-8") == made


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("defaultRng(-1)", "the seed holds -1, but must be of whole numbers of at least 0"),
        ("defaultRng([7, 0.5])", "the seed holds 0.5, but"),
        ("defaultRng(7).integers(2 ** 33, 1)", "integers below 8589934592 cannot be drawn"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_line(node, code, line):
    told = node(f"{BEGIN} try {{ {code}; tell(null) }} catch (error) {{ tell(error.message) }}")
    assert told.startswith(line)
