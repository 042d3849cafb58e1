"""A file of one year -> its cells as whole numbers; every fault of the file is named at once."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from spiegel_core.contracts.table import arrow_schema
from spiegel_core.errors import DataRefused
from spiegel_core.open_data.contracts import (
    AGE,
    CELLS,
    COST_COLUMNS,
    INSURED,
    LABELS,
    MUNICIPALITY,
    PERSONS,
    SEX,
    YEAR,
)
from spiegel_core.open_data.header import SEPARATOR, columns_of
from spiegel_core.open_data.numbers import counts, hundredths
from spiegel_core.population.factors import SEXES

_SHOWN = 5
# Control characters in a name: the file is in an encoding that is neither UTF-8 nor latin-1.
_UNREADABLE = r"[\x00-\x1f\x7f-\x9f]"


def read_cells(content: bytes, name: str, year: int, age_class_of: Mapping[str, str]) -> pa.Table:
    """The cells of a file, in order of their key.

    Nothing is left out: the rest row is a row with empty texts, a column the file does not have
    is null in every row.

    Args:
        content: the unpacked file: UTF-8 (with or without a mark) or latin-1.
        name: name of the file, for messages.
        year: calendar year of the care.
        age_class_of: label of the files, single blanks -> class.

    Returns:
        Rows of bronze.open_data.

    Raises:
        DataRefused: unknown or missing columns, rows of another width, unknown sex or age class,
            numbers that cannot be read, another year inside, two rows of one cell, no rows.

    Source:
        background, formats and real data, section B: the traps of the 13 files.

    Example:
        >>> head = "GESLACHT;LEEFTIJDSKLASSE;GEMEENTENAAM;AANTAL_BSN;AANTAL_VERZEKERDEJAREN"
        >>> text = f"{head};KOSTEN_GZSP\\nM; 0 t/m  4 jaar;TIEL;12;9.5;-0.1"
        >>> cells = read_cells(text.encode(), "x_2021.csv", 2021, {"0 t/m 4 jaar": "00-04"})
        >>> cells["insured_hundredths"].to_pylist(), cells["gzsp_cents"].to_pylist()
        ([950], [-10])
    """
    text = _decoded(content)
    columns, faults = columns_of(text)
    if not faults:
        rows, faults = _rows(text, columns)
    if not faults:
        cells, faults = _cells(rows, year, age_class_of)
    if faults:
        raise DataRefused(
            "a file of open data cannot be read", where=name,
            found="\n            ".join(faults),
            expected="the columns of conf/open_data/segments.csv, one row per sex, age class and "
            "municipality", fix="repair the file, or take it out of the folder; a column that is "
            "new: add it to conf/open_data/segments.csv and spiegel_core/open_data/contracts.py",
        )  # fmt: skip
    return cells.sort_by([(column, "ascending") for column in CELLS.key])


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _rows(text: str, columns: Sequence[str]) -> tuple[pa.Table, list[str]]:
    """The rows below the header, every field a text."""
    odd: list[str] = []

    def other_width(row: pyarrow.csv.InvalidRow) -> str:
        odd.append(f"row {row.number - 1} has {row.actual_columns} fields, not {len(columns)}")
        return "skip"

    try:
        rows = pyarrow.csv.read_csv(
            io.BytesIO(text.encode("utf-8")),
            # One thread, because only then rows are numbered.
            pyarrow.csv.ReadOptions(use_threads=False, column_names=columns, skip_rows=1),
            pyarrow.csv.ParseOptions(delimiter=SEPARATOR, invalid_row_handler=other_width),
            pyarrow.csv.ConvertOptions(
                column_types={name: pa.string() for name in columns}, strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        # Its text may quote half a file.
        return pa.table({}), ["there are no rows below the header, or a quote is not closed"]
    faults = odd[:_SHOWN] + ([f"and {len(odd) - _SHOWN:,} more rows"] if len(odd) > _SHOWN else [])
    if not odd and not rows.num_rows:
        faults.append("there are no rows below the header")
    return rows, faults


def _cells(
    rows: pa.Table, year: int, age_class_of: Mapping[str, str]
) -> tuple[pa.Table, list[str]]:
    found: dict[str, pa.ChunkedArray] = {}
    faults = []
    readers = {INSURED: hundredths, PERSONS: counts, **dict.fromkeys(COST_COLUMNS, hundredths)}
    for name in rows.column_names:
        if name in readers:
            found[name], fault = readers[name](rows[name])
            faults += [f"column {name}: {fault}"] if fault else []
    if INSURED in found and not faults and pc.min(found[INSURED]).as_py() < 0:
        faults.append(f"column {INSURED}: below zero")
    for name, known in ((SEX, {s: s for s in SEXES}), (AGE, dict(age_class_of))):
        found[name], fault = _named(rows[name], known)
        faults += [f"column {name}: {fault}"] if fault else []
    found[MUNICIPALITY] = pc.utf8_trim_whitespace(rows[MUNICIPALITY])
    if pc.any(pc.match_substring_regex(found[MUNICIPALITY], _UNREADABLE)).as_py():
        faults.append(f"column {MUNICIPALITY}: control characters, so the encoding is unknown")
    faults += _other_years(rows, year) + _repeated(found)
    if faults:
        return rows, faults
    nothing = pa.nulls(rows.num_rows, pa.int64())
    return pa.table(
        [
            pa.array(np.full(rows.num_rows, year, dtype=np.int32)),
            *(found[name] for name in (MUNICIPALITY, SEX, AGE, PERSONS, INSURED)),
            *(found.get(name, nothing) for name in COST_COLUMNS),
        ],
        schema=arrow_schema(CELLS),
    ), []


def _named(texts: pa.ChunkedArray, known: Mapping[str, str]) -> tuple[pa.ChunkedArray, str]:
    """Labels as classes; blanks around and doubled blanks do not matter, empty stays empty."""
    plain = pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, r"\s+", " "))
    classes = {"": "", **known}
    places = pc.index_in(plain, pa.array(list(classes)))
    if places.null_count:
        unknown = sorted({text for text in pc.unique(plain).to_pylist() if text not in classes})
        return plain, f"unknown {', '.join(repr(text[:30]) for text in unknown[:_SHOWN])}"
    return pa.array(list(classes.values())).take(places.combine_chunks()), ""


def _other_years(rows: pa.Table, year: int) -> list[str]:
    if YEAR not in rows.column_names:
        return []
    others = {text.strip() for text in pc.unique(rows[YEAR]).to_pylist()} - {str(year)}
    return [f"column {YEAR}: {text[:30]!r}, but its name says {year}" for text in sorted(others)]


def _repeated(found: Mapping[str, pa.ChunkedArray]) -> list[str]:
    keys = pa.table({LABELS[name]: found[name] for name in LABELS})
    groups = keys.group_by(keys.column_names).aggregate([([], "count_all")])
    repeated = groups.filter(pc.greater(groups["count_all"], 1)).sort_by(
        [(name, "ascending") for name in keys.column_names]
    )
    return [
        f"{row['count_all']} rows of {row['municipality'] or 'no municipality'}, "
        f"{row['sex'] or 'no sex'}, {row['age_class'] or 'no age class'}"
        for row in repeated.slice(0, _SHOWN).to_pylist()
    ]
