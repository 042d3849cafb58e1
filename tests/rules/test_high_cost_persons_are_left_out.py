"""A person with more than 10,000 euros of GGZ or more than 22,500 in total is left out of
everything (rule 5)."""

from __future__ import annotations

import datetime

import pytest
from pyspark.sql import SparkSession

from spiegel_core.contracts.gold import PATIENTS
from spiegel_core.contracts.rules import YearRules
from spiegel_core.contracts.silver import PERSON_ID
from spiegel_core.contracts.table import Column
from spiegel_core.population.patients import (
    cost_of_persons,
    counted_persons,
    reason_of_person,
)
from tests.tables import as_drawn, assert_drawn, frame

from .drawn import Year

JOINED = (
    PERSON_ID,
    Column("practice", "string", "the one practice"),
    Column("has_gp_at_several", "boolean", "a fee has such a GP"),
    Column("birth_date", "date", "null outside the register"),
    Column("ggz_cents", "bigint", "cost of GGZ"),
    Column("total_cents", "bigint", "cost in all segments"),
)


def test_strictly_more_than_the_limit_is_high(spark: SparkSession, rules_2021: YearRules) -> None:
    drawn = """
        person_id | ggz_cents | total_cents | reason
        nothing   | 0         | 0           | counted
        ggzlim    | 1000000   | 1000000     | counted
        ggzmore   | 1000001   | 1000001     | high_cost
        totlim    | 0         | 2250000     | counted
        totmore   | 0         | 2250001     | high_cost
        both      | 1000001   | 2250001     | high_cost
        limits    | 1000000   | 2250000     | counted
        minus     | -5        | -5          | counted
        unknown   |           |             | counted
        """
    rows = frame(
        spark, drawn, (*JOINED, Column("reason", "string", "expected")),
        practice="p1", has_gp_at_several=False, birth_date=datetime.date(1970, 1, 1),
    )  # fmt: skip

    found = rows.drop("reason").withColumn("reason", reason_of_person(rules_2021))

    assert_drawn(found, drawn)


CARE = """
person_id | care_type              | practice | code_list | code   | cover | granted_cents | sign
ann       | huisartsenzorg         | p1       | 008       | 12011  | B     | 1             | 1
ann       | ketenzorg              | z1       | 900       | DM2    | B     | 20            | 1
ann       | farmacie               | a1       | 001       | A101   | B     | 300           | 1
ann       | medisch_specialistisch | h1       | 007       | 1      | B     | 4000          | 1
ann       | eerstelijnsdiagnostiek | l1       | 041       | 070002 | B     | 50000         | 1
ann       | ggz                    | m1       | 013       | 1      | B     | 600000        | 1
ann       | wijkverpleging         | w1       | 065       | 1      | B     | 7000000       | 1
bob       | fysiotherapie          | f1       | 012       | 1000   | B     | 1             | 1
bob       | oefentherapie          | f1       | 012       | 2000   | B     | 2             | 1
bob       | logopedie              | f1       | 012       | 3000   | B     | 4             | 1
bob       | paramedisch_overig     | f1       | 012       | 4000   | B     | 8             | 1
bob       | mondzorg               | d1       | 010       | 1      | B     | 16            | 1
bob       | verloskunde            | v1       | 011       | 1      | B     | 32            | 1
bob       | kraamzorg              | k1       | 011       | 2      | B     | 64            | 1
bob       | hulpmiddelen           | s1       | 999       | 1      | B     | 128           | 1
bob       | ziekenvervoer          | s1       | 999       | 2      | B     | 256           | 1
bob       | buitenland             | s1       | 999       | 3      | B     | 512           | 1
bob       | grz                    | s1       | 999       | 4      | B     | 1024          | 1
bob       | elv                    | s1       | 999       | 5      | B     | 2048          | 1
bob       | gzsp                   | s1       | 999       | 6      | B     | 4096          | 1
cor       | wlz                    | s1       | 055       | 1      | B     | 9000000       | 1
cor       | fysiotherapie          | f1       | 012       | 1000   | A     | 9000000       | 1
cor       | ggz                    | m1       | 013       | 1      | B     | 700           | 1
cor       | ggz                    | m1       | 013       | 1      | B     | 200           | -1
"""


@pytest.fixture(scope="module")
def costs(year: Year) -> dict[str | None, tuple[str | None, str | None]]:
    found = cost_of_persons(year.care(CARE), year.classes)
    rows = as_drawn(found, ("person_id", "total_cents", "ggz_cents"))
    return {row["person_id"]: (row["total_cents"], row["ggz_cents"]) for row in rows}


def test_the_total_is_all_care_of_the_eight_segments_by_whomever_declared(
    costs: dict[str, tuple[str, str]],
) -> None:
    assert costs["ann"] == ("7654321", "600000")
    # Everything else of the basic insurance: all care types that are no segment of their own.
    assert costs["bob"] == ("8191", "0")


def test_the_wlz_and_the_supplementary_insurance_are_no_part_of_it_and_credits_lower_it(
    costs: dict[str, tuple[str, str]],
) -> None:
    assert costs["cor"] == ("500", "500")


def test_who_costs_much_is_in_no_number_of_the_mirror(spark: SparkSession) -> None:
    patients = frame(
        spark,
        """
        person_id | practice | reason    | profile
        ann       | p1       | counted   | 7
        bob       | p1       | high_cost | 7
        """,
        PATIENTS,
    )

    assert_drawn(
        counted_persons(patients),
        """
        person_id | provider | profile
        ann       | p1       | 7
        """,
    )


def test_conf_names_the_limits_of_2016_for_each_year(rules_2021: YearRules) -> None:
    assert rules_2021.numbers.high_cost_ggz_cents == 10_000_00
    assert rules_2021.numbers.high_cost_total_cents == 22_500_00
