"""Published and independently computed cases: what they hold, and whether a result agrees."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spiegel_core.engine.intervals import Interval
from tests.outside_world.shared import REPOSITORY

Found = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One case.

    Args:
        name: its id, for people.
        method: which formula.
        inputs: with those of the case it refers to, where it does.
        expected: what must come out, by name.
        tolerance: `rel`, `abs` or `exact`.
        base: the case its coefficients come from, if any.
    """

    name: str
    method: str
    inputs: dict[str, Any]
    expected: dict[str, Any]
    tolerance: dict[str, Any]
    base: Case | None = None

    def levels(self) -> list[float]:
        """The levels of its limits that no name says: those given, else 95% and 99.8%."""
        given = self.inputs.get("confidence", [0.95, 0.998])
        return [level_of(one) for one in (given if isinstance(given, list) else [given])]


def level_of(written: float | str) -> float:
    """A level as a share: 0.95, 95, "95%" and "0.95" are the same."""
    number = float(str(written).rstrip("%"))
    return number / 100 if number >= 1 else number


def cases() -> list[Case]:
    """The cases of SPIEGEL_REFERENCE_CASES, or else those beside the repository; none without."""
    named = os.environ.get("SPIEGEL_REFERENCE_CASES")
    beside = Path(os.environ.get("SPIEGEL_SHARED", REPOSITORY.parent / "shared"))
    path = Path(named) if named else beside / "reference" / "statistics_reference_cases.json"
    if not named and not path.exists():
        return []
    return cases_of(json.loads(path.read_text(encoding="utf-8")))


def cases_of(rows: list[dict[str, Any]]) -> list[Case]:
    """The cases of a file, each with the inputs of the one it refers to."""
    by_id = {row["id"]: row for row in rows}

    def inputs(row: dict[str, Any]) -> dict[str, Any]:
        own = row["inputs"]
        return {**inputs(by_id[own["same_as"]]), **own} if "same_as" in own else own

    def case(row: dict[str, Any]) -> Case:
        given = inputs(row)
        base = case(by_id[given["coef_from"]]) if "coef_from" in given else None
        return Case(row["id"], row["method"], given, row["expected"], row["tolerance"], base)

    return [case(row) for row in rows]


def agrees(found: Any, wanted: Any, tolerance: Mapping[str, Any]) -> bool:
    """Whether a result is what was published, within the tolerance, in every part."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(
            name in found and agrees(found[name], value, tolerance)
            for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, (list, tuple))
            and len(found) == len(wanted)
            and all(agrees(f, w, tolerance) for f, w in zip(found, wanted, strict=True))
        )
    if wanted is None or isinstance(wanted, (str, bool)) or isinstance(found, (str, bool)):
        return bool(found == wanted)
    return found is not None and math.isclose(
        found, wanted, rel_tol=tolerance.get("rel", 0.0), abs_tol=tolerance.get("abs", 0.0)
    )


def each(value: Any, of_one: Callable[[Any], Any]) -> Any:
    """The result for a value, or for each of a list of them."""
    return [of_one(one) for one in value] if isinstance(value, list) else of_one(value)


_LIMIT = re.compile(
    r"(?:(?P<prefix>[a-z_]+)_)?(?P<side>lower|upper)_?(?P<level>\d+(?:[_.]\d+)?)?(?:cl)?"
)


def limits(case: Case, at: Callable[[float], Interval], prefix: str | None = None) -> Found:
    """The limits a case asks for, by the names it gives them: lower, upper95, lower99_8.

    Args:
        case: with names such as `lower` (of its first level) or `upper99_8`.
        at: the interval at a level.
        prefix: what stands before the side, such as `rate` in `rate_lower`.
    """
    found = {}
    for name in case.expected:
        parts = _LIMIT.fullmatch(name)
        if parts and parts["prefix"] == prefix:
            level = parts["level"]
            share = float(level.replace("_", ".")) / 100 if level else case.levels()[0]
            found[name] = getattr(at(share), parts["side"])
    return found
