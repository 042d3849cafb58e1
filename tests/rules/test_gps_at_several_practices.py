"""A GP registered at several practices on 1 July and seen on the fees of at least two of them is
not shown, and the persons on that GP's name do not count (rule 3)."""

from __future__ import annotations

import datetime

import pytest
from pyspark.sql import SparkSession

from spiegel_core.contracts.rules import YearRules
from spiegel_core.outcomes.care_classes import FEE as FEE_ITEM
from spiegel_core.population.attribution import (
    Employment,
    attribute_persons,
    gps_at_several_practices,
    net_fees,
    performers_seen,
    working_gps,
)
from tests.tables import assert_drawn, draw, frame

from .drawn import Year
from .test_a_person_of_two_practices_counts_for_neither import FEE
from .test_persons_with_a_fee_in_the_third_quarter import PRACTICE

# The practices a GP is registered at, those the GP is seen at, and whether that is "at several".
CASES = """
what                               | registered | seen | at_several
at two, seen at both               | a b        | a b  | yes
at two, seen at one                | a b        | a    | no
at two, seen at none               | a b        |      | no
at two, seen at one and at a third | a b        | a c  | no
at three, seen at two              | a b c      | a c  | yes
at one, seen at two                | a          | a b  | no
at one, seen there                 | a          | a    | no
nowhere, seen at two               |            | a b  | no
at two, seen twice at one          | a b        | a a  | no
"""


@pytest.mark.parametrize("row", [pytest.param(row, id=str(row["what"])) for row in draw(CASES)])
def test_registered_at_several_and_seen_at_two_of_them(row: dict[str, str | None]) -> None:
    gps = {("g", practice) for practice in (row["registered"] or "").split()}
    seen = [("g", practice) for practice in (row["seen"] or "").split()]

    found = gps_at_several_practices({*gps, ("other", "a")}, [*seen, ("other", "a")])

    assert found == ({"g"} if row["at_several"] == "yes" else set())


def test_only_the_register_of_1_july_counts(rules_2021: YearRules) -> None:
    until_june = Employment("g", "b", "0101", datetime.date(2010, 1, 1), datetime.date(2021, 6, 30))
    always = Employment("g", "a", "0101", datetime.date(2010, 1, 1), None)
    gps = working_gps([until_june, always], {"a", "b"}, rules_2021.reference_date, "0103")

    assert gps == {("g", "a")}
    assert gps_at_several_practices(gps, [("g", "a"), ("g", "b")]) == set()


def test_a_person_drops_when_any_net_fee_has_that_gp(spark: SparkSession) -> None:
    fees = frame(
        spark,
        """
        person_id | practice | performer
        on        | p1       | busy
        also      | p1       | busy
        also      | p1       | own
        off       | p1       | own
        noname    | p1       |
        two       | p1       | own
        two       | p2       | busy
        """,
        FEE,
    )

    assert_drawn(
        attribute_persons(fees, several={"busy", "elsewhr"}),
        """
        person_id | practice | has_gp_at_several
        on        | p1       | yes
        also      | p1       | yes
        off       | p1       | no
        noname    | p1       | no
        two       |          | yes
        """,
    )


def test_a_gp_is_seen_on_fees_that_were_not_taken_back(year: Year, spark: SparkSession) -> None:
    care = year.care(
        """
        person_id | practice | performer | code  | granted_cents | sign
        ann       | p1       | g1        | 11100 | 1000          | 1
        ann       | p1       | g2        | 11100 | 1000          | 1
        ann       | p1       | g2        | 11100 | 1000          | -1
        bob       | p2       | g1        | 11100 | 1000          | 1
        bob       | p2       | g1        | 11100 | 1000          | -1
        cor       | p2       |           | 11100 | 1000          | 1
        dik       | p2       | g3        | 12011 | 1000          | 1
        """
    )
    practices = frame(spark, "practice\np1\np2", PRACTICE)

    assert_drawn(
        performers_seen(net_fees(care, year.classes_of(FEE_ITEM), practices)),
        """
        performer | practice
        g1        | p1
        """,
    )
