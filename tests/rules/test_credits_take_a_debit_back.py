"""A credit takes back one earlier debit that it mirrors, or waits outside all sums until it can;
whatever the order of arrival, the end state is the same to the cent."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from spiegel_core.contracts.bronze import DELIVERIES
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.deliveries.ledger import Arrival, merge
from spiegel_core.silver.admitted import admitted_claims
from spiegel_core.silver.credits import netted, waiting_credits
from tests.tables import as_drawn, as_table, assert_drawn, draw, frame, person

from .drawn import LINE, USUAL_LINE
from .test_the_ledger import delivered

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# What one credit has in common with no debit; all else is as on the debit it names.
DIFFERENT = """
differs   | field              | written
person    | person_id          | bob
insurer   | insurer            | 7119
code      | code               | 12010
list      | code_list          | 999
practice  | practice           | p2
day       | care_from          | 2021-08-02
quantity  | quantity           | 2
amount    | granted_cents      | 999
case      | previous_reference | d
reference | previous_reference | X
nothing   |                    |
"""


def lines(spark: SparkSession, text: str, **usual: Any) -> DataFrame:
    """The drawn lines, numbered from above."""
    head, *rows = text.strip().splitlines()
    numbered = [f"line | {head}", *(f"{place} | {row}" for place, row in enumerate(rows))]
    return frame(spark, "\n".join(numbered), LINE, **{**USUAL_LINE, **usual}).drop("sign")


def settled(claims: DataFrame) -> DataFrame:
    """The credits that count."""
    return netted(claims, waiting_credits(claims)).filter("sign = -1")


def references(found: DataFrame) -> set[str | None]:
    return {row["reference"] for row in as_drawn(found, ["reference"])}


def test_a_credit_that_differs_from_its_debit_in_anything_waits(spark: SparkSession) -> None:
    names = ["reference", "is_credit", "previous_reference", "person_id", "insurer", "code",
             "code_list", "practice", "care_from", "quantity", "granted_cents"]  # fmt: skip
    debit = ["D", "no", "", "ann", "9101", "12011", "008", "p1", "2021-08-01", "1", "1000"]
    rows = [" | ".join(names), " | ".join(debit)]
    for row in draw(DIFFERENT):
        credit = dict(zip(names, debit, strict=True)) | {"is_credit": "yes"}
        credit |= {"reference": str(row["differs"]), "previous_reference": "D"}
        credit |= {str(row["field"]): str(row["written"])} if row["field"] else {}
        rows.append(" | ".join(credit.values()))

    assert references(settled(lines(spark, "\n".join(rows)))) == {"nothing"}


def test_one_credit_settles_per_debit_and_none_on_a_credit(spark: SparkSession) -> None:
    drawn = """
        reference | is_credit | previous_reference | person_id | load_id
        D         | no        |                    | ann       | 1
        C1        | yes       | D                  | ann       | 2
        C2        | yes       | D                  | ann       | 1
        CC        | yes       | C1                 | ann       | 3
        E         | no        |                    | bob       | 1
        E         | no        |                    | bob       | 2
        F1        | yes       | E                  | bob       | 3
        F2        | yes       | E                  | bob       | 4
        F3        | yes       | E                  | bob       | 5
        G         | no        | D                  | cor       | 1
        H         | yes       | G                  | cor       | 1
    """
    claims = lines(spark, drawn)
    waiting = waiting_credits(claims)

    # E stands in two deliveries (a warning at the gate): both count, and both can be taken back.
    assert references(settled(claims)) == {"C1", "F1", "F2", "H"}
    assert references(waiting) == {"C2", "CC", "F3"}
    assert_drawn(
        netted(claims, waiting).groupBy("person_id").agg(
            F.sum(F.col("sign") * F.col("granted_cents")).alias("cents"),
            F.sum(F.col("sign") * F.col("quantity")).alias("quantity"),
        ),
        """
        person_id | cents | quantity
        ann       | 0     | 0
        bob       | 0     | 0
        cor       | 0     | 0
        """,
    )  # fmt: skip


def test_a_credit_may_come_in_any_delivery_before_or_after_its_debit(spark: SparkSession) -> None:
    drawn = """
        reference | is_credit | previous_reference | load_id | care_type      | paid_on
        C         | yes       | D                  | 1       | ketenzorg      | 2021-08-15
        D         | no        |                    | 9       | huisartsenzorg | 2021-09-30
    """
    alone = """
        reference | is_credit | previous_reference | load_id | care_type
        C         | yes       | D                  | 1       | ketenzorg
    """
    assert references(settled(lines(spark, alone, person_id=1))) == set()
    assert references(settled(lines(spark, drawn, person_id=1))) == {"C"}


# A debit, the same line once more under another delivery, a credit, and the corrected debit.
FOUR = (
    {"reference": "D", "is_credit": False, "previous_reference": None, "granted_cents": 1000},
    {"reference": "D", "is_credit": False, "previous_reference": None, "granted_cents": 1000},
    {"reference": "C", "is_credit": True, "previous_reference": "D", "granted_cents": 1000},
    {"reference": "E", "is_credit": False, "previous_reference": "D", "granted_cents": 700},
)


def test_debit_duplicate_credit_and_corrected_debit_net_the_same_in_all_24_orders(
    spark: SparkSession,
) -> None:
    columns = [column.name for column in LINE]
    rows = []
    for number, order in enumerate(itertools.permutations(FOUR)):
        for place, line in enumerate(order):
            # Each order is an insurer of its own; the order of arrival is that of the loads.
            own = {"insurer": f"{number:04d}", "load_id": place, "line": number,
                   "person_id": person("ann")}  # fmt: skip
            whole = {**dict.fromkeys(columns), **USUAL_LINE, **line, **own}
            rows.append(whole)
    table = pa.Table.from_pylist(rows, schema=arrow_schema(as_table(LINE)))
    claims = spark.createDataFrame(table)

    found = (
        netted(claims, waiting_credits(claims))
        .groupBy("insurer")
        .agg(
            F.sum(F.col("sign") * F.col("granted_cents")).alias("cents"),
            F.sum(F.col("sign") * F.col("quantity")).alias("quantity"),
            F.count("*").alias("lines"),
        )
    )

    nets = {(r["cents"], r["quantity"], r["lines"]) for r in as_drawn(found, found.columns)}
    assert found.count() == 24
    assert nets == {("1700", "2", "4")}


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_as_deliveries_they_count_the_same_in_all_24_orders(order: tuple[int, ...]) -> None:
    # The duplicate is the same file under another id: a copy, which does not count.
    debit = delivered("A", 1, "debit")
    four = (
        debit,
        dataclasses.replace(delivered("B", 1, "debit"), file="copy.csv"),
        delivered("C", 1, "credit"),
        delivered("D", 1, "corrected"),
    )
    ledger: list[Arrival] = []
    for place in order:
        ledger = merge(ledger, [four[place]])

    verdicts = {a.manifest.delivery_id: a.verdict for a in ledger if a.manifest}
    assert verdicts == {"A": "admitted", "B": "copy", "C": "admitted", "D": "admitted"}


def test_which_of_two_equal_credits_waits_does_not_depend_on_their_arrival(
    spark: SparkSession,
) -> None:
    drawn = """
        insurer | reference | is_credit | previous_reference | load_id | paid_on    | performer
        0001    | D         | no        |                    | 1       | 2021-08-01 | g1
        0001    | C         | yes       | D                  | 2       | 2021-09-01 | g1
        0001    | C         | yes       | D                  | 3       | 2021-08-31 | g2
        0002    | D         | no        |                    | 3       | 2021-08-01 | g1
        0002    | C         | yes       | D                  | 2       | 2021-08-31 | g2
        0002    | C         | yes       | D                  | 1       | 2021-09-01 | g1
    """
    assert_drawn(
        settled(lines(spark, drawn, person_id=1)),
        """
        insurer | reference | paid_on    | performer
        0001    | C         | 2021-08-31 | g2
        0002    | C         | 2021-08-31 | g2
        """,
    )


def test_only_lines_of_admitted_deliveries_count_each_with_its_care_type(
    spark: SparkSession,
) -> None:
    deliveries = frame(
        spark,
        """
        load_id | kind    | verdict    | care_type
        1       | claims  | admitted   | farmacie
        2       | claims  | superseded | farmacie
        3       | claims  | copy       | farmacie
        4       | claims  | conflict   | farmacie
        5       | claims  | refused    | farmacie
        6       | claims  | admitted   | ggz
        7       | insured | admitted   |
                | claims  | skipped    | farmacie
        """,
        DELIVERIES,
    )
    of_loads = "reference | load_id\n" + "\n".join(f"R{n} | {n}" for n in range(1, 10))
    stored = lines(spark, of_loads).drop("care_type")

    assert_drawn(
        admitted_claims(stored, deliveries),
        """
        reference | care_type
        R1        | farmacie
        R6        | ggz
        """,
    )
