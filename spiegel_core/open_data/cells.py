"""The cells of one year as arrays: what is in the reference, and what only in the totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.open_data.contracts import cents_column
from spiegel_core.open_data.rules import TOTAL, OpenDataRules
from spiegel_core.population.factors import age_sex_class

Whole = npt.NDArray[np.int64]
# Exposure is counted in hundredths of an insured year, as the files have it.
YEAR_OF_EXPOSURE = 100


@dataclass(frozen=True)
class YearCells:
    """The reference of one year: the cells with municipality, sex and age class.

    Args:
        year: calendar year of the care.
        classes: classes of age and sex, in the order of the profiles.
        municipalities: names, in order.
        segments: the segments the file of the year has, then `total`.
        places: number of the municipality of each cell.
        profiles: number of the class of each cell.
        exposure: hundredths of an insured year of each cell.
        cents: eurocents, shape (cells, segments).
        rest_exposure: hundredths of an insured year of the rows outside the reference.
        rest_cents: eurocents of those rows per segment.
    """

    year: int
    classes: tuple[str, ...]
    municipalities: tuple[str, ...]
    segments: tuple[str, ...]
    places: Whole
    profiles: Whole
    exposure: Whole
    cents: Whole
    rest_exposure: int
    rest_cents: tuple[int, ...]

    def national_cents(self) -> dict[str, int]:
        """Eurocents per segment (and `total`), the rest row included."""
        of_reference = self.cents.sum(axis=0)
        return {
            name: int(of_reference[place]) + self.rest_cents[place]
            for place, name in enumerate(self.segments)
        }

    @property
    def national_exposure(self) -> int:
        """Hundredths of an insured year, the rest row included."""
        return int(self.exposure.sum()) + self.rest_exposure


def in_reference(rows: pa.Table) -> pa.ChunkedArray:
    """Which rows have a municipality, a sex and an age class.

    Example:
        >>> names = ("municipality", "sex", "age_class")
        >>> rows = pa.table([["", "A"], ["M", "M"], ["90+", "90+"]], names)
        >>> in_reference(rows).to_pylist()
        [False, True]
    """
    has = [pc.not_equal(rows[name], "") for name in ("municipality", "sex", "age_class")]
    return pc.and_(pc.and_(has[0], has[1]), has[2])


def year_cells(rows: pa.Table, year: int, rules: OpenDataRules) -> YearCells:
    """The rows of one year as arrays.

    Args:
        rows: bronze.open_data of that year.
        year: calendar year of the care.
        rules: segments and classes.
    """
    is_in = in_reference(rows).combine_chunks().to_numpy(zero_copy_only=False)
    segments, cents = _by_segment(rows, rules)
    exposure = _whole(rows["insured_hundredths"])
    names = rows["municipality"].to_pylist()
    ages, sexes = rows["age_class"].to_pylist(), rows["sex"].to_pylist()
    classes = rules.classes
    at = {name: number for number, name in enumerate(classes)}
    places = np.flatnonzero(is_in)
    municipalities = tuple(sorted({names[place] for place in places}))
    place_of = {name: number for number, name in enumerate(municipalities)}
    return YearCells(
        year, classes, municipalities, segments,
        np.array([place_of[names[p]] for p in places], dtype=np.int64),
        np.array([at[age_sex_class(ages[p], sexes[p])] for p in places], dtype=np.int64),
        exposure[is_in], cents[is_in],
        int(exposure[~is_in].sum()), tuple(int(n) for n in cents[~is_in].sum(axis=0)),
    )  # fmt: skip


def _by_segment(rows: pa.Table, rules: OpenDataRules) -> tuple[tuple[str, ...], Whole]:
    """Eurocents per row and segment, for the segments that have a column; the total last."""
    sums: dict[str, Whole] = {}
    for column, segment in rules.segment_of.items():
        values = rows[cents_column(column)]
        if values.null_count < len(values):
            sums[segment] = sums.get(segment, np.int64(0)) + _whole(pc.fill_null(values, 0))
    segments = [name for name in rules.segments if name in sums]
    return (*segments, TOTAL), _stacked([sums[name] for name in segments], rows.num_rows)


def _stacked(columns: Sequence[Whole], rows: int) -> Whole:
    parts = np.array(columns, dtype=np.int64).reshape(len(columns), rows)
    return np.vstack([parts, parts.sum(axis=0, keepdims=True)]).T


def _whole(values: pa.ChunkedArray) -> Whole:
    array: Whole = values.combine_chunks().to_numpy(zero_copy_only=False).astype(np.int64)
    return array
