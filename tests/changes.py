"""What is changed in a mutant: an operator, a number, a condition, a word, or a line left out."""

from __future__ import annotations

import ast
import copy

OTHER = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,), ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,), ast.Mod: (ast.Mult,), ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,), ast.And: (ast.Or,), ast.Or: (ast.And,),
}  # fmt: skip
WORDS = {
    "higher": "lower", "lower": "higher", "not lower": "higher", "same": "higher",
    "at least": "at most", "at most": "at least", "without": "absences", "absences": "without",
    "holds": "undecided", "does not hold": "holds", "undecided": "holds", "equivalent": "holds",
    "the other way": "holds", "too few seeds to say": "undecided",
    "holds, but too small to matter": "holds",
}  # fmt: skip
SAFEGUARDS = {"frozen", "strict", "eq"}  # they keep us from errors, and change no result
RULES = {"Change", "Threshold", "Margin", "relative"}  # their words are measures


def ways(node: ast.AST) -> list[tuple[str, ast.AST]]:
    """List what can be changed at a node: how it is called, and what stands there then."""

    def to(what: str, **fields: object) -> tuple[str, ast.AST]:
        changed = copy.copy(node)
        for name, value in fields.items():
            setattr(changed, name, value)
        return what, changed

    match node:
        case ast.Compare(ops=ops):
            return [
                to(f"{_name(op)} to {other.__name__}", ops=[*ops[:at], other(), *ops[at + 1 :]])
                for at, op in enumerate(ops)
                for other in OTHER[type(op)]
            ]
        case ast.BinOp(op=op) | ast.BoolOp(op=op) | ast.AugAssign(op=op) if type(op) in OTHER:
            return [to(f"{_name(op)} to {o.__name__}", op=o()) for o in OTHER[type(op)]]
        case ast.UnaryOp(op=ast.USub() | ast.Invert() | ast.Not(), operand=operand):
            return [(f"no {_name(node.op)}", operand)]
        case ast.Constant(value=bool() as value):
            return [to(f"{value} to {not value}", value=not value)]
        case ast.Constant(value=int() | float() as value):
            other = value + 1 if isinstance(value, int) else 1.25 * value or 0.01
            return [to(f"{value} to {other:g}", value=other)]
        case ast.Constant(value=str() as value) if value in WORDS:
            return [to(f"'{value}' to '{WORDS[value]}'", value=WORDS[value])]
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in RULES:
            named = [a for a in (*args, *(k.value for k in keywords)) if _is_measure(a)]
            return [_other_measure(node, a) for a in named]
        case ast.Call(func=ast.Attribute(attr="min" | "max" as name) as func):
            other = {"min": "max", "max": "min"}[name]
            return [to(f"{name} to {other}", func=ast.Attribute(func.value, other, func.ctx))]
        case ast.Call(func=ast.Name(id="min" | "max" as name) as func):
            other = {"min": "max", "max": "min"}[name]
            return [to(f"{name} to {other}", func=ast.Name(other, func.ctx))]
        case ast.IfExp(test=test) | ast.If(test=test) | ast.While(test=test):
            return [to("condition turned", test=ast.UnaryOp(ast.Not(), test))]
        case ast.ExceptHandler(type=ast.expr()):
            return [to("nothing caught", type=ast.Tuple([], ast.Load()))]
        case ast.Raise(exc=ast.Call()) | ast.Expr(value=ast.Call()):
            return [("left out", ast.Pass())]
    return []


def _name(op: ast.AST) -> str:
    return type(op).__name__


def _is_measure(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in WORDS
    )


def _other_measure(call: ast.Call, old: ast.Constant) -> tuple[str, ast.AST]:
    other = {"quality": "gap"}.get(old.value, "quality")
    args = [ast.Constant(other) if a is old else a for a in call.args]
    keywords = [
        ast.keyword(k.arg, ast.Constant(other)) if k.value is old else k for k in call.keywords
    ]
    return f"'{old.value}' to '{other}'", ast.Call(call.func, args, keywords)
