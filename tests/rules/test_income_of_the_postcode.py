"""Income of the postcode: below p30 low, above p70 high, between them middle, else unknown; the
percentiles are over inhabitants of all postcodes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from spiegel_core.contracts.rules import YearRules
from spiegel_core.contracts.table import Column
from spiegel_core.population.insured import income_class, income_limits, newest_incomes
from tests.tables import assert_drawn, draw, frame

# Postcodes as income x inhabitants, and the incomes at which 30% and 70% are reached.
LIMITS = """
what                               | postcodes                  | p30 | p70
exactly 30 and 70 percent          | 10x30 20x40 30x30          | 10  | 20
one inhabitant short of it         | 10x29 20x40 30x31          | 20  | 30
just past it                       | 10x31 20x40 30x29          | 10  | 20
in another order                   | 30x30 10x30 20x40          | 10  | 20
one postcode                       | 25x7                       | 25  | 25
all the same income                | 20x1 20x1 20x1             | 20  | 20
equal incomes add up               | 10x15 10x15 20x40 30x30    | 10  | 20
postcodes without inhabitants      | 5x0 10x30 15x0 20x40 30x30 | 10  | 20
one postcode with nearly everybody | 10x1 20x998 30x1           | 20  | 20
"""


@pytest.mark.parametrize("row", [pytest.param(r, id=str(r["what"])) for r in draw(LIMITS)])
def test_a_percentile_is_the_smallest_income_at_which_that_share_is_reached(
    row: dict[str, str],
) -> None:
    pairs = [one.split("x") for one in row["postcodes"].split()]
    incomes = [(str(n), int(income), int(people)) for n, (income, people) in enumerate(pairs)]

    assert income_limits(incomes, 30, 70) == (int(row["p30"]), int(row["p70"]))


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 30)), min_size=1, max_size=30),
    st.integers(1, 99),
)
def test_fewer_than_the_share_live_below_a_percentile_and_at_least_the_share_up_to_it(
    pairs: list[tuple[int, int]], percent: int
) -> None:
    incomes = [(f"{n:04d}", income, people) for n, (income, people) in enumerate(pairs)]
    found, _ = income_limits(incomes, percent, percent)
    total = sum(people for _, people in pairs)
    if total == 0:
        return
    assert 100 * sum(p for income, p in pairs if income <= found) >= percent * total
    assert 100 * sum(p for income, p in pairs if income < found) < percent * total


def test_the_limits_themselves_are_middle(spark: SparkSession) -> None:
    drawn = """
        income | income_class
        9      | low
        10     | middle
        11     | middle
        20     | middle
        21     | high
        0      | low
               | unknown
    """
    columns = (Column("income", "int", "euros"), Column("income_class", "string", "expected"))
    rows = frame(spark, drawn, columns).drop("income_class")

    assert_drawn(rows.withColumn("income_class", income_class(rows["income"], (10, 20))), drawn)


def test_the_newest_vintage_delivered_counts_and_it_alone() -> None:
    rows = [
        ("2004", "1011", 100, 5), ("2008-2010", "1013", 300, 7), ("2008-2010", "1012", 200, 6),
        ("2006", "1011", 150, 5),
    ]  # fmt: skip
    assert newest_incomes(rows) == [("1012", 200, 6), ("1013", 300, 7)]
    assert newest_incomes([]) == []


def test_conf_names_30_and_70_percent(rules_2021: YearRules) -> None:
    assert rules_2021.numbers.income_low_percent == 30
    assert rules_2021.numbers.income_high_percent == 70
