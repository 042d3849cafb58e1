"""Test tables drawn as on paper: columns between bars, an empty cell is null.

    person_id | practice | care_from
    ann       | 01000001 | 2021-07-01
    bob       |          | 2021-07-01

A person is drawn by a short name and is a number in the table, as a pseudonym is.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from spiegel_core.contracts.table import Column, Table, arrow_schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Columns = Table | Sequence[Column]
_LONGEST_NAME = 7  # bytes that fit in a person_id


def draw(text: str) -> list[dict[str, str | None]]:
    """The rows of a drawn table, each cell as text; an empty cell is None.

    Example:
        >>> draw('''
        ...     gp | practice
        ...     g1 | p1
        ...     g2 |
        ... ''')
        [{'gp': 'g1', 'practice': 'p1'}, {'gp': 'g2', 'practice': None}]
    """
    header, *lines = [
        [cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()
    ]
    for cells in lines:
        if len(cells) != len(header):
            raise ValueError(f"drawn with {len(cells)} cells, not {len(header)}: {cells}")
    return [dict(zip(header, [cell or None for cell in cells], strict=True)) for cells in lines]


def person(name: str) -> int:
    """The number of a person drawn by name.

    Example:
        >>> person("ann") == person("ann"), person("ann") == person("bob")
        (True, False)
    """
    if not 0 < len(name.encode()) <= _LONGEST_NAME:
        raise ValueError(f"a person's name has 1 to {_LONGEST_NAME} bytes: {name}")
    return int.from_bytes(name.encode())


def arrow(text: str, columns: Columns, **usual: Any) -> pa.Table:
    """A drawn table, typed by its columns.

    Args:
        text: the drawing, with the columns that matter.
        columns: a contract, or columns as a contract has them.
        usual: values of columns that are not drawn; others that are not drawn are null.
    """
    table = as_table(columns)
    drawn = draw(text)
    unknown = {name for row in drawn for name in row} - {*table.column_names}
    if unknown | (usual.keys() - {*table.column_names}):
        raise ValueError(f"{table.name} has no columns {unknown or usual.keys()}")
    rows = [
        {
            column.name: typed(row[column.name], column)
            if column.name in row
            else usual.get(column.name)
            for column in table.columns
        }
        for row in drawn
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(table))


def frame(spark: SparkSession, text: str, columns: Columns, **usual: Any) -> DataFrame:
    """A drawn table as a DataFrame (`arrow`)."""
    return spark.createDataFrame(arrow(text, columns, **usual))


_PARSERS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "int": int,
    "bigint": int,
    "boolean": {"yes": True, "no": False}.__getitem__,
    "date": datetime.date.fromisoformat,
    "double": float,
    "strings": lambda cell: [] if cell == "none" else cell.split(),
    "decimal(38,0)": Decimal,
    "decimal(38,9)": Decimal,
}


def typed(cell: str | None, column: Column) -> Any:
    """A drawn cell as a value of its column: 1000, yes, 2021-07-01, several words, none."""
    if cell is None:
        return None
    if column.name == "person_id":
        return person(cell)
    return _PARSERS[column.type](cell)


def assert_drawn(found: DataFrame | pa.Table | Iterable[Mapping[str, Any]], text: str) -> None:
    """The rows found are those drawn, in any order, in the columns that are drawn."""
    expected = draw(text)
    names = [cell.strip() for cell in text.strip().splitlines()[0].split("|")]
    assert _sorted(as_drawn(found, names)) == _sorted(expected)


def as_drawn(
    found: DataFrame | pa.Table | Iterable[Mapping[str, Any]], names: Sequence[str]
) -> list[dict[str, str | None]]:
    """Rows as `draw` gives them."""
    if isinstance(found, pa.Table):
        found = found.to_pylist()
    elif hasattr(found, "collect"):
        found = [row.asDict() for row in found.select(*names).collect()]
    return [{name: _cell(name, row[name]) for name in names} for row in found]


def _cell(name: str, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "person_id":
        return int(value).to_bytes(8).lstrip(b"\x00").decode()
    if isinstance(value, list | tuple | set | frozenset):
        return " ".join(value) if value else "none"
    return str(value)


def _sorted(rows: list[dict[str, str | None]]) -> list[dict[str, str | None]]:
    return sorted(rows, key=lambda row: [value or "" for value in row.values()])


def as_table(columns: Columns) -> Table:
    if isinstance(columns, Table):
        return columns
    return Table("drawn", "one row per line drawn", (), tuple(columns))
