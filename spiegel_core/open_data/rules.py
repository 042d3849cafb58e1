"""What is known of the open data before a file is read: segments, age classes, national totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation

from spiegel_core.errors import ConfUnusable
from spiegel_core.open_data.contracts import COST_COLUMNS
from spiegel_core.population.factors import SEXES, age_sex_class

TOTAL = "total"
Row = Mapping[str, str]


@dataclass(frozen=True)
class NationalTotals:
    """The figures of the file of one year, the rest row included.

    Args:
        rows: rows of the file.
        municipalities: different names of municipalities.
        bsn: insured persons; who moved counts twice.
        insured_hundredths: insured years x 100.
        total_cents: all cost columns together (eurocents).
        rest_rows, rest_bsn, rest_insured_hundredths, rest_cents: the same of the rows without
            sex, age class or municipality.
        negative_cells: amounts below zero.
    """

    rows: int
    municipalities: int
    bsn: int
    insured_hundredths: int
    total_cents: int
    rest_rows: int
    rest_bsn: int
    rest_insured_hundredths: int
    rest_cents: int
    negative_cells: int


@dataclass(frozen=True)
class OpenDataRules:
    """Everything conf/open_data says about the numbers.

    Args:
        segment_of: cost column of the files -> segment.
        age_class_of: label of the files, single blanks -> class.
        labels: segment (and `total`) -> Dutch label, in the order of reading.
        totals: year -> figures to reconcile with.
        segment_totals: year -> segment -> hundredths of a million euros.
    """

    segment_of: Mapping[str, str]
    age_class_of: Mapping[str, str]
    labels: Mapping[str, str]
    totals: Mapping[int, NationalTotals]
    segment_totals: Mapping[int, Mapping[str, int]]

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of the one factor: all men by age, then all women."""
        return tuple(age_sex_class(age, sex) for sex in SEXES for age in self.age_class_of.values())

    @property
    def segments(self) -> tuple[str, ...]:
        """All segments in the order of reading, without the total."""
        return tuple(name for name in self.labels if name != TOTAL)


def rules_of(
    columns: Sequence[Row],
    ages: Sequence[Row],
    labels: Sequence[Row],
    totals: Sequence[Row],
    segment_totals: Sequence[Row],
) -> OpenDataRules:
    """The rows of the files in conf/open_data as rules.

    Raises:
        ConfUnusable: a column, segment or year that does not fit; every fault is named.
    """
    faults = [
        *_not_the_same("segments.csv, column", _all(columns, "column"), COST_COLUMNS),
        *_not_the_same(
            "segment_labels.csv, segment", _all(labels, "segment"),
            {*_all(columns, "segment"), TOTAL},
        ),
        *_not_the_same("age_classes.csv, label", _all(ages, "label"), _all(ages, "label")),
        *_not_the_same("age_classes.csv, class", _all(ages, "class"), _all(ages, "class")),
        *_not_the_same("totals.csv, year", _all(totals, "year"), _all(totals, "year")),
    ]  # fmt: skip
    national = _national(totals, faults)
    of_segment = _of_segment(segment_totals, set(_all(columns, "segment")), faults)
    if faults:
        raise ConfUnusable(
            "conf/open_data is not usable", found="\n            ".join(faults),
            fix="repair every line named here",
        )  # fmt: skip
    return OpenDataRules(
        {row["column"]: row["segment"] for row in columns},
        {row["label"]: row["class"] for row in ages},
        {row["segment"]: row["label"] for row in labels}, national, of_segment,
    )  # fmt: skip


def _national(rows: Sequence[Row], faults: list[str]) -> dict[int, NationalTotals]:
    names = [field.name for field in fields(NationalTotals)]
    return {
        _number(row["year"], 0, "totals.csv", faults): NationalTotals(
            **{name: _number(row[name], 0, "totals.csv", faults) for name in names}
        )
        for row in rows
    }


def _of_segment(
    rows: Sequence[Row], known: set[str], faults: list[str]
) -> dict[int, dict[str, int]]:
    of_year: dict[int, dict[str, int]] = {}
    for row in rows:
        year = _number(row["year"], 0, "segment_totals.csv", faults)
        segments = of_year.setdefault(year, {})
        if row["segment"] not in known or row["segment"] in segments:
            faults.append(
                f"segment_totals.csv: {row['segment']} of {year} is not known or stands twice"
            )
        segments[row["segment"]] = _number(row["million_euro"], 2, "segment_totals.csv", faults)
    return of_year


def _all(rows: Sequence[Row], column: str) -> list[str]:
    return [row[column] for row in rows]


def _not_the_same(where: str, found: Iterable[str], expected: Iterable[str]) -> list[str]:
    """Names that are missing, unknown or there twice."""
    names, wanted = list(found), set(expected)
    twice = {name for name in names if names.count(name) > 1}
    return [
        *(f"{where}: {name} is missing" for name in sorted(wanted - set(names))),
        *(f"{where}: {name} is not known" for name in sorted(set(names) - wanted)),
        *(f"{where}: {name} stands twice" for name in sorted(twice)),
    ]


def _number(text: str, digits: int, where: str, faults: list[str]) -> int:
    """A decimal text in units of 10^-digits; 0 and a fault where it is none."""
    try:
        scaled = Decimal(text).scaleb(digits)
        if scaled == scaled.to_integral_value():
            return int(scaled)
    except (InvalidOperation, ValueError, OverflowError):
        pass
    faults.append(f"{where}: {text!r} is no number of {digits} decimals")
    return 0
