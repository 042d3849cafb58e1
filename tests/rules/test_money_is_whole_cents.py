"""Money is whole eurocents from the door to the last division: no type, no line of code and no
sum on the way makes it a double, whatever the amounts and however they are cut into parts."""

from __future__ import annotations

import datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.contracts.bronze import DELIVERY_MONTHS
from spiegel_core.contracts.files import FILE_KINDS
from spiegel_core.contracts.silver import CLAIM_LINES
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.deliveries.ei.records import whole_numbers
from spiegel_core.deliveries.totals import merged, month_figures, totals_of, year_figures
from spiegel_core.open_data import outputs
from spiegel_core.outcomes import cell_sums
from spiegel_core.outcomes.cell_sums import UNITS, Counting, sums_of_part
from spiegel_core.runtime.all_tables import ALL_TABLES
from spiegel_core.runtime.conf import PROJECT

from .money_in_code import assigned, doubles, places_in

LARGEST = 99_999_999  # of granted_cents, [0-9]{1,8}
MILLION = 10**6

# What only counts and adds up; in these modules every double is found, whatever it is called.
WHOLE = tuple(
    f"spiegel_core.{name}"
    for name in (
        "contracts", "deliveries", "silver", "outcomes", "population", "engine.exact",
        "runtime.intake", "runtime.receiving", "runtime.ledger_table", "runtime.door",
        "runtime.year_", "runtime.tables", "runtime.store",
    )
)  # fmt: skip
# Draws an invented country before anything is delivered; nothing of it is counted with.
LEFT_OUT = ("spiegel_core.invent",)
# Where a double may be, and why it is no money that is still to be counted with.
ALLOWED = {
    ("contracts.table", "spark_schema"): "the type of the index and its limits",
    ("contracts.table", "arrow_schema"): "the type of the index and its limits",
    ("deliveries.door", "module"): "a share of lines",
    ("deliveries.fields", "days"): "days since 1970, null as not-a-number on the way",
    ("deliveries.registers", "_judge_days_per_person"): "insured days, exact far below 2^53",
    ("mirrors.validation_pages", "_euros"): "shown: euros per person of a residual",
    ("mirrors.model_card", "_fit_row"): "shown: euros per person, an exact fraction until then",
    ("open_data.workbook_trend", "_euros"): "shown: euros per insured year",
    ("open_data.workbook", "_per_year"): "shown: euros per insured year",
    ("open_data.workbook", "_totals_sheet"): "shown: euros",
    ("runtime.model_artefacts", "_age_points"): "a chart: euros per person",
    ("runtime.model_artefacts", "_practice_points"): "a chart: euros per person",
    ("runtime.model_artefacts", "_weight_points"): "a chart: euros of a weight",
    ("runtime.model_artefacts", "metrics_of"): "shown in MLflow: euros",
    ("statistics.drawn", "mean_cents"): "drawn cost of a simulation, nobody's",
    ("statistics.resampled", "persons_of"): "invented cost of a simulation, nobody's",
}
# Columns of tables that are ratios, made in the last division.
RATIOS = {"index", "lower_95", "upper_95", "lower_99_8", "upper_99_8"}

PLANTED = (
    "euros = total_cents / 100",
    "euros = row['granted_cents'] / 100",
    "cents /= 2",
    "x = float(line.granted_cents)",
    "x = F.avg('cents')",
    "x = F.avg(F.col('total_cents'))",
    "x = F.col('cents').cast('double')",
    "x = F.col('cents').cast(T.DoubleType())",
    "x = claims['granted_cents'].cast(pa.float64())",
    "x = cents.astype(np.float64)",
    "x = cents.astype(dtype=float)",
    "x = np.array(cents, dtype='float64')",
    "x = np.mean(cents)",
    "cents: float = amount",
    "def f(cents: float) -> None: ...",
    "SCHEMA = 'practice string, cost_cents double'",
    "total_cents = 0.5",
)
ASSIGNED = (
    "total_cents = amount / persons",
    "total_cents += float(amount)",
    "total_cents: int = round(amount / 2)",
    "row = Row(cost_cents=amount / 3)",
    "x = (F.col('amount') / F.col('n')).alias('cost_cents')",
    "x = F.col('amount').cast('double').alias('cents')",
    "cents = np.zeros(3, dtype=np.float64)",
)
RIGHT = (
    "cents = amount // 100",
    "x = Fraction(cents, 100)",
    "cents = sign * granted_cents",
    "x = F.sum(F.col('sign') * F.col('granted_cents')).alias('cents')",
    "x = F.col('cents').cast('decimal(38,0)')",
    "cents = np.zeros(3, dtype=np.int64)",
    "total_cents: int = 0",
    "path = folder / 'cents.csv'",
    "share = lines_set_aside / lines",
)


