"""Rows as CSV: a header, commas, quotes only where needed, null as nothing."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv


def csv_bytes(rows: pa.Table) -> bytes:
    """Rows as CSV; a list of texts becomes one text with spaces between.

    Example:
        >>> csv_bytes(pa.table({"a": [1, None], "b": ["x", "y,z"]}))
        b'"a","b"\\n1,x\\n,"y,z"\\n'
    """
    flat = pa.table(
        {
            name: pc.binary_join(rows[name], " ")
            if pa.types.is_list(rows[name].type)
            else rows[name]
            for name in rows.column_names
        }
    )
    sink = io.BytesIO()
    pyarrow.csv.write_csv(flat, sink, pyarrow.csv.WriteOptions(quoting_style="needed"))
    return sink.getvalue()
