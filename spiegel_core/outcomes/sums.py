"""Outcomes per person, and the sums per cell: the last step that sees a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spiegel_core.contracts.rules import Outcome
from spiegel_core.outcomes.cell_sums import PART, UNITS, Counting, sums_of_part

_PART_SUMS = (
    "provider string, profile bigint, number int, users bigint, total bigint, "
    "high_squares bigint, mixed bigint, low_squares bigint"
)
_ROWS_PER_BATCH = 50_000


def requested_by_own_gp(
    care: DataFrame, persons: DataFrame, practitioners: DataFrame, test_classes: list[int]
) -> DataFrame:
    """The tests that a GP registered at the person's own practice asked for, on that day.

    An empty referrer is nobody's; a GP of another practice is not the own one.

    In:   gold.care; `counted_persons`; silver.practitioners; classes of care that are a test
    Out:  the rows of care among the tests that count, same columns
    """
    registered = practitioners.select(
        F.col("practitioner_agb").alias("actor"),
        F.col("organisation_agb").alias("provider"),
        F.col("start"),
        F.coalesce("end", F.lit("9999-12-31").cast("date")).alias("end"),
    )
    tests = care.filter(F.col("care_class").isin(test_classes) & F.col("actor").isNotNull())
    is_registered = (
        (F.col("t.actor") == F.col("r.actor"))
        & (F.col("t.provider") == F.col("r.provider"))
        & F.col("t.care_on").between(F.col("r.start"), F.col("r.end"))
    )
    return (
        tests.join(persons.select("person_id", "provider"), "person_id", "inner")
        .alias("t")
        .join(F.broadcast(registered.alias("r")), is_registered, "left_semi")
        .select(*care.columns)
    )


def care_of_counted(care: DataFrame, own: DataFrame, persons: DataFrame) -> DataFrame:
    """All care of every counted person in one place, with the persons themselves.

    In:   gold.care; `requested_by_own_gp`; `counted_persons`
    Out:  rows of care: person_id, care_class, is_own (asked for by the own GP: such care is there
          twice, once with and once without), UNITS; rows of persons: person_id, provider, profile
    """
    needed = ("person_id", "care_class", *UNITS)
    return (
        care.select(*needed, F.lit(False).alias("is_own"))
        .unionByName(own.select(*needed, F.lit(True).alias("is_own")))
        .unionByName(persons, allowMissingColumns=True)
        .repartition("person_id")
    )


def part_sums(rows: DataFrame, counting: Counting) -> DataFrame:
    """The sums per cell and outcome of each task's persons.

    In:   `care_of_counted`
    Out:  PART_SUMS of `cell_sums`
    """

    def of_task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        held = list(batches)
        if held:
            for sums in sums_of_part(pa.Table.from_batches(held), counting):
                yield from sums.to_batches(max_chunksize=_ROWS_PER_BATCH)

    return rows.mapInArrow(of_task, _PART_SUMS)


def sums_per_cell(parts: DataFrame, outcomes: Sequence[Outcome]) -> DataFrame:
    """The exact sufficient statistics of a cell and outcome.

    In:   `part_sums`
    Out:  provider, profile, outcome, users, total, total_squares
    """
    names = F.array(*(F.lit(outcome.name) for outcome in outcomes))
    measures = ("users", "total", "high_squares", "mixed", "low_squares")
    summed = parts.groupBy("provider", "profile", "number").agg(
        *(F.sum(name).alias(name) for name in measures)
    )
    squares = [
        F.col(name).cast("decimal(20,0)") * F.lit(PART**power).cast("decimal(16,0)")
        for name, power in (("high_squares", 2), ("mixed", 1))
    ]
    is_small = (F.col("high_squares") == 0) & (F.col("mixed") == 0)
    low_squares = F.col("low_squares").cast("decimal(38,0)")
    return summed.select(
        "provider",
        "profile",
        F.element_at(names, F.col("number") + 1).alias("outcome"),
        "users",
        F.col("total").cast("decimal(38,0)").alias("total"),
        F.when(is_small, low_squares)
        .otherwise((squares[0] + squares[1]).cast("decimal(38,0)") + low_squares)
        .cast("decimal(38,0)")
        .alias("total_squares"),
    )


def populations_per_cell(persons: DataFrame) -> DataFrame:
    """How many persons each cell has.

    In:   `counted_persons`
    Out:  provider, profile, persons
    """
    return persons.groupBy("provider", "profile").agg(F.count("*").alias("persons"))
