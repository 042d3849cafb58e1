"""Any ledger, gold or quality table without persons -> a CSV file.

Reads    the table
Writes   the file named
Run      spiegel table gold.benchmarks --out benchmarks.csv
"""

from __future__ import annotations

from pathlib import Path

from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.runtime.all_tables import exportable
from spiegel_core.runtime.csv_files import csv_bytes
from spiegel_core.runtime.job import Job


def export_table(job: Job, name: str, out: Path) -> int:
    """Write a table as CSV, in order of its key; returns the number of rows."""
    table = exportable(name)
    rows = job.tables.read(table)
    ordered = rows.sort_by([(column, "ascending") for column in table.key])
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(csv_bytes(ordered))
    except OSError as problem:
        raise EnvironmentUnfit(
            "the file cannot be written", where=str(out), found=type(problem).__name__,
            fix="name a file in a folder you may write to",
        ) from None  # fmt: skip
    return int(ordered.num_rows)
