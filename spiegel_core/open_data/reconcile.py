"""Whether a year holds what it must: the known totals, and what the engine must conserve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from flint import fmpq

from spiegel_core.engine.exact import round_half_even
from spiegel_core.open_data.cells import YearCells, in_reference
from spiegel_core.open_data.contracts import COST_COLUMNS, cents_column
from spiegel_core.open_data.expected import EXPECTED_DIGITS, EXPECTED_SCALE, YearResult
from spiegel_core.open_data.numbers import decimal_text
from spiegel_core.open_data.rules import TOTAL, NationalTotals, OpenDataRules

AGREES, DIFFERS, NOT_APPLICABLE = "agrees", "differs", "not_applicable"
# A hundredth of a million euros, the unit segment totals are published in, in cents.
_HUNDREDTH_OF_MILLION = 1_000_000


@dataclass(frozen=True)
class Check:
    """One figure of a year beside what it must be.

    Args:
        year: calendar year of the care.
        name: what is checked.
        unit: of the figures.
        expected: in units of 10^-digits; None: not known, or not in this year.
        found: likewise.
        digits: decimals of both.
        allowed: largest difference rounding may cause, same unit.
        is_known: whether there is something to hold the figure against.
    """

    year: int
    name: str
    unit: str
    expected: int | None
    found: int | None
    digits: int = 0
    allowed: int = 0
    is_known: bool = True

    @property
    def difference(self) -> int | None:
        """Found less expected; None where one of them is missing."""
        if self.found is None or self.expected is None:
            return None
        return self.found - self.expected

    @property
    def verdict(self) -> str:
        """`agrees`, `differs`, or `not_applicable` for a year conf does not know."""
        if not self.is_known:
            return NOT_APPLICABLE
        is_equal = self.difference is not None and abs(self.difference) <= self.allowed
        return AGREES if is_equal else DIFFERS

    def texts(self) -> dict[str, str | None]:
        """Expected, found, difference and allowed, written out; None where there is none."""
        parts = {"expected": self.expected, "found": self.found, "difference": self.difference,
                 "allowed": self.allowed}  # fmt: skip
        return {
            name: None if value is None else decimal_text(value, self.digits)
            for name, value in parts.items()
        }


def reconcile(rows: pa.Table, result: YearResult, rules: OpenDataRules) -> list[Check]:
    """Every check of a year: figures of the file, segments, and the sums of the engine.

    Args:
        rows: bronze.open_data of the year.
        result: observed and expected, computed from the same rows.
        rules: the known totals; a year that is not in them is not applicable.

    Source:
        background, formats and real data, section B; national_marginals.json totals_by_year.
    """
    cells = result.cells
    return [
        *_figures(rows, cells.year, rules.totals.get(cells.year)),
        *_segments(cells, rules.segment_totals.get(cells.year)),
        Check(
            cells.year, "segments_make_the_total", "eurocents",
            sum(_of_columns(rows).values()),
            sum(n for name, n in cells.national_cents().items() if name != TOTAL),
        ),
        # Such cost would fall to other classes: the sums fit, and the comparison does not.
        Check(cells.year, "cost_without_insured_years", "eurocents", 0, _without_exposure(cells)),
        *_conserved(result),
    ]  # fmt: skip


def file_totals(rows: pa.Table) -> NationalTotals:
    """The figures of a file, as conf/open_data/totals.csv has them.

    Args:
        rows: bronze.open_data of one year.
    """
    rest = rows.filter(pc.invert(in_reference(rows)))
    names = set(rows["municipality"].to_pylist()) - {""}
    below = [pc.sum(pc.less(rows[cents_column(name)], 0)).as_py() or 0 for name in COST_COLUMNS]
    return NationalTotals(
        rows=rows.num_rows, municipalities=len(names), bsn=_sum(rows, "bsn"),
        insured_hundredths=_sum(rows, "insured_hundredths"),
        total_cents=sum(_of_columns(rows).values()),
        rest_rows=rest.num_rows, rest_bsn=_sum(rest, "bsn"),
        rest_insured_hundredths=_sum(rest, "insured_hundredths"),
        rest_cents=sum(_of_columns(rest).values()), negative_cells=sum(below),
    )  # fmt: skip


def _figures(rows: pa.Table, year: int, known: NationalTotals | None) -> list[Check]:
    units = {
        "rows": "rows", "municipalities": "municipalities", "bsn": "persons",
        "insured_hundredths": "insured years", "total_cents": "eurocents",
        "rest_rows": "rows", "rest_bsn": "persons",
        "rest_insured_hundredths": "insured years", "rest_cents": "eurocents",
        "negative_cells": "amounts",
    }  # fmt: skip
    found = file_totals(rows)
    return [
        Check(
            year, name.replace("hundredths", "years"), unit,
            None if known is None else getattr(known, name), getattr(found, name),
            digits=2 if unit == "insured years" else 0, is_known=known is not None,
        )
        for name, unit in units.items()
    ]  # fmt: skip


def _segments(cells: YearCells, known: Mapping[str, int] | None) -> list[Check]:
    """Per segment, in millions with two decimals: finer it was not published."""
    cents = {name: n for name, n in cells.national_cents().items() if name != TOTAL}
    found = {name: round_half_even(fmpq(n, _HUNDREDTH_OF_MILLION), 1) for name, n in cents.items()}
    return [
        Check(
            cells.year, f"segment_{name}", "million euros",
            None if known is None else known.get(name), found.get(name),
            digits=2, is_known=known is not None,
        )
        for name in sorted({*found, *(known or {})})
    ]  # fmt: skip


def _conserved(result: YearResult) -> list[Check]:
    """Over the reference, expected must add up to observed, apart from rounded weights."""
    return [
        Check(
            result.cells.year, f"expected_{name}", "eurocents",
            int(result.observed[:, place].sum()) * EXPECTED_SCALE,
            sum(result.expected[:, place].tolist()),
            digits=EXPECTED_DIGITS, allowed=result.allowed_residual,
        )
        for place, name in enumerate(result.cells.segments)
    ]  # fmt: skip


def _without_exposure(cells: YearCells) -> int:
    """Eurocents, whatever their sign, in classes of age and sex without time insured."""
    exposure = np.zeros(len(cells.classes), dtype=np.int64)
    np.add.at(exposure, cells.profiles, cells.exposure)
    outside = cells.cents[exposure[cells.profiles] == 0, :-1]
    return int(np.abs(outside).sum())


def _of_columns(rows: pa.Table) -> dict[str, int]:
    return {name: _sum(rows, cents_column(name)) for name in COST_COLUMNS}


def _sum(rows: pa.Table, column: str) -> int:
    return int(pc.sum(rows[column]).as_py() or 0)
