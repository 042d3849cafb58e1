"""Of several rows of the insured register for one person, the one with most days counts, then the
one of the smaller insurer."""

from __future__ import annotations

import itertools

import pytest
from pyspark.sql import SparkSession

from spiegel_core.contracts.silver import INSURED
from spiegel_core.population.insured import one_row_per_person
from tests.tables import as_drawn, assert_drawn, frame

INSURED_DRAWN = """
person_id | year | insurer | insured_days | birth_date | sex | postcode4 | load_id | line
one       | 2021 | 9101    | 10           | 1970-01-01 | V   | 1000      | 1       | 1
most      | 2021 | 9101    | 100          | 1970-01-01 | V   | 1000      | 1       | 2
most      | 2021 | 7119    | 200          | 1970-01-01 | V   | 2000      | 2       | 1
most      | 2021 | 0101    | 65           | 1970-01-01 | V   | 3000      | 3       | 1
tie       | 2021 | 9101    | 100          | 1970-01-01 | V   | 1000      | 1       | 3
tie       | 2021 | 0736    | 100          | 1970-01-01 | V   | 2000      | 3       | 2
tie       | 2021 | 7119    | 100          | 1970-01-01 | V   | 3000      | 2       | 2
years     | 2020 | 0101    | 366          | 1970-01-01 | V   | 9000      | 9       | 1
years     | 2021 | 9101    | 1            | 1970-01-01 | V   | 1000      | 1       | 4
years     | 2022 | 0101    | 365          | 1970-01-01 | V   | 9000      | 8       | 1
old       | 2020 | 9101    | 366          | 1970-01-01 | V   | 1000      | 9       | 2
abroad    | 2021 | 9101    | 365          | 1970-01-01 | M   |           | 1       | 5
"""


def test_the_row_with_most_days_then_of_the_smaller_insurer(spark: SparkSession) -> None:
    assert_drawn(
        one_row_per_person(frame(spark, INSURED_DRAWN, INSURED), 2021),
        """
        person_id | sex | postcode4
        one       | V   | 1000
        most      | V   | 2000
        tie       | V   | 2000
        years     | V   | 1000
        abroad    | M   |
        """,
    )


def test_rows_that_differ_in_nothing_but_the_person_give_one_row_whatever_their_order(
    spark: SparkSession,
) -> None:
    header, *rows = """
        person_id | year | insurer | insured_days | birth_date | sex | postcode4
        ann       | 2021 | 9101    | 365          | 1970-01-02 | V   | 2000
        ann       | 2021 | 9101    | 365          | 1970-01-01 | M   | 1000
        ann       | 2021 | 9101    | 365          | 1970-01-01 | M   |
    """.strip().splitlines()
    # Three rows in their six orders, as six persons.
    orders = [
        row.replace("ann", f"order{number}")
        for number, order in enumerate(itertools.permutations(rows))
        for row in order
    ]
    found = one_row_per_person(frame(spark, "\n".join([header, *orders]), INSURED), 2021)

    kept = as_drawn(found, ("person_id", "birth_date", "sex", "postcode4"))
    assert len(kept) == 6
    assert len({tuple(row.values())[1:] for row in kept}) == 1


@pytest.mark.parametrize("year", [2019, 2021])
def test_persons_insured_in_another_year_only_are_not_in_the_register(
    spark: SparkSession, year: int
) -> None:
    persons = {
        row["person_id"]
        for row in as_drawn(
            one_row_per_person(frame(spark, INSURED_DRAWN, INSURED), year), ("person_id",)
        )
    }
    assert "old" not in persons
    assert bool(persons) == (year == 2021)
