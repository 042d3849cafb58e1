"""Profiles turned back into their classes, as rows."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spiegel_core.population.factors import Factors


def profile_classes(populations: DataFrame, factors: Factors) -> DataFrame:
    """The classes of every profile that occurs.

    In:   gold.populations
    Out:  profile, factor, class
    """
    held = []
    worth = factors.place_values()
    for factor in factors.factors:
        whole = F.call_function("div", F.col("profile"), F.lit(worth[factor.name]))
        number = whole % F.lit(factor.sizes)
        for place, name in enumerate(factor.classes):
            one = F.struct(F.lit(factor.name).alias("factor"), F.lit(name).alias("class"))
            has_it = (
                F.shiftright(number, place).bitwiseAND(F.lit(1)) == 1
                if factor.is_any
                else number == place
            )
            held.append(F.when(has_it, one))
    listed = populations.select("profile").distinct()
    return (
        listed.withColumn("held", F.explode(F.array(*held)))
        .filter(F.col("held").isNotNull())
        .select("profile", "held.factor", "held.class")
    )
