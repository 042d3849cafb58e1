"""A person with fees of two or more practices counts for none of them (rule 2)."""

from __future__ import annotations

from pyspark.sql import SparkSession

from spiegel_core.contracts.silver import PERSON_ID
from spiegel_core.contracts.table import Column
from spiegel_core.population.attribution import attribute_persons
from tests.tables import assert_drawn, frame

FEE = (
    PERSON_ID,
    Column("practice", "string", "who declared the fee"),
    Column("performer", "string", "GP on the fee"),
)


def test_a_person_with_fees_of_two_practices_belongs_to_neither(spark: SparkSession) -> None:
    fees = frame(
        spark,
        """
        person_id | practice | performer
        one       | p1       | g1
        two       | p1       | g1
        two       | p2       | g2
        three     | p3       | g3
        three     | p1       | g1
        three     | p2       | g1
        gps       | p1       | g1
        gps       | p1       | g2
        noname    | p1       |
        """,
        FEE,
    )

    found = attribute_persons(fees, several=set())

    assert_drawn(
        found,
        """
        person_id | practice | practices | has_gp_at_several
        one       | p1       | p1        | no
        two       |          | p1 p2     | no
        three     |          | p1 p2 p3  | no
        gps       | p1       | p1        | no
        noname    | p1       | p1        | no
        """,
    )
