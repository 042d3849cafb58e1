"""Delivered files as columns of text, and whole numbers from them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from spiegel_core.invent.arrays import Ints
from tests.invent.by_hand import unpacked


def persons_of(table: pa.Table) -> Ints:
    """The number of each line's person: insured numbers are V- and the number, at any insurer."""
    return integers(pc.utf8_slice_codeunits(table["insured_number"], 2))


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a small CSV file."""
    lines = unpacked(path.read_bytes(), path.name).decode().splitlines()
    header = lines[0].split(";")
    return [dict(zip(header, line.split(";"), strict=True)) for line in lines[1:]]


def read_table(path: Path, columns: tuple[str, ...] | None) -> pa.Table:
    """A file as columns of text."""
    body = unpacked(path.read_bytes(), path.name)
    names = body[: body.index(b"\n")].decode().split(";")
    return pyarrow.csv.read_csv(
        pa.BufferReader(body),
        read_options=pyarrow.csv.ReadOptions(use_threads=False),
        parse_options=pyarrow.csv.ParseOptions(delimiter=";", quote_char=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), include_columns=columns or names,
            strings_can_be_null=False,
        ),
    )  # fmt: skip


def integers(column: pa.ChunkedArray) -> Ints:
    """Whole numbers; empty is 0."""
    filled = pc.if_else(pc.equal(column, ""), "0", column)
    return filled.cast(pa.int64()).to_numpy()


def medicines(folder: Path) -> dict[str, tuple[str, int]]:
    (path,) = (folder / "deliveries" / "registers").glob("*-medicines-*.csv.gz")
    return {row["zi"]: (row["atc"], int(row["ddd_per_1000_units"])) for row in rows_of(path)}
