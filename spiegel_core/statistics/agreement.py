"""How well what was expected agrees with what was observed, person by person.

No figure here has a pass mark (DECISIONS.md); subgroups that are not in the model say the most.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

from spiegel_core.engine.domain import (
    require,
    require_numbers,
    require_same_length,
)
from spiegel_core.statistics.sums import Number, exact_sum


@dataclass(frozen=True)
class Agreement:
    """How well a model does for persons.

    Args:
        persons: how many.
        r_squared: 1 - SSE / SST, share of the variance explained; None where all had the same.
        cpm: Cumming's prediction measure, 1 - sum |y - e| / sum |y - mean|; None alike.
        mean_absolute_error: mean |y - e| (unit of y; MAPE in risk equalisation, no percentage).
        root_mean_square_error: root of the mean of (y - e)^2 (unit of y).
        predictive_ratio: sum e / sum y; None where nothing was observed in sum.
    """

    persons: int
    r_squared: float | None
    cpm: float | None
    mean_absolute_error: float
    root_mean_square_error: float
    predictive_ratio: float | None


def agreement(actual: Sequence[Number], expected: Sequence[Number]) -> Agreement:
    """R2, CPM, MAPE, root mean square error and predictive ratio; sums are exact.

    Args:
        actual: what each person had (cents, or a count).
        expected: what the model expected of him, same unit.

    Raises:
        WrongUse: columns of different length, or empty, or no finite numbers.

    Source:
        background, statistics C3.

    Example:
        >>> found = agreement([0, 100, 200, 700], [100, 100, 300, 500])
        >>> found.mean_absolute_error, found.predictive_ratio, round(found.cpm, 6)
        (100.0, 1.0, 0.555556)
    """
    y, e = _exact(actual, expected)
    n = len(y)
    mean = exact_sum(y) / n
    errors = [a - b for a, b in zip(y, e, strict=True)]
    squared = exact_sum(d * d for d in errors)
    absolute = exact_sum(abs(d) for d in errors)
    return Agreement(
        n,
        _share(squared, exact_sum((a - mean) ** 2 for a in y)),
        _share(absolute, exact_sum(abs(a - mean) for a in y)),
        float(absolute / n),
        math.sqrt(squared / n),
        _ratio(exact_sum(e), exact_sum(y)),
    )


def _exact(
    actual: Sequence[Number], expected: Sequence[Number]
) -> tuple[list[Fraction], list[Fraction]]:
    require_same_length("persons of an agreement", actual, expected)
    require_numbers([*actual, *expected], "actual and expected of persons")
    return [Fraction(y) for y in actual], [Fraction(e) for e in expected]


def _share(unexplained: Fraction, of: Fraction) -> float | None:
    return None if of == 0 else float(1 - unexplained / of)


def _ratio(above: Fraction, below: Fraction) -> float | None:
    return None if below == 0 else float(above / below)


@dataclass(frozen=True)
class Compensation:
    """How a model treats a group of persons.

    Args:
        persons: in the group.
        predictive_ratio: sum e / sum y; None where nothing was observed in sum.
        mean_difference: mean of e - y (unit of y); negative where too little is expected.
    """

    persons: int
    predictive_ratio: float | None
    mean_difference: float


def compensation(
    actual: Sequence[Number], expected: Sequence[Number], group: Collection[int]
) -> Compensation:
    """Predictive ratio and under- or overcompensation of a group.

    Args:
        actual, expected: per person.
        group: places of its persons in the columns; each counts once.

    Raises:
        WrongUse: the group is empty, or a place is not in the columns.

    Source:
        background, statistics C3.

    Example:
        >>> compensation([0, 100, 200, 700], [100, 100, 300, 500], [0, 1])
        Compensation(persons=2, predictive_ratio=2.0, mean_difference=50.0)
    """
    y, e = _exact(actual, expected)
    own = set(group)
    require(bool(own), "a group of persons", "at least one person")
    require(all(0 <= place < len(y) for place in own), "a place of a group", "one in the columns")
    had = exact_sum(y[place] for place in own)
    due = exact_sum(e[place] for place in own)
    return Compensation(len(own), _ratio(due, had), float((due - had) / len(own)))


@dataclass(frozen=True)
class CalibrationGroup:
    """Persons of whom about the same is expected.

    Args:
        persons: how many.
        expected, actual: their means (unit of y).
    """

    persons: int
    expected: float
    actual: float


def calibration(
    actual: Sequence[Number], expected: Sequence[Number], groups: int = 10
) -> tuple[CalibrationGroup, ...]:
    """What persons had beside what was expected, from those with least to those with most expected.

    Persons of whom the same is expected stay together, in the group of the middle one of them, so
    that the order of rows has no say; groups can therefore differ in size, and be fewer.

    Args:
        actual, expected: per person.
        groups: into how many (>= 1); 10 for deciles.

    Source:
        background, statistics C3.

    Example:
        >>> [(g.persons, g.expected, g.actual) for g in calibration([1, 3, 8, 8], [2, 2, 6, 7], 2)]
        [(2, 2.0, 2.0), (2, 6.5, 8.0)]
    """
    require(groups >= 1, "the number of groups of a calibration", "1 or more")
    y, e = _exact(actual, expected)
    order = sorted(range(len(e)), key=lambda place: e[place])
    members: dict[int, list[int]] = {}
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and e[order[end]] == e[order[start]]:
            end += 1
        middle = Fraction(start + end, 2)
        # A middle exactly between two groups belongs to the lower one.
        number = math.ceil(middle * groups / len(order)) - 1
        members.setdefault(number, []).extend(order[start:end])
        start = end
    return tuple(
        CalibrationGroup(
            len(places),
            float(exact_sum(e[p] for p in places) / len(places)),
            float(exact_sum(y[p] for p in places) / len(places)),
        )
        for _, places in sorted(members.items())
    )


def calibration_slope(actual: Sequence[Number], expected: Sequence[Number]) -> float | None:
    """Slope of what was observed on what was expected: 1 is right, below 1 too much spread.

    Returns:
        The slope (no unit); None where the same is expected of everybody.

    Example:
        >>> calibration_slope([10, 20, 30], [0, 20, 40])
        0.5
    """
    y, e = _exact(actual, expected)
    n = len(y)
    mean_y, mean_e = exact_sum(y) / n, exact_sum(e) / n
    together = exact_sum((a - mean_y) * (b - mean_e) for a, b in zip(y, e, strict=True))
    return _ratio(together, exact_sum((b - mean_e) ** 2 for b in e))