@pytest.mark.parametrize("code", PLANTED)
def test_a_double_that_is_planted_is_found(code: str) -> None:
    assert [*doubles(code, "m", everywhere=False)] != []


@pytest.mark.parametrize("code", ASSIGNED)
def test_an_amount_that_is_given_a_double_is_found(code: str) -> None:
    assert [*assigned(code, "m")] != []


@pytest.mark.parametrize("code", RIGHT)
def test_whole_cents_are_left_alone(code: str) -> None:
    assert [*doubles(code, "m", everywhere=False), *assigned(code, "m")] == []


def test_where_only_counting_is_done_every_double_is_found() -> None:
    code = "def f():\n    share = lines / 2\n"
    assert [place.function for place in doubles(code, "m", everywhere=True)] == ["f"]


def test_no_line_of_code_makes_an_amount_a_double_before_it_is_shown() -> None:
    found = places_in(PROJECT, WHOLE, LEFT_OUT)
    named = {(p.module.removeprefix("spiegel_core."), p.function) for p in found}

    assert [p for p in sorted(found) if
            (p.module.removeprefix("spiegel_core."), p.function) not in ALLOWED] == []  # fmt: skip
    # What is allowed and is not there any more is allowed no longer.
    assert named == set(ALLOWED)


def test_amounts_are_whole_numbers_in_every_table_and_every_file() -> None:
    columns = [(t.name, c) for t in ALL_TABLES.values() for c in t.columns]
    fields = [(kind, f) for kind, of_kind in FILE_KINDS.items() for f in of_kind]
    is_money = [
        (name, c.name, c.type)
        for name, c in columns
        if c.name.endswith("cents") or "eurocents" in c.unit
    ]

    assert len(is_money) >= 15
    assert [one for one in is_money if one[2] != "bigint"] == []
    assert {f.becomes for _, f in fields if f.name.endswith("cents")} == {"bigint"}
    assert {c.name for _, c in columns if c.type == "double"} == RATIOS


def test_files_of_open_data_hold_exact_amounts() -> None:
    schemas = [one for one in vars(outputs).values() if isinstance(one, pa.Schema)]
    money = [piece for schema in schemas for piece in schema if "cents" in piece.name]

    assert len(money) >= 5
    assert [p.name for p in money if pa.types.is_floating(p.type)] == []


def typed_lines(amounts: np.ndarray, is_credit: np.ndarray) -> pa.Table:
    """Lines of silver as the door types them."""
    rows = len(amounts)
    usual = {
        "line": 1, "quantity": 1, "care_year": 2021, "cover": "B",
        "care_from": datetime.date(2021, 8, 1),
    }  # fmt: skip
    schema = arrow_schema(CLAIM_LINES)
    columns = [
        pa.array(amounts) if name == "granted_cents"
        else pa.array(is_credit) if name == "is_credit"
        else pa.repeat(pa.scalar(usual.get(name), schema.field(name).type), rows)
        for name in schema.names
    ]  # fmt: skip
    return pa.table(columns, schema=schema)


def figures_of(lines: pa.Table, cuts: list[int]) -> pa.Table:
    """The months of a sender who sent these lines in parts."""
    bounds = [0, *sorted(cuts), lines.num_rows]
    parts = []
    for load_id, (start, end) in enumerate(pairwise(bounds)):
        totals = totals_of(lines.slice(start, end - start))
        loads = pa.array([load_id] * totals.num_rows, pa.int64())
        ledger = pa.table(
            {"load_id": pa.array([load_id], pa.int64()), "sender": ["9101"],
             "care_type": ["farmacie"]}
        )  # fmt: skip
        parts.append(month_figures(ledger, totals.append_column("load_id", loads)))
    return merged(parts, DELIVERY_MONTHS)


