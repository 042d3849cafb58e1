"""The content of a table is one hash whatever the order of rows, files and partitions, and another
one for whatever else changed, in the block that changed."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.contracts.gold import OUTCOME_SUMS, PRODUCT
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.release.table_content import blocks_of, differing_blocks
from spiegel_core.runtime import table_files
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.table_files import content_of_table
from spiegel_core.runtime.tables import Tables

KEY = ["profile", "outcome"]
ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(-9, 9), st.sampled_from(["x", "yy", ""]),
              st.integers(-(10**20), 10**20)),
    max_size=12,
)  # fmt: skip
Row = tuple[str, int, str, int]


def table(rows: list[Row]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [[], [], [], []]
    types = (pa.string(), pa.int64(), pa.string(), pa.decimal128(38, 0))
    names = ("provider", "profile", "outcome", "total")
    return pa.table({n: pa.array(c, t) for n, c, t in zip(names, columns, types, strict=True)})


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[Row], dice: random.Random) -> None:
    shuffled = rows[:]
    dice.shuffle(shuffled)
    in_parts = pa.concat_tables([table(shuffled[:3]), table(shuffled[3:])])

    assert blocks_of(in_parts, "provider", KEY) == blocks_of(table(rows), "provider", KEY)


@given(ROWS.filter(bool), st.integers(0, 11), st.integers(0, 4))
def test_any_other_value_changes_its_block_and_no_other(
    rows: list[Row], place: int, column: int
) -> None:
    place %= len(rows)
    changed = [list(row) for row in rows]
    if column == 4:
        changed.append(changed[place])
    else:
        changed[place][column] = "d" if column in (0, 2) else changed[place][column] + 100
    before = blocks_of(table(rows), "provider", KEY)
    after = blocks_of(table([tuple(row) for row in changed]), "provider", KEY)  # type: ignore[misc]
    found = {f.place for f in differing_blocks("t", "provider", before, after)}

    assert found == {f"t, provider {p}" for p in {rows[place][0], changed[place][0]}}


def test_texts_that_run_together_are_told_apart() -> None:
    one = blocks_of(table([("a", 1, "x", 1), ("a", 1, "yy", 1)]), "provider", KEY)
    other = blocks_of(table([("a", 1, "xy", 1), ("a", 1, "y", 1)]), "provider", KEY)
    assert one != other


@pytest.mark.parametrize("files", [1, 3, 7, 33])
def test_a_provider_may_stand_in_any_number_of_files(files: int, tmp_path: Path) -> None:
    dice = random.Random(3)
    rows = [
        {"report_year": 2021, "product": PRODUCT, "provider": f"p{n % 4}", "profile": n,
         "outcome": dice.choice("xyz"), "users": n % 3, "total": n, "total_squares": n * n}
        for n in range(99)
    ]  # fmt: skip
    schema = arrow_schema(OUTCOME_SUMS)
    content = []
    for number, parts in ((0, 1), (1, files)):
        dice.shuffle(rows)
        tables = Tables(Folder(tmp_path / str(number)))
        for part in range(parts):
            tables.append(OUTCOME_SUMS, pa.Table.from_pylist(rows[part::parts], schema=schema))
        content.append(content_of_table(tables, OUTCOME_SUMS, 2021, PRODUCT))

    assert content[0].sha256 == content[1].sha256
    assert content[0].blocks == content[1].blocks
    assert content[0].rows == 99


@pytest.mark.parametrize(("rows_in_memory", "most"), [(20, 1), (40, 2), (10**6, 4)])
def test_large_files_are_read_one_at_a_time(
    rows_in_memory: int, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"report_year": 2021, "product": PRODUCT, "provider": f"p{n // 20}", "profile": n,
         "outcome": "x", "users": 1, "total": n, "total_squares": n * n}
        for n in range(120)
    ]  # fmt: skip
    tables = Tables(Folder(tmp_path))
    for start in range(0, 120, 20):
        part = pa.Table.from_pylist(rows[start : start + 20], schema=arrow_schema(OUTCOME_SUMS))
        tables.append(OUTCOME_SUMS, part)
    real, reading, seen = table_files._read, [0], [0]

    def read(*arguments: Any) -> pa.Table:
        reading[0] += 1
        seen[0] = max(seen[0], reading[0])
        time.sleep(0.1)
        reading[0] -= 1
        return real(*arguments)

    monkeypatch.setattr(table_files, "_read", read)
    monkeypatch.setattr(table_files, "_ROWS_IN_MEMORY", rows_in_memory)

    assert content_of_table(tables, OUTCOME_SUMS, 2021, PRODUCT).rows == 120
    assert seen[0] == most
