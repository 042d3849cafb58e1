"""Profiles turned back into their classes, as rows."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spiegel_core.outcomes.lookup import quoted
from spiegel_core.population.factors import Factors


def profile_classes(populations: DataFrame, factors: Factors) -> DataFrame:
    """The classes of every profile that occurs.

    In:   gold.populations
    Out:  profile, factor, class
    """
    held = []
    worth = factors.place_values()
    for factor in factors.factors:
        number = f"((profile div {worth[factor.name]}L) % {factor.sizes}L)"
        for place, name in enumerate(factor.classes):
            has_it = (
                f"(shiftright({number}, {place}) & 1L) = 1"
                if factor.is_any
                else f"{number} = {place}"
            )
            names = f"'factor', {quoted(factor.name)}, 'class', {quoted(name)}"
            held.append(f"if({has_it}, named_struct({names}), null)")
    listed = populations.select("profile").distinct()
    return (
        listed.withColumn("held", F.explode(F.expr(f"array({', '.join(held)})")))
        .filter(F.col("held").isNotNull())
        .select("profile", "held.factor", "held.class")
    )
