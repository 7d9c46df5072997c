"""Mutants of the validation: small changes of its code, each of which a fast test must notice.

Run by `make mutants`; writes docs/validation/mutants.md. A mutant is one change of an operator, of
a number, or of a word that a rule goes by (DeMillo, Lipton, Sayward 1978, Hints on test data
selection). Each is put in place of its module in a process of its own, where the tests named for
that module are run until one fails. One that no test notices survives; if it cannot be noticed, for
nothing comes out otherwise, it stands in tests/data/equivalent_mutants.toml with the reason.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.abc
import importlib.util
import multiprocessing
import os
import signal
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
TOO_LONG = 60  # seconds: what does not end is noticed

# The tests of each module that take a second or two at most.
OF_EFFECTS = ("tests/test_statistics.py", "tests/test_rules.py")
TESTS = {
    "experiments/validation/rules.py": ("tests/test_rules.py", "tests/test_claims_words.py"),
    "experiments/validation/claims.py": ("tests/test_claims_words.py", "tests/test_elsewhere.py"),
    "experiments/validation/facts.py": ("tests/test_claims_words.py",),
    "experiments/validation/controls.py": ("tests/test_control_rules.py",),
    "experiments/validation/remedies.py": ("tests/test_remedies.py",),
    "experiments/validation/reruns.py": ("tests/test_elsewhere.py", "tests/test_reruns.py"),
    "experiments/validation/game_measures.py": ("tests/test_game_measures.py",),
    "simulation/statistics.py": OF_EFFECTS,
    "simulation/intervals.py": OF_EFFECTS,
    "simulation/significance.py": OF_EFFECTS,
}

EQUIVALENT = tomllib.loads((ROOT / "tests/data/equivalent_mutants.toml").read_text("utf-8"))
"""By module and mutant: why nothing comes out otherwise."""

OTHER = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,), ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,), ast.And: (ast.Or,), ast.Or: (ast.And,),
}  # fmt: skip
WORDS = {
    "higher": "lower", "lower": "higher", "not lower": "higher", "same": "higher",
    "at least": "at most", "at most": "at least", "without": "absences", "absences": "without",
    "holds": "undecided", "does not hold": "holds", "undecided": "holds", "equivalent": "holds",
    "the other way": "holds", "too few seeds to say": "undecided",
    "holds, but too small to matter": "holds",
}  # fmt: skip
SAFEGUARDS = {"frozen", "strict", "eq"}  # they keep us from errors, and change no verdict
RULES = {"Change", "Threshold", "Margin", "relative"}


THIRD_PARTY = (
    "jinja2", "joblib", "matplotlib.figure", "mesa", "mlxtend", "pandas", "pydantic", "pytest",
    "rich.table", "scipy.stats", "sklearn.datasets", "threadpoolctl", "typer",
)  # fmt: skip


class Mutant(NamedTuple):
    """One change: of which module, what stands there then, and what was done where."""

    module: str
    source: str
    change: str


def mutants(module: str) -> Iterator[Mutant]:
    """Make all mutants of a module, one change each."""
    text = (ROOT / module).read_text("utf-8")
    lines = text.splitlines()
    seen: dict[str, int] = {}
    nodes = list(ast.walk(ast.parse(text)))
    kept = {id(n.value) for n in nodes if isinstance(n, ast.keyword) and n.arg in SAFEGUARDS}
    for number, node in enumerate(nodes):
        if id(node) in kept:
            continue
        for which, (line, what) in enumerate(_changes(node)):
            tree = ast.parse(text)
            changed = next(n for at, n in enumerate(ast.walk(tree)) if at == number)
            _apply(changed, which)
            change = f"{lines[line - 1].strip()}: {what}"
            seen[change] = seen.get(change, 0) + 1
            again = f" ({seen[change]})" if seen[change] > 1 else ""
            yield Mutant(module, ast.unparse(tree), change + again)


def _changes(node: ast.AST) -> list[tuple[int, str]]:
    """Say what can be changed at a node, and in which line."""
    return [(node.lineno, what) for what, _ in _ways(node)]


def _apply(node: ast.AST, which: int) -> None:
    _ways(node)[which][1]()


def _ways(node: ast.AST) -> list:
    """List what can be changed at a node: how it is called, and what does it."""
    match node:
        case ast.Compare(ops=ops):
            return [
                (
                    f"{_name(op)} to {other.__name__}",
                    lambda at=at, o=other: ops.__setitem__(at, o()),
                )
                for at, op in enumerate(ops)
                for other in OTHER[type(op)]
            ]
        case ast.BinOp(op=op) | ast.BoolOp(op=op) if type(op) in OTHER and not _of_types(node):
            return [
                (f"{_name(op)} to {o.__name__}", lambda o=o: setattr(node, "op", o()))
                for o in OTHER[type(op)]
            ]
        case ast.UnaryOp(op=ast.USub() | ast.Invert() | ast.Not()):
            return [(f"no {_name(node.op)}", lambda: setattr(node, "op", ast.UAdd()))]
        case ast.Constant(value=bool() as value):
            return [(f"{value} to {not value}", lambda: setattr(node, "value", not value))]
        case ast.Constant(value=int() | float() as value):
            other = value + 1 if isinstance(value, int) else 1.25 * value or 0.01
            return [(f"{value} to {other:g}", lambda: setattr(node, "value", other))]
        case ast.Constant(value=str() as value) if value in WORDS:
            return [
                (f"'{value}' to '{WORDS[value]}'", lambda: setattr(node, "value", WORDS[value]))
            ]
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in RULES:
            named = [a for a in (*args, *(k.value for k in keywords)) if _is_measure(a)]
            other = {"quality": "gap"}
            return [
                (
                    f"'{a.value}' to '{other.get(a.value, 'quality')}'",
                    lambda a=a: setattr(a, "value", other.get(a.value, "quality")),
                )
                for a in named
            ]
        case ast.IfExp():
            return [("condition turned", lambda: setattr(node, "test", _turned(node.test)))]
        case ast.Call(func=ast.Attribute(attr="min" | "max" as attr)):
            other = {"min": "max", "max": "min"}[attr]
            return [(f"{attr} to {other}", lambda: setattr(node.func, "attr", other))]
        case ast.Call(func=ast.Name(id="min" | "max" as attr)):
            other = {"min": "max", "max": "min"}[attr]
            return [(f"{attr} to {other}", lambda: setattr(node.func, "id", other))]
    return []


def _name(op: ast.AST) -> str:
    return type(op).__name__


def _turned(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _is_measure(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in WORDS
    )


def _of_types(node: ast.AST) -> bool:
    """Whether it is an annotation, X | Y."""
    return isinstance(getattr(node, "op", None), ast.BitOr)


class _InPlace(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Puts a mutant in place of its module."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = mutant.module.removesuffix(".py").replace("/", ".")

    def find_spec(self, fullname, path=None, target=None):
        if fullname != self.name:
            return None
        return importlib.util.spec_from_loader(
            fullname, self, origin=str(ROOT / self.mutant.module)
        )

    def exec_module(self, module) -> None:
        exec(compile(self.mutant.source, self.mutant.module, "exec"), module.__dict__)


def survives(mutant: Mutant) -> bool:
    """Run the tests of its module on a mutant; in a process of its own."""
    import pytest

    def took_too_long(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, took_too_long)
    signal.alarm(TOO_LONG)
    sys.meta_path.insert(0, _InPlace(mutant))
    sys.dont_write_bytecode = True
    options = (
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--no-header",
    )
    files = [str(ROOT / name) for name in TESTS[mutant.module]]
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        try:
            return pytest.main([*options, *files]) == pytest.ExitCode.OK
        except BaseException:
            return False


def main(modules: list[str]) -> int:
    """Make and run the mutants of these modules, or of all; say which survive."""
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    # What is imported now need not be by each process; of this project nothing may be.
    for name in THIRD_PARTY:
        importlib.import_module(name)
    started = time.perf_counter()
    rows, surviving = [], []
    context = multiprocessing.get_context("fork")
    with context.Pool(os.cpu_count(), maxtasksperchild=1) as pool:
        for module in modules or TESTS:
            unchanged = Mutant(module, (ROOT / module).read_text("utf-8"), "nothing changed")
            if not pool.apply(survives, (unchanged,)):
                raise SystemExit(f"the tests of {module} fail without any mutant: mend them first")
            made = list(mutants(module))
            alive = [
                mutant.change
                for mutant, survived in zip(made, pool.imap(survives, made), strict=True)
                if survived
            ]
            equivalent = [change for change in alive if change in EQUIVALENT.get(module, {})]
            new = [change for change in alive if change not in equivalent]
            surviving += [(module, change) for change in new]
            rows.append((module, len(made), len(made) - len(alive), len(equivalent), len(new)))
            print(*rows[-1], f"{time.perf_counter() - started:.0f} s", flush=True)
            for change in new:
                print(f"    {change}", flush=True)
    if not modules:
        (ROOT / "docs/validation/mutants.md").write_text(page(rows, surviving), "utf-8")
    return int(bool(surviving))


def page(rows: list, surviving: list) -> str:
    """Write what came out."""
    totals = [sum(row[at] for row in rows) for at in range(1, 5)]
    table = [
        "| module | tests | made | noticed | equivalent | survive |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
        *(
            f"| `{module}` | {', '.join(Path(name).name for name in TESTS[module])} | "
            + " | ".join(map(str, numbers)) + " |"
            for module, *numbers in rows
        ),
        f"| all | | {' | '.join(map(str, totals))} |",
    ]  # fmt: skip
    reasons = [
        f"- `{module}`, `{change}`: {reason}."
        for module, changes in EQUIVALENT.items()
        for change, reason in changes.items()
    ]
    left = [f"- `{module}`, `{change}`" for module, change in surviving]
    return "\n".join(
        [
            "# Mutants of the validation",
            "",
            "Written by `make mutants` (`tests/mutants.py`). One operator, number or word of the",
            "code that gives the verdicts is changed at a time: `<` to `<=` and `>`, `+` to `-`,",
            "a margin by a quarter, an index or a degree of freedom by one, 'higher' to 'lower', a",
            "measure to another. A fast test must fail each time.",
            "",
            *table,
            *(
                ["", "## Equivalent", "", "Nothing comes out otherwise:", "", *reasons]
                * bool(reasons)
            ),
            *(["", "## Noticed by none", "", *left] * bool(left)),
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
