"""Age, sex and income of persons, from the insured register and the incomes of postcodes.

Source: conf/rules.yml and conf/code_lists/age_classes.csv; seed 001 on the incomes.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from spiegel_core.contracts.rules import YearRules

_OLDEST = 130


def one_row_per_person(insured: DataFrame, report_year: int) -> DataFrame:
    """The register row that stands for a person: most days, then the smaller insurer.

    The order goes on over all columns, so that the choice is the same on every run.

    In:   silver.insured
    Out:  person_id, birth_date, sex, postcode4; one row per person of the year
    """
    order = [
        F.col("insured_days").desc(),
        *(F.col(name).asc_nulls_last() for name in (
            "insurer", "birth_date", "sex", "postcode4", "municipality", "neighbourhood",
        )),
    ]  # fmt: skip
    of_year = insured.filter(F.col("year") == report_year)
    ranked = of_year.withColumn(
        "rank", F.row_number().over(Window.partitionBy("person_id").orderBy(*order))
    )
    return ranked.filter(F.col("rank") == 1).select("person_id", "birth_date", "sex", "postcode4")


def age_on(birth_date: Column, day: datetime.date) -> Column:
    """Age in whole years on a day; somebody born later counts as 0."""
    years = F.lit(day.year) - F.year(birth_date)
    month_and_day = F.month(birth_date) * 100 + F.dayofmonth(birth_date)
    had_birthday = month_and_day <= day.month * 100 + day.day
    return F.greatest(F.when(had_birthday, years).otherwise(years - 1), F.lit(0))


def age_sex(birth_date: Column, sex: Column, rules: YearRules) -> Column:
    """The class of age and sex on the reference day, named as `factors.age_sex_class` does."""
    labels = [
        next((c.name for c in rules.age_classes if c.from_age <= age <= c.to_age), None)
        for age in range(_OLDEST + 1)
    ]
    age = F.least(age_on(birth_date, rules.reference_date), F.lit(_OLDEST))
    of_age = F.element_at(F.array(*map(F.lit, labels)), age + 1)
    return F.concat(sex, F.lit(" "), of_age)


def income_limits(
    incomes: list[tuple[str, int, int]], low_percent: int, high_percent: int
) -> tuple[int, int]:
    """The incomes below which a postcode is low, and above which it is high (euros).

    The p-th percentile is the smallest income at which the inhabitants, summed upward over all
    postcodes, reach p percent of all inhabitants.

    Args:
        incomes: (postcode, average income in euros, inhabitants) of every postcode.
        low_percent, high_percent: percents of inhabitants.

    Example:
        >>> income_limits([("1", 10, 30), ("2", 20, 40), ("3", 30, 30)], 30, 70)
        (10, 20)
    """
    ordered = sorted(incomes, key=lambda row: (row[1], row[0]))
    total = sum(row[2] for row in ordered)

    def percentile(percent: int) -> int:
        reached = 0
        for _, income, inhabitants in ordered:
            reached += inhabitants
            if 100 * reached >= percent * total:
                return income
        return 0

    return percentile(low_percent), percentile(high_percent)


def income_class(income: Column, limits: tuple[int, int]) -> Column:
    """low, middle, high, or unknown where the postcode has no income."""
    low, high = limits
    return (
        F.when(income.isNull(), "unknown")
        .when(income < low, "low")
        .when(income > high, "high")
        .otherwise("middle")
    )


def newest_incomes(rows: Iterable[tuple[str, str, int, int]]) -> list[tuple[str, int, int]]:
    """The incomes of the newest vintage delivered, in order of postcode.

    Args:
        rows: vintage, postcode, average income (euros), inhabitants.

    Example:
        >>> newest_incomes([("2004", "1011", 1, 5), ("2008-2010", "1012", 2, 6)])
        [('1012', 2, 6)]
    """
    listed = list(rows)
    newest = max((row[0] for row in listed), default="")
    return sorted((row[1], row[2], row[3]) for row in listed if row[0] == newest)
