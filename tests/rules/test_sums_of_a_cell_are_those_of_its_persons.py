"""Whatever persons, cells and care there are: the sums of arrays are those of a plain loop."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from spiegel_core.outcomes import cell_sums
from spiegel_core.outcomes.cell_sums import PART, UNITS, Counting, sums_of_cells, sums_of_part

# Class 1 counts for outcomes 0 (cents) and 1 (quantity), class 2 for 0, what the own GP asked of
# class 2 for 2 (doses); class 3 counts for nothing.
ENTRIES = {(1, False): [(0, 0), (1, 1)], (2, False): [(0, 0)], (2, True): [(2, 2)]}
COUNTING = Counting(
    *np.array(
        sorted((2 * c + own, n, u) for (c, own), counts in ENTRIES.items() for n, u in counts),
        dtype=np.int64,
    ).T,
    outcomes=("0", "1", "2"),
)
SCHEMA = pa.schema(
    [("person_id", pa.int64()), ("care_class", pa.int32()), *((u, pa.int64()) for u in UNITS),
     ("is_own", pa.bool_()), ("provider", pa.string()), ("profile", pa.int64())]
)  # fmt: skip
AMOUNT = st.integers(-(10**11), 10**11)
CARE = st.tuples(
    st.integers(1, 9), st.integers(1, 3), st.tuples(AMOUNT, AMOUNT, AMOUNT), st.booleans()
)
# Persons 8 and 9 have care and do not count.
CELLS = st.dictionaries(
    st.integers(1, 7), st.tuples(st.sampled_from(["p1", "p2"]), st.integers(0, 2))
)


def by_hand(cells: dict[int, tuple[str, int]], care: list[Any]) -> dict[Any, tuple[int, ...]]:
    values: dict[tuple[int, int], int] = defaultdict(int)
    for person, care_class, amounts, is_own in care:
        for number, unit in ENTRIES.get((care_class, is_own), []):
            if person in cells:
                values[person, number] += amounts[unit]
    sums: dict[Any, tuple[int, ...]] = {}
    for (person, number), value in values.items():
        if value:
            key = (*cells[person], number)
            users, total, squares = sums.get(key, (0, 0, 0))
            sums[key] = (users + (value > 0), total + value, squares + value * value)
    return sums


@given(CELLS, st.lists(CARE, max_size=30), st.integers(1, 4))
def test_sums_are_those_of_a_plain_loop(
    cells: dict[int, tuple[str, int]], care: list[Any], at_once: int
) -> None:
    rows = [
        {"person_id": p, "care_class": c, **dict(zip(UNITS, a, strict=True)), "is_own": o}
        for p, c, a, o in care
    ] + [{"person_id": p, "provider": cell[0], "profile": cell[1]} for p, cell in cells.items()]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cell_sums, "_PERSONS_AT_ONCE", at_once)
        sums = sums_of_part(pa.Table.from_pylist(rows, schema=SCHEMA), COUNTING)
    found = {
        (row["provider"], row["profile"], int(row["outcome"])):
        (row["users"], int(row["total"]), int(row["total_squares"]))
        for row in sums.to_pylist()
    }  # fmt: skip
    assert len(found) == sums.num_rows
    assert found == by_hand(cells, care)


def test_a_value_whose_squares_would_not_fit_stops_the_run() -> None:
    person = pa.table({"provider": ["p1"], "profile": [1]})
    sums_of_cells(person, np.array([[10**12]]), ["0"])
    with pytest.raises(OverflowError, match="above"):
        sums_of_cells(person, np.array([[-(10**12) - 1]]), ["0"])


def test_the_largest_cell_of_the_largest_values_still_fits() -> None:
    largest = cell_sums._LARGEST, cell_sums._PERSONS_AT_ONCE
    high, low = divmod(largest[0], PART)
    assert max(high**2, 2 * high * (PART - 1), (PART - 1) ** 2) * largest[1] < 2**63
    assert Fraction(high) * PART + low == largest[0]


def test_tasks_do_not_read_spark_s_archives_again(spark: SparkSession) -> None:
    def paths(batches: Any) -> Any:
        import sys

        for batch in batches:
            yield pa.record_batch({"path": ["|".join(sys.path)] * min(batch.num_rows, 1)})

    (row,) = spark.range(1).mapInArrow(paths, "path string").collect()
    assert not [place for place in row["path"].split("|") if place.endswith((".jar", ".zip"))]
