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
        b'a,b\\n1,"x"\\n,"y,z"\\n'
        >>> csv_bytes(pa.table({"a": [1, None], "b": ["x", "y"]}))
        b'a,b\\n1,x\\n,y\\n'
    """
    flat = pa.table(
        {
            name: pc.binary_join(rows[name], " ")
            if pa.types.is_list(rows[name].type)
            else rows[name]
            for name in rows.column_names
        }
    )
    try:
        return _written(flat, "none")
    except pa.ArrowInvalid:
        # Some text holds a comma or a quotation mark, so texts are quoted.
        return _written(flat, "needed")


def _written(rows: pa.Table, quoting: str) -> bytes:
    sink = io.BytesIO()
    options = pyarrow.csv.WriteOptions(quoting_style=quoting, quoting_header="none")
    pyarrow.csv.write_csv(rows, sink, options)
    return sink.getvalue()
