"""Several files of one year: which one counts, and where they differ."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.errors import WrongUse
from spiegel_core.open_data.contracts import COST_COLUMNS, cents_column
from spiegel_core.open_data.file_names import division_in
from spiegel_core.open_data.reconcile import file_totals
from spiegel_core.open_data.rules import NationalTotals

REST = "rest row"


@dataclass(frozen=True)
class YearFile:
    """A file that was read.

    Args:
        name: name of the file.
        year: calendar year of the care.
        rows: bronze.open_data.
    """

    name: str
    year: int
    rows: pa.Table


@dataclass(frozen=True)
class Vintages:
    """The files of one year.

    Args:
        counted: the one that counts.
        others: the others, in order of name.
    """

    counted: YearFile
    others: tuple[YearFile, ...]


@dataclass(frozen=True)
class Difference:
    """One figure in the file that counts and in another file of the same year.

    Args:
        year, counted_file, other_file: which files.
        subject: cost column, `bsn` or `insured_years`; in municipal rows the municipality, whose
            figure the unit tells.
        counted, other: the figure; None where the file does not have it.
        digits: decimals of the figures.
    """

    year: int
    counted_file: str
    other_file: str
    subject: str
    unit: str
    counted: int | None
    other: int | None
    digits: int = 0


def choose_files(files: Sequence[YearFile], totals: Mapping[int, NationalTotals]) -> list[Vintages]:
    """Per year the file that counts: the newest publication.

    Of several files of a year the one with the known totals counts; else the one with the latest
    municipal division in its name.

    Raises:
        WrongUse: nothing says which of two files is newer.
    """
    of_year: dict[int, list[YearFile]] = {}
    for file in sorted(files, key=lambda file: (file.year, file.name)):
        of_year.setdefault(file.year, []).append(file)
    chosen = []
    for year, candidates in of_year.items():
        counted = _newest(candidates, totals.get(year))
        others = tuple(file for file in candidates if file is not counted)
        chosen.append(Vintages(counted, others))
    return chosen


def _newest(files: Sequence[YearFile], known: NationalTotals | None) -> YearFile:
    with_totals = [file for file in files if known is not None and file_totals(file.rows) == known]
    left = with_totals or files
    divisions = [division_in(file.name) for file in left]
    named = [division for division in divisions if division is not None]
    # A file without a division in its name says nothing of its age beside others.
    newest = (
        [file for file, division in zip(left, divisions, strict=True) if division == max(named)]
        if len(left) > 1 and len(named) == len(left)
        else left
    )
    if len(newest) > 1:
        raise WrongUse(
            f"there are several files of {files[0].year}, and nothing says which is newer",
            found=", ".join(file.name for file in newest),
            expected="one file with the totals of conf/open_data/totals.csv, or names with their "
            "division, as (indeling_2017)", fix="leave one of them in the folder",
        )  # fmt: skip
    return newest[0]


def as_vintages(first: YearFile, second: YearFile) -> Vintages:
    """Two files that are to be compared: the second counts, whatever their names and totals say.

    Raises:
        WrongUse: they are of different years.
    """
    if first.year != second.year:
        raise WrongUse(
            "two files of different years cannot be compared",
            found=f"{first.name} ({first.year}), {second.name} ({second.year})",
            expected="two files of one year",
            fix="spiegel open-data DIR --out DIR shows years beside one another",
        )  # fmt: skip
    return Vintages(second, (first,))


def national_differences(vintages: Vintages) -> list[Difference]:
    """Per figure of the country, the two files side by side, equal figures included."""
    rows = []
    for other in vintages.others:
        for column, unit, digits in _FIGURES:
            pair = [_national(file.rows, column) for file in (vintages.counted, other)]
            if pair != [None, None]:
                name = _NAMES.get(column, column)
                rows.append(
                    Difference(other.year, vintages.counted.name, other.name, name, unit, pair[0],
                               pair[1], digits)
                )  # fmt: skip
    return rows


def municipal_differences(vintages: Vintages) -> list[Difference]:
    """Per municipality its persons, insured years and total cost, each where the files differ.

    Of a municipality that only one of the files has, all three are there. The rest row stands
    under its own name. Names are held side by side without accents, hyphens and apostrophes:
    'S-GRAVENHAGE is S GRAVENHAGE.
    """
    counted = _by_municipality(vintages.counted.rows)
    rows = []
    for other in vintages.others:
        of_other = _by_municipality(other.rows)
        for key in sorted({*counted, *of_other}):
            here, there = counted.get(key), of_other.get(key)
            name = (here or there or _NOBODY).name or REST
            for place, (unit, digits) in enumerate(_MUNICIPAL):
                pair = [None if one is None else one.figures[place] for one in (here, there)]
                if pair[0] != pair[1]:
                    rows.append(
                        Difference(other.year, vintages.counted.name, other.name, name, unit,
                                   pair[0], pair[1], digits)
                    )  # fmt: skip
    return rows


@dataclass(frozen=True)
class _Municipality:
    """Name as in the file, and the figures of `_MUNICIPAL`."""

    name: str
    figures: tuple[int, ...]


_NOBODY = _Municipality("", ())
_MUNICIPAL = (("persons", 0), ("insured years", 2), ("eurocents", 0))
_NAMES = {"insured_hundredths": "insured_years", **{cents_column(n): n for n in COST_COLUMNS}}
_FIGURES = (
    ("bsn", "persons", 0), ("insured_hundredths", "insured years", 2),
    *((cents_column(name), "eurocents", 0) for name in COST_COLUMNS),
)  # fmt: skip


def _national(rows: pa.Table, column: str) -> int | None:
    found: int | None = pc.sum(rows[column]).as_py()
    return found


def _by_municipality(rows: pa.Table) -> dict[str, _Municipality]:
    """Every municipality by its plain name; the rest row stands under no name."""
    costs = [cents_column(name) for name in COST_COLUMNS]
    own = ("bsn", "insured_hundredths")
    sums = rows.group_by("municipality").aggregate([(name, "sum") for name in (*own, *costs)])
    found = {}
    for row in sums.to_pylist():
        total = sum(row[f"{name}_sum"] or 0 for name in costs)
        figures = (*(row[f"{name}_sum"] for name in own), total)
        found[_plain(row["municipality"])] = _Municipality(row["municipality"], figures)
    return found


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.upper()).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Z0-9]+", " ", letters).strip()
