"""Mutants: small changes of the code, each of which a quick test of its file must notice.

Run by `make mutants`; writes docs/mutants.md. A mutant is one change of an operator, a number, a
condition or a word that a rule goes by, or a line left out (DeMillo, Lipton, Sayward 1978, Hints on
test data selection). Each is put in place of its module in a process of its own, where the tests of
that module are run until one fails. One that no test notices survives; if none can, for nothing
comes out otherwise, it stands in tests/data/equivalent_mutants.toml with the reason.

`python tests/mutants.py FILE ...` tries all mutants of these files; --share .1 a tenth of them, and
with --seed another one.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import functools
import gc
import importlib.abc
import importlib.util
import multiprocessing
import os
import resource
import sys
import tempfile
import time
import tomllib
import zlib
from collections.abc import Iterator
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import NamedTuple

import changes

ROOT = Path(__file__).parent.parent
TOO_LONG = 60  # seconds: what does not end is noticed
QUICK = 25  # processor seconds that a file of tests may take
MOST = 25  # processor seconds that all tests of a module may take
MEMORY = 8 * 2**30  # bytes: what wants more is noticed

# Whose mutants are all tried: the code that gives the verdicts.
VERDICTS = (
    *(f"experiments/validation/{name}.py" for name in (
        "rules", "claims", "facts", "controls", "remedies", "reruns", "game_measures"
    )),
    *(f"simulation/{name}.py" for name in ("statistics", "intervals", "significance")),
)  # fmt: skip
PACKAGES = ("simulation", "nn_bridge")  # of these, a share
SHARE, SEED = 1 / 6, 14

EQUIVALENT = tomllib.loads((ROOT / "tests/data/equivalent_mutants.toml").read_text("utf-8"))
"""By module and mutant: why nothing comes out otherwise."""

THIRD_PARTY = (
    "hypothesis", "jinja2", "joblib", "matplotlib.figure", "mesa", "mlxtend", "networkx", "pandas",
    "pdb", "pydantic", "pytest", "rich.table", "scipy.stats", "sklearn.datasets", "threadpoolctl",
    "typer",
)  # fmt: skip


class Mutant(NamedTuple):
    """One change: of which module, at which node, in which of its ways, and how it is called."""

    module: str
    node: int
    way: int
    change: str

    @property
    def code(self) -> str:
        """What stands in the module then."""
        tree = ast.parse((ROOT / self.module).read_text("utf-8"))
        old = list(ast.walk(tree))[self.node]
        return ast.unparse(_Put(old, changes.ways(old)[self.way][1]).visit(tree))

    @property
    def is_equivalent(self) -> bool:
        """Whether it is known that nothing comes out otherwise."""
        return self.change in EQUIVALENT.get(self.module, {})

    def drawn(self, share: float, seed: int) -> bool:
        """Whether it is in the sample: the same, whatever else changes in the code."""
        return zlib.crc32(f"{seed} {self.module} {self.change}".encode()) < share * 2**32


class _Put(ast.NodeTransformer):
    """Puts one node in place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def mutants(module: str) -> Iterator[Mutant]:
    """List all mutants of a module, one change each."""
    text = (ROOT / module).read_text("utf-8")
    lines = text.splitlines()
    seen: dict[str, int] = {}
    nodes = list(ast.walk(ast.parse(text)))
    kept = {
        id(n.value) for n in nodes if isinstance(n, ast.keyword) and n.arg in changes.SAFEGUARDS
    }
    for number, node in enumerate(nodes):
        for way, (what, _) in enumerate(() if id(node) in kept else changes.ways(node)):
            change = f"{lines[node.lineno - 1].strip()}: {what}"
            seen[change] = seen.get(change, 0) + 1
            again = f" ({seen[change]})" if seen[change] > 1 else ""
            yield Mutant(module, number, way, change + again)


@functools.cache
def imported(file: str) -> set[str]:
    """List the files in which is made what a file imports of this project."""
    return set(_homes(file).values())


