"""Age and sex on 1 July of the report year: 20 age classes for men and for women."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from spiegel_core.contracts.rules import YearRules
from spiegel_core.contracts.table import Column
from spiegel_core.population.factors import AGE_SEX, practice_factors
from spiegel_core.population.insured import age_on, age_sex
from spiegel_core.runtime.conf import Conf
from tests.tables import as_drawn, assert_drawn, frame

BORN = (
    Column("birth_date", "date", "date of birth"),
    Column("sex", "string", "M or V"),
    Column("age", "string", "expected"),
    Column("age_sex", "string", "expected"),
)

DRAWN = """
birth_date | sex | age | age_sex
2021-07-01 | V   | 0   | V 00
2021-06-30 | M   | 0   | M 00
2021-07-02 | V   | 0   | V 00
2021-12-31 | M   | 0   | M 00
2020-07-02 | V   | 0   | V 00
2020-07-01 | V   | 1   | V 01-04
2016-07-02 | M   | 4   | M 01-04
2016-07-01 | M   | 5   | M 05-09
2003-07-02 | V   | 17  | V 15-17
2003-07-01 | V   | 18  | V 18-24
2000-02-29 | M   | 21  | M 18-24
1996-12-31 | V   | 24  | V 18-24
1996-02-29 | V   | 25  | V 25-29
1931-07-02 | M   | 89  | M 85-89
1931-07-01 | M   | 90  | M 90+
1921-01-01 | V   | 100 | V 90+
1880-01-01 | V   | 141 | V 90+
"""


def test_age_counts_whole_years_on_1_july(spark: SparkSession, rules_2021: YearRules) -> None:
    born = frame(spark, DRAWN, BORN).drop("age", "age_sex")
    found = born.withColumn("age", age_on(born["birth_date"], rules_2021.reference_date))

    assert_drawn(
        found.withColumn("age_sex", age_sex(born["birth_date"], born["sex"], rules_2021)), DRAWN
    )


def test_outside_the_register_there_is_no_class(spark: SparkSession, rules_2021: YearRules) -> None:
    born = frame(spark, "birth_date | sex\n | ", BORN)
    found = born.select(age_sex(born["birth_date"], born["sex"], rules_2021).alias("age_sex"))

    assert as_drawn(found, ["age_sex"]) == [{"age_sex": None}]


def test_every_age_of_every_person_has_one_of_40_classes(
    spark: SparkSession, rules_2021: YearRules
) -> None:
    rows = [(datetime.date(2021 - age, 7, 1), sex) for age in range(131) for sex in ("M", "V")]
    days, sexes = zip(*rows, strict=True)
    born = spark.createDataFrame(pa.table({"birth_date": days, "sex": sexes}))
    found = born.select(age_sex(born["birth_date"], born["sex"], rules_2021).alias("age_sex"))

    names = [row["age_sex"] for row in as_drawn(found, ["age_sex"])]
    assert set(names) == {*practice_factors(rules_2021).factors[0].classes}
    assert len(set(names)) == 40
    assert names.count("M 00") == 1
    assert names.count("V 15-17") == 3
    assert names.count("M 18-24") == 7


def test_the_age_classes_are_those_of_dutch_risk_equalisation(rules_2021: YearRules) -> None:
    bounds = [(age.from_age, age.to_age) for age in rules_2021.age_classes]

    assert bounds == [
        (0, 0), (1, 4), (5, 9), (10, 14), (15, 17), (18, 24),
        *((start, start + 4) for start in range(25, 90, 5)), (90, 200),
    ]  # fmt: skip


@pytest.mark.parametrize("year", [2015, 2020, 2022])
def test_the_day_goes_with_the_report_year(year: int, conf: Conf) -> None:
    rules = conf.rules(year)
    assert str(rules.reference_date) == f"{year}-07-01"
    assert practice_factors(rules).factors[0].name == AGE_SEX
