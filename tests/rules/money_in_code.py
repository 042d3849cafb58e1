"""Where code could make money a double: found in its syntax, without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# Names and columns that hold an amount: `cents`, `granted_cents`, `_CENTS`.
_MONEY = re.compile(r"(?:^|_)cents(?:$|_)", re.IGNORECASE)
_DOUBLE = re.compile(r"float|double|real|numeric", re.IGNORECASE)
# A schema in text that gives an amount another type than a whole number.
_DDL = re.compile(r"\b\w*cents\w*\s+(?:float|double|real)\b", re.IGNORECASE)
# Calls whose result is a double, whatever goes in.
_MAKES_DOUBLES = {
    "float", "float32", "float64", "double", "avg", "mean", "average", "median", "stddev", "var",
    "variance", "sqrt", "DoubleType", "FloatType", "try_divide", "divide", "true_divide",
    "percentile_approx", "to_number",
}  # fmt: skip
_CASTS = {"cast", "astype", "try_cast", "view"}


class Place(NamedTuple):
    """Where an amount could become a double: module, function, and the code in one line."""

    module: str
    function: str
    code: str


def doubles(source: str, module: str, *, everywhere: bool) -> Iterator[Place]:
    """Every place where an amount is divided truly, made a double, or declared as one.

    Args:
        source: the code.
        module: its name.
        everywhere: whatever the names; for modules that do nothing but count and add up.
    """
    tree = ast.parse(source)
    for function, node in _with_function(tree, "module"):
        if _makes_double(node) and (everywhere or _concerns_money(node)):
            yield Place(module, function, ast.unparse(node).split("\n")[0][:80])


def _with_function(node: ast.AST, function: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        inside = function
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = child.name
        yield inside, child
        yield from _with_function(child, inside)


def _makes_double(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp | ast.AugAssign):
        # A path is joined with the same sign; what is joined to it is text.
        return isinstance(node.op, ast.Div) and not _is_text(_right(node))
    if isinstance(node, ast.Call):
        name = _called(node)
        is_cast = name in _CASTS and any(map(_is_double, (*node.args, *_values(node))))
        return is_cast or name in _MAKES_DOUBLES or any(map(_is_double, _values(node)))
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and _DDL.search(node.value) is not None
    if isinstance(node, ast.AnnAssign | ast.arg):
        return node.annotation is not None and _is_double(node.annotation)
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, float)
    return False


def _right(node: ast.BinOp | ast.AugAssign) -> ast.AST:
    return node.right if isinstance(node, ast.BinOp) else node.value


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _called(node: ast.Call) -> str:
    called = node.func
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _values(node: ast.Call) -> list[ast.expr]:
    """What is given as a type."""
    return [keyword.value for keyword in node.keywords if keyword.arg in ("dtype", "type")]


def _is_double(node: ast.AST) -> bool:
    """Whether this names a type of doubles: float, "double", np.float64, pa.float64()."""
    return any(_DOUBLE.search(text) for text in _texts(node))


def _concerns_money(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Assign):
        return any(_MONEY.search(text) for target in node.targets for text in _texts(target))
    return any(_MONEY.search(text) for text in _texts(node))


def _texts(node: ast.AST) -> Iterator[str]:
    """Every name, attribute, text and named argument in a piece of code."""
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield one.attr
        elif isinstance(one, ast.arg | ast.keyword):
            yield one.arg or ""
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def assigned(source: str, module: str) -> Iterator[Place]:
    """Amounts that are given a value in which something is divided or made a double."""
    for function, node in _with_function(ast.parse(source), "module"):
        given: list[tuple[ast.AST, ast.AST]] = []
        if isinstance(node, ast.Assign):
            given = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
            given = [(node.target, node.value)]
        elif isinstance(node, ast.Call):
            given = [(ast.Name(k.arg or ""), k.value) for k in node.keywords]
            if _called(node) == "alias" and isinstance(node.func, ast.Attribute):
                given += [(name, node.func.value) for name in node.args]
        for target, value in given:
            names = [t for t in _texts(target) if _MONEY.search(t)]
            if names and any(_makes_double(part) for part in ast.walk(value)):
                yield Place(module, function, ast.unparse(node).split("\n")[0][:80])


def places_in(root: Path, whole: tuple[str, ...], but: tuple[str, ...]) -> set[Place]:
    """All such places in the code below a folder.

    Args:
        root: the project.
        whole: modules and packages in which every double is a finding.
        but: those that are left out.
    """
    found: set[Place] = set()
    for package in ("spiegel_core", "jobs"):
        for file in sorted((root / package).rglob("*.py")):
            module = ".".join(file.relative_to(root).with_suffix("").parts)
            if module.startswith(but):
                continue
            source = file.read_text(encoding="utf-8")
            found |= set(doubles(source, module, everywhere=module.startswith(whole)))
            found |= set(assigned(source, module))
    return found
