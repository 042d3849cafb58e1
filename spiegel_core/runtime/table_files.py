"""Tables that grow with persons, read file by file without Spark: contents and equations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from spiegel_core.contracts.gold import OUTCOME_SUMS, POPULATIONS, PROFILES
from spiegel_core.contracts.table import Table
from spiegel_core.engine.design import Design
from spiegel_core.engine.equations import (
    Equations,
    add_cells,
    add_equations,
    add_squares,
    add_sums,
    no_equations,
)
from spiegel_core.engine.model import Target
from spiegel_core.release.table_content import Block, TableContent, blocks_of
from spiegel_core.runtime.tables import Tables

# What a model is made from, and the column that says which block a row is in.
MODEL_INPUTS = {POPULATIONS: "provider", OUTCOME_SUMS: "provider", PROFILES: "factor"}
_ROWS_AT_ONCE = 2_000_000
_FILES_AT_ONCE = 4
# Rows of files that are in memory together, with what sorting them takes: some 2 GB.
_ROWS_IN_MEMORY = 8_000_000


def content_of_table(
    tables: Tables, table: Table, report_year: int, product: str, as_of: int | None = None
) -> TableContent:
    """What a table holds of a year and product.

    Args:
        tables: the store.
        table: one of MODEL_INPUTS.
        report_year, product: the partition.
        as_of: version of the table in its own log; None is the newest.
    """
    column = MODEL_INPUTS[table]
    partition: dict[str, int | str] = {"report_year": report_year, "product": product}
    files = tables.files_as_of(table, as_of, partition)
    key = [name for name in table.key if name not in (*partition, column)]
    several = _in_several_files(files, column)
    split = pa.array(sorted(several), pa.string())
    blocks: dict[str, Block] = {}
    kept: list[pa.Table] = []

    def of_file(file: str) -> tuple[dict[str, Block], pa.Table]:
        rows = _read(file, table)
        is_split = pc.is_in(rows[column], split)
        whole = rows.filter(pc.invert(is_split)) if several else rows
        return blocks_of(whole, column, key), rows.filter(is_split)

    # Reading, sorting and hashing all let go of Python's lock.
    with ThreadPoolExecutor(_files_at_once(files)) as pool:
        for found, rest in pool.map(of_file, files):
            blocks |= found
            kept.append(rest)
    if several:
        blocks |= blocks_of(pa.concat_tables(kept), column, key)
    version = tables.version(table) if as_of is None else as_of
    return TableContent(version, blocks)


def equations_of_year(
    tables: Tables, report_year: int, product: str, design: Design, targets: tuple[Target, ...],
    as_of: dict[str, int] | None = None,
) -> Equations:  # fmt: skip
    """The normal equations of a year, from gold.populations and gold.outcome_sums.

    Args:
        tables: the store.
        report_year, product: the partition.
        design, targets: columns, and what is expected.
        as_of: versions of the tables in their own logs; newest where none is named.
    """
    partition: dict[str, int | str] = {"report_year": report_year, "product": product}

    def files_of(table: Table) -> list[str]:
        return tables.files_as_of(table, (as_of or {}).get(table.name), partition)

    def of_cells(file: str) -> Equations:
        part = no_equations(design, targets)
        cells = _read(file, POPULATIONS, ("profile", "persons"))
        add_cells(part, cells["profile"].to_numpy(), cells["persons"].to_numpy())
        return part

    def of_sums(file: str) -> Equations:
        part = no_equations(design, targets)
        names = ("profile", "outcome", "users", "total", "total_squares")
        sums = _read(file, OUTCOME_SUMS, names)
        for start in range(0, sums.num_rows, _ROWS_AT_ONCE):
            _add(part, sums.slice(start, _ROWS_AT_ONCE))
        return part

    whole = no_equations(design, targets)
    for work, table in ((of_cells, POPULATIONS), (of_sums, OUTCOME_SUMS)):
        files = files_of(table)
        with ThreadPoolExecutor(_files_at_once(files)) as pool:
            for part in pool.map(work, files):
                add_equations(whole, part)
    return whole


def _add(equations: Equations, sums: pa.Table) -> None:
    outcomes = sums["outcome"].combine_chunks().dictionary_encode()
    add_sums(
        equations, outcomes.dictionary.to_pylist(), sums["profile"].to_numpy(),
        outcomes.indices.to_numpy().astype(np.int64), sums["users"].to_numpy(),
        sums["total"].cast(pa.int64()).to_numpy(),
    )  # fmt: skip
    squares = sums.group_by("outcome").aggregate([("total_squares", "sum")]).to_pylist()
    add_squares(equations, {row["outcome"]: int(row["total_squares_sum"]) for row in squares})


def _files_at_once(files: list[str]) -> int:
    """How many files may be in memory together: a year made by few tasks has large ones."""
    largest = 1
    for file in files:
        with _open(file) as stream:
            largest = max(largest, pq.read_metadata(stream).num_rows)
    return max(1, min(_FILES_AT_ONCE, _ROWS_IN_MEMORY // largest))


def _in_several_files(files: list[str], column: str) -> set[str]:
    """Blocks whose rows stand in more than one file; a task writes whole providers, so few do."""
    seen: Counter[str] = Counter()
    for file in files:
        with _open(file) as stream:
            found = pq.read_table(stream, columns=[column])[column]
        seen.update(found.unique().to_pylist())
    return {name for name, times in seen.items() if times > 1}


def _read(file: str, table: Table, names: tuple[str, ...] | None = None) -> pa.Table:
    wanted = [name for name in table.column_names if name not in table.partition_by]
    columns = list(names or wanted)
    with _open(file) as stream:
        rows = pq.read_table(stream, columns=columns)
    schema = pa.schema([table.arrow_schema.field(name) for name in columns])
    return rows.select(columns).cast(schema)


def _open(file: str) -> pa.NativeFile:
    if "://" in file:
        files, path = pafs.FileSystem.from_uri(file)
        return files.open_input_file(path)
    return pafs.LocalFileSystem().open_input_file(file)


def parts_of(
    tables: Tables, table: Table, report_year: int, product: str, as_of: int | None = None
) -> Iterator[pa.Table]:
    """The rows of a year and product in all columns, a file at a time."""
    partition: dict[str, int | str] = {"report_year": report_year, "product": product}
    for file in tables.files_as_of(table, as_of, partition):
        rows = _read(file, table)
        for place, name in enumerate(table.column_names):
            if name in partition:
                kind = table.arrow_schema.field(name).type
                values = pa.repeat(pa.scalar(partition[name], kind), rows.num_rows)
                rows = rows.add_column(place, name, values)
        yield rows
