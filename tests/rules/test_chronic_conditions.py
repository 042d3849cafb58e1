"""Diabetes, COPD and CVRM: chain care, or more than 180 daily doses of the condition's drugs, or a
listed diagnosis of a specialist; each of its own, and the source of every yes is kept."""

from __future__ import annotations

import pytest

from spiegel_core.contracts.rules import YearRules
from spiegel_core.population.traits import trait_classes, traits_of_persons
from tests.tables import as_drawn, draw

from .drawn import Year

LINES = """
person_id | care_type              | code_list | code  | quantity | specialism | diagnosis | sign
dm2       | ketenzorg              | 900       | DM2   | 1        |            |           | 1
copd      | ketenzorg              | 900       | COPD  | 1        |            |           | 1
cvrm      | ketenzorg              | 900       | CVRM  | 1        |            |           | 1
astma     | ketenzorg              | 900       | ASTMA | 1        |            |           | 1
zero      | ketenzorg              | 900       | DM2   | 0        |            |           | 1
back      | ketenzorg              | 900       | DM2   | 1        |            |           | 1
back      | ketenzorg              | 900       | DM2   | 1        |            |           | -1
list999   | ketenzorg              | 999       | DM2   | 1        |            |           | 1
drug180   | farmacie               | 001       | A101  | 180      |            |           | 1
drug181   | farmacie               | 001       | A101  | 181      |            |           | 1
mixed     | farmacie               | 001       | A101  | 100      |            |           | 1
mixed     | farmacie               | 001       | A111  | 80       |            |           | 1
mixed     | farmacie               | 001       | A103  | 1        |            |           | 1
apart     | farmacie               | 001       | A101  | 100      |            |           | 1
apart     | farmacie               | 001       | C091  | 100      |            |           | 1
heart     | farmacie               | 001       | C091  | 100      |            |           | 1
heart     | farmacie               | 001       | C101  | 81       |            |           | 1
lungs     | farmacie               | 001       | R031  | 91       |            |           | 1
lungs     | farmacie               | 001       | R032  | 90       |            |           | 1
lama      | farmacie               | 001       | R034  | 181      |            |           | 1
asthma    | farmacie               | 001       | R030  | 500      |            |           | 1
asthma    | farmacie               | 001       | R035  | 500      |            |           | 1
spec      | medisch_specialistisch | 007       | 1     | 1        | 0313       | 221       | 1
specopd   | medisch_specialistisch | 007       | 1     | 1        | 0313       | 601       | 1
other     | medisch_specialistisch | 007       | 1     | 1        | 0313       | 224       | 1
nodiag    | medisch_specialistisch | 007       | 1     | 1        | 0313       |           | 1
wrong     | medisch_specialistisch | 007       | 1     | 1        | 0320       | 221       | 1
nospec    | medisch_specialistisch | 007       | 1     | 1        |            | 221       | 1
ggz       | ggz                    | 013       | 1     | 1        | 0313       | 221       | 1
specbck   | medisch_specialistisch | 007       | 1     | 1        | 0313       | 221       | 1
specbck   | medisch_specialistisch | 007       | 1     | 1        | 0313       | 221       | -1
all       | ketenzorg              | 900       | DM2   | 1        |            |           | 1
all       | farmacie               | 001       | A101  | 181      |            |           | 1
all       | medisch_specialistisch | 007       | 1     | 1        | 0318       | 902       | 1
all       | farmacie               | 001       | C091  | 181      |            |           | 1
all       | medisch_specialistisch | 007       | 1     | 1        | 0322       | 1241      | 1
"""

Traits = dict[str | None, tuple[str | None, str | None]]


@pytest.fixture(scope="module")
def traits(year: Year) -> Traits:
    """Conditions and routes of each person that has any."""
    pointing = year.spark.createDataFrame(trait_classes(year.classes))
    found = traits_of_persons(year.care(LINES), pointing, year.rules)
    rows = as_drawn(found, ("person_id", "conditions", "condition_routes"))
    return {
        row["person_id"]: (row["conditions"], row["condition_routes"])
        for row in rows
        if row["conditions"] != "none"
    }


def test_chain_care_makes_its_condition_and_astma_none(traits: Traits) -> None:
    assert traits["dm2"] == ("diabetes", "diabetes:chain_care")
    assert traits["copd"] == ("copd", "copd:chain_care")
    assert traits["cvrm"] == ("cvrm", "cvrm:chain_care")
    # What counts are net lines, not quantities.
    assert traits["zero"] == ("diabetes", "diabetes:chain_care")
    assert {"astma", "back", "list999"}.isdisjoint(traits)


def test_strictly_more_than_180_daily_doses_over_all_drugs_of_the_condition(
    traits: Traits,
) -> None:
    assert traits["drug181"] == ("diabetes", "diabetes:drugs")
    assert traits["mixed"] == ("diabetes", "diabetes:drugs")  # 180.001 doses of three drugs
    assert traits["heart"] == ("cvrm", "cvrm:drugs")
    assert traits["lungs"] == ("copd", "copd:drugs")
    assert traits["lama"] == ("copd", "copd:drugs")
    assert {"drug180", "apart"}.isdisjoint(traits)


def test_drugs_of_asthma_alone_are_none_of_copd(traits: Traits) -> None:
    assert "asthma" not in traits


def test_a_listed_diagnosis_of_its_specialism_on_specialist_care(traits: Traits) -> None:
    assert traits["spec"] == ("diabetes", "diabetes:specialist")
    assert traits["specopd"] == ("copd", "copd:specialist")
    assert {"other", "nodiag", "wrong", "nospec", "ggz", "specbck"}.isdisjoint(traits)


def test_a_person_may_have_all_and_every_source_is_kept(traits: Traits) -> None:
    assert traits["all"] == (
        "copd cvrm diabetes",
        "copd:specialist cvrm:drugs diabetes:chain_care diabetes:drugs diabetes:specialist",
    )


LISTED = """
condition | specialism | diagnoses
diabetes  | 0313       | 221 222 223
diabetes  | 0316       | 7104 7113 7114
diabetes  | 0318       | 902
diabetes  | 0335       | 222
copd      | 0322       | 1241
copd      | 0313       | 601
copd      | 0335       | 272
cvrm      | 0320       | 202 203 204 205 301
"""


def test_conf_lists_the_diagnoses_and_drugs_of_the_three_conditions(rules_2021: YearRules) -> None:
    listed = {
        (s.condition, s.specialism, s.code)
        for s in rules_2021.conditions
        if s.route == "specialist"
    }
    drawn = {
        (row["condition"], row["specialism"], code)
        for row in draw(LISTED)
        for code in str(row["diagnoses"]).split()
    }
    assert listed == drawn
    drugs = {
        name: {s.code for s in rules_2021.conditions if (s.condition, s.route) == (name, "drugs")}
        for name in rules_2021.condition_names
    }
    assert drugs == {
        "diabetes": {"A10"},
        "copd": {"R03BB", "R03AC18", "R03AC19", "R03AK", "R03AL"},
        "cvrm": {"C01", "C02", "C03", "C07", "C08", "C09", "C10"},
    }
    assert rules_2021.numbers.condition_ddd == 180
