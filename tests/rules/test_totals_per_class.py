"""The sums a model is fitted on: exact however large, however they are split, in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.contracts.gold import OUTCOME_SUMS, PRODUCT
from spiegel_core.engine.design import design_of
from spiegel_core.engine.model import AMOUNT, USERS, Target
from spiegel_core.engine.sums import gram_of, sums_by_cell, totals_of
from spiegel_core.errors import EnvironmentUnfit, GateStopped
from spiegel_core.population.factors import Factor, Factors
from spiegel_core.runtime.class_totals import totals_of_rows
from spiegel_core.runtime.data_files import write_file, write_parquet
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.store import Store, file_batches
from spiegel_core.runtime.tables import Tables

FACTORS = Factors(
    (Factor("age", ("young", "old")), Factor("sex", ("M", "V")),
     Factor("fkg", ("asthma", "cancer", "heart"), is_any=True))
)  # fmt: skip
DESIGN = design_of(FACTORS)
PROFILES = 2 * 2 * 8
# Not in the order of the rows, and one outcome of which only the amount is wanted.
TARGETS = (
    Target("cost", USERS, is_money=True), Target("days", AMOUNT, is_money=False),
    Target("cost", AMOUNT, is_money=True),
)  # fmt: skip
Row = tuple[int, str, int, int]

rows_of_sums = st.lists(
    st.tuples(
        st.integers(0, PROFILES - 1), st.sampled_from(["cost", "days", "no target"]),
        st.integers(0, 10**6), st.integers(-(2**58), 2**58),
    ),
    max_size=8,
)  # fmt: skip


def held(profile: int) -> list[bool]:
    """Which columns a profile has, by name."""
    names = FACTORS.unpack(profile)
    return [
        factor == "intercept" or name in names.get(factor, ()) for factor, name in DESIGN.columns
    ]


def by_hand(rows: Sequence[Row]) -> Counter[tuple[int, int]]:
    """Totals per column and target, row by row."""
    totals: Counter[tuple[int, int]] = Counter()
    for profile, outcome, users, total in rows:
        for place, target in enumerate(TARGETS):
            if target.outcome == outcome:
                for column, has in enumerate(held(profile)):
                    totals[column, place] += has * (users if target.measure == USERS else total)
    return Counter({key: total for key, total in totals.items() if total})


def batch(rows: Sequence[Row]) -> pa.RecordBatch:
    """Rows of gold.outcome_sums."""
    kinds = (pa.int64(), pa.string(), pa.int64(), pa.decimal128(38, 0), pa.decimal128(38, 0))
    whole = [(*row[:3], Decimal(row[3]), Decimal(row[3] ** 2)) for row in rows]
    values = [[row[n] for row in whole] for n in range(len(kinds))]
    return pa.record_batch(
        [pa.array(column, kind) for column, kind in zip(values, kinds, strict=True)],
        ["profile", "outcome", "users", "total", "total_squares"],
    )


def found(batches: Iterable[pa.RecordBatch]) -> Counter[tuple[int, int]]:
    """What a task that is given these batches tells, but for zeros."""
    totals = totals_of_rows(batches, DESIGN, TARGETS).totals
    return Counter({(c, t): n for c, row in enumerate(totals) for t, n in enumerate(row) if n})


@given(st.lists(st.tuples(st.integers(0, PROFILES - 1), st.integers(-(2**63), 2**63 - 1))))
def test_totals_are_exact_to_the_ends_of_64_bits(cells: list[tuple[int, int]]) -> None:
    profiles = np.array([profile for profile, _ in cells], dtype=np.int64)
    sums = np.array([[value] for _, value in cells], dtype=np.int64).reshape(len(cells), 1)
    totals = totals_of(DESIGN, profiles, sums)
    for column in range(len(DESIGN.columns)):
        assert totals[column, 0] == sum(value for profile, value in cells if held(profile)[column])


@pytest.mark.parametrize("largest", [10**6, 2**62])
def test_many_cells_are_added_up_as_few(largest: int) -> None:
    rng = np.random.default_rng(1)
    profiles, persons = rng.integers(0, PROFILES, 70_001), rng.integers(0, 1_000, 70_001)
    sums = rng.integers(-largest, largest, (70_001, 2))
    of_profile = [np.flatnonzero(profiles == profile) for profile in range(PROFILES)]
    few = np.array([persons[rows].sum() for rows in of_profile])
    assert np.array_equal(
        gram_of(DESIGN, profiles, persons), gram_of(DESIGN, np.arange(PROFILES), few)
    )
    totals = totals_of(DESIGN, profiles, sums)
    plain = [[sum(int(v) for v in sums[rows, t]) for t in (0, 1)] for rows in of_profile]
    for column in range(len(DESIGN.columns)):
        for target in (0, 1):
            assert totals[column, target] == sum(
                plain[profile][target] for profile in range(PROFILES) if held(profile)[column]
            )


def test_exposure_is_counted_for_every_pair_of_classes() -> None:
    profiles, persons = np.arange(PROFILES), np.arange(PROFILES) ** 2
    gram = gram_of(DESIGN, profiles, persons)
    for i in range(len(DESIGN.columns)):
        for j in range(len(DESIGN.columns)):
            assert gram[i, j] == sum(
                p * p for p in range(PROFILES) if held(p)[i] and held(p)[j]
            )  # fmt: skip


@given(rows_of_sums, st.lists(st.integers(0, 8), max_size=3))
def test_rows_in_any_parts_give_the_totals_of_plain_python(
    rows: list[Row], cuts: list[int]
) -> None:
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    parts = [batch(rows[a:b]) for a, b in pairwise(edges)]
    assert found(parts) == by_hand(rows)
    squares = Counter[str]()
    for _, outcome, _, total in rows:
        squares[outcome] += total**2
    assert totals_of_rows(parts, DESIGN, TARGETS).squares == squares


def test_a_file_is_read_whole_piece_by_piece(tmp_path: Path) -> None:
    rows: list[Row] = [(n % PROFILES, "cost", n, 7 * n) for n in range(100)]
    path = tmp_path / "a.parquet"
    write_parquet(pa.Table.from_batches([batch(rows)]), path)
    columns = ["profile", "outcome", "users", "total", "total_squares"]
    for address in (str(path), path.as_uri()):
        pieces = list(file_batches(address, columns, 30))
        assert [piece.num_rows for piece in pieces] == [30, 30, 30, 10]
        assert found(pieces) == by_hand(rows)


def test_files_are_held_to_their_names_before_they_are_read(tmp_path: Path) -> None:
    tables = Tables(Folder(tmp_path))
    partition: dict[str, int | str] = {"report_year": 2021, "product": PRODUCT}
    rows = pa.Table.from_batches([batch([(0, "cost", 1, 1)])])
    whole = rows.add_column(0, "provider", pa.array(["01010003"]))
    folder = Folder(tmp_path).child("gold/outcome_sums")
    tables.replace_files(
        OUTCOME_SUMS, [write_file(folder, "a", whole, partition)], partition
    )  # fmt: skip
    store = Store(cast(Any, None), Folder(tmp_path))
    (address,) = store.verified_files(OUTCOME_SUMS, **partition)
    assert found(file_batches(address, rows.column_names, 9)) == by_hand([(0, "cost", 1, 1)])
    path = Path(address.removeprefix("file://"))
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(EnvironmentUnfit, match="not what was written"):
        store.verified_files(OUTCOME_SUMS, **partition)


def test_a_flipped_bit_in_a_file_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_parquet(pa.Table.from_batches([batch([(n, "cost", n, n) for n in range(32)])]), path)
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)
    with pytest.raises(OSError, match="CRC checksum verification failed"):
        list(file_batches(str(path), ["profile"], 30))


def test_a_task_without_rows_tells_nothing() -> None:
    assert found([]) == found([batch([])]) == Counter()


def test_a_total_of_more_than_64_bits_is_refused_and_does_not_wrap_around() -> None:
    with pytest.raises(GateStopped, match="too large for the model") as problem:
        found([batch([(0, "cost", 1, 2**63)])])
    assert str(2**63) not in str(problem.value)
    with pytest.raises(AssertionError):
        sums_by_cell(np.zeros(3, np.int64), np.zeros(3, np.int64), np.full(3, 2**62), 1)
