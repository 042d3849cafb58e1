"""Observed beside expected, for one provider, from its cells alone.

Everything up to the last division is exact; the printed index and limits are doubles, rounded to
nine decimals, so that they are the same on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from spiegel_core.contracts.gold import BENCHMARKS
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.engine.intervals import (
    LEVELS,
    NONE,
    Interval,
    count_interval,
    ratio_error,
    ratio_interval,
)
from spiegel_core.engine.model import AMOUNT, SCALE, SCALE_DIGITS, USERS, Model
from spiegel_core.engine.spread import spread_limits

_ROUNDED_TO = 9


@dataclass(frozen=True)
class Cells:
    """The cells of one provider.

    Args:
        profiles: profile number of each cell.
        persons: exposure of each cell (whole numbers).
    """

    profiles: npt.NDArray[np.int64]
    persons: npt.NDArray[np.int64]


@dataclass(frozen=True)
class CellSums:
    """The sums of one outcome over the cells of one provider where it is not zero.

    Args:
        places: which cell each sum belongs to (place in `Cells`).
        users, totals, squares: persons above zero, sum of y, sum of y^2, as whole numbers.
    """

    places: npt.NDArray[np.int64]
    users: tuple[int, ...]
    totals: tuple[int, ...]
    squares: tuple[int, ...]


@dataclass(frozen=True)
class Comparison:
    """Observed beside expected for one outcome and measure.

    Args:
        persons: exposure of the provider.
        observed: whole number in the unit of the outcome.
        expected: in units of 10^-9 of it.
        index: 100 x observed / expected; None where nothing is expected.
        intervals: per level of `intervals.LEVELS`, in index points.
    """

    persons: int
    observed: int
    expected: int
    index: float | None
    intervals: tuple[Interval, ...]


def compare_provider(
    cells: Cells,
    sums: Mapping[str, CellSums],
    model: Model,
    exact_below: int,
    spreads: Mapping[str, int | None] | None = None,
) -> dict[tuple[str, str], Comparison]:
    """Observed, expected, index and intervals of every target of the model.

    Args:
        cells: the provider's persons per profile.
        sums: its outcomes per profile; an outcome that is not there is zero for everybody.
        model: the weights.
        exact_below: fewer users than this get exact limits.
        spreads: national spread per outcome (`spread.OutcomeSpread`) for the intervals of amounts;
            None: the spread of the provider's own persons.
    """
    persons = int(cells.persons.sum())
    counts = model.design.matrix(cells.profiles).T @ cells.persons
    expected = [
        sum(int(n) * int(w) for n, w in zip(counts, model.weights[:, t], strict=True))
        for t in range(len(model.targets))
    ]
    nothing = CellSums(np.empty(0, np.int64), (), (), ())
    held = [sums.get(target.outcome, nothing) for target in model.targets]
    observed = [
        sum(one.users if target.measure == USERS else one.totals)
        for one, target in zip(held, model.targets, strict=True)
    ]
    if spreads is None:
        intervals = _own_intervals(cells, held, model, observed, expected)
    else:
        of_outcome = [spreads[t.outcome] if t.measure == AMOUNT else None for t in model.targets]
        intervals = national_intervals(observed, expected, of_outcome)
    compared = {}
    for number, target in enumerate(model.targets):
        had, should = observed[number], expected[number]
        limits = intervals[number]
        if target.measure == USERS:
            limits = _user_intervals(had, should, exact_below)
        compared[target.outcome, target.measure] = Comparison(
            persons, had, should, index_of(had, should), limits
        )
    return compared


def index_of(observed: int, expected: int) -> float | None:
    """100 x observed / expected, rounded to nine decimals; None where nothing is expected.

    Args:
        observed: whole number.
        expected: in units of 10^-9.

    Example:
        >>> index_of(3, 2_000_000_000)
        150.0
    """
    if expected <= 0:
        return None
    return round(float(Fraction(100 * observed * SCALE, expected)), _ROUNDED_TO)


def _user_intervals(observed: int, expected: int, exact_below: int) -> tuple[Interval, ...]:
    if expected <= 0:
        return tuple(NONE for _ in LEVELS)
    per_unit = 100 * SCALE / expected
    limits = [count_interval(observed, level, exact_below) for level in LEVELS]
    return tuple(
        Interval(_scaled(limit.lower, per_unit), _scaled(limit.upper, per_unit)) for limit in limits
    )


def national_intervals(
    observed: Sequence[int], expected: Sequence[int], spreads: Sequence[int | None]
) -> list[tuple[Interval, ...]]:
    """The intervals of amounts by the national spread, per level, in index points.

    Args:
        observed: whole numbers in the unit of each outcome.
        expected, spreads: in units of 10^-9 of it; without a spread there is no interval.
    """
    had, should, spread = (
        np.array([float(value or 0) for value in values])
        for values in (observed, expected, spreads)
    )
    limits = [spread_limits(had, should / SCALE, spread / SCALE, level) for level in LEVELS]
    return [
        tuple(_of_index(float(lower[n]), float(upper[n])) for lower, upper in limits)
        for n in range(len(observed))
    ]


def _of_index(lower: float, upper: float) -> Interval:
    if not math.isfinite(lower) or not math.isfinite(upper):
        return NONE
    return Interval(_scaled(lower, 100.0), _scaled(upper, 100.0))


def _own_intervals(
    cells: Cells,
    sums: Sequence[CellSums],
    model: Model,
    observed: Sequence[int],
    expected: Sequence[int],
) -> list[tuple[Interval, ...]]:
    """The intervals of amounts by the spread of the provider's own persons; none of users."""
    per_person = model.expected_per_person(cells.profiles)
    return [
        _own_interval(cells, sums[n], per_person[:, n], observed[n], expected[n])
        if target.measure == AMOUNT
        else ()
        for n, target in enumerate(model.targets)
    ]


