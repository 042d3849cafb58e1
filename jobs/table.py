"""Any ledger, gold or quality table without persons -> a CSV file.

Reads    the table
Writes   the file named
Run      spiegel table gold.benchmarks --out benchmarks.csv          spark-submit jobs/table.py …
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jobs.options import ConfOption, SmallTablesOption, StoreOption, as_job, as_script
from spiegel_core.errors import EnvironmentUnfit, WrongUse
from spiegel_core.runtime.all_tables import exportable, read_table
from spiegel_core.runtime.csv_files import csv_bytes
from spiegel_core.runtime.job import Job


def export_table(job: Job, name: str, out: Path, small_cells: bool = False) -> int:
    """Write a table as CSV, in order of its key; returns the number of rows."""
    table = exportable(name, small_cells)
    if not job.folder.exists():
        raise WrongUse("there is no store here", where=job.folder.uri,
                       fix="name its folder with --store, or in SPIEGEL_STORE")  # fmt: skip
    rows = read_table(job.tables, table)
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


def main(
    name: Annotated[str, typer.Argument(help="Table, as gold.benchmarks.")],
    out: Annotated[Path, typer.Option(help="CSV file to write.")],
    store: StoreOption = None,
    conf: ConfOption = None,
    small_cells: SmallTablesOption = False,
) -> None:
    """Export a ledger, gold or quality table that holds no persons."""
    export_table(as_job(store, conf), name, out, small_cells)


if __name__ == "__main__":
    as_script(main)
