"""Reads of tables that are kept with a release, and given again when it is reproduced.

A release must be made again when its tables have long been replaced, so what was read for it
stands with it; the versions of the tables are kept as well, for who wants to look further.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from spiegel_core.contracts.table import Table
from spiegel_core.errors import WrongUse
from spiegel_core.release.canonical import canonical, readable
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.tables import Tables

QUERIES = "inputs/queries.json"


class KeepingTables(Tables):
    """Tables of a store that remember what was read from them."""

    def __init__(self, folder: Folder) -> None:
        super().__init__(folder)
        self._kept: dict[bytes, tuple[dict[str, Any], pa.Table]] = {}

    def read(
        self, table: Table, columns: Sequence[str] | None = None, as_of: int | None = None,
        **equal: int | str | Sequence[int],
    ) -> pa.Table:  # fmt: skip
        rows = super().read(table, columns, as_of, **equal)
        query = _query(table, columns, equal)
        version = self.version(table) if as_of is None else as_of
        facts = {**query, "delta_version": version, "rows": rows.num_rows}
        self._kept[canonical(query)] = (facts, rows)
        return rows

    def files(self) -> dict[str, bytes]:
        """The reads as files of a release, in one order."""
        files, listed = {}, []
        for number, (_, (facts, rows)) in enumerate(sorted(self._kept.items())):
            name = f"inputs/{number:03d}-{facts['table']}.parquet"
            sink = io.BytesIO()
            pq.write_table(rows, sink, compression="zstd")
            files[name] = sink.getvalue()
            listed.append({**facts, "file": name})
        return {**files, QUERIES: readable(listed)}


class KeptTables(Tables):
    """What was read for a release, as if its tables were still what they were.

    Args:
        files: the files of the release by name.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = {
            canonical({name: row[name] for name in ("table", "columns", "equal")}): row["file"]
            for row in json.loads(files[QUERIES])
        }
        self._content = files

    def read(
        self, table: Table, columns: Sequence[str] | None = None, as_of: int | None = None,
        **equal: int | str | Sequence[int],
    ) -> pa.Table:  # fmt: skip
        """The rows that were read; raises WrongUse for what was not read for the release."""
        file = self._files.get(canonical(_query(table, columns, equal)))
        if file is None:
            raise WrongUse(
                "the release was made without this table", where=table.name,
                fix="reproduce it with the code it was made with: its manifest names it",
            )  # fmt: skip
        return pq.read_table(io.BytesIO(self._content[file]))


def _query(table: Table, columns: Sequence[str] | None, equal: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: value if isinstance(value, int | str) else list(value)
              for name, value in equal.items()}  # fmt: skip
    return {"table": table.name, "columns": list(columns) if columns else None, "equal": values}
