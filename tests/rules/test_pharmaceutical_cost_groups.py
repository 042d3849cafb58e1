"""Pharmaceutical cost groups: more than 180 daily doses in the year over all drugs of the group,
cancer by three prescription lines; a person may have several, or none."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from spiegel_core.contracts.rules import YearRules
from spiegel_core.contracts.table import Column
from spiegel_core.population.factors import COST_GROUP, practice_factors
from spiegel_core.population.traits import cost_groups_that_count, trait_classes, traits_of_persons
from tests.tables import as_drawn, assert_drawn, frame

from .drawn import Year

# H031 is a daily dose a unit, H033 a thousandth of one; both are thyroid medicines.
LINES = """
person_id | care_type    | code | cover | quantity | sign
d180      | farmacie     | H031 | B     | 180      | 1
d180p     | farmacie     | H031 | B     | 180      | 1
d180p     | farmacie     | H033 | B     | 1        | 1
sum180    | farmacie     | H031 | B     | 90       | 1
sum180    | farmacie     | H031 | B     | 90       | 1
sum181    | farmacie     | H031 | B     | 90       | 1
sum181    | farmacie     | H031 | B     | 91       | 1
back      | farmacie     | H031 | B     | 200      | 1
back      | farmacie     | H031 | B     | 20       | -1
suppl     | farmacie     | H031 | A     | 500      | 1
hospit    | hulpmiddelen | H031 | B     | 500      | 1
can2      | farmacie     | L011 | B     | 500      | 1
can2      | farmacie     | L011 | B     | 500      | 1
can3      | farmacie     | L011 | B     | 0        | 1
can3      | farmacie     | L011 | B     | 1        | 1
can3      | farmacie     | L011 | B     | 1        | 1
can2b     | farmacie     | L011 | B     | 1        | 1
can2b     | farmacie     | L011 | B     | 1        | 1
can2b     | farmacie     | L011 | B     | 1        | 1
can2b     | farmacie     | L011 | B     | 1        | -1
several   | farmacie     | H031 | B     | 181      | 1
several   | farmacie     | S011 | B     | 181      | 1
several   | farmacie     | N051 | B     | 181      | 1
half      | farmacie     | H031 | B     | 100      | 1
half      | farmacie     | S011 | B     | 100      | 1
none      | farmacie     | M011 | B     | 500      | 1
nodrug    | farmacie     | X999 | B     | 500      | 1
"""


@pytest.fixture(scope="module")
def groups(year: Year) -> dict[str | None, str | None]:
    """The cost groups of each person, before exclusions."""
    lines = year.lines(LINES, code_list="001")
    pointing = year.spark.createDataFrame(trait_classes(year.classes))
    found = traits_of_persons(year.care_of(lines), pointing, year.rules)
    return {r["person_id"]: r["cost_groups"] for r in as_drawn(found, ("person_id", "cost_groups"))}


def test_strictly_more_than_180_daily_doses_make_a_group(groups: dict[str, str]) -> None:
    assert groups["d180p"] == "schildklier"  # a thousandth of a dose more
    assert groups["sum181"] == "schildklier"
    assert {"d180", "sum180"}.isdisjoint(groups)


def test_doses_taken_back_do_not_count(groups: dict[str, str]) -> None:
    assert "back" not in groups


def test_only_the_basic_insurance_and_only_pharmacy_claims_count(groups: dict[str, str]) -> None:
    assert {"suppl", "hospit"}.isdisjoint(groups)


def test_three_prescription_lines_make_cancer_whatever_their_doses(groups: dict[str, str]) -> None:
    assert groups["can3"] == "kanker"
    assert {"can2", "can2b"}.isdisjoint(groups)


def test_a_person_may_have_several_groups_or_none(groups: dict[str, str]) -> None:
    assert groups["several"] == "glaucoom psychose schildklier"
    assert {"half", "none", "nodrug"}.isdisjoint(groups)


HELD = (Column("held", "strings", "before exclusions"), Column("counting", "strings", "expected"))


def test_some_groups_rule_others_out_and_some_are_no_class(
    spark: SparkSession, rules_2021: YearRules
) -> None:
    drawn = """
        held                                   | counting
        none                                   | none
        depressie                              | depressie
        depressie psychose                     | psychose
        astma                                  | astma
        astma copd                             | none
        copd                                   | none
        reuma_overig                           | reuma_overig
        reuma_overig reuma_tnf                 | reuma_tnf
        hormoongevoelige_tumoren kanker        | kanker
        hormoongevoelige_tumoren               | hormoongevoelige_tumoren
        diabetes_i diabetes_ii_met_hypertensie | none
        hoog_cholesterol hartaandoeningen      | none
        schildklier glaucoom hoog_cholesterol  | glaucoom schildklier
    """
    rows = frame(spark, drawn, HELD)
    counting = cost_groups_that_count("held", rules_2021)

    assert_drawn(rows.withColumn("counting", counting), drawn)


def test_the_groups_of_diabetes_copd_and_cvrm_are_no_classes(rules_2021: YearRules) -> None:
    classes = {f.name: f.classes for f in practice_factors(rules_2021).factors}[COST_GROUP]

    assert len(rules_2021.cost_groups) == 24
    assert {group.name for group in rules_2021.cost_groups} - {*classes} == {
        "hoog_cholesterol", "diabetes_ii_zonder_hypertensie", "diabetes_ii_met_hypertensie",
        "diabetes_i", "copd", "hartaandoeningen",
    }  # fmt: skip


def test_conf_names_180_doses_and_3_lines(rules_2021: YearRules) -> None:
    assert rules_2021.numbers.fkg_ddd == 180
    assert rules_2021.numbers.fkg_cancer_lines == 3
    assert [g.name for g in rules_2021.cost_groups if g.counts_lines] == ["kanker"]
