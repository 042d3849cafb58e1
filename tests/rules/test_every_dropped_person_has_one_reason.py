"""Each dropped person has exactly one reason, the first that applies; counts by reason add up to
all persons with a fee, per practice and for the country (rule 6)."""

from __future__ import annotations

import datetime
import itertools

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from spiegel_core.contracts.gold import PATIENTS, REASONS
from spiegel_core.contracts.rules import YearRules
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.population.patients import population_counts, reason_of_person
from tests.tables import as_drawn, as_table, assert_drawn, frame

from .test_high_cost_persons_are_left_out import JOINED


def test_the_reason_is_the_first_that_applies(spark: SparkSession, rules_2021: YearRules) -> None:
    combinations = list(itertools.product([False, True], repeat=4))
    rows = [
        {
            "person_id": number,
            "practice": None if several else "p1",
            "has_gp_at_several": gp,
            "birth_date": None if unknown else datetime.date(1970, 1, 1),
            "ggz_cents": 0,
            "total_cents": 9_999_999 if high else 0,
        }
        for number, (several, gp, unknown, high) in enumerate(combinations)
    ]
    table = pa.Table.from_pylist(rows, schema=arrow_schema(as_table(JOINED)))

    found = spark.createDataFrame(table).select("person_id", reason_of_person(rules_2021))

    reasons = {row[0]: row[1] for row in found.collect()}
    for number, holds in enumerate(combinations):
        first = next((reason for reason, it in zip(REASONS, holds, strict=False) if it), "counted")
        assert reasons[number] == first


PATIENTS_DRAWN = """
person_id | practices | practice | reason                  | total_cents
a1        | p1        | p1       | counted                 | 100
a2        | p1        | p1       | counted                 | 200
a3        | p1        | p1       | high_cost               | 3000000
a4        | p1        | p1       | not_in_register         | 40
a5        | p1        | p1       | gp_at_several_practices | 50
b1        | p2        | p2       | counted                 | 600
ab        | p1 p2     |          | several_practices       | 7000
abc       | p1 p2 p3  |          | several_practices       | 80000
"""


@pytest.fixture(scope="module")
def counts(spark_session: SparkSession) -> list[dict[str, str | None]]:
    patients = frame(spark_session, PATIENTS_DRAWN, PATIENTS)
    return as_drawn(population_counts(patients), ("practice", "reason", "persons", "cost_cents"))


def test_a_person_of_two_practices_stands_in_both_and_once_in_the_country(
    counts: list[dict[str, str | None]],
) -> None:
    assert_drawn(
        counts,
        """
        practice | reason                  | persons | cost_cents
        p1       | counted                 | 2       | 300
        p1       | high_cost               | 1       | 3000000
        p1       | not_in_register         | 1       | 40
        p1       | gp_at_several_practices | 1       | 50
        p1       | several_practices       | 2       | 87000
        p2       | counted                 | 1       | 600
        p2       | several_practices       | 2       | 87000
        p3       | several_practices       | 1       | 80000
                 | counted                 | 3       | 900
                 | high_cost               | 1       | 3000000
                 | not_in_register         | 1       | 40
                 | gp_at_several_practices | 1       | 50
                 | several_practices       | 2       | 87000
        """,
    )


@pytest.mark.parametrize(("practice", "with_a_fee"), [("p1", 7), ("p2", 3), ("p3", 1), (None, 8)])
def test_the_reasons_of_a_practice_add_up_to_all_its_persons_with_a_fee(
    counts: list[dict[str, str]], practice: str | None, with_a_fee: int
) -> None:
    of_practice = [int(row["persons"]) for row in counts if row["practice"] == practice]
    assert sum(of_practice) == with_a_fee
