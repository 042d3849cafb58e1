"""Data files of tables: written whole, and read only as they were written.

A page checksum covers the values in a Parquet file, not its footer or the heads of its pages, and
nothing covers Delta's log. So the name of a data file ends in the SHA-256 of its content, and every
commit carries a fingerprint of the files the table then has: before, 139 of 3,000 flipped bits were
read without a word (measured). What an earlier release wrote has its page checksums only.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.transaction import AddAction

from spiegel_core.contracts.table import Table
from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.runtime.distribute import distribute
from spiegel_core.runtime.files import Folder

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

STATE = "spiegel_state"
# What `files_in` says of one file.
FileRow = Mapping[str, Any]
_DIGITS = 16
_NAMED_BY_CONTENT = re.compile(r"-([0-9a-f]{16})\.parquet$")
# Hashing lets go of Python's lock, and files of an object store take their time.
_SIDE_BY_SIDE = 4
_RESTORE = "put the store back from a backup: nothing was changed"


@dataclass(frozen=True)
class WrittenFile:
    """A Parquet file a task wrote for a table, not yet part of it.

    Args:
        name: from the folder of the table.
        size: bytes.
        rows: rows it holds.
        partition: values of the table's partition columns.
        loads: smallest and largest load it holds; None for a table without loads.
    """

    name: str
    size: int
    rows: int
    partition: dict[str, str]
    loads: tuple[int, int] | None


def write_file(
    folder: Folder, stem: str, rows: pa.Table, partition: Mapping[str, int | str]
) -> WrittenFile:
    """Write rows as a file that a table may take up.

    Args:
        folder: the folder of the table.
        stem: how the name begins; the content ends it.
        rows: at least one, without the partition columns.
        partition: values of the table's partition columns.
    """
    sink = io.BytesIO()
    write_parquet(rows, sink)
    content = sink.getvalue()
    where = "".join(f"{name}={value}/" for name, value in partition.items())
    name = f"{where}{stem}-{hashlib.sha256(content).hexdigest()[:_DIGITS]}.parquet"
    folder.write(name, content)
    values = {name: str(value) for name, value in partition.items()}
    return WrittenFile(name, len(content), rows.num_rows, values, _loads(rows))


def write_parquet(rows: pa.Table, sink: Any) -> None:
    """Rows as one Parquet file; a flipped bit in its values fails a page checksum when read."""
    unique = {"reference", "person_id", "person_check", "line"}
    names = [name for name in rows.column_names if name not in unique]
    pq.write_table(
        rows, sink, compression="snappy", use_dictionary=names, write_statistics=False,
        write_page_checksum=True,
    )  # fmt: skip


def stem_of(name: str) -> str:
    """How the name of a data file begins, without its folder and its content.

    Example:
        >>> stem_of("care_year=2021/000001-receive-0001-00000-001-0123456789abcdef.parquet")
        '000001-receive-0001-00000-001'
    """
    return _NAMED_BY_CONTENT.sub("", name.rsplit("/", maxsplit=1)[-1]).removesuffix(".parquet")


def by_partition(rows: pa.Table, table: Table) -> list[tuple[dict[str, str], pa.Table]]:
    """The rows per value of the partition columns; Delta keeps those outside the files."""
    parts: list[tuple[dict[str, str], pa.Table]] = [({}, rows)]
    for name in table.partition_by:
        parts = [
            (
                {**partition, name: str(value).lower()},
                part.filter(pc.equal(part[name], value)).drop_columns([name]),
            )
            for partition, part in parts
            for value in sorted(pc.unique(part[name]).to_pylist())
        ]
    return parts


def verify(folder: Folder, names: Sequence[str], spark: SparkSession | None = None) -> None:
    """Let files through that hold what their names say.

    Args:
        folder: the folder of the table.
        names: from that folder.
        spark: the session of a cluster, whose executors then read them.

    Raises:
        EnvironmentUnfit: a file is not what was written, or is not there.
    """
    check = _Check(folder.uri)
    if spark is not None:
        list(distribute(check, names, spark))
        return
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
        for _ in threads.map(check, names):
            pass


@dataclass(frozen=True)
class _Check:
    """Holds one file to its name; can travel to the executors."""

    folder: str

    def __call__(self, name: str) -> None:
        told = _NAMED_BY_CONTENT.search(name)
        if told is None:
            return
        where = Folder(self.folder)
        try:
            found = where.sha256(name)
        except OSError as problem:
            raise _damaged("a data file cannot be read", where.path(name), problem) from None
        if not found.startswith(told.group(1)):
            raise EnvironmentUnfit(
                "a data file is not what was written", where=where.path(name),
                found="another content: the disk or somebody changed it", fix=_RESTORE,
            )  # fmt: skip


def files_in(opened: DeltaTable) -> list[FileRow]:
    """What the log says of each file of a table: path, size, partition and loads."""
    rows: list[FileRow] = pa.table(opened.get_add_actions(flatten=True)).to_pylist()
    return rows


def state_of(
    opened: DeltaTable, removed: Collection[str] = (), added: Sequence[WrittenFile] = ()
) -> str:
    """Fingerprint of the files of a table and all the log says of them, and of its columns.

    Args:
        opened: the table.
        removed: paths of files it is about to lose.
        added: files it is about to get.
    """
    files = [_told(row) for row in files_in(opened) if row["path"] not in removed]
    files += [_told(_as_in_log(file)) for file in added]
    columns = json.loads(opened.schema().to_json())["fields"]
    whole = [opened.metadata().partition_columns, columns, sorted(files)]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def verify_state(opened: DeltaTable, folder: Folder, name: str) -> None:
    """Let a table through that has the files and columns its newest commit says.

    Args:
        opened: the table, at any version.
        folder: its folder.
        name: its name.

    Raises:
        EnvironmentUnfit: its log was changed.
    """
    newest = f"_delta_log/{opened.version():020d}.json"
    # History that ends at an earlier version is not to be had from delta-rs.
    lines = folder.read(newest).decode().splitlines() if folder.exists(newest) else []
    told = [json.loads(line).get("commitInfo", {}).get(STATE) for line in lines if line]
    if any(told) and state_of(opened) not in told:
        raise EnvironmentUnfit(
            "the log of a table is not what was written", where=name,
            found="other files than its newest commit says", fix=_RESTORE,
        )  # fmt: skip


def reading(table: Table, read: Callable[[], Any]) -> Any:
    """What `read` finds; what fails below is told as the table's, without quoting a row."""
    try:
        return read()
    except (OSError, ValueError, pa.ArrowException) as problem:
        raise _damaged("a table cannot be read", table.name, problem) from None


