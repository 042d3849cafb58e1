"""Outcomes per person, and the sums per cell: the last step that sees a person."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spiegel_core.contracts.rules import Outcome
from spiegel_core.outcomes.care_classes import CareClasses
from spiegel_core.outcomes.definitions import belongs

_UNITS = ("cents", "quantity", "ddd_thousandths")
# Squares are summed in three parts that fit in 64 bits: (a x 10^7 + b)^2 = a^2 x 10^14 + 2ab x
# 10^7 + b^2. Decimals of 38 digits take ten times as long, and an overflow stops the run.
_PART = 10_000_000


def outcome_classes(
    spark: SparkSession, outcomes: Sequence[Outcome], classes: CareClasses
) -> DataFrame:
    """Which class of care counts for which outcome, and what of it.

    Out:  care_class, number (place of the outcome in `outcomes`), unit (0 cents, 1 quantity,
          2 ddd_thousandths), by_own_gp
    """
    rows = [
        (care_class.number, number, _UNITS.index(outcome.counts), outcome.by_own_gp)
        for number, outcome in enumerate(outcomes)
        for care_class in classes.classes
        if belongs(outcome, care_class)
    ]
    return spark.createDataFrame(rows, "care_class int, number int, unit int, by_own_gp boolean")


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


def outcomes_of_persons(
    care: DataFrame, own: DataFrame, counting: DataFrame, persons: DataFrame
) -> DataFrame:
    """Every outcome of every counted person that is not zero.

    In:   gold.care; `requested_by_own_gp`; `outcome_classes`; `counted_persons`
    Out:  person_id, provider, profile, number, value (whole number)
    """
    only_own = F.col("by_own_gp")
    needed = ("person_id", "care_class", *_UNITS)
    marked = (
        care.select(*needed, F.lit(False).alias("is_own"))
        .unionByName(own.select(*needed, F.lit(True).alias("is_own")))
    )  # fmt: skip
    # Everything about a person comes to one place once, and is summed and joined there.
    together = marked.repartition("person_id")
    measured = together.join(
        F.broadcast(counting),
        (together["care_class"] == counting["care_class"]) & (only_own == F.col("is_own")),
        "inner",
    )
    value = reduce(
        lambda other, place: F.when(F.col("unit") == place, F.col(_UNITS[place])).otherwise(other),
        range(1, len(_UNITS)),
        F.col(_UNITS[0]),
    )
    return (
        measured.groupBy("person_id", "number")
        .agg(F.sum(value).alias("value"))
        .filter(F.col("value") != 0)
        .join(persons.hint("shuffle_hash"), "person_id", "inner")
        .select("person_id", "provider", "profile", "number", "value")
    )


def sums_per_cell(values: DataFrame, outcomes: Sequence[Outcome]) -> DataFrame:
    """The exact sufficient statistics of a cell and outcome.

    In:   `outcomes_of_persons`
    Out:  provider, profile, outcome, users, total, total_squares
    """
    value = F.col("value")
    high, low = F.call_function("div", value, F.lit(_PART)), value % F.lit(_PART)
    names = F.array(*(F.lit(outcome.name) for outcome in outcomes))
    summed = values.groupBy("provider", "profile", "number").agg(
        F.sum(F.when(value > 0, 1).otherwise(0)).alias("users"),
        F.sum(value).alias("total"),
        F.sum(high * high).alias("high_squares"),
        F.sum(2 * high * low).alias("mixed"),
        F.sum(low * low).alias("low_squares"),
    )
    parts = [
        F.col(name).cast("decimal(20,0)") * F.lit(_PART**power).cast("decimal(16,0)")
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
        .otherwise((parts[0] + parts[1]).cast("decimal(38,0)") + low_squares)
        .cast("decimal(38,0)")
        .alias("total_squares"),
    )


def populations_per_cell(persons: DataFrame) -> DataFrame:
    """How many persons each cell has.

    In:   `counted_persons`
    Out:  provider, profile, persons
    """
    return persons.groupBy("provider", "profile").agg(F.count("*").alias("persons"))
