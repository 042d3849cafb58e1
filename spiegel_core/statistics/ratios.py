"""Observed over expected of one provider, from rows or cells, with its error."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from spiegel_core.engine.domain import (
    require,
    require_level,
    require_numbers,
    require_same_length,
)
from spiegel_core.engine.intervals import NONE, Interval, ratio_error, ratio_interval, t_quantile
from spiegel_core.statistics.sums import Number, exact_sum


@dataclass(frozen=True)
class Ratio:
    """Observed over expected with its error.

    Args:
        observed, expected: sums, exact.
        persons: independent units the error was taken over.
        ratio: observed / expected (no unit); None where nothing is expected.
        error: standard error of the ratio; None for one unit.
    """

    observed: Fraction
    expected: Fraction
    persons: int
    ratio: float | None
    error: float | None

    def limits(self, level: float) -> Interval:
        """Limits of the ratio on the log scale with t (`intervals.ratio_interval`)."""
        require_level(level)
        if self.ratio is None:
            return NONE
        return ratio_interval(self.ratio, self.error, self.persons, level)

    def linear_limits(self, level: float) -> Interval:
        """R -+ t SE, for comparison only: they cover less than those on the log scale."""
        require_level(level)
        if self.ratio is None or self.error is None:
            return NONE
        reach = t_quantile(self.persons, level) * self.error
        return Interval(self.ratio - reach, self.ratio + reach)


def ratio_of_rows(
    observed: Sequence[Number],
    expected: Sequence[Number],
    persons: Sequence[Hashable] | None = None,
) -> Ratio:
    """Observed over expected, with a linearised error, clustered where rows share a person.

    R = sum y / sum e. With d = y - R e summed per person over his rows,
    SE = sqrt(m / (m - 1) x sum of d^2) / sum e, m the number of persons. Rows of one person move
    together; counted as if they did not, the error would be too small.

    Args:
        observed: y of each row (cents, or a count); corrections make it negative at times.
        expected: e of each row, same unit.
        persons: who each row is of; without it each row is somebody else.

    Returns:
        The ratio; whole numbers and fractions are summed exactly, so the order of rows has no say.

    Raises:
        WrongUse: columns of different length, or empty, or no finite numbers.

    Source:
        R survey::svyratio; background, statistics B1 formula 7.

    Example:
        >>> two_rows_each = ratio_of_rows([1, 0, 3, 0], [1, 1, 1, 1], ["a", "a", "b", "b"])
        >>> two_rows_each.ratio, two_rows_each.error, two_rows_each.persons
        (1.0, 0.5, 2)
    """
    columns = [observed, expected] + ([] if persons is None else [persons])
    require_same_length("rows of observed and expected", *columns)
    require_numbers([*observed, *expected], "observed and expected of the rows")
    who: Sequence[Hashable] = range(len(observed)) if persons is None else persons
    own: dict[Hashable, tuple[Fraction, Fraction]] = {}
    for person, y, e in zip(who, observed, expected, strict=True):
        sums = own.get(person, (Fraction(0), Fraction(0)))
        own[person] = (sums[0] + Fraction(y), sums[1] + Fraction(e))
    units = [(1, y, y * y, e) for y, e in own.values()]
    return ratio_of_cells(units)


Cell = tuple[int, Number, Number, Number]


def ratio_of_cells(cells: Sequence[Cell]) -> Ratio:
    """Observed over expected of one provider, from its cells alone.

    Args:
        cells: persons, sum of y, sum of y^2, and what one person of the cell is expected to have.

    Source:
        background, statistics 0.3: nothing else is needed of the persons.

    Example:
        >>> ratio_of_cells([(1, 1, 1, 2), (1, 3, 9, 2)]).error
        0.5
    """
    require(len(cells) > 0, "the cells of a provider", "at least one")
    exact = [(n, Fraction(y), Fraction(yy), Fraction(e)) for n, y, yy, e in cells]
    persons = sum(n for n, _, _, _ in exact)
    observed = exact_sum(y for _, y, _, _ in exact)
    expected = exact_sum(n * e for n, _, _, e in exact)
    error = ratio_error(
        observed, expected, persons,
        exact_sum(yy for _, _, yy, _ in exact),
        exact_sum(e * y for _, y, _, e in exact),
        exact_sum(n * e * e for n, _, _, e in exact),
    )  # fmt: skip
    ratio = float(observed / expected) if expected > 0 else None
    return Ratio(observed, expected, persons, ratio, error)
