"""The persons of a report year: practice, reason, classes, profile."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spiegel_core.contracts.rules import YearRules
from spiegel_core.outcomes.care_classes import CareClasses
from spiegel_core.outcomes.lookup import listed, quoted
from spiegel_core.population.factors import AGE_SEX, COST_GROUP, INCOME, NO, YES, Factors
from spiegel_core.population.insured import age_sex, income_class
from spiegel_core.population.traits import cost_groups_that_count


def cost_of_persons(care: DataFrame, classes: CareClasses) -> DataFrame:
    """What each person cost in the year, in all segments and in GGZ.

    In:   gold.care
    Out:  person_id, total_cents, ggz_cents
    """
    ggz = [c.number for c in classes.classes if c.segment == "ggz"]
    is_ggz = F.col("care_class").isin(ggz)
    return care.groupBy("person_id").agg(
        F.sum("cents").alias("total_cents"),
        F.sum(F.when(is_ggz, F.col("cents")).otherwise(0)).alias("ggz_cents"),
    )


def reason_of_person(rules: YearRules) -> Column:
    """counted, or the first reason that applies to leave a person out."""
    numbers = rules.numbers
    is_high_ggz = F.col("ggz_cents") > numbers.high_cost_ggz_cents
    is_high_total = F.col("total_cents") > numbers.high_cost_total_cents
    return (
        F.when(F.col("practice").isNull(), "several_practices")
        .when(F.col("has_gp_at_several"), "gp_at_several_practices")
        .when(F.col("birth_date").isNull(), "not_in_register")
        .when(is_high_ggz | is_high_total, "high_cost")
        .otherwise("counted")
    )


def patients_of_year(
    attributed: DataFrame,
    insured: DataFrame,
    incomes: DataFrame,
    income_limits: tuple[int, int],
    traits: DataFrame,
    costs: DataFrame,
    rules: YearRules,
    factors: Factors,
) -> DataFrame:
    """Every person with a registration fee, with reason, classes and profile.

    In:   `attribute_persons`; `one_row_per_person`; postcode4 and average_income_euro;
          `traits_of_persons`; `cost_of_persons`
    Out:  gold.patients without report_year
    """
    none = F.array().cast("array<string>")
    joined = (
        attributed.join(insured, "person_id", "left")
        .join(F.broadcast(incomes.select("postcode4", "average_income_euro")), "postcode4", "left")
        .join(traits, "person_id", "left")
        .join(costs, "person_id", "left")
        .withColumn("held_groups", F.coalesce("cost_groups", none))
    )
    classed = joined.select(
        "person_id", "practices", "practice",
        reason_of_person(rules).alias("reason"),
        age_sex(F.col("birth_date"), F.col("sex"), rules).alias("age_sex"),
        F.when(
            F.col("birth_date").isNotNull(),
            income_class(F.col("average_income_euro"), income_limits),
        ).alias("income"),
        cost_groups_that_count("held_groups", rules).alias("cost_groups"),
        F.coalesce("conditions", none).alias("conditions"),
        F.coalesce("condition_routes", none).alias("condition_routes"),
        F.coalesce("total_cents", F.lit(0)).alias("total_cents"),
        F.coalesce("ggz_cents", F.lit(0)).alias("ggz_cents"),
    )  # fmt: skip
    return classed.withColumn("profile", profile_number(factors, rules))


def profile_number(factors: Factors, rules: YearRules) -> Column:
    """The profile of a person from the columns of gold.patients; null outside the register."""
    worth = factors.place_values()
    terms = []
    for factor in factors.factors:
        if factor.name == COST_GROUP:
            bits = [
                f"if(array_contains(cost_groups, {quoted(name)}), {2**place}, 0)"
                for place, name in enumerate(factor.classes)
            ]
            place_of = f"({' + '.join(['0', *bits])})"
        elif factor.name in (AGE_SEX, INCOME):
            # Null for a class that does not exist.
            place_of = f"(array_position(array({listed(factor.classes)}), {factor.name}) - 1)"
        else:
            places = factor.classes.index(YES), factor.classes.index(NO)
            has_it = f"array_contains(conditions, {quoted(factor.name)})"
            place_of = f"if({has_it}, {places[0]}, {places[1]})"
        terms.append(f"{place_of} * {worth[factor.name]}L")
    return F.expr(f"case when {AGE_SEX} is not null then {' + '.join(terms)} end")


def population_counts(patients: DataFrame) -> DataFrame:
    """Persons with a fee by reason, per practice and for the country.

    A person with two practices stands in both practices' counts, once in the country's.

    In:   gold.patients of one year
    Out:  practice (empty: the country), reason, persons, cost_cents
    """
    measures = [F.count("*").alias("persons"), F.sum("total_cents").alias("cost_cents")]
    per_practice = (
        patients.withColumn("of_practice", F.explode("practices"))
        .groupBy(F.col("of_practice").alias("practice"), "reason")
        .agg(*measures)
    )
    of_country = patients.groupBy(F.lit("").alias("practice"), "reason").agg(*measures)
    return per_practice.unionByName(of_country)


def counted_persons(patients: DataFrame) -> DataFrame:
    """The persons every number of the mirror is about.

    In:   gold.patients
    Out:  person_id, provider, profile
    """
    return patients.filter(F.col("reason") == "counted").select(
        "person_id", F.col("practice").alias("provider"), "profile"
    )
