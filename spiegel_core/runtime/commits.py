"""What changes a table: files taken out and files taken in, in one commit.

delta-rs could do it by itself, but writes Parquet without page checksums.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction

from spiegel_core.contracts.table import Table, arrow_schema
from spiegel_core.errors import EnvironmentUnfit, WrongUse
from spiegel_core.runtime.data_files import (
    STATE,
    FileRow,
    WrittenFile,
    add_action,
    reading,
    state_of,
    stem_of,
    verify,
    write_file,
)
from spiegel_core.runtime.files import Folder

_PARTITION = "partition."


def commit(
    opened: DeltaTable, table: Table, gone: Sequence[FileRow], added: Sequence[WrittenFile]
) -> None:
    """Take files out of a table and others in; the commit carries the fingerprint of what is left.

    Raises:
        EnvironmentUnfit: the log cannot be written.
    """
    state = state_of(opened, {row["path"] for row in gone}, added)
    now = int(time.time() * 1000)
    actions: list[AddAction | RemoveAction] = [add_action(file) for file in added]
    actions += [
        RemoveAction(row["path"], True, now, row["size_bytes"], {**partition_of(row)})
        for row in gone
    ]
    try:
        opened.create_write_transaction(
            actions, mode="append", schema=opened.schema(),
            partition_by=list(table.partition_by) or None, commit_properties=carrying(state),
        )  # fmt: skip
    except (OSError, DeltaError) as problem:
        raise EnvironmentUnfit(
            "a table cannot be written", where=table.name,
            found="no space left" if "space" in str(problem) else type(problem).__name__,
            fix="make room or give the right to write, and run again: nothing was changed",
        ) from None  # fmt: skip


def carrying(state: str) -> CommitProperties:
    """What a commit says beside its files; two writers at once are refused, not put in a row."""
    return CommitProperties(custom_metadata={STATE: state}, max_commit_retries=0)


def without(
    folder: Folder, table: Table, held: Sequence[FileRow], dropped: pc.Expression
) -> tuple[list[FileRow], list[WrittenFile]]:
    """The files that hold rows to drop, and new files with their other rows.

    Args:
        folder: the folder of the table.
        table: its contract.
        held: files that may hold such rows.
        dropped: which rows; one it says nothing of, because of a null, is kept.
    """
    gone, kept = [], []
    for row in held:
        rows = _rows_of(folder, row, table)
        left = rows.filter(~dropped.is_valid() | ~dropped)
        if left.num_rows == rows.num_rows:
            continue
        gone.append(row)
        if left.num_rows:
            values = partition_of(row)
            part = left.drop_columns(list(values))
            kept.append(write_file(folder, stem_of(row["path"]), part, values))
    return gone, kept


def is_in(row: FileRow, partition: Mapping[str, int | str]) -> bool:
    """Whether a file is in the partition."""
    values = partition_of(row)
    return all(values[name] == _as_text(value) for name, value in partition.items())


def partition_of(row: FileRow) -> dict[str, str]:
    """Values of the partition columns of a file.

    Example:
        >>> partition_of({"path": "a.parquet", "partition.is_credit": True})
        {'is_credit': 'true'}
    """
    return {
        name.removeprefix(_PARTITION): _as_text(value)
        for name, value in row.items()
        if name.startswith(_PARTITION)
    }


def shaped_rows(table: Table, rows: pa.Table) -> pa.Table:
    """The rows in exactly the columns of the contract, cast, without nulls where none may be.

    Raises:
        WrongUse: a column is missing, or null where the contract allows none.
    """
    missing = [name for name in table.column_names if name not in rows.column_names]
    if missing:
        raise WrongUse(f"{table.name} lacks the columns {', '.join(missing)}", expected=table.grain)
    shaped = rows.select(list(table.column_names)).cast(arrow_schema(table))
    nulls = [c.name for c in table.columns if not c.nullable and shaped[c.name].null_count]
    if nulls:
        raise WrongUse(f"{table.name} has null in {', '.join(nulls)}", expected="a value")
    fields = [
        pa.field(column.name, field.type, nullable=column.nullable)
        for column, field in zip(table.columns, shaped.schema, strict=True)
    ]
    return shaped.cast(pa.schema(fields))


def rows_replaced(table: Table, rows: pa.Table, equal: Mapping[str, int | str]) -> pc.Expression:
    """Which rows are replaced; what takes their place must be of the same kind."""
    chosen = pc.scalar(True)
    for name, value in equal.items():
        if name not in table.column_names:
            raise WrongUse(f"{table.name} cannot be replaced by {name}")
        chosen = chosen & (pc.field(name) == value)
    if equal and rows.filter(chosen).num_rows < rows.num_rows:
        raise WrongUse(f"{table.name} gets other rows than it loses", expected=", ".join(equal))
    return chosen


def _rows_of(folder: Folder, row: FileRow, table: Table) -> pa.Table:
    """The rows of one file, with its partition."""
    verify(folder, [row["path"]])

    def read() -> pa.Table:
        content = pa.BufferReader(folder.read(row["path"]))
        return pq.read_table(content, page_checksum_verification=True)

    rows = reading(table, read)
    types = arrow_schema(table)
    for name in table.partition_by:
        value = pa.scalar(row[_PARTITION + name], types.field(name).type)
        rows = rows.append_column(name, pa.repeat(value, rows.num_rows))
    return rows


def _as_text(value: int | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
