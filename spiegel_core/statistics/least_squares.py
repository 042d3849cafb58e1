"""Least squares on classes, from the sums of cells, with the errors of the weights.

The model itself is fitted by `engine.model`; this is the textbook fit with standard errors, for
studies and to hold the exact arithmetic against certified results.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from spiegel_core.engine.domain import (
    require,
    require_numbers,
    require_positive,
    require_same_length,
)
from spiegel_core.engine.exact import independent_columns, solve_fractions
from spiegel_core.statistics.sums import Number, exact_sum


@dataclass(frozen=True)
class LeastSquares:
    """A fit.

    Args:
        weights: per column, exact; None where a column follows from those before it.
        errors: their standard errors; None alike, or where no freedom is left.
        persons: how many.
        mean: of y.
        residual_squares: sum of (y - fitted)^2, exact.
        r_squared: share of the variance explained; None where everybody has the same.
        deviation: residual standard deviation; None where no freedom is left.
    """

    weights: tuple[Fraction | None, ...]
    errors: tuple[float | None, ...]
    persons: int
    mean: float
    residual_squares: Fraction
    r_squared: float | None
    deviation: float | None

    def fitted(self, row: Sequence[Number]) -> Fraction:
        """What a person with this row of the design is expected to have."""
        pairs = zip(self.weights, row, strict=True)
        return exact_sum(w * Fraction(x) for w, x in pairs if w is not None)


def fit_cells(
    design: Sequence[Sequence[Number]],
    persons: Sequence[int],
    totals: Sequence[Number],
    squares: Sequence[Number],
) -> LeastSquares:
    """Ordinary least squares of persons, from cells of persons with the same row of the design.

    Args:
        design: one row per cell; the intercept is a column of ones, if there is one.
        persons: per cell (>= 1).
        totals, squares: sums of y and of y^2 per cell.

    Returns:
        The fit of all persons, exact until the last root or division.

    Raises:
        WrongUse: columns of different length, a cell without persons.

    Source:
        The normal equations; background, statistics C2.

    Example:
        >>> fit = fit_cells([[1, 0], [1, 1]], [2, 2], [4, 10], [10, 52])
        >>> [int(weight) for weight in fit.weights], fit.errors[1]
        ([2, 3], 1.4142135623730951)
    """
    require_same_length("cells of a fit", design, persons, totals, squares)
    require_positive(persons, "persons of a cell")
    require_numbers([*totals, *squares], "sums of a cell")
    rows = [[Fraction(x) for x in row] for row in design]
    gram, right = _normal_equations(rows, persons, [Fraction(y) for y in totals])
    kept = independent_columns(_whole(gram))
    own = [[gram[i][j] for j in kept] for i in kept]
    identity = [[Fraction(int(i == j)) for j in range(len(kept))] for i in range(len(kept))]
    solved = solve_fractions(own, [[right[i], *identity[place]] for place, i in enumerate(kept)])
    n, total = sum(persons), exact_sum(Fraction(y) for y in totals)
    explained = exact_sum(solved[place][0] * right[i] for place, i in enumerate(kept))
    square = exact_sum(Fraction(y) for y in squares)
    residual = square - explained
    spread = square - total * total / n
    freedom = n - len(kept)
    variance = residual / freedom if freedom > 0 else None
    weights: list[Fraction | None] = [None] * len(gram)
    errors: list[float | None] = [None] * len(gram)
    for place, column in enumerate(kept):
        weights[column] = solved[place][0]
        if variance is not None:
            errors[column] = math.sqrt(variance * solved[place][1 + place])
    return LeastSquares(
        tuple(weights), tuple(errors), n, float(total / n), residual,
        float(1 - residual / spread) if spread else None,
        None if variance is None else math.sqrt(variance),
    )  # fmt: skip


Rows = list[list[Fraction]]


def _normal_equations(
    rows: Rows, persons: Sequence[int], totals: Sequence[Fraction]
) -> tuple[Rows, list[Fraction]]:
    """X'NX and X'y."""
    size = range(len(rows[0]))
    gram = [
        [exact_sum(n * row[i] * row[j] for row, n in zip(rows, persons, strict=True)) for j in size]
        for i in size
    ]
    right = [exact_sum(row[i] * y for row, y in zip(rows, totals, strict=True)) for i in size]
    return gram, right


def _whole(gram: Rows) -> list[list[int]]:
    """The equations times what makes all of them whole; columns stay as dependent as they were."""
    common = math.lcm(*(value.denominator for row in gram for value in row))
    return [[int(value * common) for value in row] for row in gram]


@dataclass(frozen=True)
class AnalysisOfVariance:
    """One factor: how much of the variance lies between its classes; sums are exact.

    Args:
        freedom_between, freedom_within: degrees of freedom.
        between, within: sums of squares.
        f: mean square between / mean square within; None where nothing varies within.
        r_squared: between / (between + within); None where everything is the same.
        deviation: residual standard deviation.
    """

    freedom_between: int
    freedom_within: int
    between: Fraction
    within: Fraction
    f: float | None
    r_squared: float | None
    deviation: float


def analysis_of_variance(
    groups: Sequence[Hashable], values: Sequence[Number]
) -> AnalysisOfVariance:
    """Variance between and within the classes of one factor.

    Args:
        groups: class of each value.
        values: exact where exactness counts: whole numbers or fractions, or decimals made so.

    Raises:
        WrongUse: one class only, or no class with a second value.

    Source:
        NIST Statistical Reference Datasets, analysis of variance.

    Example:
        >>> found = analysis_of_variance(["a", "a", "b", "b"], [1, 3, 5, 7])
        >>> int(found.between), int(found.within), found.f
        (16, 4, 8.0)
    """
    require_same_length("values of a factor", groups, values)
    require_numbers(values, "values of a factor")
    own: dict[Hashable, list[Fraction]] = {}
    for group, value in zip(groups, values, strict=True):
        own.setdefault(group, []).append(Fraction(value))
    freedom = len(own) - 1, len(values) - len(own)
    require(min(freedom) > 0, "a factor", "two classes or more, one of them with two values")
    of_classes = exact_sum(exact_sum(v) ** 2 / len(v) for v in own.values())
    between = of_classes - exact_sum(sum(v) for v in own.values()) ** 2 / len(values)
    within = exact_sum(x * x for v in own.values() for x in v) - of_classes
    mean_within = within / freedom[1]
    total = between + within
    return AnalysisOfVariance(
        *freedom, between, within,
        float(between / freedom[0] / mean_within) if within else None,
        float(between / total) if total else None,
        math.sqrt(mean_within),
    )  # fmt: skip
