"""Sums kept per delivery give the figures of months and years, as all lines together would."""

from __future__ import annotations

import datetime
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.options import as_job
from jobs.table import export_table
from spiegel_core.contracts.bronze import DELIVERY_MONTHS, DELIVERY_TOTALS, DELIVERY_YEARS
from spiegel_core.deliveries.totals import merged, month_figures, totals_of, year_figures
from spiegel_core.errors import WrongUse
from spiegel_core.runtime.line_files import with_load
from tests.delivering import Delivery
from tests.door.test_receiving import Store

Line = dict[str, Any]
LARGEST = 10**15


@st.composite
def line(draw: st.DrawFn) -> Line:
    year, month = draw(st.sampled_from([(2020, 12), (2021, 1), (2021, 2), (2021, 12)]))
    return {
        "care_from": datetime.date(year, month, draw(st.sampled_from([1, 28]))),
        "care_year": year,
        "cover": draw(st.sampled_from("AB")),
        "is_credit": draw(st.booleans()),
        "quantity": draw(st.integers(0, 99_999)),
        "granted_cents": draw(st.integers(0, LARGEST)),
    }


DELIVERIES_DRAWN = st.lists(
    st.tuples(
        st.sampled_from(["9101", "9102"]), st.sampled_from(["ggz", "wlz"]),
        st.lists(line(), max_size=6),
    ),
    max_size=6,
)  # fmt: skip


def lines(rows: list[Line]) -> pa.Table:
    schema = pa.schema(
        [("line", pa.int32()), ("care_from", pa.date32()), ("care_year", pa.int32()),
         ("cover", pa.string()), ("is_credit", pa.bool_()), ("quantity", pa.int64()),
         ("granted_cents", pa.int64())]
    )  # fmt: skip
    numbered = [{**row, "line": n} for n, row in enumerate(rows, start=1)]
    return pa.Table.from_pylist(numbered, schema=schema)


def figures(deliveries: list[tuple[int, tuple[str, str, list[Line]]]]) -> pa.Table:
    """Month figures of numbered deliveries, by their sums."""
    ledger = pa.table(
        {"load_id": pa.array([n for n, _ in deliveries], pa.int64()),
         "sender": pa.array([d[0] for _, d in deliveries], pa.string()),
         "care_type": pa.array([d[1] for _, d in deliveries], pa.string())}
    )  # fmt: skip
    empty = DELIVERY_TOTALS.arrow_schema.empty_table()
    totals = [with_load(totals_of(lines(d[2])), n, DELIVERY_TOTALS) for n, d in deliveries]
    return month_figures(ledger, pa.concat_tables([empty, *totals]))


def recomputed(
    deliveries: list[tuple[str, str, list[Line]]], by_month: bool
) -> list[dict[str, Any]]:
    """The same from all lines, one by one."""
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for sender, care_type, rows in deliveries:
        for row in rows:
            month = (row["care_from"].month,) if by_month else ()
            of = sums[sender, care_type, row["care_from"].year, *month, row["cover"]]
            sign = -1 if row["is_credit"] else 1
            of[row["is_credit"]] += 1
            of[2] += sign * row["quantity"]
            of[3] += sign * row["granted_cents"]
    names = (DELIVERY_MONTHS if by_month else DELIVERY_YEARS).column_names
    return [dict(zip(names, (*key, *of), strict=True)) for key, of in sorted(sums.items())]


@given(DELIVERIES_DRAWN)
def test_months_and_years_equal_a_full_recomputation_from_the_lines(
    drawn: list[tuple[str, str, list[Line]]],
) -> None:
    months = figures(list(enumerate(drawn, start=1)))
    assert months.to_pylist() == recomputed(drawn, by_month=True)
    assert year_figures(months).to_pylist() == recomputed(drawn, by_month=False)


@given(DELIVERIES_DRAWN, st.data())
def test_in_any_order_and_grouping_they_add_up_to_the_same(
    drawn: list[tuple[str, str, list[Line]]], data: st.DataObject
) -> None:
    numbered = list(enumerate(drawn, start=1))
    whole = figures(numbered)
    shuffled = data.draw(st.permutations(numbered))
    cut = data.draw(st.integers(0, len(shuffled)))
    parts = [figures(shuffled[:cut]), figures(shuffled[cut:])]
    assert merged(parts, DELIVERY_MONTHS).equals(whole)
    assert merged(reversed(parts), DELIVERY_MONTHS).equals(whole)
    assert merged(map(year_figures, parts), DELIVERY_YEARS).equals(year_figures(whole))
    one_by_one = figures([])
    for delivery in shuffled:
        one_by_one = merged([one_by_one, figures([delivery])], DELIVERY_MONTHS)
    assert one_by_one.equals(whole)


def test_only_deliveries_that_count_are_in_the_figures_of_a_store(
    tmp_path: Path, key_file: Path
) -> None:
    store = Store(tmp_path / "store", key_file)
    credit = {"debit_credit": "C", "previous_reference": "X", "granted_cents": "250"}
    first = Delivery(lines=[{"care_from": "20210731"}, {}, {"cover": "A"}], delivery_id="A")
    second = Delivery(lines=[{}, {}, credit], delivery_id="A", revision=2)
    other = Delivery(lines=[{"care_from": "20201231"}], delivery_id="B", sender="9102")
    for number, delivery in enumerate((first, second, other)):
        delivery.write(tmp_path / "in", str(number))
    store.receive(tmp_path / "in")
    job = as_job(str(store.folder), None)
    out = tmp_path / "out.csv"

    assert export_table(job, "bronze.delivery_months", out, True) == 2
    assert out.read_text(encoding="utf-8-sig").splitlines()[1:] == [
        "9101,huisartsenzorg,2021,8,B,2,1,1,1750",
        "9102,huisartsenzorg,2020,12,B,1,0,1,1000",
    ]
    assert export_table(job, "bronze.delivery_years", out, True) == 2
    with pytest.raises(WrongUse):
        export_table(job, "bronze.delivery_months", out)
