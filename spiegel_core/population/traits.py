"""Pharmaceutical cost groups and chronic conditions of persons, from their care of the year.

Source: conf/rules.yml, conf/code_lists/conditions.csv, fkg_groups.csv and fkg_drugs.csv.
"""

from __future__ import annotations

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spiegel_core.contracts.rules import YearRules
from spiegel_core.outcomes.care_classes import CHAIN_CARE, MEDICINE, SPECIALIST, CareClasses
from spiegel_core.outcomes.lookup import quoted

_ROUTES = {CHAIN_CARE: "chain_care", MEDICINE: "drugs", SPECIALIST: "specialist"}


_POINTING = pa.schema([("care_class", pa.int32()), ("trait", pa.string()), ("route", pa.string())])


def trait_classes(classes: CareClasses) -> pa.Table:
    """Which class of care points at which trait, and by what route.

    Out:  care_class, trait (a cost group or condition), route (fkg, chain_care, drugs, specialist)
    """
    rows = [
        {"care_class": care_class.number, "trait": trait, "route": route}
        for care_class in classes.classes
        for trait, route in [
            *((group, "fkg") for group in care_class.item.cost_groups),
            *((name, _ROUTES[care_class.item.kind]) for name in care_class.item.conditions),
        ]
    ]
    return pa.Table.from_pylist(rows, schema=_POINTING)


def traits_of_persons(care: DataFrame, pointing: DataFrame, rules: YearRules) -> DataFrame:
    """What each person has, and how that shows.

    More than 180 daily doses in the year over all drugs of a condition or group (cancer: three
    prescription lines), chain care, or a listed specialist diagnosis.

    In:   gold.care; `trait_classes`
    Out:  person_id, cost_groups (before exclusions), conditions, condition_routes; sorted arrays
    """
    summed = (
        care.join(F.broadcast(pointing), "care_class", "inner")
        .groupBy("person_id", "trait", "route")
        .agg(F.sum("lines").alias("lines"), F.sum("ddd_thousandths").alias("ddd_thousandths"))
    )
    held = summed.filter(_is_held(rules))
    is_group = F.col("route") == "fkg"
    name_and_route = F.concat_ws(":", "trait", "route")
    return held.groupBy("person_id").agg(
        F.array_sort(F.collect_set(F.when(is_group, F.col("trait")))).alias("cost_groups"),
        F.array_sort(F.collect_set(F.when(~is_group, F.col("trait")))).alias("conditions"),
        F.array_sort(F.collect_set(F.when(~is_group, name_and_route))).alias("condition_routes"),
    )


def _is_held(rules: YearRules) -> Column:
    numbers = rules.numbers
    by_lines = [group.name for group in rules.cost_groups if group.counts_lines]
    enough_lines = F.col("lines") >= numbers.fkg_cancer_lines
    enough_doses = F.col("ddd_thousandths") > 1000 * numbers.fkg_ddd
    of_group = F.when(F.col("trait").isin(by_lines), enough_lines).otherwise(enough_doses)
    of_drugs = F.col("ddd_thousandths") > 1000 * numbers.condition_ddd
    return (
        F.when(F.col("route") == "fkg", of_group)
        .when(F.col("route") == "drugs", of_drugs)
        .otherwise(F.col("lines") > 0)
    )


def cost_groups_that_count(held: str, rules: YearRules) -> Column:
    """The cost groups that are classes, after the exclusions (psychose: no depressie, ...).

    Args:
        held: name of the column with the groups before exclusions; an array, never null.
        rules: the rules of the year.
    """
    counted = []
    for group in sorted(rules.cost_groups, key=lambda g: g.name):
        if group.is_class:
            holds = f"array_contains({held}, {quoted(group.name)})"
            for excluding in group.excluded_by:
                holds += f" and not array_contains({held}, {quoted(excluding)})"
            counted.append(f"if({holds}, {quoted(group.name)}, null)")
    return F.expr(f"array_compact(array({', '.join(counted)}))")
