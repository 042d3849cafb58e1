"""Delta tables by contract, as Arrow, without a JVM.

The door and the ledger, `status` and the exports live here, so that they answer within a second;
what needs a cluster goes through Spark (`store.Store`) on the same tables. Every table has one
writer: bronze and silver are written here, gold tables of persons and sums by Spark.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.schema import Schema
from deltalake.transaction import AddAction, RemoveAction

from spiegel_core.contracts.table import Table, arrow_schema
from spiegel_core.errors import EnvironmentUnfit, WrongUse
from spiegel_core.runtime.files import Folder

_CONFIGURATION = {
    # Smallest and largest values stand in Delta's log in plain text, so only loads have them.
    "delta.dataSkippingStatsColumns": "load_id",
    "delta.checkpointInterval": "20",
}
Values = dict[str, int | str]


@dataclass(frozen=True)
class WrittenFile:
    """A Parquet file a task wrote for a table, not yet part of it.

    Args:
        name: from the folder of the table.
        size: bytes.
        rows: rows it holds.
        partition: values of the table's partition columns.
        loads: smallest and largest load it holds; None for a table without loads.
    """

    name: str
    size: int
    rows: int
    partition: dict[str, str]
    loads: tuple[int, int] | None


class Tables:
    """Tables by contract in a folder.

    Args:
        folder: the folder of the store.
    """

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    def uri(self, table: Table) -> str:
        return f"{self.folder.uri}/{table.name.replace('.', '/')}"

    def exists(self, table: Table) -> bool:
        return self._open(table) is not None

    def version(self, table: Table) -> int:
        """The newest version of a table; -1 when it is not there."""
        opened = self._open(table)
        return -1 if opened is None else opened.version()

    def read(
        self, table: Table, columns: Sequence[str] | None = None, as_of: int | None = None,
        **equal: int | str | Sequence[int],
    ) -> pa.Table:  # fmt: skip
        """Rows of a table, all or those whose columns equal the values; none when it is not there.

        Only for tables that fit in memory: never one that grows with persons.

        Args:
            table: which table.
            columns: the columns wanted; None is all.
            as_of: version of the table itself; None is the newest.
            equal: values that columns must have: one, or one of several numbers.
        """
        opened = self._open(table, as_of)
        names = list(columns or table.column_names)
        wanted = pa.schema([field for field in arrow_schema(table) if field.name in names])
        if opened is None:
            return wanted.empty_table()
        filters = [_filter(name, value) for name, value in equal.items()] or None
        found = opened.to_pyarrow_table(columns=names, filters=filters)
        return found.select(wanted.names).cast(wanted)

    def batches(self, table: Table, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The rows of a table a piece at a time, for one that does not fit in memory."""
        opened = self._open(table)
        if opened is not None:
            yield from opened.to_pyarrow_dataset().to_batches(columns=list(columns))

    def different(self, table: Table, column: str, where: pc.Expression) -> set[Any]:
        """The different values of a column in the rows of a condition, read piece by piece, so
        that it may be asked of any table."""
        opened = self._open(table)
        if opened is None:
            return set()
        found: set[Any] = set()
        for batch in opened.to_pyarrow_dataset().to_batches(columns=[column], filter=where):
            found.update(batch.column(0).unique().to_pylist())
        return found

    def append(self, table: Table, rows: pa.Table) -> None:
        """Add rows in one commit."""
        if rows.num_rows:
            self._write(table, rows, "append", None)

    def replace(self, table: Table, rows: pa.Table, **equal: int | str) -> None:
        """Replace all rows, or those whose columns equal the values, in one commit."""
        self._write(table, rows, "overwrite", _predicate(table, equal))

    def add_files(self, table: Table, files: Sequence[WrittenFile]) -> None:
        """Make files that tasks wrote part of a table, all of them in one commit."""
        if not files:
            return
        opened = self._create(table)
        opened.create_write_transaction(
            _actions(files), mode="append", schema=opened.schema(),
            partition_by=list(table.partition_by) or None,
        )  # fmt: skip

    def replace_files(
        self, table: Table, files: Sequence[WrittenFile], partition: Mapping[str, int | str]
    ) -> None:
        """Make files that tasks wrote all there is of a partition, in one commit."""
        opened = self._create(table)
        opened.create_write_transaction(
            _actions(files), mode="overwrite", schema=opened.schema(),
            partition_by=list(table.partition_by),
            partition_filters=[(name, "=", str(value)) for name, value in partition.items()],
        )  # fmt: skip

    def delete_loads(self, table: Table, first: int, last: int) -> None:
        """Remove the rows of loads from `first` up to and including `last`."""
        opened = self._open(table)
        if opened is not None:
            opened.delete(f"load_id >= {int(first)} AND load_id <= {int(last)}")

    def restore(self, table: Table, version: int) -> None:
        """Put a table back to an earlier version; -1 is before it was there, and empties it."""
        opened = self._open(table)
        if opened is None:
            return
        if version < 0:
            self.replace(table, arrow_schema(table).empty_table())
        elif opened.version() != version:
            opened.restore(version)

    def files_of(self, table: Table, **partition: int | str) -> list[str]:
        """Addresses of the files of a partition, in order.

        Raises:
            EnvironmentUnfit: rows of the table may be deleted within its files, which is not seen
                by who reads the files.
        """
        opened = self._open(table)
        if opened is None:
            return []
        if "deletionVectors" in (opened.protocol().reader_features or []):
            raise EnvironmentUnfit(
                "a table has deletion vectors", where=table.name,
                expected="a table only this project writes to",
                fix="let Delta rewrite it (REORG TABLE ... APPLY (PURGE)), then drop the feature",
            )  # fmt: skip
        filters = [(name, "=", str(value)) for name, value in partition.items()]
        return sorted(opened.file_uris(file_pruning_predicate=filters))

    def active_files(self, table: Table) -> set[str]:
        """Names, from the folder of the table, of the files that are part of it."""
        opened = self._open(table)
        if opened is None:
            return set()
        return set(pa.table(opened.get_add_actions())["path"].to_pylist())

    def _open(self, table: Table, version: int | None = None) -> DeltaTable | None:
        try:
            return DeltaTable(self.uri(table), version=version)
        except TableNotFoundError:
            return None

    def _create(self, table: Table) -> DeltaTable:
        opened = self._open(table)
        if opened is not None:
            return opened
        fields = [
            pa.field(column.name, field.type, nullable=column.nullable)
            for column, field in zip(table.columns, arrow_schema(table), strict=True)
        ]
        settings = _CONFIGURATION if "load_id" in table.column_names else {}
        if table.is_only_added_to:
            settings = {**settings, "delta.appendOnly": "true"}
        return DeltaTable.create(
            self.uri(table), Schema.from_arrow(pa.schema(fields)), mode="ignore",
            partition_by=list(table.partition_by) or None, description=table.grain,
            configuration=settings,
        )  # fmt: skip

    def _write(self, table: Table, rows: pa.Table, mode: str, predicate: str | None) -> None:
        shaped = shaped_rows(table, rows)
        self._create(table)
        try:
            write_deltalake(
                self.uri(table), shaped, mode=mode, predicate=predicate,
                commit_properties=CommitProperties(max_commit_retries=0),
            )  # type: ignore[call-overload]  # fmt: skip
        except (OSError, DeltaError) as problem:
            raise EnvironmentUnfit(
                "a table cannot be written", where=table.name,
                found="no space left" if "space" in str(problem) else type(problem).__name__,
                fix="make room or give the right to write, and run again: nothing was changed",
            ) from None  # fmt: skip


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


