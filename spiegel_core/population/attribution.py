"""Who counts where: registration fees of a quarter, and the GPs on them.

Source: conf/rules.yml; seed 001, 'Aantal huisartsen' and 'Aantal patiënten'.
"""

from __future__ import annotations

import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

GENERAL_PRACTICE = "huisartspraktijk"


def net_fees(care: DataFrame, fee_classes: list[int], practices: DataFrame) -> DataFrame:
    """The registration fees of the quarter that were not taken back.

    In:   gold.care; the classes of care that are a fee; `practice` of every general practice
    Out:  person_id, practice, performer; a person and practice with net cents above zero, and
          each performer of theirs with net cents above zero
    """
    fees = care.filter(F.col("care_class").isin(fee_classes)).join(
        F.broadcast(practices.select("practice").distinct()), "practice", "left_semi"
    )
    per_practice = (
        fees.groupBy("person_id", "practice")
        .agg(F.sum("cents").alias("cents"))
        .filter(F.col("cents") > 0)
    )
    per_performer = (
        fees.groupBy("person_id", "practice", F.col("actor").alias("performer"))
        .agg(F.sum("cents").alias("cents"))
        .filter(F.col("cents") > 0)
    )
    return per_practice.drop("cents").join(
        per_performer.drop("cents"), ["person_id", "practice"], "left"
    )


def valid_on(day: datetime.date) -> Column:
    """A register row holds on a day: start <= day <= end, no end is still valid."""
    has_begun = F.col("start") <= F.lit(day)
    not_ended = F.col("end").isNull() | (F.col("end") >= F.lit(day))
    return has_begun & not_ended


def working_gps(
    practitioners: DataFrame, practices: DataFrame, day: datetime.date, locum: str
) -> DataFrame:
    """GPs registered at general practices on a day; locums are not among them.

    In:   silver.practitioners; `practice` of every general practice
    Out:  gp, practice; each pair once
    """
    return (
        practitioners.filter(valid_on(day) & (F.col("qualification") != locum))
        .select(F.col("practitioner_agb").alias("gp"), F.col("organisation_agb").alias("practice"))
        .join(F.broadcast(practices.select("practice").distinct()), "practice", "left_semi")
        # The register may hold a pair once per qualification.
        .distinct()
    )


def gps_at_several_practices(fees: DataFrame, gps: DataFrame) -> DataFrame:
    """GPs registered at several practices and seen on the fees of at least two of them.

    In:   `net_fees`; `working_gps`
    Out:  gp
    """
    registered = gps.groupBy("gp").agg(F.count("*").alias("practices"))
    at_several = registered.filter(F.col("practices") > 1).select("gp")
    seen = (
        fees.select(F.col("performer").alias("gp"), "practice")
        # Thousands of persons have a fee of the same GP and practice.
        .distinct()
        .join(gps.join(at_several, "gp", "left_semi"), ["gp", "practice"], "left_semi")
    )
    return seen.groupBy("gp").agg(F.count("*").alias("seen")).filter(F.col("seen") > 1).select("gp")


def attribute_persons(fees: DataFrame, several: DataFrame) -> DataFrame:
    """Give every person with a fee the one practice that declared it.

    In:   `net_fees`; `gps_at_several_practices`
    Out:  person_id, practices (sorted), practice (null when there are several),
          has_gp_at_several (a fee has such a GP as performer); one row per person
    """
    marked = fees.join(
        F.broadcast(several.withColumn("is_several", F.lit(True))),
        F.col("performer") == F.col("gp"),
        "left",
    )
    grouped = marked.groupBy("person_id").agg(
        F.array_sort(F.collect_set("practice")).alias("practices"),
        F.max(F.coalesce("is_several", F.lit(False))).alias("has_gp_at_several"),
    )
    # A person claimed by two practices counts for neither: picking one would move that
    # person's care from one practice to another.
    only_one = F.when(F.size("practices") == 1, F.element_at("practices", 1))
    return grouped.withColumn("practice", only_one)
