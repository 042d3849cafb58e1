"""The chain care that links practices to their group.

Source: conf/rules.yml; seed 001: op basis van ketenzorgdiabetes declaraties.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def chain_care_quarters(
    care: DataFrame, programme_classes: list[int], patients: DataFrame, successors: DataFrame
) -> DataFrame:
    """Distinct (person, quarter) of the linking programme per practice and chain-care group.

    The persons of a practice are those it alone declared a fee for and who are in the insured
    register, high-cost persons included.

    In:   gold.care; classes of care of the programme; gold.patients; declarer and its group
          (`practices.successors`)
    Out:  practice, care_group, quarters
    """
    own = patients.filter(F.col("reason").isin("counted", "high_cost")).select(
        "person_id", F.col("practice").alias("own_practice")
    )
    lines = care.filter(F.col("care_class").isin(programme_classes))
    net = (
        lines.groupBy("person_id", F.col("practice").alias("declarer"), "care_on")
        .agg(F.sum("lines").alias("lines"))
        .filter(F.col("lines") > 0)
    )
    return (
        net.join(F.broadcast(successors), "declarer", "inner")
        .join(own, "person_id", "inner")
        .groupBy(F.col("own_practice").alias("practice"), "care_group")
        .agg(F.count_distinct("person_id", "care_on").alias("quarters"))
    )
