"""What a table holds, as one text: equal for equal rows, whatever their order or partitions.

MLflow's own digest is of a plan, not of data; this one is of the data. Each row is hashed with
SHA-256, and the hashes are added up in four parts, so order does not matter and equal rows count
as often as they occur.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spiegel_core.runtime.fingerprints_plain import of_texts

_PARTS = 4
_HEX_DIGITS = 15


def content_of(rows: DataFrame) -> str:
    """SHA-256 over the rows as a set with multiplicity, and the names of the columns."""
    columns = sorted(rows.columns)
    text = F.to_json(F.struct(*columns), {"ignoreNullFields": "false"})
    hashed = rows.select(F.sha2(text, 256).alias("row"))
    parts = [
        F.conv(F.substring("row", 1 + _HEX_DIGITS * part, _HEX_DIGITS), 16, 10)
        for part in range(_PARTS)
    ]
    summed = hashed.agg(
        F.count("*").alias("rows"),
        *(F.sum(part.cast("decimal(28,0)")).alias(f"p{n}") for n, part in enumerate(parts)),
    ).collect()[0]
    return of_texts([",".join(columns), *(str(value) for value in summed)])