def add_action(file: WrittenFile) -> AddAction:
    """What Delta's log says of a file."""
    stats: dict[str, Any] = {"numRecords": file.rows}
    if file.loads is not None:
        first, last = file.loads
        stats |= {"minValues": {"load_id": first}, "maxValues": {"load_id": last},
                  "nullCount": {"load_id": 0}}  # fmt: skip
    return AddAction(
        path=file.name, size=file.size, partition_values=file.partition,
        modification_time=0, data_change=True, stats=json.dumps(stats),
    )  # fmt: skip


def _as_in_log(file: WrittenFile) -> FileRow:
    """What `files_in` will say of a file when it is part of its table."""
    row: dict[str, Any] = {"path": file.name, "size_bytes": file.size, "num_records": file.rows}
    row |= {f"partition.{name}": value for name, value in file.partition.items()}
    if file.loads is not None:
        first, last = file.loads
        row |= {"min.load_id": first, "max.load_id": last, "null_count.load_id": 0}
    return row


def _told(row: FileRow) -> list[str]:
    told = {name: value for name, value in row.items() if value is not None}
    told.pop("modification_time", None)
    return sorted(f"{name}={str(value).lower()}" for name, value in told.items())


def _loads(rows: pa.Table) -> tuple[int, int] | None:
    if "load_id" not in rows.column_names:
        return None
    found = pc.min_max(rows["load_id"]).as_py()
    return found["min"], found["max"]


def _damaged(what: str, where: str, problem: Exception) -> EnvironmentUnfit:
    return EnvironmentUnfit(what, where=where, found=type(problem).__name__, fix=_RESTORE)
