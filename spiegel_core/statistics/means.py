"""Means with limits, from values or from cells."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from spiegel_core.engine.domain import (
    require,
    require_level,
    require_numbers,
    require_same_length,
)
from spiegel_core.engine.intervals import NONE, Interval, t_quantile
from spiegel_core.statistics.ratios import Cell
from spiegel_core.statistics.sums import Number, exact_sum


@dataclass(frozen=True)
class Mean:
    """A mean with what its limits are made of.

    Args:
        persons: how many values.
        total: their sum.
        mean: total / persons.
        deviation: sample standard deviation (n - 1); None for one value.
    """

    persons: int
    total: float
    mean: float
    deviation: float | None

    @property
    def error(self) -> float | None:
        """Standard error of the mean."""
        return None if self.deviation is None else self.deviation / math.sqrt(self.persons)

    def limits(self, level: float) -> Interval:
        """mean -+ t SE with n - 1 degrees of freedom; none for one value.

        Source:
            PHEindicatormethods phe_mean.
        """
        require_level(level)
        if self.error is None:
            return NONE
        reach = t_quantile(self.persons, level) * self.error
        return Interval(self.mean - reach, self.mean + reach)


def mean_of(values: Sequence[Number]) -> Mean:
    """Mean and standard deviation, summed exactly.

    Raises:
        WrongUse: there is no value, or one is no finite number.

    Example:
        >>> round(mean_of([1, 2, 3]).limits(0.95).upper, 6)
        4.484138
    """
    require_same_length("the values of a mean", values)
    require_numbers(values, "the values of a mean")
    exact = [Fraction(value) for value in values]
    deviation = statistics.stdev(exact) if len(exact) > 1 else None
    total = exact_sum(exact)
    return Mean(len(exact), float(total), float(total / len(exact)), _double(deviation))


def _double(value: Number | None) -> float | None:
    return None if value is None else float(value)


def mean_of_ratios(cells: Sequence[Cell]) -> Mean | None:
    """The plain mean over persons of y / e, from cells.

    Returns:
        The mean (no unit); None where a person is expected nothing or less.

    Example:
        >>> mean_of_ratios([(2, 6, 20, 2), (1, 1, 1, 1)]).mean
        1.3333333333333333
    """
    require(len(cells) > 0, "the cells of a provider", "at least one")
    if any(e <= 0 for _, _, _, e in cells):
        return None
    persons = sum(n for n, _, _, _ in cells)
    total = exact_sum(Fraction(y) / Fraction(e) for _, y, _, e in cells)
    squares = exact_sum(Fraction(yy) / Fraction(e) ** 2 for _, _, yy, e in cells)
    if persons < 2:
        return Mean(persons, float(total), float(total / persons), None)
    spread = max(Fraction(0), squares - total * total / persons) / (persons - 1)
    return Mean(persons, float(total), float(total / persons), math.sqrt(spread))
