"""The care that is summed per cell (`cell_sums`): the last step that sees a person."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spiegel_core.outcomes.cell_sums import UNITS


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
    """All care of every counted person, with the persons themselves, a practice in one place.

    In:   gold.care; `requested_by_own_gp`; `counted_persons`
    Out:  rows of care: person_id, care_class, is_own (asked for by the own GP: such care is there
          twice, once with and once without), UNITS; rows of persons: person_id, provider, profile
    """
    needed = ("person_id", "care_class", *UNITS)
    of_counted = (
        care.select(*needed, F.lit(False).alias("is_own"))
        .unionByName(own.select(*needed, F.lit(True).alias("is_own")))
        .join(persons.select("person_id", "provider"), "person_id", "inner")
    )
    is_person = F.col("care_class").isNull()
    return (
        of_counted.unionByName(persons, allowMissingColumns=True)
        .repartition("provider")
        .withColumn("provider", F.when(is_person, F.col("provider")))
    )


def populations_per_cell(persons: DataFrame) -> DataFrame:
    """How many persons each cell has.

    In:   `counted_persons`
    Out:  provider, profile, persons
    """
    return persons.groupBy("provider", "profile").agg(F.count("*").alias("persons"))
