"""Typed lines under the load they came in with, written as files that no table knows yet."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa

from spiegel_core.contracts.silver import LINES_OF_KIND
from spiegel_core.contracts.table import Table, arrow_schema
from spiegel_core.runtime.data_files import WrittenFile, by_partition, write_file
from spiegel_core.runtime.files import Folder

# Lines gathered before they are sorted and written: some 100 MB, and a row group worth reading.
_ROWS_PER_WRITE = 400_000


def with_load(lines: pa.Table, load_id: int, table: Table) -> pa.Table:
    """Typed lines with the load they are written under, in the order of the contract."""
    loads = pa.array(np.full(lines.num_rows, load_id, dtype=np.int64))
    whole = lines.append_column("load_id", loads)
    return whole.select(list(table.column_names)).cast(arrow_schema(table))


class LineWriter:
    """Gathers typed lines and writes them as Parquet files, sorted by person within each.

    Args:
        store: folder of the store.
        prefix: how the names of the files begin.
        files: gets, per table, the files that were written.
    """

    def __init__(self, store: Folder, prefix: str, files: dict[str, list[WrittenFile]]) -> None:
        self._store = store
        self._prefix = prefix
        self._files = files
        self._gathered: dict[str, list[pa.Table]] = defaultdict(list)
        self._written = 0

    def add(self, kind: str, lines: pa.Table, load_id: int) -> None:
        if not lines.num_rows:
            return
        gathered = self._gathered[kind]
        gathered.append(with_load(lines, load_id, LINES_OF_KIND[kind]))
        if sum(piece.num_rows for piece in gathered) >= _ROWS_PER_WRITE:
            self._write(kind)

    def flush(self) -> None:
        for kind in sorted(self._gathered):
            self._write(kind)

    def _write(self, kind: str) -> None:
        table = LINES_OF_KIND[kind]
        rows = pa.concat_tables(self._gathered.pop(kind))
        if "person_id" in rows.column_names:
            rows = rows.sort_by([("person_id", "ascending")])
        self._written += 1
        stem = f"{self._prefix}-{self._written:03d}"
        folder = self._store.child(table.name.replace(".", "/"))
        for partition, part in by_partition(rows, table):
            self._files[table.name].append(write_file(folder, stem, part, partition))
