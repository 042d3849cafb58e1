"""What an auditor takes along: the sums of a version as CSV, and SQL that checks its weights and
spreads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from spiegel_core.contracts.gold import (
    MODEL_SPREADS,
    MODEL_WEIGHTS,
    OUTCOME_SUMS,
    POPULATIONS,
    PROFILES,
)
from spiegel_core.engine.model import Target
from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.release.canonical import Finding
from spiegel_core.release.names import VersionName
from spiegel_core.release.plain_sql import (
    CELLS,
    CLASSES,
    SCRIPT,
    SPREADS,
    SUMS,
    TARGETS,
    WEIGHTS,
    check_in_sql,
)
from spiegel_core.runtime.csv_files import csv_bytes
from spiegel_core.runtime.table_files import parts_of
from spiegel_core.runtime.tables import Tables

_SUMS = {CELLS: POPULATIONS, SUMS: OUTCOME_SUMS, CLASSES: PROFILES}


def export_version(
    tables: Tables, name: VersionName, targets: Iterable[Target], out: Path,
    as_of: dict[str, int], with_spreads: bool,
) -> list[Path]:  # fmt: skip
    """Write the CSV files and the script; rows may sum the care of one person, so for audit only.

    Args:
        tables: the store.
        name: of the version.
        targets: what it expects, and so how its weights are rounded.
        out: folder to write to.
        as_of: versions of the tables in their own logs; newest where none is named.
        with_spreads: whether the version keeps its national spreads.
    """
    digits = [{"outcome": t.outcome, "measure": t.measure, "digits": t.digits} for t in targets]
    parts: dict[str, Iterable[pa.Table]] = {
        file: parts_of(tables, table, name.report_year, name.product, as_of.get(table.name))
        for file, table in _SUMS.items()
    }
    of_version = {WEIGHTS: MODEL_WEIGHTS} | ({SPREADS: MODEL_SPREADS} if with_spreads else {})
    parts |= {
        file: [tables.read(table, report_year=name.report_year, product=name.product,
                           version=name.version)]
        for file, table in of_version.items()
    }  # fmt: skip
    parts[TARGETS] = [pa.Table.from_pylist(digits)]
    try:
        out.mkdir(parents=True, exist_ok=True)
        for file, rows in parts.items():
            _write(out / file, rows)
        (out / SCRIPT).write_text(check_in_sql(str(name), with_spreads), encoding="utf-8")
    except OSError as problem:
        raise EnvironmentUnfit(
            "the files for the audit cannot be written", where=str(out),
            found=type(problem).__name__, fix="name a folder you may write to",
        ) from None  # fmt: skip
    return [*(out / file for file in parts), out / SCRIPT]


def _write(path: Path, parts: Iterable[pa.Table]) -> None:
    with path.open("wb") as stream:
        for number, rows in enumerate(parts):
            head, _, body = csv_bytes(rows).partition(b"\n")
            stream.write((head + b"\n" if number == 0 else b"") + body)


def check_exported(out: Path) -> list[Finding]:
    """Run the script on the files, by DuckDB; what it finds wrong, at most 20 rows."""
    import duckdb

    with duckdb.connect() as database:
        database.execute(f"SET file_search_path = '{str(out).replace(chr(39), chr(39) * 2)}'")
        database.execute((out / SCRIPT).read_text(encoding="utf-8"))
        rows = database.fetchall()
    return [
        Finding(f"{MODEL_SPREADS.name}, {outcome}" if factor is None
                else f"{MODEL_WEIGHTS.name}, {outcome} {measure}, {factor} {name}", what)
        for what, outcome, measure, factor, name in rows
    ]  # fmt: skip
