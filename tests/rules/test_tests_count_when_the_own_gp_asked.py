"""Diagnostics count when a GP registered at the person's own practice on that day asked for them;
order tariffs are apart from tests."""

from __future__ import annotations

import pytest

from spiegel_core.contracts.silver import PRACTITIONERS
from spiegel_core.outcomes.care_classes import TEST
from spiegel_core.outcomes.definitions import outcomes_of_year
from spiegel_core.outcomes.sums import requested_by_own_gp
from spiegel_core.runtime.conf import Conf
from tests.tables import frame

from .drawn import Year
from .test_outcomes_per_person import ATC, COUNTED

PERSONS = """
person_id | provider | profile
own       | p1       | 1
other     | p1       | 1
nobody    | p1       | 1
before    | p1       | 1
first     | p1       | 1
last      | p1       | 1
after     | p1       | 1
twice     | p1       | 1
moved     | p2       | 1
kinds     | p1       | 1
back      | p1       | 1
"""
# g1 is always at p1, g2 at p2; g3 is at p1 in the summer only; g4 stands there in two rows.
REGISTER = """
practitioner_agb | organisation_agb | qualification | start      | end
g1               | p1               | 0101          | 2010-01-01 |
g2               | p2               | 0101          | 2010-01-01 |
g3               | p1               | 0101          | 2021-06-01 | 2021-08-31
g4               | p1               | 0101          | 2010-01-01 |
g4               | p1               | 0101          | 2015-01-01 | 2021-12-31
"""
LINES = """
person_id | code   | referrer | care_from  | quantity | granted_cents | sign
own       | 070002 | g1       | 2021-08-01 | 3        | 100           | 1
own       | 070002 | g2       | 2021-08-01 | 10       | 100           | 1
other     | 070002 | g2       | 2021-08-01 | 1        | 100           | 1
nobody    | 070002 |          | 2021-08-01 | 1        | 100           | 1
before    | 070002 | g3       | 2021-05-31 | 1        | 100           | 1
first     | 070002 | g3       | 2021-06-01 | 1        | 100           | 1
last      | 070002 | g3       | 2021-08-31 | 1        | 100           | 1
after     | 070002 | g3       | 2021-09-01 | 1        | 100           | 1
twice     | 070002 | g4       | 2021-08-01 | 1        | 100           | 1
moved     | 070002 | g1       | 2021-08-01 | 1        | 100           | 1
moved     | 070002 | g2       | 2021-08-02 | 4        | 100           | 1
kinds     | 070002 | g1       | 2021-08-01 | 1        | 100           | 1
kinds     | 079991 | g1       | 2021-08-01 | 20       | 100           | 1
kinds     | 080001 | g1       | 2021-08-01 | 300      | 100           | 1
kinds     | 039700 | g1       | 2021-08-01 | 4000     | 100           | 1
kinds     | 050516 | g1       | 2021-08-01 | 50000    | 100           | 1
back      | 070002 | g1       | 2021-08-01 | 1        | 100           | 1
back      | 070002 | g1       | 2021-08-01 | 1        | 100           | -1
"""

Values = dict[tuple[str | None, str | None], int]


@pytest.fixture(scope="module")
def values(year: Year, conf: Conf) -> Values:
    care = year.care(LINES, care_type="eerstelijnsdiagnostiek", code_list="041", practice="l1")
    persons = frame(year.spark, PERSONS, COUNTED)
    register = frame(year.spark, REGISTER, PRACTITIONERS)
    own = requested_by_own_gp(care, persons, register, year.classes_of(TEST))
    outcomes = outcomes_of_year(conf.outcomes(), conf.rules(2021), ATC)
    return year.values(care, own, outcomes, persons)


def laboratory(values: Values) -> dict[str | None, int]:
    return {who: value for (who, name), value in values.items() if name == "tests_laboratory"}


def test_a_gp_of_the_own_practice_asked(values: Values) -> None:
    found = laboratory(values)
    assert found["own"] == 3
    assert found["moved"] == 4
    assert {"other", "nobody", "back"}.isdisjoint(found)


def test_the_gp_was_registered_there_on_the_day_of_the_test(values: Values) -> None:
    found = laboratory(values)
    assert {"first", "last"} <= found.keys()
    assert {"before", "after"}.isdisjoint(found)


def test_two_rows_of_a_gp_in_the_register_count_a_test_once(values: Values) -> None:
    assert laboratory(values)["twice"] == 1


def test_kinds_of_tests_are_counted_apart_and_order_tariffs_are_none_of_them(
    values: Values,
) -> None:
    of_kinds = {name: value for (who, name), value in values.items() if who == "kinds"}
    assert of_kinds == {
        "tests_laboratory": 1, "tests_imaging": 300, "tests_function": 4000,
        "tests_pathology": 50_000, "cost_eerstelijnsdiagnostiek": 500, "cost_total": 500,
    }  # fmt: skip


def test_what_they_cost_counts_whoever_asked(values: Values) -> None:
    assert values["other", "cost_eerstelijnsdiagnostiek"] == 100
    assert values["nobody", "cost_total"] == 100
