"""Delta tables by contract, as Arrow, without a JVM.

The door and the ledger, `status` and the exports live here, so that they answer within a second;
what needs a cluster goes through Spark (`store.Store`) on the same tables. Every table has one
writer: bronze and silver are written here, gold tables of persons and sums by Spark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.schema import Schema

from spiegel_core.contracts.table import Table, arrow_schema
from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.runtime.commits import (
    carrying,
    commit,
    is_in,
    rows_replaced,
    shaped_rows,
    without,
)
from spiegel_core.runtime.data_files import (
    FileRow,
    WrittenFile,
    by_partition,
    files_in,
    reading,
    state_of,
    verify,
    verify_state,
    write_file,
)
from spiegel_core.runtime.files import Folder

_CONFIGURATION = {
    # Smallest and largest values stand in Delta's log in plain text, so only loads have them.
    "delta.dataSkippingStatsColumns": "load_id",
    "delta.checkpointInterval": "20",
}
_COMMIT = re.compile(r"[0-9]{20}\.json")
Values = Mapping[str, int | str]


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

        Raises:
            EnvironmentUnfit: the table, or a file of it, is not what was written.
        """
        opened = self._open(table, as_of)
        names = list(columns or table.column_names)
        wanted = pa.schema([field for field in arrow_schema(table) if field.name in names])
        if opened is None:
            return wanted.empty_table()
        filters = [_filter(name, value) for name, value in equal.items()]
        wish = pq.filters_to_expression(filters) if filters else None
        found = reading(table, lambda: self._scanner(table, opened, names, wish).to_table())
        return reading(table, lambda: found.select(wanted.names).cast(wanted))

    def batches(
        self, table: Table, columns: Sequence[str], where: pc.Expression | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a table a piece at a time, for one that does not fit in memory."""
        opened = self._open(table)
        if opened is None:
            return
        found = reading(table, lambda: self._scanner(table, opened, columns, where).to_batches())
        while (batch := reading(table, lambda: next(found, None))) is not None:
            yield batch

    def different(self, table: Table, column: str, where: pc.Expression) -> set[Any]:
        """The different values of a column in the rows of a condition, of any table."""
        found: set[Any] = set()
        for batch in self.batches(table, [column], where):
            found.update(batch.column(0).unique().to_pylist())
        return found

    def append(self, table: Table, rows: pa.Table) -> None:
        """Add rows in one commit."""
        if rows.num_rows:
            self._write(table, rows, None)

    def replace(self, table: Table, rows: pa.Table, **equal: int | str) -> None:
        """Replace all rows, or those whose columns equal the values, in one commit."""
        self._write(table, rows, equal)

    def add_files(self, table: Table, files: Sequence[WrittenFile]) -> None:
        """Make files that tasks wrote part of a table, all of them in one commit."""
        if files:
            commit(self._create(table), table, [], files)

    def replace_files(
        self, table: Table, files: Sequence[WrittenFile], partition: Mapping[str, int | str]
    ) -> None:
        """Make files that tasks wrote all there is of a partition, in one commit."""
        opened = self._create(table)
        gone = [row for row in files_in(opened) if is_in(row, partition)]
        commit(opened, table, gone, files)

    def delete_loads(self, table: Table, first: int, last: int) -> None:
        """Remove the rows of loads from `first` up to and including `last`."""
        opened = self._open(table)
        if opened is None:
            return
        loads = (pc.field("load_id") >= first) & (pc.field("load_id") <= last)
        held = [
            row for row in files_in(opened)
            if (lowest := row.get("min.load_id")) is None
            or (lowest <= last and row["max.load_id"] >= first)
        ]  # fmt: skip
        gone, kept = without(self._child(table), table, held, loads)
        if gone:
            commit(opened, table, gone, kept)

    def restore(self, table: Table, version: int) -> None:
        """Put a table back to an earlier version; -1 is before it was there, and empties it."""
        opened = self._open(table)
        if opened is None:
            return
        if version < 0:
            self.replace(table, arrow_schema(table).empty_table())
        elif opened.version() != version:
            earlier = self._open(table, version)
            assert earlier is not None
            opened.restore(version, commit_properties=carrying(state_of(earlier)))

    def files_of(self, table: Table, **partition: int | str) -> list[str]:
        """Addresses of the files of a partition, in order; `files_as_of` of the newest version."""
        return self.files_as_of(table, None, partition)

    def files_as_of(
        self, table: Table, as_of: int | None, partition: Mapping[str, int | str]
    ) -> list[str]:
        """Addresses of the files of a partition, in order.

        Args:
            table: which table.
            as_of: version of the table itself; None is the newest.
            partition: values of its partition columns.

        Raises:
            EnvironmentUnfit: rows of the table may be deleted within its files, which is not seen
                by who reads the files.
        """
        opened = self._open(table, as_of)
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
            opened = DeltaTable(self.uri(table), version=version)
            verify_state(opened, self._child(table), table.name)
        except TableNotFoundError as problem:
            log = self.folder.files(f"{table.name.replace('.', '/')}/_delta_log")
            if any(_COMMIT.search(name) for name, _ in log):
                raise _unreadable(table, problem) from None
            return None
        except (OSError, ValueError, DeltaError) as problem:
            raise _unreadable(table, problem) from None
        except BaseException as problem:
            # Where a checkpoint is damaged delta-rs may panic, which is no Exception.
            if type(problem).__name__ != "PanicException":
                raise
            raise _unreadable(table, problem) from None
        return opened

    def _scanner(
        self, table: Table, opened: DeltaTable, columns: Sequence[str], wish: pc.Expression | None
    ) -> Any:
        """Reads rows, of files that hold what was written."""
        # Imported late: it brings pandas, and judging a file needs no tables.
        from pyarrow.dataset import ParquetFragmentScanOptions

        checked = ParquetFragmentScanOptions(page_checksum_verification=True, pre_buffer=True)
        found = opened.to_pyarrow_dataset()
        verify(self._child(table), [part.path for part in found.get_fragments(filter=wish)])
        return found.scanner(columns=list(columns), filter=wish, fragment_scan_options=checked)

    def _child(self, table: Table) -> Folder:
        return self.folder.child(table.name.replace(".", "/"))

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

    def _write(self, table: Table, rows: pa.Table, equal: Values | None) -> None:
        """Add rows, in the place of those whose columns equal the values; None is of no row."""
        shaped = shaped_rows(table, rows)
        replaced = None if equal is None else rows_replaced(table, shaped, equal)
        opened, folder = self._create(table), self._child(table)
        gone: list[FileRow] = []
        kept: list[WrittenFile] = []
        if equal is not None and replaced is not None:
            partition = {name: equal[name] for name in table.partition_by if name in equal}
            gone = [row for row in files_in(opened) if is_in(row, partition)]
            if len(partition) < len(equal):
                gone, kept = without(folder, table, gone, replaced)
        added = [
            write_file(folder, f"v{opened.version() + 1:08d}", part, values)
            for values, part in by_partition(shaped, table)
            if part.num_rows
        ]
        commit(opened, table, gone, [*kept, *added])


def _unreadable(table: Table, problem: BaseException) -> EnvironmentUnfit:
    return EnvironmentUnfit(
        "the log of a table cannot be read", where=table.name, found=type(problem).__name__,
        fix="look at the store and its rights, or put it back from a backup: nothing was changed",
    )  # fmt: skip


def _filter(name: str, value: int | str | Sequence[int]) -> tuple[str, str, Any]:
    return (name, "=", value) if isinstance(value, int | str) else (name, "in", list(value))
