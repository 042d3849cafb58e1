"""Credits: each takes one earlier debit back, or waits outside all sums until it can.

Source: the delivery format, section 2, "Corrections" (README, "What comes in").
"""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

# What a credit mirrors of its debit, apart from insurer and reference.
_MIRRORED = (
    "person_id", "code_list", "code", "practice", "care_from", "quantity", "granted_cents",
)  # fmt: skip
# A total order over equal credits that does not depend on when they arrived.
_ORDER = (
    "reference", "paid_on", "cover", "performer", "referrer", "specialism", "diagnosis_list",
    "diagnosis", "care_type", "load_id", "line",
)  # fmt: skip


def waiting_credits(claims: DataFrame) -> DataFrame:
    """The credits that take no debit back.

    A credit settles with a debit of the same insurer that has the reference it names and agrees
    in person, code list, code, practice, care_from, quantity and amount. As many credits settle
    as there are such debits; a credit on a credit, a second credit for one debit and a credit
    without its debit wait. Which one of several equal credits waits does not depend on the order
    of arrival.

    In:   the claim lines that count, with care_type (one care year is enough: a credit has the
          care_from of its debit)
    Out:  the credits among them that do not count yet, same columns
    """
    match = ["insurer", "matched_reference", *_MIRRORED]
    in_order = Window.partitionBy(*match).orderBy(*(F.col(c).asc_nulls_first() for c in _ORDER))
    ranked = (
        claims.filter(F.col("is_credit"))
        .withColumn("matched_reference", F.col("previous_reference"))
        .withColumn("rank", F.row_number().over(in_order))
    )
    # Credits are few, so they travel to the debits, and only debits with a credit are counted: as
    # one number each, which takes a fraction of the space and time of two texts (measured). A
    # debit that shares the number of another finds no credit in the join below.
    named = ranked.select(F.xxhash64("insurer", "matched_reference").alias("named")).distinct()
    debits = (
        claims.filter(~F.col("is_credit"))
        .withColumn("matched_reference", F.col("reference"))
        .withColumn("named", F.xxhash64("insurer", "matched_reference"))
        .join(F.broadcast(named), "named", "left_semi")
        .groupBy(*match)
        .agg(F.count("*").alias("debits"))
    )
    has_no_debit_left = F.col("rank") > F.coalesce("debits", F.lit(0))
    return ranked.join(debits, match, "left").filter(has_no_debit_left).select(*claims.columns)


def netted(claims: DataFrame, waiting: DataFrame) -> DataFrame:
    """Debits and the credits that count, with a sign.

    In:   the claim lines that count; `waiting_credits` of them
    Out:  the same columns and sign (1 debit, -1 credit); waiting credits are not among them
    """
    # Only a credit is looked up, and every line passes once: debits and credits apart, put
    # together afterwards, took a quarter more processor time for the care of a year (measured).
    line = F.struct("load_id", "line")
    line_of_credit = F.when(F.col("is_credit"), line) == F.col("waiting_line")
    waiting_lines = F.broadcast(waiting.select(line.alias("waiting_line")))
    sign = F.when(F.col("is_credit"), -1).otherwise(1)
    return claims.join(waiting_lines, line_of_credit, "left_anti").withColumn("sign", sign)
