"""The results as rows of the files that leave the house; amounts are exact decimals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pyarrow as pa
from flint import fmpq

from spiegel_core.engine.exact import round_half_even
from spiegel_core.engine.model import MONEY_DIGITS, SCALE_DIGITS
from spiegel_core.open_data.expected import EXPECTED_DIGITS, RATIO_SCALE, YearResult, ratio
from spiegel_core.open_data.numbers import decimal_text
from spiegel_core.open_data.reconcile import Check
from spiegel_core.open_data.trend import trend
from spiegel_core.open_data.vintages import Difference

_YEARS = 2
_TEXT, _INT = pa.string(), pa.int64()
_TIME, _MONEY = pa.decimal128(20, _YEARS), pa.decimal128(28, MONEY_DIGITS)
_EXPECTED = pa.schema(
    [("year", pa.int32()), ("municipality", _TEXT), ("segment", _TEXT), ("insured_years", _TIME),
     ("observed_cents", _INT), ("expected_cents", _MONEY), ("ratio", pa.float64())]
)  # fmt: skip
_WEIGHTS = pa.schema(
    [("year", pa.int32()), ("segment", _TEXT), ("factor", _TEXT), ("class", _TEXT),
     ("insured_years", _TIME), ("cents_per_insured_year", _MONEY), ("note", _TEXT)]
)  # fmt: skip
_TREND = pa.schema(
    [("segment", _TEXT), ("class", _TEXT), ("year", pa.int32()), ("insured_years", _TIME),
     ("cents_per_insured_year", _MONEY), ("change_cents", _MONEY)]
)  # fmt: skip
_TOTALS = pa.schema(
    [("year", pa.int32()), ("segment", _TEXT), ("insured_years", _TIME),
     ("rest_insured_years", _TIME), ("reference_cents", _INT), ("rest_cents", _INT),
     ("total_cents", _INT)]
)  # fmt: skip
_CHECKS = pa.schema(
    [("year", pa.int32()), *((name, _TEXT) for name in (
        "check", "unit", "expected", "found", "difference", "allowed", "verdict"))]
)  # fmt: skip


def expected_rows(results: Sequence[YearResult]) -> pa.Table:
    """Observed and expected per year, municipality and segment, in that order.

    `insured_years` has two decimals, `observed_cents` none, `expected_cents` six (rounded
    half-even from eight), `ratio` nine, and none where nothing above zero is expected.
    """
    rows = []
    for result in sorted(results, key=lambda one: one.cells.year):
        segments = sorted((name, place) for place, name in enumerate(result.cells.segments))
        for number, municipality in enumerate(result.cells.municipalities):
            insured = _decimal(int(result.exposure[number]), _YEARS)
            for segment, place in segments:
                observed = int(result.observed[number, place])
                expected = result.expected[number, place]
                found = ratio(observed, expected)
                rows.append((
                    result.cells.year, municipality, segment, insured, observed,
                    _decimal(_to_six(expected), MONEY_DIGITS),
                    None if found is None else found / RATIO_SCALE,
                ))  # fmt: skip
    return _table(rows, _EXPECTED)


def weight_rows(results: Sequence[YearResult]) -> pa.Table:
    """The weights: what a class adds per insured year, with the reason where it is 0 by rule."""
    rows = []
    for result in sorted(results, key=lambda one: one.cells.year):
        model = result.model
        for place, segment in enumerate(result.cells.segments):
            for number, (factor, name) in enumerate(model.design.columns):
                weight = int(model.weights[number, place]) // 10 ** (SCALE_DIGITS - MONEY_DIGITS)
                rows.append((
                    result.cells.year, segment, factor, name,
                    _decimal(model.persons[number], _YEARS),
                    _decimal(weight, MONEY_DIGITS), model.notes[number] or None,
                ))  # fmt: skip
    return _table(rows, _WEIGHTS)


def trend_rows(results: Sequence[YearResult]) -> pa.Table:
    """What an insured year of each class costs, years under each other, and the change.

    In order of segment, class and year; no row for a year without the segment or the class.
    """
    segments = sorted({name for result in results for name in result.cells.segments})
    rows = [
        (
            one.segment, one.name, one.year, _decimal(one.exposure, _YEARS),
            _decimal(one.cost, MONEY_DIGITS),
            None if one.change is None else _decimal(one.change, MONEY_DIGITS),
        )
        for one in trend(results, segments)
    ]  # fmt: skip
    return _table(rows, _TREND)


def total_rows(results: Sequence[YearResult]) -> pa.Table:
    """National totals per year and segment: the reference, the rest row, and both together."""
    rows = []
    for result in sorted(results, key=lambda one: one.cells.year):
        cells = result.cells
        for place, segment in enumerate(cells.segments):
            total, rest = cells.national_cents()[segment], cells.rest_cents[place]
            rows.append((
                cells.year, segment, _decimal(cells.national_exposure, _YEARS),
                _decimal(cells.rest_exposure, _YEARS), total - rest, rest, total,
            ))  # fmt: skip
    return _table(rows, _TOTALS)


def check_rows(checks: Sequence[Check]) -> pa.Table:
    """The reconciliation, in the order of the checks."""
    rows = [
        (check.year, check.name, check.unit, *check.texts().values(), check.verdict)
        for check in checks
    ]
    return _table(rows, _CHECKS)


def difference_rows(differences: Sequence[Difference], subject: str) -> pa.Table:
    """Two files of one year side by side.

    Args:
        differences: the figures.
        subject: name of the column that says what is compared.
    """
    names = ("counted_file", "other_file", subject, "unit", "counted", "other", "difference")
    rows = []
    for one in differences:
        pair = (one.counted, one.other)
        rest = None if None in pair else (one.counted or 0) - (one.other or 0)
        texts = [None if n is None else decimal_text(n, one.digits) for n in (*pair, rest)]
        rows.append((one.year, one.counted_file, one.other_file, one.subject, one.unit, *texts))
    return _table(rows, pa.schema([("year", pa.int32()), *((name, _TEXT) for name in names)]))


def _to_six(expected: int) -> int:
    """From 10^-8 to 10^-6 of a cent, halves to even."""
    return round_half_even(fmpq(expected, 10 ** (EXPECTED_DIGITS - MONEY_DIGITS)), 1)


def _decimal(value: int, digits: int) -> Decimal:
    return Decimal(value).scaleb(-digits)


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table(
        [pa.array(c, type=field.type) for c, field in zip(columns, schema, strict=True)],
        schema=schema,
    )
