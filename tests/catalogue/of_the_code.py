"""Which rules the code of the door can report: found in its source, not by running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from spiegel_core.runtime.conf import PROJECT

# The rooms that make findings and rows of the ledger.
_FILES = (
    *sorted((PROJECT / "spiegel_core" / "deliveries").rglob("*.py")),
    *(PROJECT / "spiegel_core" / "runtime" / f"{name}.py" for name in ("receiving", "intake",
      "incoming")),
)  # fmt: skip
_ID = re.compile(r"(?:file|manifest|line|field|claims|register|insured|municipal_care|delivery|ei)"
                 r"(?:\.[a-z0-9_]+)+")  # fmt: skip
_REPORTS = {"Finding", "set_aside", "mark", "add_lines", "Unpackable", "_refusal", "refuse"}


def rules_of_the_code() -> set[str]:
    """Every text in the code that is the id of a rule."""
    return {
        node.value
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and _ID.fullmatch(node.value)
    }


def put_together() -> list[str]:
    """Calls that report a rule whose id is put together of parts, so that nobody can find it."""
    return [
        ast.unparse(node)
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and _name(node.func) in _REPORTS
        and node.args
        and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
    ]


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _trees() -> Iterator[ast.Module]:
    for path in _FILES:
        yield ast.parse(Path(path).read_text(encoding="utf-8"))
