"""One bit of a store flipped: what is read is what was written, or an error says which file."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from deltalake.transaction import AddAction

from spiegel_core.contracts.bronze import DELIVERIES, DELIVERY_TOTALS
from spiegel_core.contracts.gold import INCOME_LIMITS
from spiegel_core.contracts.silver import LINES_OF_KIND
from spiegel_core.contracts.table import Table, arrow_schema
from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.runtime.data_files import write_parquet
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.tables import Tables
from tests.delivering import bsn, register

from .stores import CLAIM_LINES, claims, receive, spiegel, texts

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TABLES = (DELIVERIES, DELIVERY_TOTALS, CLAIM_LINES, LINES_OF_KIND["insured"], INCOME_LIMITS)
FILES = {
    "data": lambda name: name.endswith(".parquet") and "_delta_log" not in name,
    "log": lambda name: name.endswith(".json"),
    "checkpoint": lambda name: name.endswith(".checkpoint.parquet"),
}  # fmt: skip
Look = Callable[[Table], list[str]]


@pytest.fixture
def store(tmp_path: Path, key_file: Path) -> Path:
    """A store with every way of writing in its tables: added, replaced, deleted, checkpointed."""
    folder, arriving = tmp_path / "store", tmp_path / "in"
    for number in range(3):
        claims(f"A{number}", range(number, number + 100)).write(arriving)
        year = 2018 + number
        persons = [{"bsn": bsn(20 * number + n), "year": str(year)} for n in range(20)]
        register("insured", persons, year).write(arriving)
    assert {a.verdict for a in receive(folder, key_file, arriving)} == {"admitted"}
    claims("A0", range(9), revision=2).write(tmp_path / "2")
    for name in ("once", "twice"):
        claims("B", range(5)).write(tmp_path / "2", name)
    receive(folder, key_file, tmp_path / "2")
    tables = Tables(Folder(folder))
    totals = tables.read(DELIVERY_TOTALS)
    for _ in range(20):
        tables.append(DELIVERY_TOTALS, totals)
    for year in (2020, 2021, 2021):
        tables.replace(INCOME_LIMITS, limits(year), report_year=year)
    return folder


def limits(year: int) -> pa.Table:
    """Any rows of a gold table."""
    rows = [
        {name: year if name == "report_year" else 7 * number for name in INCOME_LIMITS.column_names}
        for number in range(9)
    ]
    return pa.Table.from_pylist(rows).cast(arrow_schema(INCOME_LIMITS))


@dataclass
class Flips:
    """What a number of flipped bits came to: noticed, of no effect, or silently wrong."""

    noticed: int = 0
    same: int = 0
    wrong: int = 0

    @property
    def injected(self) -> int:
        return self.noticed + self.same + self.wrong


def flipped(
    store: Path, kind: str, number: int, look: Look, seed: int, tables: tuple[Table, ...] = TABLES
) -> Flips:
    """Flip bits one at a time, look, and put each back."""
    drawn, flips = random.Random(f"{seed} {kind}"), Flips()
    right = {table: look(table) for table in tables}
    whole = Folder(store)
    files = {
        table: [name for name, _ in whole.files(table.name.replace(".", "/")) if FILES[kind](name)]
        for table in tables
    }
    held = [table for table in tables if files[table]]
    assert kind == "checkpoint" or len(held) == len(tables)
    for place in range(number):
        table = held[place % len(held)]
        file = store / drawn.choice(files[table])
        content = file.read_bytes()
        bit = drawn.randrange(8 * len(content))
        spoilt = bytearray(content)
        spoilt[bit // 8] ^= 1 << bit % 8
        file.write_bytes(spoilt)
        try:
            found = look(table)
        except EnvironmentUnfit as problem:
            assert table.name in str(problem).replace("/", ".")
            assert "fix:" in str(problem)
            flips.noticed += 1
        else:
            flips.same += found == right[table]
            flips.wrong += found != right[table]
        file.write_bytes(content)
    assert {table: look(table) for table in tables} == right
    return flips


def by_delta_rs(store: Path) -> Look:
    """What the project reads without Spark, whole and by load."""
    tables = Tables(Folder(store))

    def look(table: Table) -> list[str]:
        found = texts(tables.read(table))
        if "load_id" in table.column_names:
            found += texts(tables.read(table, load_id=1))
            pieces = tables.batches(table, table.column_names)
            found += sorted(str(row) for piece in pieces for row in piece.to_pylist())
        return found

    return look


@pytest.mark.parametrize("kind", list(FILES))
@pytest.mark.parametrize("number", [60, pytest.param(1000, marks=pytest.mark.long)])
def test_no_flipped_bit_is_read_silently_without_spark(store: Path, kind: str, number: int) -> None:
    flips = flipped(store, kind, number, by_delta_rs(store), seed=1)

    assert flips.wrong == 0, flips
    assert flips.injected == number
    # A file no table holds any more is not read, and a checkpoint only where it helps.
    assert flips.noticed >= number // (4 if kind != "checkpoint" else 60), flips


@pytest.mark.long
@pytest.mark.parametrize("kind", ["data", "log"])
def test_no_flipped_bit_is_read_silently_by_spark(
    store: Path, kind: str, spark: SparkSession
) -> None:
    from spiegel_core.runtime.store import Store

    reader = Store(spark, Folder(store))

    def look(table: Table) -> list[str]:
        return sorted(str(row) for row in reader.read(table).collect())

    flips = flipped(store, kind, 60, look, seed=2)

    assert flips.wrong == 0, flips
    assert flips.injected == 60
    assert flips.noticed >= 15, flips


@pytest.mark.parametrize("kind", ["data", "log"])
def test_the_same_bits_are_read_silently_by_a_reader_without_the_checks(
    store: Path, kind: str
) -> None:
    def look(table: Table) -> list[str]:
        try:
            return texts(DeltaTable(Tables(Folder(store)).uri(table)).to_pyarrow_table())
        except Exception as problem:
            raise EnvironmentUnfit("no", where=table.name, fix="no") from problem

    assert flipped(store, kind, 150, look, seed=1).wrong >= 1


def test_the_page_checksums_of_what_earlier_releases_wrote_are_verified(store: Path) -> None:
    # Files without their content in the name: only the checksums of their pages are left.
    tables, table = Tables(Folder(store)), INCOME_LIMITS
    rows = limits(2022)
    folder = Path(tables.uri(table))
    with (folder / "older.parquet").open("wb") as sink:
        write_parquet(rows.drop_columns(list(table.partition_by)), sink)
    opened = DeltaTable(folder)
    file = pq.ParquetFile(folder / "older.parquet").metadata.row_group(0).column(1)
    partition = {name: "2022" for name in table.partition_by}
    size = (folder / "older.parquet").stat().st_size
    opened.create_write_transaction(
        [AddAction("older.parquet", size, partition, 0, True, "{}")], mode="append",
        schema=opened.schema(), partition_by=list(table.partition_by) or None,
    )  # fmt: skip
    assert tables.read(table).num_rows == 27
    content = bytearray((folder / "older.parquet").read_bytes())
    content[file.dictionary_page_offset + file.total_compressed_size - 1] ^= 1
    (folder / "older.parquet").write_bytes(content)
    with pytest.raises(EnvironmentUnfit, match="a table cannot be read"):
        tables.read(table)


def test_the_command_ends_with_3_and_names_the_file(store: Path, key_file: Path) -> None:
    (name,) = Tables(Folder(store)).active_files(DELIVERIES)
    file = store / "bronze" / "deliveries" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    done = spiegel(store, key_file, "status")

    assert done.returncode == 3
    assert "a data file is not what was written" in done.stderr
    assert name in done.stderr
    assert "backup" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_panic_over_a_damaged_log_is_told_as_one(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PanicException(BaseException):
        pass

    def panics(*_: object, **__: object) -> None:
        raise PanicException

    monkeypatch.setattr("spiegel_core.runtime.tables.DeltaTable", panics)
    with pytest.raises(EnvironmentUnfit, match="the log of a table cannot be read"):
        Tables(Folder(store)).read(DELIVERIES)


def test_every_table_of_the_store_is_flipped(store: Path) -> None:
    counts: Counter[Any] = Counter()
    for kind, is_one in FILES.items():
        for name, _ in Folder(store).files():
            counts[kind] += is_one(name)
    assert counts["data"] > 20
    assert counts["log"] > 25
    assert counts["checkpoint"] >= 1
