"""How well a model does where it was not fitted: subgroups outside it, and another year.

Everything follows from the sums of the cells: persons, total and total of squares per provider and
profile. No figure here has a pass mark (DECISIONS.md). Sums are doubles, for reading, not for
publishing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spiegel_core.engine.domain import require_same_length

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SUBGROUP, FIT, OTHER_YEAR = "subgroup", "fit", "other_year"
NEGATIVE, FEW = "negative_expected", "few_persons"
_ROUNDED_TO = 6


@dataclass(frozen=True)
class CellSums:
    """One outcome over all cells of a year; one value per cell.

    Args:
        providers: place of the provider of each cell.
        persons: exposure.
        totals, squares: sum of y and of y^2.
        expected: what one person of the cell is expected to have (unit of y).
    """

    providers: Ints
    persons: Floats
    totals: Floats
    squares: Floats
    expected: Floats

    def __post_init__(self) -> None:
        require_same_length(
            "cells of a validation", self.providers, self.persons, self.totals, self.squares,
            self.expected,
        )  # fmt: skip

    @property
    def errors_squared(self) -> Floats:
        """Sum of (y - e)^2 over the persons of each cell."""
        e = self.expected
        found: Floats = self.squares - 2 * e * self.totals + self.persons * e * e
        return np.maximum(found, 0.0)


@dataclass(frozen=True)
class ValidationRow:
    """One line of the validation sheet; what does not apply is None.

    Args:
        check: SUBGROUP, FIT, OTHER_YEAR, NEGATIVE or FEW.
        outcome: as in conf/outcomes.yml; empty where all are meant.
        characteristic, group: which persons.
        persons, providers: how many; persons None where they are too few to be shown.
        observed, expected: sums (unit of the outcome).
        residual: (observed - expected) / persons; above zero where too little is expected.
        standard_error: of the residual, by the chance of persons.
        predictive_ratio: expected / observed; 1 is right.
        provider_error: sum over providers of |observed - expected| / observed in all (a share).
        provider_cpm: part of the differences between providers that expected takes away: 1 - sum
            |O - E| / sum |O - mean x persons|.
        r_squared: part of the variance between persons that is explained; below zero where the
            mean does better. No promise.
    """

    check: str
    outcome: str
    characteristic: str
    group: str
    persons: int | None
    providers: int | None = None
    observed: float | None = None
    expected: float | None = None
    residual: float | None = None
    standard_error: float | None = None
    predictive_ratio: float | None = None
    provider_error: float | None = None
    provider_cpm: float | None = None
    r_squared: float | None = None


def subgroup_rows(
    outcome: str, cells: CellSums, characteristic: str, groups: Sequence[str], of_cell: Ints
) -> Iterator[ValidationRow]:
    """Residual and predictive ratio of each subgroup.

    Args:
        outcome: its name.
        cells: the sums.
        characteristic: what tells the groups apart.
        groups: their names.
        of_cell: which group each cell is in; -1 is none.

    Returns:
        A row per group that has persons.

    Source:
        van Kleef and others 2017, on measures of fit for subgroups outside the model.
    """
    is_in = of_cell >= 0
    number = len(groups)

    def summed(values: Floats) -> Floats:
        return _sums(of_cell[is_in], values[is_in], number)

    persons, observed = summed(cells.persons), summed(cells.totals)
    expected = summed(cells.persons * cells.expected)
    errors = summed(cells.errors_squared)
    for n, group in enumerate(groups):
        if persons[n] > 0:
            yield ValidationRow(
                SUBGROUP, outcome, characteristic, group, int(persons[n]),
                len(np.unique(cells.providers[of_cell == n])),
                *_compared(persons[n], observed[n], expected[n], errors[n]),
            )  # fmt: skip


def _compared(
    persons: float, observed: float, expected: float, errors: float
) -> tuple[float, float, float, float, float | None]:
    return (
        _short(observed), _short(expected), _short((observed - expected) / persons),
        _short(math.sqrt(errors) / persons), _ratio(expected, observed),
    )  # fmt: skip


def whole_row(check: str, outcome: str, group: str, cells: CellSums) -> ValidationRow:
    """How expected values do for all persons and for providers: a model on its own year, or not.

    Args:
        check: FIT or OTHER_YEAR.
        outcome: its name.
        group: which weights were used.
        cells: the sums, with expected by those weights.

    Notes:
        The mean absolute error of persons cannot be had from sums, so the errors are those of
        providers, which is what the mirror compares.
    """
    persons, observed = float(cells.persons.sum()), float(cells.totals.sum())
    expected = float((cells.persons * cells.expected).sum())
    errors = float(cells.errors_squared.sum())
    of_provider, each = _provider_errors(cells)
    mean = observed / persons if persons else 0.0
    of_mean = float(np.abs(each[1] - mean * each[0]).sum())
    spread = float(cells.squares.sum()) - persons * mean * mean
    return ValidationRow(
        check, outcome, "all", group, int(persons), len(np.unique(cells.providers)),
        *_compared(max(persons, 1.0), observed, expected, errors),
        provider_error=_ratio(of_provider, observed),
        provider_cpm=None if of_mean == 0 else _short(1 - of_provider / of_mean),
        r_squared=None if spread <= 0 else _short(1 - errors / spread),
    )  # fmt: skip


def _provider_errors(cells: CellSums) -> tuple[float, tuple[Floats, Floats]]:
    """Sum of |observed - expected| over providers; persons and observed of each."""
    persons, observed, expected = (
        _sums(cells.providers, values)
        for values in (cells.persons, cells.totals, cells.persons * cells.expected)
    )
    return float(np.abs(observed - expected).sum()), (persons, observed)


def at_the_level_of(cells: CellSums) -> CellSums:
    """The same cells with expected multiplied by one number, so that it adds up to observed.

    A year costs more than the one before; what is left is how well differences are foreseen.
    """
    expected = float((cells.persons * cells.expected).sum())
    factor = float(cells.totals.sum()) / expected if expected else 1.0
    return CellSums(
        cells.providers, cells.persons, cells.totals, cells.squares, cells.expected * factor
    )


def negative_row(outcome: str, cells: CellSums) -> ValidationRow:
    """How many persons are expected to have less than zero, and how much together.

    `providers` counts those of whom in sum less than zero is expected.
    """
    below = cells.expected < 0
    sums = _sums(cells.providers, cells.persons * cells.expected)
    has_cells = np.bincount(cells.providers) > 0
    return ValidationRow(
        NEGATIVE, outcome, "all", "below zero", int(cells.persons[below].sum()),
        int(((sums < 0) & has_cells).sum()),
        expected=_short(float((cells.persons * cells.expected)[below].sum())),
    )  # fmt: skip


def few_rows(
    columns: Sequence[tuple[str, str]], persons: Sequence[int], few: int
) -> Iterator[ValidationRow]:
    """Classes with fewer persons than `few` in the reference: their weights rest on little."""
    for (factor, name), number in zip(columns, persons, strict=True):
        if number < few:
            yield ValidationRow(FEW, "", factor, name, number)


def _sums(places: Ints, values: Floats, number: int = 0) -> Floats:
    return np.asarray(np.bincount(places, weights=values, minlength=number), dtype=np.float64)


def _ratio(above: float, below: float) -> float | None:
    return None if below == 0 else _short(above / below)


def _short(value: float) -> float:
    return round(float(value), _ROUNDED_TO)