@functools.cache
def _homes(file: str) -> dict[str, str]:
    homes = {}
    for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            place = node.module.replace(".", "/")
            homes |= {alias.name: _home(place, alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):  # of a package: all that it holds
            for package in (f"{alias.name}/__init__.py" for alias in node.names):
                homes |= _homes(package) if (ROOT / package).exists() else {}
    return {name: home for name, home in homes.items() if home}


def _home(place: str, name: str) -> str | None:
    """Find where `name` is made, which is imported from there."""
    for file in (f"{place}/{name}.py", f"{place}/{name}/__init__.py", f"{place}.py"):
        if (ROOT / file).exists():
            return file
    package = f"{place}/__init__.py"
    return _homes(package).get(name) if (ROOT / package).exists() else None


@functools.cache
def nearness(module: str) -> dict[str, int]:
    """Rank the tests of a module: 0 is called as it is, 1 imports something made in it.

    So on for what imports something of it in its package, however many steps away.
    """
    package = [path(p) for p in (ROOT / module.split("/")[0]).rglob("*.py")]
    users, far = {module}, {module: 0}
    while users:
        users = {p for p in package if p not in far and imported(p) & users}
        far |= dict.fromkeys(users, max(far.values()) + 1)
    ranks = {}
    for test in map(path, sorted((ROOT / "tests").glob("test_*.py"))):
        ways = [1 + far[p] for p in imported(test) & far.keys()]
        ways += [d for p, d in far.items() if test.startswith(f"tests/test_{Path(p).stem}")]
        if ways:
            ranks[test] = min(ways)
    return ranks


def tests_of(module: str, takes: dict[str, float]) -> list[str]:
    """List the tests of a module, the nearest first, of these the fastest.

    Those called as it is all belong to it, of the others only so many as do not take too long.
    `takes` has the seconds of each file of tests.
    """
    ranks, chosen, total = nearness(module), [module], 0.0  # with its own doctests
    for test in sorted(ranks.keys() & takes.keys(), key=lambda test: (ranks[test], takes[test])):
        total += takes[test]
        if total <= MOST or not ranks[test]:
            chosen.append(test)
    return chosen


def path(file: Path) -> str:
    """Write it as it is called here."""
    return file.relative_to(ROOT).as_posix()


class _InPlace(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Puts a mutant in place of its module."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = mutant.module.removesuffix(".py").replace("/", ".")

    def find_spec(self, fullname, path=None, target=None):
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(
            fullname, ROOT / self.mutant.module, loader=self
        )

    def exec_module(self, module) -> None:
        exec(compile(self.mutant.code, self.mutant.module, "exec"), module.__dict__)


FORK = multiprocessing.get_context("fork")


def run_tests(given: tuple[Mutant | None, list[str]]) -> tuple[int, float]:
    """Run tests on a mutant, or on what is, in a process of its own.

    Returns pytest's exit code and the processor seconds. What uses up time or memory has failed.
    """
    mine, its = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_run_tests, args=(its, *given))
    process.start()
    its.close()
    try:
        return mine.recv() if mine.poll(10 * TOO_LONG) else (-1, TOO_LONG)
    except EOFError:  # it was killed
        return -1, TOO_LONG
    finally:
        process.kill()
        process.join()


def _run_tests(answer, mutant: Mutant | None, files: list[str]) -> None:
    import pytest

    seconds = QUICK if mutant is None else TOO_LONG
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    code, started = -1, time.process_time()
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        try:
            if mutant is not None:
                sys.meta_path.insert(0, place := _InPlace(mutant))
                importlib.import_module(place.name)  # or pytest would, past us
            options = ["-x", "-q", "-p", "no:cacheprovider", "--no-header"]
            code = int(pytest.main([*options, *(str(ROOT / name) for name in files)]))
        finally:
            answer.send((code, time.process_time() - started))
            os._exit(0)


def main(args: argparse.Namespace) -> int:
    """Make and run the mutants of some modules, or of all; say which survive."""
    if os.geteuid() == 0:
        raise SystemExit("run it as another user than root: mutants may write over /dev/null")
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # What is imported now need not be by each process; of this project nothing may be.
    for name in THIRD_PARTY:
        importlib.import_module(name)
    gc.freeze()  # it would be looked through in each process
    sampled = sorted(path(p) for package in PACKAGES for p in (ROOT / package).rglob("*.py"))
    modules = args.modules or list(dict.fromkeys([*VERDICTS, *sampled]))
    made = {module: list(mutants(module)) for module in modules}
    stale = {(module, change) for module in made for change in EQUIVALENT.get(module, {})} - {
        mutant[::3] for module in made for mutant in made[module]
    }
    if stale:
        raise SystemExit(f"no mutants any more, but among the equivalent ones: {stale}")
    tried = [
        mutant
        for module in modules
        for mutant in made[module]
        if mutant.drawn(1 if module in VERDICTS or args.modules else SHARE, args.seed)
    ]
    alive: list[Mutant] = []
    with tempfile.TemporaryDirectory() as scratch:
        sys.pycache_prefix, sys.dont_write_bytecode = scratch, False
        with ThreadPool(args.processes) as pool:
            takes = dict(timed(pool, sorted(set().union(*map(nearness, modules)))))
            tests = {module: tests_of(module, takes) for module in modules}
            given = ((mutant, tests[mutant.module]) for mutant in tried)
            for mutant, (code, _) in zip(tried, pool.imap(run_tests, given), strict=True):
                if code == 0:
                    alive.append(mutant)
                    print("equivalent:" * mutant.is_equivalent, *mutant[::3], flush=True)
    if not args.modules:
        (ROOT / "docs/mutants.md").write_text(page(made, tried, alive), "utf-8")
    return int(any(not mutant.is_equivalent for mutant in alive))


def timed(pool: ThreadPool, files: list[str]) -> Iterator[tuple[str, float]]:
    """Yield the quick ones of these files of tests with the seconds that each takes."""
    given = [(None, [file]) for file in files]
    for file, (code, seconds) in zip(files, pool.imap(run_tests, given), strict=True):
        if code == 0:
            yield file, seconds
        elif seconds < QUICK:
            print(f"{file} fails without any mutant: left out", flush=True)


def page(made: dict[str, list[Mutant]], tried: list[Mutant], alive: list[Mutant]) -> str:
    """Write what came out."""
    equivalent = [mutant for mutant in alive if mutant.is_equivalent]
    left = [mutant for mutant in alive if not mutant.is_equivalent]

    def row(name: str, *modules: str) -> str:
        counts = [sum(len(made[module]) for module in modules)]
        counts += [sum(m.module in modules for m in them) for them in (tried, alive, equivalent)]
        mutants, of_them, survive, same = counts
        cells = (name, mutants, of_them, of_them - survive, same, survive - same)
        return f"| {' | '.join(map(str, cells))} |"

    def rows(*modules: str) -> list[str]:
        return [*(row(f"`{m}`", m) for m in modules if made[m]), row("together", *modules)]

    head = "| | mutants | tried | noticed | equivalent | survive |\n| --- |" + " ---: |" * 5
    others = [module for module in made if module not in VERDICTS]
    return "\n".join(
        [
            "# Mutants",
            "",
            "Written by `make mutants` (`tests/mutants.py`). One operator, number, condition or",
            "word of the code is changed at a time: `<` to `<=` and `>`, `+` to `-`, a margin by a",
            "quarter, an index by one, 'higher' to 'lower', a condition to its contrary; a call,",
            "refusal or caught error is left out. A quick test of the file must fail each time.",
            "",
            "## The code that gives the verdicts",
            "",
            head,
            *rows(*VERDICTS),
            "",
            "## `simulation/` and `nn_bridge/`: a seeded sample",
            "",
            head,
            *rows(*others),
            "",
            "## Equivalent",
            "",
            "Nothing comes out otherwise:",
            "",
            *(
                f"- `{m.module}`, `{m.change}`: {EQUIVALENT[m.module][m.change]}."
                for m in equivalent
            ),
            *(["", "## Noticed by none", ""] * bool(left)),
            *(f"- `{m.module}`, `{m.change}`" for m in left),
            "",
        ]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="all mutants of these only, and no page")
    parser.add_argument("--seed", type=int, default=SEED, help="of the sample")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    sys.exit(main(parser.parse_args()))