def _own_interval(
    cells: Cells,
    sums: CellSums,
    per_person: npt.NDArray[np.int64],
    observed: int,
    expected: int,
) -> tuple[Interval, ...]:
    if expected <= 0 or observed <= 0:
        return tuple(NONE for _ in LEVELS)
    persons = int(cells.persons.sum())
    exact = per_person.astype(object)
    error = ratio_error(
        Fraction(observed),
        Fraction(expected, SCALE),
        persons,
        Fraction(sum(sums.squares)),
        Fraction(sum(int(exact[p]) * y for p, y in zip(sums.places, sums.totals, strict=True)),
                 SCALE),
        Fraction(int((exact * exact * cells.persons.astype(object)).sum()), SCALE * SCALE),
    )  # fmt: skip
    ratio = float(Fraction(observed * SCALE, expected))
    limits = [ratio_interval(ratio, error, persons, level) for level in LEVELS]
    return tuple(Interval(_scaled(i.lower, 100.0), _scaled(i.upper, 100.0)) for i in limits)


def _scaled(limit: float | None, factor: float) -> float | None:
    return None if limit is None else round(limit * factor, _ROUNDED_TO)


def benchmark_rows(
    compared: Mapping[tuple[str, str], Comparison],
    report_year: int,
    product: str,
    provider: str,
    reference: str,
    version: int,
) -> pa.Table:
    """The comparisons of a provider as rows of gold.benchmarks."""
    rows = []
    for (outcome, measure), one in compared.items():
        wide, wider = one.intervals
        rows.append(
            {
                "report_year": report_year, "product": product, "provider": provider,
                "reference": reference, "outcome": outcome, "measure": measure,
                "persons": one.persons, "observed": Decimal(one.observed),
                "expected": Decimal(one.expected).scaleb(-SCALE_DIGITS), "index": one.index,
                "lower_95": wide.lower, "upper_95": wide.upper,
                "lower_99_8": wider.lower, "upper_99_8": wider.upper, "version": version,
            }
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=arrow_schema(BENCHMARKS))