@pytest.mark.parametrize("credits", [0, MILLION // 2, MILLION])
def test_totals_of_a_million_lines_of_the_largest_amount_are_exact(credits: int) -> None:
    is_credit = np.arange(MILLION) < credits
    lines = typed_lines(np.full(MILLION, LARGEST), is_credit)

    (month,) = figures_of(lines, [333_333, 333_334]).to_pylist()

    assert month["granted_cents"] == LARGEST * (MILLION - 2 * credits)
    assert (month["debit_lines"], month["credit_lines"]) == (MILLION - credits, credits)


AMOUNTS = st.lists(st.tuples(st.sampled_from([0, 1, LARGEST - 1, LARGEST]), st.booleans()),
                   min_size=1, max_size=40)  # fmt: skip


@given(AMOUNTS, st.lists(st.integers(0, 40), max_size=6), st.randoms())
def test_totals_are_the_same_however_the_lines_are_cut(
    drawn: list[tuple[int, bool]], cuts: list[int], random: object
) -> None:
    def figures(rows: list[tuple[int, bool]], cuts: list[int]) -> pa.Table:
        amounts, signs = map(np.array, zip(*rows, strict=True))
        return figures_of(typed_lines(amounts, signs), [min(cut, len(rows)) for cut in cuts])

    whole = figures(drawn, [])
    shuffled = random.sample(drawn, len(drawn))
    found = figures(shuffled, cuts)

    assert found.equals(whole)
    assert year_figures(found).equals(year_figures(whole))
    assert whole["granted_cents"].to_pylist() == [sum(-a if s else a for a, s in drawn)]


def cell_rows(persons: np.ndarray, cents: np.ndarray) -> pa.Table:
    """Persons of two cells, and care of theirs."""
    people = np.unique(persons)
    care = {"person_id": persons, "care_class": np.ones(len(persons), dtype=np.int32),
            **dict.fromkeys(UNITS, cents),
            "is_own": np.zeros(len(persons), dtype=bool)}  # fmt: skip
    cells = {"person_id": people, "provider": [f"p{n % 2}" for n in people.tolist()],
             "profile": np.zeros(len(people), dtype=np.int64)}  # fmt: skip
    return pa.concat_tables([pa.table(care), pa.table(cells)], promote_options="default")


def summed(parts: list[pa.Table]) -> dict[str, tuple[int, int, int]]:
    """Users, total and sum of squares per cell, in Python's whole numbers."""
    return {
        row["provider"]: (row["users"], int(row["total"]), int(row["total_squares"]))
        for row in cell_sums.merged(parts).to_pylist()
    }


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("parts", [1, 3, 7])
def test_sums_of_a_cell_over_a_million_rows_of_the_largest_amount_are_exact(
    sign: int, parts: int
) -> None:
    # 1,000 persons of 1,000 lines each; every task has all the lines of its persons.
    persons = np.arange(MILLION) % 1000
    rows = cell_rows(persons, np.full(MILLION, sign * LARGEST))
    counting = Counting(*(np.array([n], dtype=np.int64) for n in (2, 0, 0)), outcomes=("cost",))
    task = pa.array(rows["person_id"].to_numpy() % parts)

    found = summed(
        [sums_of_part(rows.filter(pc.equal(task, part)), counting) for part in range(parts)]
    )

    of_person = sign * 1000 * LARGEST
    expected = (500 * (sign > 0), 500 * of_person, 500 * of_person**2)
    assert found == {"p0": expected, "p1": expected}


def test_a_million_amounts_of_an_ei_file_are_read_and_summed_exactly() -> None:
    nines = np.full((8, MILLION), ord("9"), dtype=np.uint8)
    assert int(whole_numbers(nines).sum()) == LARGEST * MILLION
