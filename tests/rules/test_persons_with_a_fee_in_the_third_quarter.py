"""The population of a practice: persons with a registration fee in the third quarter (rule 1)."""

from __future__ import annotations

import pytest

from spiegel_core.contracts.rules import YearRules
from spiegel_core.contracts.table import Column
from spiegel_core.outcomes.care_classes import FEE
from spiegel_core.population.attribution import net_fees
from tests.tables import as_drawn, frame

from .drawn import Year

PRACTICE = (Column("practice", "string", "AGB of a general practice"),)

LINES = """
person_id | care_from  | code  | code_list | practice | cover | granted_cents | sign
jun30     | 2021-06-30 | 11100 | 008       | p1       | B     | 1000          | 1
jul1      | 2021-07-01 | 11100 | 008       | p1       | B     | 1000          | 1
sep30     | 2021-09-30 | 11100 | 008       | p1       | B     | 1000          | 1
oct1      | 2021-10-01 | 11100 | 008       | p1       | B     | 1000          | 1
y2020     | 2020-08-01 | 11100 | 008       | p1       | B     | 1000          | 1
suppl     | 2021-08-01 | 11100 | 008       | p1       | A     | 1000          | 1
physio    | 2021-08-01 | 11100 | 008       | f1       | B     | 1000          | 1
noagb     | 2021-08-01 | 11100 | 008       | p9       | B     | 1000          | 1
zero      | 2021-08-01 | 11100 | 008       | p1       | B     | 0             | 1
cent      | 2021-08-01 | 11100 | 008       | p1       | B     | 1             | 1
back      | 2021-08-01 | 11100 | 008       | p1       | B     | 1000          | 1
back      | 2021-08-01 | 11100 | 008       | p1       | B     | 1000          | -1
twice     | 2021-07-01 | 11100 | 008       | p1       | B     | 1000          | 1
twice     | 2021-08-01 | 11100 | 008       | p1       | B     | 1000          | 1
twice     | 2021-08-01 | 11100 | 008       | p1       | B     | 1000          | -1
moved     | 2021-07-01 | 11100 | 008       | p1       | B     | 1000          | 1
moved     | 2021-07-01 | 11100 | 008       | p1       | B     | 1000          | -1
moved     | 2021-07-01 | 11100 | 008       | p2       | B     | 1000          | 1
owes      | 2021-07-01 | 11100 | 008       | p1       | B     | 1000          | -1
consult   | 2021-08-01 | 12011 | 008       | p1       | B     | 1000          | 1
other     | 2021-08-01 | 11100 | 999       | p1       | B     | 1000          | 1
c11000    | 2021-08-01 | 11000 | 008       | p1       | B     | 1000          | 1
c11101    | 2021-08-01 | 11101 | 008       | p1       | B     | 1000          | 1
c11102    | 2021-08-01 | 11102 | 008       | p1       | B     | 1000          | 1
c11103    | 2021-08-01 | 11103 | 008       | p1       | B     | 1000          | 1
c11104    | 2021-08-01 | 11104 | 008       | p1       | B     | 1000          | 1
c11105    | 2021-08-01 | 11105 | 008       | p1       | B     | 1000          | 1
c11106    | 2021-08-01 | 11106 | 008       | p1       | B     | 1000          | 1
c11107    | 2021-08-01 | 11107 | 008       | p1       | B     | 1000          | 1
c11108    | 2021-08-01 | 11108 | 008       | p1       | B     | 1000          | 1
c11109    | 2021-08-01 | 11109 | 008       | p1       | B     | 1000          | 1
c11099    | 2021-08-01 | 11099 | 008       | p1       | B     | 1000          | 1
c11110    | 2021-08-01 | 11110 | 008       | p1       | B     | 1000          | 1
"""


@pytest.fixture(scope="module")
def fees(year: Year) -> set[tuple[str | None, str | None]]:
    """Person and practice of every fee; p1 and p2 are general practices, f1 is none."""
    practices = frame(year.spark, "practice\np1\np2", PRACTICE)
    found = net_fees(year.care(LINES), year.classes_of(FEE), practices)
    return {(r["person_id"], r["practice"]) for r in as_drawn(found, ("person_id", "practice"))}


@pytest.fixture(scope="module")
def persons(fees: set[tuple[str, str]]) -> set[str]:
    return {person for person, _ in fees}


def test_the_quarter_runs_from_1_july_to_30_september(persons: set[str]) -> None:
    assert {"jul1", "sep30"} <= persons
    assert persons.isdisjoint({"jun30", "oct1", "y2020"})


def test_the_fee_was_granted_by_the_basic_insurance(persons: set[str]) -> None:
    assert "cent" in persons
    assert persons.isdisjoint({"zero", "suppl"})


def test_a_general_practice_of_the_register_declared_it(persons: set[str]) -> None:
    assert persons.isdisjoint({"physio", "noagb"})


def test_a_fee_that_was_taken_back_is_none(
    persons: set[str], fees: set[tuple[str | None, str | None]]
) -> None:
    assert "twice" in persons
    assert persons.isdisjoint({"back", "owes"})
    assert {practice for person, practice in fees if person == "moved"} == {"p2"}


def test_codes_11000_and_11100_to_11109_of_list_008_are_a_fee(persons: set[str]) -> None:
    assert {"c11000", *(f"c{code}" for code in range(11101, 11110))} <= persons
    assert persons.isdisjoint({"consult", "other", "c11099", "c11110"})


def test_conf_names_these_codes_and_this_quarter(rules_2021: YearRules) -> None:
    assert rules_2021.numbers.registration_fee_codes == ["11000", *map(str, range(11100, 11110))]
    first, last = rules_2021.registration_period
    assert (str(first), str(last)) == ("2021-07-01", "2021-09-30")