def write_parquet(rows: pa.Table, sink: Any) -> None:
    """Rows as one Parquet file; a flipped bit in it fails its page checksum when read."""
    unique = {"reference", "person_id", "person_check", "line"}
    names = [name for name in rows.column_names if name not in unique]
    pq.write_table(
        rows, sink, compression="snappy", use_dictionary=names, write_statistics=False,
        write_page_checksum=True,
    )  # fmt: skip


def _predicate(table: Table, equal: Values) -> str | None:
    """Which rows are replaced: whole numbers and plain words only, never text from outside."""
    parts = []
    for name, value in equal.items():
        is_word = isinstance(value, str) and value.replace("_", "").isalnum()
        if not (isinstance(value, int) or is_word) or name not in table.column_names:
            raise WrongUse(f"{table.name} cannot be replaced by {name}")
        parts.append(f"{name} = {value}" if isinstance(value, int) else f"{name} = '{value}'")
    return " AND ".join(parts) or None


def _actions(files: Sequence[WrittenFile]) -> list[AddAction | RemoveAction]:
    return [
        AddAction(
            path=file.name, size=file.size, partition_values=file.partition,
            modification_time=0, data_change=True, stats=_stats(file),
        )
        for file in files
    ]  # fmt: skip


def _filter(name: str, value: int | str | Sequence[int]) -> tuple[str, str, Any]:
    return (name, "=", value) if isinstance(value, int | str) else (name, "in", list(value))


def _stats(file: WrittenFile) -> str:
    if file.loads is None:
        return json.dumps({"numRecords": file.rows})
    first, last = file.loads
    return json.dumps(
        {"numRecords": file.rows, "minValues": {"load_id": first},
         "maxValues": {"load_id": last}, "nullCount": {"load_id": 0}}
    )  # fmt: skip
