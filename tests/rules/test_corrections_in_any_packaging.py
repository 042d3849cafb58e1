"""A debit, its duplicate, the credit and the corrected debit: whatever file and order they come in,
by one to four deliveries, once or twice, what counts in the end follows from what was sent."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from spiegel_core.contracts.silver import CLAIM_LINES
from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.judge import Judgement, judge_delivery
from spiegel_core.deliveries.ledger import Arrival, merge
from spiegel_core.runtime.intake import arrival_of
from spiegel_core.runtime.line_files import with_load
from spiegel_core.silver.credits import netted, waiting_credits
from tests.delivering import Delivery

LINES = {
    "debit": {"reference": "D", "granted_cents": "1000"},
    # The same line once more, with the reference it had.
    "again": {"reference": "D", "granted_cents": "1000"},
    "credit": {"reference": "C", "previous_reference": "D", "debit_credit": "C",
               "granted_cents": "1000"},
    "corrected": {"reference": "E", "previous_reference": "D", "granted_cents": "700"},
}  # fmt: skip
Packaging = tuple[tuple[str, ...], ...]


class End(NamedTuple):
    """What counts in the end: net amount, and lines and amount of the credits that wait."""

    cents: int
    waiting: int
    waiting_cents: int


def packagings() -> Iterator[Packaging]:
    """All 24 orders of the four lines, each cut into one to four deliveries in all 8 ways."""
    for order in itertools.permutations(LINES):
        for cuts in itertools.product((False, True), repeat=3):
            files, last = [], 0
            for place, is_cut in enumerate((*cuts, True), start=1):
                if is_cut:
                    files.append(order[last:place])
                    last = place
            yield tuple(files)


def by_hand(files: Packaging) -> End:
    """The end, from the rules of the delivery format alone."""
    # A reference twice in a file refuses it; a file that is a copy of another counts once.
    counting = [file for file in files if not {"debit", "again"} <= {*file}]
    if {("debit",), ("again",)} <= {*counting}:
        counting.remove(("again",))
    sent = [line for file in counting for line in file]
    debits, credits = sum(line in ("debit", "again") for line in sent), sent.count("credit")
    taken_back = min(debits, credits)
    waiting = credits - taken_back
    return End(1000 * (debits - taken_back) + 700 * sent.count("corrected"), waiting,
               1000 * waiting)  # fmt: skip


@functools.cache
def judged(lines: tuple[str, ...]) -> Judgement:
    delivery = Delivery(lines=[LINES[line] for line in lines], delivery_id="-".join(lines))
    manifest, data = delivery.manifest_bytes(), delivery.packed()
    return judge_delivery(manifest, data, "a.csv", DoorRules(), b"k" * 32)


def arrived(ledger: list[Arrival], files: Packaging, first_load: int) -> list[Arrival]:
    """The ledger after these files came one by one."""
    for load_id, lines in enumerate(files, start=first_load):
        name = "-".join(lines) + ".csv"
        ledger = merge(ledger, [arrival_of(name, judged(lines), load_id, "k1", "rules")])
    return ledger


def counting(ledger: list[Arrival], world: int) -> pa.Table:
    """The lines of the admitted deliveries, as those of an insurer of their own."""
    pieces = [CLAIM_LINES.arrow_schema.empty_table()]
    for arrival in ledger:
        if arrival.verdict == "admitted" and arrival.load_id is not None:
            lines = judged(tuple(arrival.file.removesuffix(".csv").split("-"))).typed
            assert lines is not None
            pieces.append(with_load(lines, 100 * world + arrival.load_id, CLAIM_LINES))
    rows = pa.concat_tables(pieces)
    place = rows.schema.get_field_index("insurer")
    own = pa.array([f"{world:04d}"] * rows.num_rows, pa.string())
    return rows.set_column(place, "insurer", own)


@pytest.fixture(scope="module")
def ends(spark_session: SparkSession) -> dict[int, End]:
    """The end of every packaging; half of the worlds have everything arrive a second time."""
    worlds = []
    for number, files in enumerate(packagings()):
        ledger = arrived([], files, 1)
        worlds.append(counting(ledger, 2 * number))
        again = arrived(ledger, tuple(reversed(files)), 11)
        worlds.append(counting(again, 2 * number + 1))
    claims = spark_session.createDataFrame(pa.concat_tables(worlds).combine_chunks()).withColumn(
        "care_type", F.lit("huisartsenzorg")
    )
    waiting = waiting_credits(claims)
    signed = F.col("sign") * F.col("granted_cents")
    net = netted(claims, waiting).groupBy("insurer").agg(F.sum(signed).alias("cents"))
    left = waiting.groupBy("insurer").agg(
        F.count("*").alias("lines"), F.sum("granted_cents").alias("left_cents")
    )
    found = net.join(left, "insurer", "full").na.fill(0).collect()
    return {
        int(row["insurer"]): End(row["cents"], row["lines"], row["left_cents"]) for row in found
    }


def test_every_packaging_and_order_ends_in_what_follows_by_hand(ends: dict[int, End]) -> None:
    expected = [by_hand(files) for files in packagings()]

    assert len(expected) == 192
    nothing = End(0, 0, 0)
    assert [ends.get(2 * n, nothing) for n in range(192)] == expected
    assert [ends.get(2 * n + 1, nothing) for n in range(192)] == expected


def test_only_what_shares_a_file_matters_and_no_order(ends: dict[int, End]) -> None:
    by_content: dict[frozenset[frozenset[str]], set[End]] = {}
    for number, files in enumerate(packagings()):
        sent = frozenset(map(frozenset, files))
        by_content.setdefault(sent, set()).add(ends.get(2 * number, End(0, 0, 0)))

    assert len(by_content) == 15
    assert all(len(found) == 1 for found in by_content.values())
    # All in one file: refused; each on its own: the duplicate is a copy.
    assert by_content[frozenset([frozenset(LINES)])] == {End(0, 0, 0)}
    assert by_content[frozenset(frozenset([line]) for line in LINES)] == {End(700, 0, 0)}


def test_a_credit_whose_debit_is_refused_waits_and_is_counted(ends: dict[int, End]) -> None:
    files = (("credit", "corrected"), ("debit", "again"))
    number = list(packagings()).index(files)

    assert ends[2 * number] == End(700, 1, 1000)


@pytest.mark.parametrize("partitions", [1, 3, 7])
def test_spark_s_sum_of_a_million_largest_amounts_is_exact(
    spark: SparkSession, partitions: int
) -> None:
    largest = 99_999_999
    # Two thirds debits, one third credits; ids in another order than the sign.
    sign = F.when(F.col("id") % 3 == 0, -1).otherwise(1)
    signed = spark.range(10**6).repartition(partitions).select(sign.alias("sign"))
    (row,) = signed.select(
        F.sum(F.col("sign") * F.lit(largest).cast("bigint")).alias("cents")
    ).collect()

    credits = len(range(0, 10**6, 3))
    assert row["cents"] == (10**6 - 2 * credits) * largest
